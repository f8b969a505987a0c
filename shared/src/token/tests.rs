//! What a token is and is not. Hostile texts, each against the one rule that it breaks.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::*;

const TEXT: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";

fn now() -> Timestamp {
    "2026-11-21T08:30:00Z".parse().unwrap()
}

fn signer() -> PublicKey {
    PublicKey::of(TEXT).unwrap()
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": "ExampleKey000001"})
}

fn claims() -> Value {
    json!({"iat": now().unix_seconds(), "exp": now().unix_seconds() + 3600})
}

/// The object with these members set; `null` takes one away.
fn with(mut object: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        object.as_object_mut().unwrap().remove(name);
        if !value.is_null() {
            object[name] = value.clone();
        }
    }
    object
}

/// A token of these two texts, signed by the example's text whatever they are.
fn signed(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = key_pair(TEXT).unwrap().sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn is_token(text: &str) -> bool {
    PresentedToken::parse(text).is_ok_and(|token| token.is_signed_by(&signer()))
}

#[test]
fn the_example_of_rfc_8037_verifies() {
    // RFC 8037, appendix A.4; its public key is in appendix A.1. It claims nothing, so it is a signature and no token.
    let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let public = PublicKey::from_bytes(&public).unwrap();
    let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let signed = Signed::parse(jws).unwrap();
    assert_eq!(signed.payload, b"Example of Ed25519 signing");
    assert!(signed.is_by(&public));
    assert!(!signed.is_by(&signer()));
    assert!(PresentedToken::parse(jws).is_err());
}

#[test]
fn the_key_pair_is_derived_by_hkdf_from_the_text_alone() {
    // Python: HKDF(SHA256(), 32, None, b"latchkey token v1").derive(text), Ed25519PrivateKey.from_private_bytes(seed).
    let expected = "pfb4b2da_-5-6iGiBQmR8zeT4Fpn_f1gvE8Uwk76eHs";
    assert_eq!(URL_SAFE_NO_PAD.encode(signer().as_bytes()), expected);
    assert_ne!(PublicKey::of("another text"), Some(signer()));
}

#[test]
fn what_is_minted_is_a_token_of_its_text_alone() {
    let claims = Claims::new(Narrowing::default(), "15m".parse().unwrap(), now(), []).unwrap();
    let token = PlainToken::mint("ExampleKey000001".parse().unwrap(), TEXT, &claims).unwrap();
    let presented = PresentedToken::parse(token.reveal()).unwrap();
    assert_eq!(presented.key_id().to_string(), "ExampleKey000001");
    assert_eq!(presented.claims(), &claims);
    assert!(presented.is_signed_by(&signer()));
    assert!(!presented.is_signed_by(&PublicKey::of("another text").unwrap()));
    assert!(has_form(token.reveal()));
}

#[test]
fn a_narrowing_comes_back_as_it_was_minted() {
    let narrowing = Narrowing {
        permissions: Some("cache/*:read".parse().unwrap()),
        apis: Some("".parse().unwrap()),
        allowed_cidrs: Some("10.0.0.0/8".parse().unwrap()),
    };
    let claims = Claims::new(narrowing.clone(), Lifetime::default(), now(), []).unwrap();
    let token = PlainToken::mint("ExampleKey000001".parse().unwrap(), TEXT, &claims).unwrap();
    assert_eq!(PresentedToken::parse(token.reveal()).unwrap().claims().narrowing(), &narrowing);
}

#[test]
fn a_token_ends_with_the_first_of_its_ends() {
    let early = now().plus_seconds(60).unwrap();
    let late = now().plus_seconds(86_400).unwrap();
    let end = |ends: &[Timestamp]| {
        let claims = Claims::new(Narrowing::default(), Lifetime::default(), now(), ends.iter().copied());
        claims.unwrap().expires_at().unix_seconds() - now().unix_seconds()
    };
    assert_eq!((end(&[]), end(&[late]), end(&[late, early])), (3600, 3600, 60));
}

#[test]
fn a_lifetime_is_a_second_to_twelve_hours() {
    for text in ["1s", "15m", "1h", "12h"] {
        assert!(text.parse::<Lifetime>().is_ok(), "{text}");
    }
    for text in ["", "0s", "43201s", "13h", "1d", "-1h", "1", "1w"] {
        assert!(text.parse::<Lifetime>().is_err(), "{text}");
    }
}

#[test]
fn a_token_with_what_it_may_say_is_one() {
    for members in [
        json!({}),
        json!({"nbf": 0}),
        json!({"nbf": -5}),
        json!({"jti": "a"}),
        json!({"permissions": [], "apis": []}),
        json!({"permissions": ["a:b"], "apis": ["*", "latchkey"], "allowed_cidrs": ["::/0"]}),
        json!({"exp": now().unix_seconds() + 12 * 3600}),
    ] {
        let claims = with(claims(), &members);
        assert!(is_token(&signed(&header().to_string(), &claims.to_string())), "{claims}");
    }
}

#[test]
fn a_header_says_three_things_and_nothing_else() {
    for members in [
        json!({"alg": "none"}),
        json!({"alg": "None"}),
        json!({"alg": "HS256"}),
        json!({"alg": "ES256"}),
        json!({"alg": "Ed25519"}),
        json!({"alg": "eddsa"}),
        json!({"alg": null}),
        json!({"alg": ["EdDSA"]}),
        json!({"alg": {"EdDSA": null}}),
        json!({"typ": {"JWT": null}}),
        json!({"typ": null}),
        json!({"typ": "jwt"}),
        json!({"typ": "at+jwt"}),
        json!({"kid": null}),
        json!({"kid": ""}),
        json!({"kid": "ExampleKey00000"}),
        json!({"kid": "ExampleKey00000é"}),
        json!({"kid": "../../etc/passwd"}),
        json!({"kid": 1}),
        json!({"crit": ["exp"]}),
        json!({"jwk": {"kty": "OKP"}}),
        json!({"jku": "https://latchkey.dev/keys"}),
        json!({"b64": false}),
        json!({"cty": "JWT"}),
        json!({"x": 1}),
    ] {
        let header = with(header(), &members);
        assert!(PresentedToken::parse(&signed(&header.to_string(), &claims().to_string())).is_err(), "{header}");
    }
}

#[test]
fn claims_are_what_they_must_be_and_nothing_else() {
    let now = now().unix_seconds();
    for members in [
        json!({"iat": null}),
        json!({"exp": null}),
        json!({"exp": now}),
        json!({"exp": now - 1}),
        json!({"exp": now + 12 * 3600 + 1}),
        json!({"exp": i64::MAX}),
        json!({"exp": u64::MAX}),
        json!({"iat": i64::MIN, "exp": i64::MAX}),
        json!({"iat": -1, "exp": 60}),
        json!({"exp": 1_763_713_860.5}),
        json!({"exp": (now + 60).to_string()}),
        json!({"exp": [now + 60]}),
        json!({"exp": true}),
        json!({"nbf": "soon"}),
        json!({"jti": ""}),
        json!({"jti": "a".repeat(129)}),
        json!({"jti": 1}),
        json!({"permissions": "a:b"}),
        json!({"permissions": ["a"]}),
        json!({"permissions": {"a": "b"}}),
        json!({"permissions": [["a:b"]]}),
        json!({"apis": ["Orders"]}),
        json!({"allowed_cidrs": []}),
        json!({"allowed_cidrs": ["10.0.0.1/8"]}),
        json!({"permission": ["a:b"]}),
        json!({"sub": "somebody"}),
        json!({"iss": "latchkey"}),
        json!({"aud": "*"}),
        json!({"Permissions": []}),
        json!({"scope": "a"}),
    ] {
        let claims = with(claims(), &members);
        assert!(PresentedToken::parse(&signed(&header().to_string(), &claims.to_string())).is_err(), "{claims}");
    }
}

#[test]
fn json_that_is_read_in_two_ways_is_refused() {
    let (iat, exp) = (now().unix_seconds(), now().unix_seconds() + 60);
    let good = header().to_string();
    for claims in [
        format!(r#"{{"iat":{iat},"exp":{exp},"exp":{exp}}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp},"apis":["orders"],"apis":["*"]}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp},"\u0061pis":["orders"],"apis":["*"]}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp},"permissions":null}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp},"apis":null}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp},"allowed_cidrs":null}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp},"nbf":null}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp}}}{{}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp}}} x"#),
        format!(r#" {{"iat":{iat},"exp":{exp}}}"#),
        format!("[{iat},{exp}]"),
        format!(r#"{{"iat":{iat},"exp":{exp},}}"#),
        format!(r#"{{"iat":{iat},"exp":{exp}e0}}"#),
        format!("\u{feff}{{\"iat\":{iat},\"exp\":{exp}}}"),
        "{}".to_owned(),
        String::new(),
        "null".to_owned(),
        "[".repeat(2000),
    ] {
        assert!(PresentedToken::parse(&signed(&good, &claims)).is_err(), "{claims}");
    }
    let good = claims().to_string();
    for header in [
        r#"{"alg":"none","alg":"EdDSA","typ":"JWT","kid":"ExampleKey000001"}"#,
        r#"{"alg":"EdDSA","typ":"JWT","kid":"ExampleKey000001","kid":"ExampleKey000002"}"#,
        r#"["EdDSA","JWT","ExampleKey000001"]"#,
        r#""EdDSA""#,
        "",
    ] {
        assert!(PresentedToken::parse(&signed(header, &good)).is_err(), "{header}");
    }
}

#[test]
fn a_signature_is_of_these_bytes_by_this_key() {
    let token = signed(&header().to_string(), &claims().to_string());
    assert!(is_token(&token));
    let parts: Vec<_> = token.split('.').collect();
    let [head, payload, signature] = parts[..] else { panic!("three parts") };

    // Signed by nobody.
    assert!(!is_token(&format!("{head}.{payload}.")));
    assert!(!is_token(&format!("{head}.{payload}.{}", URL_SAFE_NO_PAD.encode([0; 64]))));
    // HS256 with the public key as the secret, under either name of the algorithm.
    let hmac_key = hmac::Key::new(hmac::HMAC_SHA256, signer().as_bytes());
    for alg in ["HS256", "EdDSA"] {
        let head = URL_SAFE_NO_PAD.encode(with(header(), &json!({"alg": alg})).to_string());
        let tag = hmac::sign(&hmac_key, format!("{head}.{payload}").as_bytes());
        assert!(!is_token(&format!("{head}.{payload}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))), "{alg}");
    }
    // Another header or payload under the same signature.
    let other = URL_SAFE_NO_PAD.encode(with(claims(), &json!({"jti": "other"})).to_string());
    assert!(!is_token(&format!("{head}.{other}.{signature}")));
    let other = URL_SAFE_NO_PAD.encode(with(header(), &json!({"kid": "ExampleKey000002"})).to_string());
    assert!(!is_token(&format!("{other}.{payload}.{signature}")));
    // Any bit of the signature.
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for bit in 0..512 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!is_token(&format!("{head}.{payload}.{}", URL_SAFE_NO_PAD.encode(flipped))), "bit {bit}");
    }
}

#[test]
fn there_is_one_way_to_write_a_token() {
    let token = signed(&header().to_string(), &claims().to_string());
    let (input, signature) = token.rsplit_once('.').unwrap();
    // Of the last character, four bits belong to nothing.
    let (whole, last) = signature.split_at(signature.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    for other in [
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.x"),
        token.replace('.', ".."),
        token.replace('.', " "),
        input.to_owned(),
        format!("{input}.{whole}{next}"),
        format!("{input}.{signature}AA"),
        format!("{input}.{signature}\n"),
    ] {
        assert!(!is_token(&other), "{other}");
    }
}

#[test]
fn a_token_has_at_most_four_kibibytes() {
    let padded = |length: usize| {
        let permissions: Vec<_> =
            (0..length).map(|number| format!("a-resource-with-a-name/number-{number}:read")).collect();
        signed(&header().to_string(), &with(claims(), &json!({"permissions": permissions})).to_string())
    };
    let (short, long) = (padded(60), padded(90));
    assert!(short.len() <= MAX_LENGTH && long.len() > MAX_LENGTH, "{} {}", short.len(), long.len());
    assert!(is_token(&short));
    assert!(!is_token(&long));
}

#[test]
fn a_token_works_between_its_times_with_half_a_minute_to_spare() {
    let read = |members: &Value| {
        let text = signed(&header().to_string(), &with(claims(), members).to_string());
        PresentedToken::parse(&text).unwrap().claims().clone()
    };
    let (start, hour) = (now().unix_seconds(), read(&json!({})));
    let at = |seconds: i64| Timestamp::from_unix_seconds(start + seconds).unwrap();
    for (second, expected) in [(-31, false), (-30, true), (0, true), (3600, true), (3629, true), (3630, false)] {
        assert_eq!(hour.is_in_time(at(second)), expected, "{second}");
    }
    let later = read(&json!({"nbf": start + 100}));
    for (second, expected) in [(69, false), (70, true), (100, true)] {
        assert_eq!(later.is_in_time(at(second)), expected, "{second}");
    }
}

#[test]
fn no_token_prints_itself() {
    let token = signed(&header().to_string(), &claims().to_string());
    let presented = PresentedToken::parse(&token).unwrap();
    assert_eq!(format!("{presented:?}"), "PresentedToken(ExampleKey000001, text hidden)");
    let claims = Claims::new(Narrowing::default(), Lifetime::default(), now(), []).unwrap();
    let plain = PlainToken::mint("ExampleKey000001".parse().unwrap(), TEXT, &claims).unwrap();
    assert_eq!(format!("{plain:?}"), "PlainToken(text hidden)");
}
