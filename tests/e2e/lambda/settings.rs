//! A function with a bad setting does not start.

use std::collections::BTreeSet;

use super::{
    emulator::{Emulator, run_alone},
    environment, events,
};
use crate::template::{model::function_names, settings::known};

#[tokio::test]
async fn a_bad_setting_stops_every_function_at_start_and_is_named() {
    let bad = [
        ("TABLE_NAME", ""),
        ("DEPLOYMENT_PROVIDER", "AWS"),
        ("DEPLOYMENT_REGION", "nowhere"),
        ("KEY_PREFIX", "LK"),
        ("MAX_KEY_LIFETIME", "soon"),
        ("CACHE_TTL_SECONDS", "-1"),
        ("STALE_SECONDS", "3601"),
        ("KEY_HEADERS", "a,,b"),
        ("KEY_COOKIES", "a;b"),
        ("UNAUTHENTICATED", "401"),
        ("POLICY_SCOPE", "all"),
        ("ROTATION_OVERLAP", "31d"),
        ("ROOT_SECRET_ARN", "latchkey/root-key"),
    ];
    let tried: BTreeSet<_> = bad.iter().map(|(variable, _)| (*variable).to_owned()).collect();
    let mut known = known();
    // Lambda sets this one itself.
    known.remove("AWS_REGION");
    assert_eq!(tried, known, "every setting is tried");
    let nowhere = events::endpoint("http://127.0.0.1:9");
    for function in function_names() {
        for setting @ (variable, value) in bad {
            let ended = run_alone(&function, &environment(&function, &nowhere, &[setting])).await;
            let output =
                format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
            assert!(!ended.status.success(), "{function} starts with {variable}={value}");
            assert!(output.contains(variable), "{function} with {variable}={value} says: {output}");
        }
        let mut without_table = environment(&function, &nowhere, &[]);
        without_table.remove("TABLE_NAME");
        let ended = run_alone(&function, &without_table).await;
        assert!(!ended.status.success() && String::from_utf8_lossy(&ended.stderr).contains("TABLE_NAME"), "{function}");
    }
}

#[tokio::test]
async fn a_bad_setting_fails_the_first_call_under_lambda() {
    for function in function_names() {
        let environment =
            environment(&function, &events::endpoint("http://127.0.0.1:9"), &[("STALE_SECONDS", "never")]);
        let emulator = Emulator::start(&function, &environment).await;
        let own = events::all().into_iter().find(|event| event.function == function).unwrap();
        let (status, text) = emulator.post(&own.text).await;
        assert_ne!(status, 200, "{function} answers with a bad setting: {text}");
        assert!(emulator.stop().await.contains("STALE_SECONDS"), "{function}");
    }
}
