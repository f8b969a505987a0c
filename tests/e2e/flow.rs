//! A key's life, from its creation to the door that no longer opens.

pub(crate) mod places;
mod refusals;
mod scope;
mod secrets;
mod settings;
mod upstream;

use serde_json::{Value, json};

use crate::support::{START, TestStack, id_of, minimal, shape};

#[tokio::test]
async fn a_key_opens_a_door_until_it_is_revoked() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"name": "first"})).await;
    stack.get("/demo/hello", &key.text).await.expect(200);

    let listed = stack.list_all("name=first", 25).await;
    assert_eq!(listed.len(), 1);
    let shown = stack.get(&format!("/keys/{}", key.id), stack.root()).await.expect(200);
    assert_eq!(shown.json(), listed[0]);
    assert_eq!(shown.header("etag"), "\"1\"");
    assert_eq!(shown.json()["state"], "active");

    let revoked = stack.delete(&format!("/keys/{}?reason=left%20the%20team", key.id), stack.root()).await.expect(200);
    assert_eq!(revoked.header("etag"), "\"2\"");
    let record = revoked.json();
    assert_eq!(record["state"], "revoked");
    assert_eq!(record["revoked_at"], START);
    assert_eq!(record["revoked_by"], stack.root_id());
    assert_eq!(record["revoke_reason"], "left the team");
    assert_eq!(stack.get(&format!("/keys/{}", key.id), stack.root()).await.json(), record);
    assert_eq!(stack.list_all("name=first", 25).await, [record]);

    stack.clock.advance_seconds(10);
    let refused = stack.get("/demo/hello", &key.text).await.expect(401);
    assert_eq!(refused.text, r#"{"message":"Unauthorized"}"#);
}

#[tokio::test]
async fn without_a_cache_a_revoked_key_is_refused_at_once() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let key = stack.create(json!({})).await;
    stack.get("/demo/hello", &key.text).await.expect(200);
    stack.delete(&format!("/keys/{}", key.id), stack.root()).await.expect(200);
    stack.get("/demo/hello", &key.text).await.expect(401);
}

#[tokio::test]
async fn revoking_again_answers_with_the_first_revocation() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}", key.id);
    let first = stack.delete(&format!("{path}?reason=first"), stack.root()).await.expect(200);
    stack.clock.advance_seconds(60);
    for again in [format!("{path}?reason=second"), path] {
        let again = stack.delete(&again, stack.root()).await.expect(200);
        assert_eq!(again.json(), first.json());
        assert_eq!(again.header("etag"), first.header("etag"));
    }
}

#[tokio::test]
async fn a_new_key_is_shown_once_with_its_record() {
    let stack = TestStack::start().await;
    let answer = stack.post("/keys", stack.root(), &minimal()).await.expect(201);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/keys/{id}"));
    assert_eq!(body["created_by"], stack.root_id());
    let text = body["key"].as_str().unwrap();
    assert_eq!(id_of(text), id);
    assert_eq!(body["hint"], format!("lk_{}…{}", id.split_at(4).0, text.split_at(text.len() - 4).1));
    insta::assert_json_snapshot!(body, {
        ".id" => shape::id(),
        ".key" => shape::key("lk"),
        ".hint" => shape::hint("lk"),
        ".created_by" => shape::id(),
    });

    let shown = stack.get(answer.header("location"), stack.root()).await.expect(200);
    assert!(!shown.text.contains(text));
    assert_eq!(shown.json(), without_text(&body));
}

#[tokio::test]
async fn a_new_key_has_every_field_that_was_asked_for() {
    let stack = TestStack::start().await;
    let asked = json!({
        "name": "Ünder the 🔑", "description": "two\nlines", "owner": "team-a@example.com", "client_type": "mobile",
        "provider": "aws", "region": "*", "type": "super-user", "enabled": false, "prefix": "acme_live",
        "metadata": {"plan": "gold", "limits": {"rps": 5}, "list": [1, 2.5, null, true]}, "expires_in": "30d",
    });
    let answer = stack.post("/keys", stack.root(), &asked).await.expect(201);
    insta::assert_json_snapshot!(answer.json(), {
        ".id" => shape::id(),
        ".key" => shape::key("acme_live"),
        ".hint" => shape::hint("acme_live"),
        ".created_by" => shape::id(),
    });
}

#[tokio::test]
async fn a_null_field_is_the_same_as_a_missing_one() {
    let stack = TestStack::start().await;
    let nulls = json!({
        "description": null, "owner": null, "client_type": null, "metadata": null, "enabled": null, "prefix": null,
        "expires_at": null, "expires_in": null
    });
    let (with, without) = (stack.create(nulls).await, stack.create(json!({})).await);
    for (field, value) in without.body.as_object().unwrap() {
        if !["id", "key", "hint"].contains(&field.as_str()) {
            assert_eq!(&with.body[field], value, "{field}");
        }
    }
}

