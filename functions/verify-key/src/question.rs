//! The body of `POST /verify`.

use std::net::IpAddr;

use shared::{
    decision::{self, Called},
    edge::{
        error::Problem,
        request::{Fields, list, text},
    },
    grant::{Permission, Permissions},
    scope::{Deployment, Provider},
};

/// A key, and what it is held against. It does not print itself.
pub(crate) struct Question {
    pub(crate) key: String,
    place: Deployment,
    source: Option<IpAddr>,
    called: Call,
    permissions: Vec<Permission>,
}

/// What is called with the key.
enum Call {
    /// Nothing that is to be checked.
    None,
    Of {
        method: String,
        path: String,
    },
}

impl Question {
    /// The question in a body. Where no place is named, the deployment's own is meant.
    pub(crate) fn read(mut fields: Fields, home: Deployment) -> Result<Self, Problem> {
        let key = fields.required("key", text::<String>);
        let place = place(&mut fields, home);
        let source = fields.optional("ip", text);
        let called = called(&mut fields);
        let permissions = fields.optional("permissions", list::<Permission, Permissions>).unwrap_or_default();
        let question = || {
            let permissions = permissions.iter().cloned().collect();
            Some(Self { key: key?, place: place?, source, called: called?, permissions })
        };
        let question = question();
        fields.finish(question)
    }

    /// What the key is held against.
    pub(crate) fn request(&self) -> decision::Request<'_> {
        let called = match &self.called {
            Call::None => None,
            Call::Of { method, path } => Some(Called { method, path, route: "", is_own: false }),
        };
        decision::Request { place: self.place, source: self.source, called, permissions: &self.permissions }
    }
}

/// `provider` and `region`, or neither.
fn place(fields: &mut Fields, home: Deployment) -> Option<Deployment> {
    let provider: Option<Provider> = fields.optional("provider", text);
    let region: Option<String> = fields.optional("region", text);
    match (provider, region) {
        _ if !fields.is_right("provider") || !fields.is_right("region") => None,
        (None, None) => Some(home),
        (Some(provider), Some(region)) => {
            Deployment::new(provider, &region).map_err(|error| fields.wrong("region", error.to_string())).ok()
        }
        (Some(_), None) => {
            fields.wrong("region", "is required together with provider");
            None
        }
        (None, Some(_)) => {
            fields.wrong("provider", "is required together with region");
            None
        }
    }
}

/// `method` and `path`, or neither.
fn called(fields: &mut Fields) -> Option<Call> {
    let method = fields.optional("method", |value| match text::<String>(value)? {
        method if (1..=16).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Ok(method)
        }
        _ => Err("must be an HTTP method in capital letters".to_owned()),
    });
    let path = fields.optional("path", |value| match text::<String>(value)? {
        path if path.starts_with('/') && path.len() <= 8192 => Ok(path),
        _ => Err("must start with / and have at most 8192 bytes".to_owned()),
    });
    match (method, path) {
        _ if !fields.is_right("method") || !fields.is_right("path") => None,
        (None, None) => Some(Call::None),
        (Some(method), Some(path)) => Some(Call::Of { method, path }),
        (Some(_), None) => {
            fields.wrong("path", "is required together with method");
            None
        }
        (None, Some(_)) => {
            fields.wrong("method", "is required together with path");
            None
        }
    }
}
