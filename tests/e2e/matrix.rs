//! The permission matrix: every kind of caller at every route, on everybody's keys. The table is checked in; a route of
//! the admin API that has no row fails.

mod cast;

use reqwest::Method;
use serde_json::json;
use shared::{
    admin::{self, ROUTES},
    grant::Route,
};

use self::cast::{CALLERS, Cast};
use crate::support::{Answer, send, with_unknown_id};

/// Whose key a route with an `{id}` is called on.
const KEYS: [&str; 6] = ["own", "another owner's", "a super-user's", "the root key", "unknown", "malformed"];
/// Which set a route with a `{name}` is called on.
const SETS: [&str; 4] = ["there", "new", "latchkey", "malformed"];
/// What a route without either is called on.
const NOTHING: [&str; 1] = [""];

/// On what a route can be called.
fn targets(route: Route) -> &'static [&'static str] {
    match route {
        admin::VERIFY_KEY => &KEYS,
        route if route.path.contains("{id}") => &KEYS,
        route if route.path.contains("{name}") => &SETS,
        _ => &NOTHING,
    }
}

/// The path of a route, on a target that nothing has been done to yet.
async fn path(cast: &Cast, route: Route, target: &str) -> String {
    if route.path.contains("{name}") {
        let name = match target {
            "there" => cast.fresh_set().await,
            "new" => cast.fresh_name(),
            "latchkey" => "latchkey".to_owned(),
            _ => "No_Name".to_owned(),
        };
        return route.path.replace("{name}", &name);
    }
    if route == admin::CONSOLE_FILES {
        return route.path.replace("{path+}", &format!("{}/app.js", console::VERSION));
    }
    if !route.path.contains("{id}") {
        return route.path.to_owned();
    }
    let id = match target {
        "the root key" => cast.stack.root_id(),
        "unknown" => "0000000000000000".to_owned(),
        "malformed" => "no-id".to_owned(),
        whose => {
            let id = cast.fresh_key(whose).await.id;
            if route == admin::RESTORE_KEY {
                cast.stack.delete(&format!("/keys/{id}"), cast.stack.root()).await.expect(200);
            }
            id
        }
    };
    route.path.replace("{id}", &id)
}

/// The text that `/verify` is asked about.
async fn asked_about(cast: &Cast, target: &str) -> String {
    match target {
        "the root key" => cast.stack.root().to_owned(),
        "unknown" => with_unknown_id(cast.stack.root()),
        "malformed" => "no key".to_owned(),
        whose => cast.fresh_key(whose).await.text,
    }
}

/// Calls a route on a target with a key; an empty one is none.
async fn call(cast: &Cast, route: Route, target: &str, key: &str) -> Answer {
    let (stack, path) = (&cast.stack, path(cast, route, target).await);
    match route {
        admin::CREATE_KEY => stack.post(&path, key, &Cast::harmless()).await,
        admin::UPDATE_KEY => cast.patch(&path, key, &json!({"description": "edited"})).await,
        admin::VERIFY_KEY => stack.post(&path, key, &json!({"key": asked_about(cast, target).await})).await,
        admin::RESTORE_KEY | admin::ROTATE_KEY | admin::ISSUE_TOKEN => stack.post(&path, key, &json!({})).await,
        admin::PUT_API => cast.put(&path, key, &json!({"routes": [cast::ROUTE], "description": "edited"})).await,
        admin::SIGN_IN => send(stack.request_with(Method::POST, &path, key)).await,
        admin::SIGN_OUT => {
            let request = stack.request_with(Method::DELETE, &path, key);
            send(request.header(admin::CONSOLE_HEADER, "1")).await
        }
        route if route.method == "GET" => stack.get(&path, key).await,
        route if route.method == "DELETE" => stack.delete(&path, key).await,
        route => panic!("{route} has no row in the matrix"),
    }
}

/// What stands in a cell: the status; of a verdict, whether the key is valid too.
fn cell(route: Route, answer: &Answer) -> String {
    if (route, answer.status) != (admin::VERIFY_KEY, 200) {
        return answer.status.to_string();
    }
    let sign = if answer.json()["valid"] == true { '+' } else { '-' };
    format!("200{sign}")
}

#[tokio::test]
async fn every_caller_at_every_route_on_everybodys_keys() {
    let cast = Cast::start().await;
    let mut table = String::from("/verify answers 200+ for a valid key and 200- for any other.\n\n");
    table.push_str(&line("route", "whose", CALLERS.map(str::to_owned)));
    for route in ROUTES {
        for target in targets(route) {
            let mut cells = Vec::new();
            for kind in CALLERS {
                let answer = call(&cast, route, target, cast.key(kind, route)).await;
                cells.push(cell(route, &answer));
            }
            table.push_str(&line(&route.to_string(), target, cells));
        }
    }
    insta::assert_snapshot!("matrix", table);
}

fn line(route: &str, target: &str, cells: impl IntoIterator<Item = String>) -> String {
    let cells = cells.into_iter().fold(String::new(), |cells, cell| format!("{cells}{cell:<11}"));
    format!("{}\n", format!("{route:<26}{target:<17}{cells}").trim_end())
}