#[tokio::test]
async fn only_a_key_without_expiry_comes_with_a_warning() {
    let stack = TestStack::start().await;
    let endless = stack.create(json!({})).await;
    assert_eq!(endless.body["warnings"][0]["field"], "expires_at");
    let ending = stack.create(json!({"expires_in": "90d"})).await;
    assert_eq!(ending.body["warnings"], json!([]));
}

#[tokio::test]
async fn the_root_key_cannot_be_revoked() {
    let stack = TestStack::start().await;
    let path = format!("/keys/{}", stack.root_id());
    let before = stack.get(&path, stack.root()).await.expect(200);
    let refused = stack.delete(&path, stack.root()).await.expect(409);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    insta::assert_json_snapshot!(refused.json(), { ".request_id" => shape::request_id() });
    assert_eq!(stack.get(&path, stack.root()).await.json(), before.json());

    stack.clock.advance_seconds(10);
    stack.get("/demo/hello", stack.root()).await.expect(200);
}

#[tokio::test]
async fn the_root_key_is_a_super_user_for_every_region_of_its_provider() {
    let stack = TestStack::start().await;
    let shown = stack.get(&format!("/keys/{}", stack.root_id()), stack.root()).await.expect(200);
    insta::assert_json_snapshot!(shown.json(), { ".id" => shape::id(), ".hint" => shape::hint("lk") });
}

#[tokio::test]
async fn an_id_that_no_key_has_is_not_found() {
    let stack = TestStack::start().await;
    for id in ["0000000000000000", "short", "has-other-signs!", "00000000000000000", "%00", "%20", "🔑"] {
        for answer in [
            stack.get(&format!("/keys/{id}"), stack.root()).await,
            stack.delete(&format!("/keys/{id}"), stack.root()).await,
        ] {
            let problem = answer.expect(404);
            assert_eq!(problem.header("content-type"), "application/problem+json", "{id}");
            assert_eq!(problem.json()["type"], "urn:latchkey:problem:not-found", "{id}");
        }
    }
}

#[tokio::test]
async fn a_super_user_key_can_do_what_the_root_key_can() {
    let stack = TestStack::start().await;
    let admin = stack.create(json!({"type": "super-user", "owner": "ops"})).await;
    let made = stack.post("/keys", &admin.text, &minimal()).await.expect(201).json();
    assert_eq!((&made["owner"], &made["created_by"]), (&json!("ops"), &json!(admin.id)));
    stack.get("/keys", &admin.text).await.expect(200);
    let made = format!("/keys/{}", made["id"].as_str().unwrap());
    stack.get(&made, &admin.text).await.expect(200);
    assert_eq!(stack.delete(&made, &admin.text).await.expect(200).json()["revoked_by"], admin.id);
}

#[tokio::test]
async fn health_is_open_to_everybody() {
    let stack = TestStack::start().await;
    let health = stack.get("/health", "").await.expect(200);
    assert_eq!(health.json(), json!({"status": "ok"}));
    stack.get("/health", "no key at all").await.expect(200);
}

#[tokio::test]
async fn the_catalogue_tells_what_keys_can_be_made_of() {
    let stack = TestStack::start().await;
    stack.get("/catalogue", "").await.expect(401);
    let key = stack.create(json!({})).await;
    let catalogue = stack.get("/catalogue", &key.text).await.expect(200).json();
    for provider in catalogue["providers"].as_array().unwrap() {
        let regions = provider["regions"].as_array().unwrap();
        assert_eq!(regions[0], json!({"region": "*", "name": "Any region"}));
        assert!(regions.len() > 30, "{provider}");
        for region in regions {
            let fields = json!({"provider": provider["provider"], "region": region["region"]});
            assert!(region["name"].is_string(), "{region}");
            // A fast way to try them all: what is wrong is told at once, and only the name may be.
            let mut body = json!({"type": "fine-grained"});
            body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            let refused = stack.post("/keys", stack.root(), &body).await.expect(400).json();
            assert_eq!(refused["errors"], json!([{"field": "name", "message": "is required"}]), "{body}");
        }
    }
    insta::assert_json_snapshot!(catalogue, { ".providers[].regions" => "[regions]" });
    for preset in catalogue["expiry_presets"].as_array().unwrap() {
        stack.create(json!({"expires_in": preset["expires_in"]})).await;
    }
}

#[tokio::test]
async fn a_route_that_is_none_is_not_found() {
    let stack = TestStack::start().await;
    let root = stack.root();
    for path in ["/", "/key", "/keys/", "/KEYS", "/keys/a/b", "/demo", "/demo/", "/health/x", "//keys"] {
        for key in ["", root] {
            let answer = stack.get(path, key).await.expect(404);
            assert_eq!(answer.text, r#"{"message":"Not Found"}"#, "{path}");
        }
    }
    for method in [reqwest::Method::PUT, reqwest::Method::PATCH, reqwest::Method::DELETE, reqwest::Method::OPTIONS] {
        crate::support::send(stack.request_with(method, "/keys", root)).await.expect(404);
    }
}

/// The record in the body of a 201.
fn without_text(body: &Value) -> Value {
    let mut record = body.clone();
    let fields = record.as_object_mut().unwrap();
    fields.remove("key");
    fields.remove("warnings");
    record
}
