//! Whose certificates prove that AWS is AWS.
//!
//! AWS's services have certificates of Amazon Trust Services, which recommends to whoever keeps a trust store of their own that
//! all of these five roots be in it (<https://www.amazontrust.com/repository/>). With them alone, nobody else's authority can
//! vouch for a false table, and a cold start is spared reading the hundreds that an operating system brings. Where something
//! else may answer than AWS itself, and in its partitions and at its endpoints that may keep other authorities, the system's
//! roots decide, as for any client of AWS's SDK. So they do where `SSL_CERT_FILE` is set, which is the way out should Amazon's
//! roots change. A certificate is verified in any case.

use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The roots as PEM. They end between 2037 and 2040.
const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");

/// Where the SDK's own settings may name another place than AWS, or another authority.
const ELSEWHERE: [&str; 8] = [
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "all_proxy",
    "http_proxy",
    "https_proxy",
];

/// The addresses of services. One without TLS has nothing to prove.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"];

/// A client that trusts Amazon's roots alone, if the settings leave nothing but AWS to talk to.
pub(super) fn client(setting: impl Fn(&str) -> Option<String>) -> Option<SharedHttpClient> {
    if !is_amazons(setting) {
        return None;
    }
    let roots = TrustStore::empty().with_pem_certificate(AMAZON);
    let context = TlsContext::builder().with_trust_store(roots).build().ok()?;
    Some(Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context).build_https())
}

fn is_amazons(setting: impl Fn(&str) -> Option<String>) -> bool {
    let set = |variable: &str| setting(variable).filter(|value| !value.is_empty());
    let is_plain = |url: String| url.starts_with("http://");
    set("AWS_REGION").is_some_and(|region| has_amazons_roots(&region))
        && set("AWS_USE_FIPS_ENDPOINT").is_none_or(|value| value.eq_ignore_ascii_case("false"))
        && ELSEWHERE.iter().all(|variable| set(variable).is_none())
        && ENDPOINTS.iter().all(|variable| set(variable).is_none_or(is_plain))
}

/// Whether a region is one of AWS's commercial ones. The government's, China, the sovereign and the secret ones are partitions of
/// their own, and may have authorities of their own.
fn has_amazons_roots(region: &str) -> bool {
    let mut parts = region.split('-');
    let is_known = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"].contains(&parts.next().unwrap_or_default());
    is_known && parts.next().is_some_and(|part| part != "gov" && !part.starts_with("iso"))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;

    fn with(settings: &[(&str, &str)]) -> bool {
        is_amazons(|variable| settings.iter().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn amazons_roots_are_those_that_amazon_publishes() {
        let pem = std::str::from_utf8(AMAZON).unwrap();
        let fingerprints: Vec<String> = pem
            .split("-----END CERTIFICATE-----")
            .filter_map(|part| part.split_once("-----BEGIN CERTIFICATE-----"))
            .map(|(_, body)| STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap())
            .map(|der| Sha256::digest(der).iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}")))
            .collect();
        // https://www.amazontrust.com/repository/
        assert_eq!(
            fingerprints,
            [
                "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
                "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
                "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
                "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
                "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
            ]
        );
        assert!(client(|variable| (variable == "AWS_REGION").then(|| "us-east-1".to_owned())).is_some());
    }

    #[test]
    fn amazons_roots_are_enough_where_only_aws_can_answer() {
        assert!(with(&[("AWS_REGION", "eu-central-1")]));
        assert!(with(&[("AWS_REGION", "us-west-1"), ("SSL_CERT_FILE", ""), ("AWS_USE_FIPS_ENDPOINT", "false")]));
        assert!(with(&[("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000")]));
    }

    #[test]
    fn the_systems_roots_decide_where_somebody_else_may_answer() {
        assert!(!with(&[]));
        for region in ["cn-north-1", "eusc-de-east-1", "us-gov-west-1", "us-iso-east-1", "eu-isoe-west-1", "us", ""] {
            assert!(!with(&[("AWS_REGION", region)]), "{region}");
        }
        for (variable, value) in [
            ("AWS_ENDPOINT_URL", "https://localhost:4566"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "HTTPS://table.internal"),
            ("AWS_USE_FIPS_ENDPOINT", "true"),
            ("HTTPS_PROXY", "http://proxy:3128"),
            ("SSL_CERT_FILE", "/etc/pki/own.pem"),
        ] {
            assert!(!with(&[("AWS_REGION", "us-east-1"), (variable, value)]), "{variable}");
        }
    }
}
