//! `latchkey dynamodb`: the services alone, as functions under `sam local` reach them.

use local::stack::sdk;
use reqwest::StatusCode;
use tokio::net::TcpListener;

use super::{NO_CACHE, current, kept, rotate_root, secrets};
use crate::support::{client, command::Home, id_of};

#[tokio::test]
async fn the_services_answer_any_client_of_aws() {
    let home = Home::new();
    let services = home.start_services(&["--ephemeral"], &[("TABLE_NAME", "my-keys")]).await;
    let [dynamodb, secretsmanager, root] = services.lines.as_slice() else { panic!("{:?}", services.lines) };
    let url = dynamodb.strip_prefix("dynamodb ").unwrap().strip_suffix(" table my-keys").unwrap();
    assert!(secretsmanager.starts_with("secretsmanager http://127.0.0.1:"), "{secretsmanager}");
    assert_eq!(*root, format!("root key {} (shown once; gone when this ends)", services.root()));

    let tables = aws_sdk_dynamodb::Client::new(&sdk(url));
    let table = tables.describe_table().table_name("my-keys").send().await.unwrap().table.unwrap();
    assert_eq!(table.table_status().unwrap().as_str(), "ACTIVE");
    assert_eq!(current(&secrets(&services)).await, services.root());
    assert_eq!(services.end("TERM").await, (Some(0), String::new()));
    assert_eq!(std::fs::read_dir(home.work()).unwrap().count(), 0);
}

#[tokio::test]
async fn any_client_of_aws_can_rotate_the_root_key() {
    let home = Home::new();
    let services = home.start_services(&[], &[]).await;
    let (old, secrets) = (services.root().to_owned(), secrets(&services));
    let rotated = secrets.rotate_secret().secret_id("latchkey/root-key").send().await.unwrap();
    let new = current(&secrets).await;
    assert!(new != old && id_of(&new) == id_of(&old));
    let described = secrets.describe_secret().secret_id("latchkey/root-key").send().await.unwrap();
    assert_eq!(described.rotation_enabled(), Some(true));
    let stages = described.version_ids_to_stages().unwrap();
    assert_eq!(stages[rotated.version_id().unwrap()], ["AWSCURRENT"]);
    assert_eq!(stages.len(), 2, "{stages:?}");
    let asked = rotate_root(&home, &[], &[]).await;
    assert_eq!(kept(&home), asked.text);
    services.end("INT").await;

    let latchkey = home.start(&[], &[NO_CACHE]).await;
    for (text, status) in [(&old, 401), (&new, 200), (&asked.text, 200)] {
        latchkey.get("/keys", text).await.expect(status);
    }
}

#[tokio::test]
async fn a_rotation_for_later_leaves_the_root_key_as_it_is() {
    let home = Home::new();
    let services = home.start_services(&["--ephemeral"], &[]).await;
    let secrets = secrets(&services);
    secrets.rotate_secret().secret_id("latchkey/root-key").rotate_immediately(false).send().await.unwrap();
    assert_eq!(current(&secrets).await, services.root());
    let described = secrets.describe_secret().secret_id("latchkey/root-key").send().await.unwrap();
    assert_eq!(described.version_ids_to_stages().unwrap().len(), 1);
}

#[tokio::test]
async fn a_container_may_ask_and_a_web_page_may_not() {
    let home = Home::new();
    let services = home.start_services(&["--ephemeral"], &[]).await;
    for (name, target) in
        [("dynamodb", "DynamoDB_20120810.ListTables"), ("secretsmanager", "secretsmanager.ListSecrets")]
    {
        for (host, status) in [
            ("host.docker.internal:8000", StatusCode::OK),
            ("localhost", StatusCode::OK),
            ("docker.internal.example.com", StatusCode::FORBIDDEN),
            ("host.docker.internal.example.com:8000", StatusCode::FORBIDDEN),
        ] {
            let request = client().post(services.service(name)).header("host", host);
            let answer = request.header("x-amz-target", target).body("{}").send().await.unwrap();
            assert_eq!(answer.status(), status, "{name} as {host}");
        }
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let home = Home::new();
    for (option, other) in [("--port", "--secretsmanager-port"), ("--secretsmanager-port", "--port")] {
        let output = home.run(&["dynamodb", option, &port, other, "0"], &[]).await;
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr.contains(&port) && stderr.trim_end().ends_with(&format!(" with {option}")), "{stderr}");
    }
    assert!(!home.path(".latchkey").exists());
}

#[tokio::test]
async fn a_folder_is_used_by_a_stack_or_by_its_services_alone() {
    let home = Home::new();
    let services = home.start_services(&[], &[]).await;
    let output = home.run(&["--port", "0"], &[]).await;
    assert!(String::from_utf8(output.stderr).unwrap().contains("in use"));
    services.end("TERM").await;
    let latchkey = home.start(&[], &[]).await;
    let output = home.run(&["dynamodb", "--port", "0", "--secretsmanager-port", "0"], &[]).await;
    assert!(String::from_utf8(output.stderr).unwrap().contains("in use"));
    latchkey.end("TERM").await;
}
