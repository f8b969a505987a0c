//! Both ends of a rotation: the function that Secrets Manager calls, and how to have it rotate the root key.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use rotate_secret::Rotator;
use serde_json::Value;
use shared::{
    edge::{App, Error},
    store::messages,
    timestamp::Timestamp,
};

use crate::{
    secretsmanager::{PREVIOUS_UNTIL, Pending, ROOT_SECRET, RotationFunction, key_id_in, text_in},
    stack::sdk,
};

/// The function `rotate-secret`, in this process.
pub(crate) struct Rotation {
    rotator: Rotator,
    app: Arc<App>,
}

impl Rotation {
    /// One that reaches Secrets Manager at `url`.
    pub(crate) fn new(app: Arc<App>, url: &str) -> Self {
        Self { rotator: Rotator::new(Arc::clone(&app), &sdk(url)), app }
    }
}

impl RotationFunction for Rotation {
    fn step(&self, event: Value) -> Pending<'_, Result<(), Error>> {
        Box::pin(async move { self.rotator.handle(&event).await })
    }

    fn previous_until(&self, secret: String) -> Pending<'_, Option<Timestamp>> {
        Box::pin(async move {
            // The rotation is over whether or not the table tells this.
            let credential = self.app.table.credential(key_id_in(&secret)?).await.ok()??;
            credential.record.previous_until(self.app.clock.now().into())
        })
    }
}

/// A rotated root key. It is never printed but by the command: it holds the text.
pub(crate) struct Rotated {
    /// The new text.
    pub(crate) text: String,
    /// Until when the previous one works, if it does.
    pub(crate) previous_until: Option<String>,
}

/// Has the Secrets Manager at `url` rotate the root key.
///
/// # Errors
/// When it does not answer, or the rotation failed.
pub(crate) async fn rotate_root(url: &str) -> Result<Rotated, String> {
    let client = Client::new(&sdk(url));
    client.rotate_secret().secret_id(ROOT_SECRET).send().await.map_err(|error| messages(&error))?;
    let secret = client.get_secret_value().secret_id(ROOT_SECRET).send().await.map_err(|error| messages(&error))?;
    let text = secret.secret_string().and_then(text_in).ok_or("the secret of the root key holds none")?;
    let described = client.describe_secret().secret_id(ROOT_SECRET).send().await.map_err(|error| messages(&error))?;
    let until = described.tags().iter().find(|tag| tag.key() == Some(PREVIOUS_UNTIL));
    Ok(Rotated { text, previous_until: until.and_then(|tag| tag.value()).map(str::to_owned) })
}
