//! What is kept is on the disk, whole, before it is answered for.

use super::*;

/// A data folder with a root key in it, and a guard that keeps its secrets there.
async fn kept_in(folder: &Path) -> (Arc<DataFolder>, Guard) {
    let folder = Arc::new(DataFolder::open(folder).unwrap());
    let (secrets, kept) = (folder.secrets().unwrap(), Kept::Folder(Arc::clone(&folder)));
    let guard = Guard::new(secrets, kept, Arc::new(SystemClock), Arc::new(SystemEntropy)).await.unwrap();
    (folder, guard)
}

fn root_text() -> String {
    let id = KeyId::generate(&SystemEntropy).unwrap();
    PlainKey::generate(&"lk".parse().unwrap(), id, &SystemEntropy).unwrap().reveal().to_owned()
}

fn written(file: PathBuf) -> String {
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(file).unwrap()
}

#[tokio::test]
async fn every_change_is_on_the_disk_when_it_is_answered() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (root_text(), root_text());
    let arn = {
        let (_folder, guard) = kept_in(home.path()).await;
        let arn = guard.hold_root(&PresentedKey::parse(&old).unwrap(), &old).await.unwrap();
        assert!(written(home.path().join("secretsmanager.json")).contains(&old));
        assert_eq!(written(home.path().join("root-key")).trim(), old);
        let value = json!({"key_id": null, "key": new, "expires_at": null}).to_string();
        good(&guard, "PutSecretValue", json!({"SecretId": ROOT_SECRET, "SecretString": value})).await;
        assert_eq!(written(home.path().join("root-key")).trim(), new);
        arn
    };
    let (_folder, guard) = kept_in(home.path()).await;
    let read = good(&guard, "GetSecretValue", json!({"SecretId": arn})).await;
    assert!(read["SecretString"].as_str().unwrap().contains(&new));
    let previous = good(&guard, "GetSecretValue", json!({"SecretId": arn, "VersionStage": "AWSPREVIOUS"})).await;
    assert!(previous["SecretString"].as_str().unwrap().contains(&old));
}

#[tokio::test]
async fn what_cannot_be_written_is_not_answered_for() {
    let home = tempfile::tempdir().unwrap();
    let (_folder, guard) = kept_in(home.path()).await;
    good(&guard, "CreateSecret", json!({"Name": NAME, "SecretString": "one"})).await;
    // A folder where the draft of the file goes.
    fs::create_dir(home.path().join("secretsmanager.new")).unwrap();
    let fields = json!({"ClientRequestToken": FIRST, "SecretString": "two"});
    let (status, answer) = ask(&guard, "PutSecretValue", on_secret(fields)).await;
    assert_eq!((status, &answer["__type"]), (500, &json!("InternalServiceError")));
    assert_eq!(value(&guard, json!({})).await, "one");
    fs::remove_dir(home.path().join("secretsmanager.new")).unwrap();
    guard.close().await;
    let (status, _) = ask(&guard, "PutSecretValue", on_secret(json!({"SecretString": "two"}))).await;
    assert_eq!(status, 500, "the folder is another's by now");
}

#[tokio::test]
async fn the_secrets_and_the_root_keys_file_change_together() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (root_text(), root_text());
    let (_folder, guard) = kept_in(home.path()).await;
    guard.hold_root(&PresentedKey::parse(&old).unwrap(), &old).await.unwrap();
    let before = written(home.path().join("secretsmanager.json"));
    fs::create_dir(home.path().join("root-key.new")).unwrap();
    let value = json!({"key_id": null, "key": new, "expires_at": null}).to_string();
    let fields = json!({"SecretId": ROOT_SECRET, "SecretString": value});
    assert_eq!(ask(&guard, "PutSecretValue", fields.clone()).await.0, 500);
    assert_eq!(written(home.path().join("secretsmanager.json")), before);
    assert_eq!(written(home.path().join("root-key")).trim(), old);
    fs::remove_dir(home.path().join("root-key.new")).unwrap();
    good(&guard, "PutSecretValue", fields).await;
    assert_eq!(written(home.path().join("root-key")).trim(), new);
}
