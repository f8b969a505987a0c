//! The authorizer, fed with every shape of event that API Gateway sends, varied: which answer each gets, in which form,
//! and what a policy covers.

mod anything;
mod door;
mod hostile;
mod kept;
mod leaves;
mod narrow;
mod narrow_hostile;
mod paths;
mod places;
mod policy;
mod refusals;

use serde_json::json;
use shared::{admin, grant::Access};

use self::door::{Door, Outcome, Shape};

#[tokio::test]
async fn a_valid_key_is_allowed_in_the_form_of_its_shape() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        let answer = door.ask(&shape.event()).await.allowed();
        assert_eq!(answer.policy.is_none(), shape == Shape::Http2, "{shape:?}: a simple answer for format 2.0 alone");
        assert_eq!(answer.principal.as_deref(), (shape != Shape::Http2).then_some("example-team"), "{shape:?}");
    }
}

#[tokio::test]
async fn the_context_tells_of_the_key_in_strings_alone() {
    let door = Door::open(&[]).await;
    let full = json!({
        "key_id": "ExampleKey000001",
        "owner": "example-team",
        "client_type": "partner",
        "type": "fine-grained",
        "permissions": "orders:read",
        "apis": "*",
        "allowed_cidrs": "",
        "provider": "aws",
        "region": "us-east-1",
        "metadata": r#"{"team":"billing"}"#,
        "expires_at": "2099-01-01T00:00:00Z",
        "token": "false",
        "token_expires_at": "",
    });
    let bare = json!({
        "key_id": door.id("super-user"),
        "owner": "root",
        "client_type": "",
        "type": "super-user",
        "permissions": "",
        "apis": "",
        "allowed_cidrs": "",
        "provider": "aws",
        "region": "*",
        "metadata": "{}",
        "expires_at": "",
        "token": "false",
        "token_expires_at": "",
    });
    for shape in Shape::ALL {
        assert_eq!(door.ask(&shape.event()).await.allowed().context, full, "{shape:?}");
        assert_eq!(door.ask(&door.with_key(shape, "super-user")).await.allowed().context, bare, "{shape:?}");
    }
}

#[tokio::test]
async fn a_policy_for_one_request_names_its_route() {
    let door = Door::open(&[("POLICY_SCOPE", "request")]).await;
    for (shape, expected) in [
        (Shape::Http1, "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/orders/*"),
        (Shape::Rest, "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/orders/*"),
        // This event does not tell the route, and its path is the caller's.
        (Shape::Token, "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/*"),
        (Shape::Connect, "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/$connect"),
    ] {
        assert_eq!(door.ask(&shape.event()).await.allowed().policy().allowed(), [expected], "{shape:?}");
    }
    for shape in [Shape::Http1, Shape::Rest] {
        for (route, path, covered) in [
            ("/orders", "/orders", "/GET/orders"),
            ("/orders/{id}/items/{item}", "/orders/1/items/2", "/GET/orders/*/items/*"),
            ("/files/{proxy+}", "/files/a/b", "/GET/files/*"),
            ("/", "/", "/GET/"),
        ] {
            let event = shape.call("GET", path, route);
            let policy = door.ask(&event).await.allowed();
            assert_eq!(policy.policy().allowed(), [format!("{}{covered}", shape.stage_arn())], "{shape:?} {route}");
        }
    }
}

#[tokio::test]
async fn a_policy_lets_the_very_call_through_that_it_was_made_for() {
    for scope in ["request", "key"] {
        let door = Door::open(&[("POLICY_SCOPE", scope)]).await;
        for shape in Shape::WITH_ROUTE {
            for (method, path, route) in [
                ("GET", "/orders/42", "/orders/{id}"),
                ("POST", "/orders", "/orders"),
                ("GET", "/files/a/b/c", "/files/{proxy+}"),
                ("GET", "/orders/*", "/orders/{id}"),
                ("GET", "/orders/%3F%2A", "/orders/{id}"),
                ("GET", "/", "/"),
            ] {
                let event = shape.call(method, path, route);
                let Some(policy) = door.ask(&event).await.allowed().policy else { continue };
                assert!(policy.lets(&shape.called(method, path)), "{scope} {shape:?} {method} {path}: {policy:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_policy_for_the_key_covers_every_route_that_it_may_call() {
    let door = Door::open(&[("POLICY_SCOPE", "key")]).await;
    for shape in [Shape::Http1, Shape::Rest, Shape::Token] {
        for key in ["example", "super-user"] {
            let policy = door.ask(&door.with_key(shape, key)).await.allowed().policy.unwrap();
            assert_eq!(policy.allowed(), [format!("{}/*", shape.stage_arn())], "{shape:?}");
            for route in admin::ROUTES {
                let called = shape.called(route.method, &route.path.replace("{id}", "ExampleKey000001"));
                let expected = key == "super-user" || !matches!(route.access, Access::Right(_));
                assert_eq!(policy.lets(&called), expected, "{shape:?} {key} {route}");
            }
            assert!(policy.lets(&shape.called("GET", "/orders/42")), "{shape:?} {key}");
        }
    }
    let connect = door.ask(&Shape::Connect.event()).await.allowed();
    assert_eq!(connect.policy().allowed(), [format!("{}/$connect", Shape::Connect.stage_arn())]);
}

#[tokio::test]
async fn only_a_fine_grained_key_is_denied_the_admin_routes_explicitly() {
    for scope in ["request", "key"] {
        let door = Door::open(&[("POLICY_SCOPE", scope)]).await;
        for shape in [Shape::Http1, Shape::Rest, Shape::Token] {
            let fine = door.ask(&shape.event()).await.allowed();
            for route in admin::protected() {
                let called = shape.called(route.method, &route.path.replace("{id}", "ExampleKey000001"));
                assert!(fine.policy().denies(&called), "{scope} {shape:?} {route}");
            }
            let all = door.ask(&door.with_key(shape, "super-user")).await.allowed();
            assert_eq!(all.policy().denied(), Vec::<String>::new(), "{scope} {shape:?}");
        }
    }
}

#[tokio::test]
async fn a_fine_grained_key_reaches_no_admin_route_in_any_shape_and_a_super_user_each() {
    let door = Door::open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        for route in admin::ROUTES {
            let path = route.path.replace("{id}", "ExampleKey000001");
            let event = shape.call(route.method, &path, route.path);
            let is_protected = matches!(route.access, Access::Right(_));
            let outcome = door.ask(&event).await;
            assert_eq!(matches!(outcome, Outcome::Denied(_)), is_protected, "{shape:?} {route}: {outcome:?}");
            assert_eq!(matches!(outcome, Outcome::Allowed(_)), !is_protected, "{shape:?} {route}: {outcome:?}");
            door.ask(&door.exchanged(&event, "super-user")).await.allowed();
        }
    }
}

#[tokio::test]
async fn a_key_for_any_region_of_the_provider_opens_too() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        assert_eq!(door.ask(&door.with_key(shape, "any-region")).await.allowed().context["region"], "*", "{shape:?}");
    }
}
