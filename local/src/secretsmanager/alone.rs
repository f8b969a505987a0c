//! A Secrets Manager by itself, for tests of rotation functions.

use std::sync::Arc;

use serde_json::Value;
use shared::{clock::Clock, edge::Error, entropy::SystemEntropy, timestamp::Timestamp};

use super::{Guard, Kept, Pending, RotationFunction, SecretsManager};
use crate::server::listen;

/// Stands for a function that somebody else calls.
struct Elsewhere;

impl RotationFunction for Elsewhere {
    fn step(&self, _: Value) -> Pending<'_, Result<(), Error>> {
        Box::pin(async { Err("whoever began the rotation calls its steps".into()) })
    }

    fn previous_until(&self, _: String) -> Pending<'_, Option<Timestamp>> {
        Box::pin(async { None })
    }
}

impl SecretsManager {
    /// One in memory, with nothing in it, on any port. `RotateSecret` makes the pending version there and then fails:
    /// whoever asked for it calls the steps, in whichever way it is to be tried.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start_alone(clock: Arc<dyn Clock>) -> Result<Self, String> {
        let guard = Guard::new(None, Kept::Nowhere, clock, Arc::new(SystemEntropy)).await;
        let guard = Arc::new(guard.map_err(|error| error.to_string())?);
        guard.rotate_with(Arc::new(Elsewhere));
        Self::start(listen(0).await.map_err(|error| error.to_string())?, guard)
    }
}
