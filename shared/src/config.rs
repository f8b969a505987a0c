//! The settings of a deployment, read once from the environment.
//!
//! A bad value stops the function at start and names its variable; none is guessed at.

use std::{fmt, time::Duration};

use crate::{
    expiry::{Overlap, Period},
    key::KeyPrefix,
    scope::{Deployment, Provider},
};

/// Everything that can be set. Each field's doc names its variable.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TABLE_NAME`, required.
    pub table_name: String,
    /// `DEPLOYMENT_PROVIDER` (default `aws`) and `DEPLOYMENT_REGION` (default `AWS_REGION`).
    pub deployment: Deployment,
    /// `KEY_PREFIX`, default `lk`.
    pub key_prefix: KeyPrefix,
    /// `MAX_KEY_LIFETIME`, such as `90d`; unset for no maximum.
    pub max_key_lifetime: Option<Period>,
    /// `CACHE_TTL_SECONDS`, 0 to 3600, default 10; 0 turns the cache off.
    pub cache_ttl: Duration,
    /// `STALE_SECONDS`, 0 to 3600, default 60; 0 turns stale service off.
    pub stale: Duration,
    /// `KEY_HEADERS`, comma-separated, default `secret,client-key`, none if empty; in lower case.
    pub key_headers: Vec<String>,
    /// `KEY_COOKIES`, comma-separated, default `latchkey`, none if empty.
    pub key_cookies: Vec<String>,
    /// `UNAUTHENTICATED`.
    pub unauthenticated: Unauthenticated,
    /// `POLICY_SCOPE`.
    pub policy_scope: PolicyScope,
    /// `ROTATION_OVERLAP`, at most `30d`, default `24h`.
    pub rotation_overlap: Overlap,
    /// `ROOT_SECRET_ARN`: the secret that holds the root key, for the function that rotates it.
    pub root_secret: Option<String>,
}

/// How an unauthenticated request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unauthenticated {
    /// `unauthorized` (default): the error that API Gateway turns into 401.
    Unauthorized,
    /// `deny`: a Deny, which becomes 403; for gateways that turn the error into a 500.
    Deny,
}

/// What an IAM policy of the authorizer covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyScope {
    /// `request` (default): this request only.
    Request,
    /// `key`: every route that the key may call, for use with API Gateway's result cache.
    Key,
}

/// A setting is missing or has a bad value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    variable: &'static str,
    problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the setting {}: {}", self.variable, self.problem)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// Names the first variable that is missing or bad.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(from_env)
    }

    /// Reads settings from anywhere. An empty value counts as unset, as templates cannot leave a variable out, but for
    /// the lists, where it is an empty list.
    ///
    /// # Errors
    /// Names the first variable that is missing or bad.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = Settings(|variable: &str| {
            let is_list = ["KEY_HEADERS", "KEY_COOKIES"].contains(&variable);
            lookup(variable).filter(|value| is_list || !value.is_empty())
        });
        Ok(Self {
            table_name: settings.table_name()?,
            deployment: settings.deployment()?,
            key_prefix: settings.parsed("KEY_PREFIX", "lk", |text| text.parse().map_err(text_of))?,
            max_key_lifetime: settings.max_key_lifetime()?,
            cache_ttl: settings.parsed("CACHE_TTL_SECONDS", "10", seconds)?,
            stale: settings.parsed("STALE_SECONDS", "60", seconds)?,
            key_headers: settings.parsed("KEY_HEADERS", "secret,client-key", header_names)?,
            key_cookies: settings.parsed("KEY_COOKIES", "latchkey", |text| names(text).map(owned))?,
            unauthenticated: settings.parsed("UNAUTHENTICATED", "unauthorized", |text| match text {
                "unauthorized" => Ok(Unauthenticated::Unauthorized),
                "deny" => Ok(Unauthenticated::Deny),
                _ => Err("must be unauthorized or deny".to_owned()),
            })?,
            policy_scope: settings.parsed("POLICY_SCOPE", "request", |text| match text {
                "request" => Ok(PolicyScope::Request),
                "key" => Ok(PolicyScope::Key),
                _ => Err("must be request or key".to_owned()),
            })?,
            rotation_overlap: settings.parsed("ROTATION_OVERLAP", "24h", |text| text.parse().map_err(text_of))?,
            root_secret: settings.root_secret()?,
        })
    }
}

/// The value of an environment variable. What is no text is kept as such with its bad parts marked, so that a parser
/// refuses it, where dropping it would leave a default in its place.
#[must_use]
pub fn from_env(variable: &str) -> Option<String> {
    std::env::var_os(variable).map(|value| value.to_string_lossy().into_owned())
}

/// Values by the names of their variables.
struct Settings<L>(L);

impl<L: Fn(&str) -> Option<String>> Settings<L> {
    /// The rules are `DynamoDB`'s.
    fn table_name(&self) -> Result<String, ConfigError> {
        let variable = "TABLE_NAME";
        let refused = |problem: &str| ConfigError { variable, problem: problem.to_owned() };
        let name = (self.0)(variable).ok_or_else(|| refused("is missing"))?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if (3..=255).contains(&name.len()) && name.bytes().all(fits) {
            Ok(name)
        } else {
            Err(refused("must have 3 to 255 letters, digits and _ . -"))
        }
    }

    fn parsed<T>(
        &self,
        variable: &'static str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let value = (self.0)(variable);
        parse(value.as_deref().unwrap_or(default)).map_err(|problem| ConfigError { variable, problem })
    }

