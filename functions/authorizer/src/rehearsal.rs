//! Rehearsing, while nobody waits.
//!
//! What a process does for the first time takes several times as long as ever after, and Lambda gives a function more of the
//! processor while it starts than later. So before the first request, an event goes the whole way of one, to a table that
//! is a part of the play. Nothing of it is kept: it is played by a door of its own, on which nobody can knock.

use std::sync::Arc;

use shared::{
    clock::SystemClock,
    config::Config,
    edge::{App, SdkConfig, forget_log, on_stage, write_log},
    entropy::SystemEntropy,
    store::Patience,
};

use crate::Authorizer;

/// A request with the key that the table of the play has.
const EVENT: &str = include_str!("../../../events/authorizer.http-2.0.json");
/// How often it is played. The last time takes hardly longer than any after it.
const TIMES: usize = 3;

/// Plays it as the function is set up. The log that comes of it is made, too, and forgotten.
pub(crate) async fn rehearse(config: &Config, sdk: &SdkConfig) {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let app = Arc::new(App::new(config.clone(), &on_stage(sdk), Patience::Door, clock, entropy));
    write_log();
    for _ in 0..TIMES {
        // By a door that has not read the key yet. What it says does not matter: a deployment may be none for this key.
        let _ = Authorizer::new(Arc::clone(&app)).handle(EVENT).await;
    }
    forget_log();
}
