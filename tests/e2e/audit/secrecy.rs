//! No value is ever in an event.

use reqwest::Method;
use serde_json::{Value, json};
use shared::key::PresentedKey;

use super::{administrator, everything};
use crate::{
    apis::{patch, put},
    support::{TestStack, hexadecimal, secret_of, send},
};

const BROUGHT: &str = "Brought-By-Marker-9f3kQz7Xw";

/// What stands in the values that are written; the metadata's and the permission's names hold it too.
fn marked(number: usize) -> Value {
    json!({
        "name": format!("Marker {number}"), "description": format!("Marker {number}"), "client_type": format!("Marker-{number}"),
        "permissions": [format!("Marker{number}:read")], "allowed_cidrs": [format!("10.99.{number}.0/24")],
        "metadata": {format!("Marker{number}"): "Marker"}, "postback_url": format!("https://marker{number}.latchkey.dev/Marker")
    })
}

#[tokio::test]
async fn no_value_is_ever_in_an_event() {
    let stack = TestStack::start().await;
    let root = stack.root();
    let mut fields = marked(1);
    fields["owner"] = json!("team");
    let made = stack.create(fields.clone()).await;
    fields["value"] = json!(BROUGHT);
    let brought = stack.create(fields).await;
    for id in [&made.id, &brought.id] {
        let path = format!("/keys/{id}");
        patch(&stack, &path, root, &marked(2)).await.expect(200);
        stack.delete(&format!("{path}?reason=Marker"), root).await.expect(200);
        stack.post(&format!("{path}/restore"), root, &json!({})).await.expect(200);
    }
    for routes in [json!(["GET /Marker"]), json!(["GET /Marker/{x}"])] {
        let body = json!({"routes": routes, "description": format!("Marker {routes}"), "client_types": ["Marker"]});
        put(&stack, "/apis/orders", root, &body).await;
    }
    // What callers say of themselves.
    let admin = administrator(&stack, "team").await;
    let claims = stack.request_with(Method::DELETE, "/apis/orders", root);
    let claims =
        claims.header("user-agent", "Marker").header("x-forwarded-for", "10.99.1.1").header("x-request-id", "Marker");
    send(claims).await.expect(200);

    let told = everything(&stack).await;
    assert_eq!(told.len(), 1 + 2 * 4 + 2 + 1 + 1);
    let mut texts: Vec<_> = told.iter().map(ToString::to_string).collect();
    // And not in what the table keeps of them either.
    let kept = stack.items().await.into_iter().filter(|item| item.contains_key("event"));
    let kept: Vec<_> = kept.map(|item| format!("{item:?}")).collect();
    assert_eq!(kept.len(), told.len());
    texts.extend(kept);
    let mut forbidden = vec!["Marker".to_owned(), "marker".to_owned(), "10.99.".to_owned(), BROUGHT.to_owned()];
    for text in [root, &made.text, &admin.text, BROUGHT] {
        let hash = PresentedKey::parse(text).unwrap().hash();
        forbidden.push(text.to_owned());
        forbidden.push(hexadecimal(hash.as_bytes()));
        forbidden.push(format!("{:?}", hash.as_bytes()));
        if text != BROUGHT {
            forbidden.push(secret_of(text).to_owned());
        }
    }
    for text in &texts {
        for value in &forbidden {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }
}
