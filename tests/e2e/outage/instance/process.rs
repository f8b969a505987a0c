//! The table's own process: killed where it stands, stopped, and there again.

use serde_json::json;
use tokio::sync::watch;

use super::{Decision, Instance};
use crate::{
    lambda::emulator::free_port,
    support::{TestStack, command::Home},
};

const SETTINGS: [(&str, &str); 2] = [("CACHE_TTL_SECONDS", "0"), ("STALE_SECONDS", "3600")];

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_table_is_ridden_out_and_brings_nothing_back() {
    let (home, port) = (Home::new(), free_port());
    let mut table = home.start_services_at(port, &[], &[]).await;
    let url = table.service("dynamodb").to_owned();
    let admin = TestStack::on_table(url.clone(), &[]).await;
    let instance = Instance::start(&url, &SETTINGS).await;
    let used = admin.create(json!({})).await;
    assert_eq!(instance.call(&used.text).await, Decision::Allowed);
    for round in 0..2 {
        let (doomed, unused) = (admin.create(json!({})).await, admin.create(json!({})).await);
        assert_eq!(instance.call(&doomed.text).await, Decision::Allowed);
        // In the midst of calls: some are over before it, one may be at the table, and some begin after it.
        let (told, mut count) = watch::channel(0);
        let (is_over, over) = watch::channel(false);
        let calls = async {
            while !*over.borrow() {
                let calls = *told.borrow();
                assert_eq!(instance.call(&used.text).await, Decision::Allowed, "call {calls} of round {round}");
                told.send_replace(calls + 1);
            }
            *told.borrow()
        };
        let crash = async {
            count.wait_for(|calls| *calls >= 3).await.unwrap();
            table.kill().await;
            let before = *count.borrow_and_update();
            count.wait_for(|calls| *calls >= before + 1 + 3).await.unwrap();
            is_over.send_replace(true);
        };
        let (calls, ()) = tokio::join!(calls, crash);
        assert_eq!(instance.call(&unused.text).await, Decision::Failed);

        table = home.start_services_at(port, &[], &[]).await;
        admin.revoke(&doomed.id, admin.root()).await.expect(200);
        assert_eq!(instance.call(&doomed.text).await, Decision::Refused);
        assert_eq!(instance.call(&used.text).await, Decision::Allowed);
        assert_eq!(instance.call(&unused.text).await, Decision::Allowed);
        println!("round {round}: {calls} calls across the crash");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_whose_process_stands_still_lets_nobody_in_anew() {
    let home = Home::new();
    let table = home.start_services(&[], &[]).await;
    let url = table.service("dynamodb").to_owned();
    let admin = TestStack::on_table(url.clone(), &[]).await;
    let instance = Instance::start(&url, &SETTINGS).await;
    let (used, unused) = (admin.create(json!({})).await, admin.create(json!({})).await);
    assert_eq!(instance.call(&used.text).await, Decision::Allowed);
    table.signal("STOP").await;
    for _ in 0..5 {
        assert_eq!(instance.call(&used.text).await, Decision::Allowed);
    }
    assert_eq!(instance.call(&unused.text).await, Decision::Failed);
    table.signal("CONT").await;
    admin.revoke(&used.id, admin.root()).await.expect(200);
    assert_eq!(instance.call(&unused.text).await, Decision::Allowed);
    // Which has ended the silence.
    assert_eq!(instance.call(&used.text).await, Decision::Refused);
}
