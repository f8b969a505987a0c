//! Texts that want to be tokens. The rules one by one are in the domain's own tests; here they meet the door.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    code,
    forge::{claims, compact, header, input, key_pair, public_key, sign, token},
};
use crate::support::{Key, TestStack, proxy::Proxy};

fn start() -> i64 {
    crate::support::START.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// What is no token at all, with a word for it.
fn malformed(key: &Key) -> Vec<(&'static str, String)> {
    let good = header(&key.id).to_string();
    let of = |header: &Value| sign(&key.text, &header.to_string(), &claims(json!({})).to_string());
    let says = |more: Value| sign(&key.text, &good, &claims(more).to_string());
    let raw = |claims: &str| sign(&key.text, &good, claims);
    let (iat, exp) = (start(), start() + 60);
    let plain = input(&json!({"alg": "none", "typ": "JWT", "kid": key.id}).to_string(), &claims(json!({})).to_string());
    let hs256 =
        input(&json!({"alg": "HS256", "typ": "JWT", "kid": key.id}).to_string(), &claims(json!({})).to_string());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &public_key(&key.text));
    vec![
        ("alg none, unsigned", format!("{plain}.")),
        ("alg none, signed", compact(&plain, key_pair(&key.text).sign(plain.as_bytes()).as_ref())),
        ("HS256 with the public key", compact(&hs256, hmac::sign(&secret, hs256.as_bytes()).as_ref())),
        ("another algorithm", of(&json!({"alg": "ES256", "typ": "JWT", "kid": key.id}))),
        ("no kid", of(&json!({"alg": "EdDSA", "typ": "JWT"}))),
        ("a kid of another form", of(&json!({"alg": "EdDSA", "typ": "JWT", "kid": "../../keys"}))),
        ("its own key", of(&json!({"alg": "EdDSA", "typ": "JWT", "kid": key.id, "jwk": {"kty": "OKP"}}))),
        (
            "a critical extension",
            of(&json!({"alg": "EdDSA", "typ": "JWT", "kid": key.id, "crit": ["b64"], "b64": false})),
        ),
        ("exp too far", says(json!({"exp": iat + 43_201}))),
        ("exp before iat", says(json!({"exp": iat - 1}))),
        ("no exp", raw(&json!({"iat": iat}).to_string())),
        ("a claim that is none", says(json!({"sub": "admin"}))),
        ("a narrowing that is null", says(json!({"apis": null}))),
        ("no network at all", says(json!({"allowed_cidrs": []}))),
        ("exp twice", raw(&format!(r#"{{"iat":{iat},"exp":{exp},"exp":{exp}}}"#))),
        ("apis twice", raw(&format!(r#"{{"iat":{iat},"exp":{exp},"apis":[],"\u0061pis":["*"]}}"#))),
        ("an array", raw(&format!("[{iat},{exp}]"))),
        ("two documents", raw(&format!(r#"{{"iat":{iat},"exp":{exp}}}{{"iat":{iat},"exp":{exp}}}"#))),
        (
            "too long",
            says(
                json!({"jti": "x", "permissions": (0..99).map(|n| format!("{}:{n}", "a".repeat(40))).collect::<Vec<_>>()}),
            ),
        ),
        ("padding", format!("{}=", token(&key.id, &key.text, json!({})))),
        ("a fourth part", format!("{}.x", token(&key.id, &key.text, json!({})))),
    ]
}

#[tokio::test]
async fn what_is_no_token_is_refused_without_a_read() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    let key = stack.create(json!({})).await;
    // The key that makes them is in order, so it is the tokens that are refused.
    stack.get("/demo/hello", &token(&key.id, &key.text, json!({}))).await.expect(200);
    // Which routes are open to all is read for the first refusal, and kept.
    stack.get("/demo/hello", "").await.expect(401);
    for (what, text) in malformed(&key) {
        proxy.forget();
        let answer = stack.get("/demo/hello", &text).await.expect(401);
        assert_eq!(answer.text, r#"{"message":"Unauthorized"}"#, "{what}");
        assert_eq!(proxy.total(), 0, "{what}");
        assert_eq!(code(&stack, &text).await, "MALFORMED", "{what}");
    }
}

#[tokio::test]
async fn a_token_that_another_key_signed_is_nobodys() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let (one, other) = (stack.create(json!({})).await, stack.create(json!({"apis": []})).await);
    let swapped = |from: &str, to: &str| {
        let (from, to): (Vec<_>, Vec<_>) = (from.split('.').collect(), to.split('.').collect());
        [format!("{}.{}.{}", from[0], to[1], from[2]), format!("{}.{}.{}", to[0], from[1], from[2])]
    };
    let (good, narrow) = (token(&one.id, &one.text, json!({})), token(&one.id, &one.text, json!({"apis": []})));
    let of_other = token(&other.id, &other.text, json!({"jti": "x"}));
    let unsigned = input(&header(&one.id).to_string(), &claims(json!({})).to_string());
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public_key(&one.text)), unsigned.as_bytes());
    let mut texts = vec![
        ("another key's signature", token(&one.id, &other.text, json!({}))),
        ("another key's id", token(&other.id, &one.text, json!({}))),
        ("an id that nobody has", token("0123456789abcdef", &one.text, json!({}))),
        ("the public key as the text", token(&one.id, &URL_SAFE_NO_PAD.encode(public_key(&one.text)), json!({}))),
        ("a MAC for a signature", compact(&unsigned, &[mac.as_ref(), mac.as_ref()].concat())),
        ("no signature", compact(&unsigned, &[0; 64])),
    ];
    texts.extend(swapped(&narrow, &good).into_iter().take(1).map(|text| ("claims of another token", text)));
    texts.extend(swapped(&good, &of_other).map(|text| ("parts of another key's token", text)));
    for (what, text) in texts {
        let answer = stack.get("/demo/hello", &text).await.expect(401);
        assert_eq!(answer.text, r#"{"message":"Unauthorized"}"#, "{what}");
        assert_eq!(code(&stack, &text).await, "NOT_FOUND", "{what}");
    }
    stack.get("/demo/hello", &good).await.expect(200);
}