    fn deployment(&self) -> Result<Deployment, ConfigError> {
        let provider: Provider = self.parsed("DEPLOYMENT_PROVIDER", "aws", |text| text.parse().map_err(text_of))?;
        // Lambda itself sets AWS_REGION.
        let home = (self.0)("AWS_REGION").unwrap_or_default();
        self.parsed("DEPLOYMENT_REGION", &home, |text| Deployment::new(provider, text).map_err(text_of))
    }

    /// Only its general form is checked: what it names is asked of Secrets Manager.
    fn root_secret(&self) -> Result<Option<String>, ConfigError> {
        let variable = "ROOT_SECRET_ARN";
        let Some(arn) = (self.0)(variable) else { return Ok(None) };
        let parts: Vec<_> = arn.splitn(7, ':').collect();
        // Secrets Manager ends it with six characters of its own, and an ARN without them equals none.
        let is_whole = |name: &str| name.rsplit_once('-').is_some_and(|(name, end)| !name.is_empty() && end.len() == 6);
        if matches!(&*parts, ["arn", _, "secretsmanager", _, _, "secret", name] if is_whole(name)) {
            Ok(Some(arn))
        } else {
            Err(ConfigError { variable, problem: "must be the whole ARN of a secret".to_owned() })
        }
    }

    fn max_key_lifetime(&self) -> Result<Option<Period>, ConfigError> {
        let variable = "MAX_KEY_LIFETIME";
        let Some(text) = (self.0)(variable) else { return Ok(None) };
        match text.parse::<Period>() {
            Ok(period) if period.seconds() > 0 => Ok(Some(period)),
            Ok(_) => Err(ConfigError { variable, problem: "must be more than 0".to_owned() }),
            Err(error) => Err(ConfigError { variable, problem: error.to_string() }),
        }
    }
}

fn text_of(error: impl std::error::Error) -> String {
    error.to_string()
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds) if seconds <= 3600 => Ok(Duration::from_secs(seconds)),
        _ => Err("must be a whole number of seconds from 0 to 3600".to_owned()),
    }
}

/// Names of headers or cookies: RFC 9110 tokens.
fn names(text: &str) -> Result<impl Iterator<Item = &str>, String> {
    let is_token = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let names = || text.split(',').map(str::trim).filter(|_| !text.is_empty());
    if names().all(is_token) { Ok(names()) } else { Err("must be names separated by commas".to_owned()) }
}

fn owned<'t>(names: impl Iterator<Item = &'t str>) -> Vec<String> {
    names.map(str::to_owned).collect()
}

fn header_names(text: &str) -> Result<Vec<String>, String> {
    names(text).map(|names| names.map(str::to_ascii_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let all = [("TABLE_NAME", "keys"), ("AWS_REGION", "eu-west-1")];
        Config::from_lookup(|wanted| {
            settings.iter().chain(&all).find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_deployment_needs_nothing_but_its_table() {
        let config = read(&[]).unwrap();
        assert_eq!(config.table_name, "keys");
        assert_eq!(config.deployment, Deployment::new(Provider::Aws, "eu-west-1").unwrap());
        assert_eq!(config.cache_ttl, Duration::from_secs(10));
        assert_eq!(config.stale, Duration::from_mins(1));
        assert_eq!(config.key_headers, ["secret", "client-key"]);
        assert_eq!(config.key_cookies, ["latchkey"]);
        assert_eq!(config.max_key_lifetime, None);
        assert_eq!(config.unauthenticated, Unauthenticated::Unauthorized);
        assert_eq!(config.policy_scope, PolicyScope::Request);
        assert_eq!(config.rotation_overlap.to_string(), "1d");
        assert_eq!(config.root_secret, None);
    }

    #[test]
    fn an_empty_value_is_an_unset_one() {
        assert_eq!(read(&[("MAX_KEY_LIFETIME", ""), ("KEY_PREFIX", "")]).unwrap().max_key_lifetime, None);
        assert!(read(&[("TABLE_NAME", "")]).is_err());
        let none = read(&[("KEY_HEADERS", ""), ("KEY_COOKIES", "")]).unwrap();
        assert!(none.key_headers.is_empty() && none.key_cookies.is_empty());
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        for (variable, value) in [
            ("TABLE_NAME", "no blanks"),
            ("TABLE_NAME", "ab"),
            ("DEPLOYMENT_PROVIDER", "AWS"),
            ("DEPLOYMENT_REGION", "*"),
            ("DEPLOYMENT_REGION", "us-eest-1"),
            ("KEY_PREFIX", "LK"),
            ("MAX_KEY_LIFETIME", "soon"),
            ("MAX_KEY_LIFETIME", "0d"),
            ("MAX_KEY_LIFETIME", "\u{fffd}"),
            ("CACHE_TTL_SECONDS", "-1"),
            ("CACHE_TTL_SECONDS", "3601"),
            ("STALE_SECONDS", "a minute"),
            ("KEY_HEADERS", "a,,b"),
            ("KEY_HEADERS", "a b"),
            ("KEY_COOKIES", "a;b"),
            ("UNAUTHENTICATED", "401"),
            ("POLICY_SCOPE", "Request"),
            ("ROTATION_OVERLAP", "31d"),
            ("ROOT_SECRET_ARN", "latchkey/root-key"),
            ("ROOT_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:root"),
            ("ROOT_SECRET_ARN", "arn:aws:ssm:eu-west-1:123456789012:secret:a"),
        ] {
            let error = read(&[(variable, value)]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the setting {variable}: ")), "{error}");
        }
    }

    #[test]
    fn header_names_are_compared_in_lower_case() {
        assert_eq!(read(&[("KEY_HEADERS", "Secret, X-Key")]).unwrap().key_headers, ["secret", "x-key"]);
    }
}
