//! The gateway: each HTTP request becomes an event, goes through the authorizer and a function, and comes back, as with
//! an HTTP API of API Gateway.

mod answer;
mod demo;
mod event;
mod upstream;

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use authorizer::Authorizer;
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode},
    response::Response,
};
use serde_json::Value;
use shared::{
    edge::{App, Error, invoke},
    grant::{Access, Route},
};
use tokio::{net::TcpListener, sync::oneshot};
use tracing::{Instrument, field::Empty};

pub(crate) use self::upstream::Upstream;
use self::{
    answer::message,
    event::{Call, Stage},
};
use crate::{
    log::{TARGET, printable},
    server::Server,
};

/// API Gateway takes no larger payload.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// A function's handler, fed with an event's JSON.
type Function = fn(Arc<App>, String) -> Pin<Box<dyn Future<Output = Result<Value, Error>> + Send>>;

/// Every function of the admin API, with the routes that it serves.
const FUNCTIONS: &[(&[Route], Function)] = &[
    (create_key::ROUTES, |app, event| Box::pin(async move { invoke(create_key::handle, app, &event).await })),
    (list_keys::ROUTES, |app, event| Box::pin(async move { invoke(list_keys::handle, app, &event).await })),
    (update_key::ROUTES, |app, event| Box::pin(async move { invoke(update_key::handle, app, &event).await })),
    (revoke_key::ROUTES, |app, event| Box::pin(async move { invoke(revoke_key::handle, app, &event).await })),
    (rotate_key::ROUTES, |app, event| Box::pin(async move { invoke(rotate_key::handle, app, &event).await })),
    (verify_key::ROUTES, |app, event| Box::pin(async move { invoke(verify_key::handle, app, &event).await })),
    (api_sets::ROUTES, |app, event| Box::pin(async move { invoke(api_sets::handle, app, &event).await })),
    (audit_log::ROUTES, |app, event| Box::pin(async move { invoke(audit_log::handle, app, &event).await })),
    (issue_token::ROUTES, |app, event| Box::pin(async move { invoke(issue_token::handle, app, &event).await })),
    (console::ROUTES, |app, event| Box::pin(async move { invoke(console::handle, app, &event).await })),
];

/// What stands behind a route.
enum Target {
    Function(Function),
    Demo,
    Upstream,
}

/// The gateway of one stack.
pub(crate) struct Gateway {
    app: Arc<App>,
    authorizer: Authorizer,
    upstream: Option<Upstream>,
    /// How many requests there were: it tells their ids apart.
    requests: AtomicU64,
    /// Goes with the last request, which may outlive its connection: a client that hangs up ends nothing half done.
    _under_way: oneshot::Sender<()>,
}

impl Gateway {
    /// Serves one on a listener.
    pub(crate) fn serve(app: Arc<App>, upstream: Option<Upstream>, listener: TcpListener) -> io::Result<Server> {
        let (under_way, idle) = oneshot::channel();
        let authorizer = Authorizer::new(Arc::clone(&app));
        let gateway = Self { app, authorizer, upstream, requests: AtomicU64::new(0), _under_way: under_way };
        let server = Server::start(listener, Router::new().fallback(accept).with_state(Arc::new(gateway)))?;
        Ok(server.until(idle))
    }

    /// The route that a request takes: Latchkey's own first, then whatever is behind it.
    fn route(&self, method: &str, path: &str) -> Option<(String, Access, Target)> {
        for (routes, function) in FUNCTIONS {
            if let Some(route) = routes.iter().find(|route| route.matches(method, path)) {
                return Some((route.to_string(), route.access, Target::Function(*function)));
            }
        }
        if self.upstream.is_some() {
            Some(("$default".to_owned(), Access::AnyKey, Target::Upstream))
        } else if path.strip_prefix("/demo/").is_some_and(|rest| !rest.is_empty()) {
            Some((demo::ROUTE_KEY.to_owned(), Access::AnyKey, Target::Demo))
        } else {
            None
        }
    }

    /// The authorizer's context, or the answer that API Gateway makes of its refusal.
    async fn authorize(&self, event: &Value) -> Result<Value, (StatusCode, &'static str)> {
        let answer = self.authorizer.handle(&event.to_string()).await;
        match answer.and_then(|answer| Ok(serde_json::from_str::<Value>(answer.get())?)) {
            Ok(answer) if answer.get("isAuthorized") == Some(&Value::Bool(true)) => {
                Ok(answer.get("context").cloned().unwrap_or_default())
            }
            Ok(_) => Err((StatusCode::FORBIDDEN, "Forbidden")),
            Err(error) if error.to_string() == "Unauthorized" => Err((StatusCode::UNAUTHORIZED, "Unauthorized")),
            Err(_) => Err((StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")),
        }
    }

    async fn answer(&self, call: Call, body: Bytes) -> Response {
        let Some((route_key, access, target)) = self.route(call.method(), call.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let stage = if matches!(target, Target::Function(_)) { Stage::Own } else { Stage::Other };
        let context = match access {
            Access::Open => None,
            Access::AnyKey | Access::Right(_) => {
                match self.authorize(&call.authorizer_event(&route_key, stage)).await {
                    Ok(context) => Some(context),
                    Err((status, text)) => return message(status, text),
                }
            }
        };
        match (target, &self.upstream) {
            (Target::Function(function), _) => {
                let event = call.function_event(&route_key, context, &body).to_string();
                match function(Arc::clone(&self.app), event).await {
                    Ok(answer) => answer::from_function(&answer),
                    Err(error) => {
                        tracing::error!(%error, "a function failed");
                        message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
                    }
                }
            }
            (Target::Upstream, Some(upstream)) => upstream.forward(&call, context.as_ref(), body).await,
            (Target::Upstream | Target::Demo, _) => demo::answer(call.method(), call.path(), context.as_ref()),
        }
    }
}

/// Takes one request, and writes its line to the log.
async fn accept(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    // How long a request took is told to a person, and decides nothing.
    let started = Instant::now();
    let (now, number) = (gateway.app.clock.now(), gateway.requests.fetch_add(1, Ordering::Relaxed));
    let call = Call::new(request.method(), request.uri(), request.headers(), peer, now, number);
    let (method, path) = (printable(request.method().as_str()), printable(call.as_ref().map_or("", Call::path)));
    let id = call.as_ref().map(|call| call.request_id().to_owned());
    let span = tracing::info_span!(target: TARGET, "request", code = Empty, key_id = Empty, id);

    let body = axum::body::to_bytes(request.into_body(), MAX_BODY).await;
    let mut response = match (call, body) {
        (None, _) => message(StatusCode::BAD_REQUEST, "Bad Request"),
        (_, Err(_)) => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        // Its own task, so that a panic ends this request alone, as in Lambda.
        (Some(call), Ok(body)) => {
            let answer = async move { gateway.answer(call, body).await };
            let answered = tokio::spawn(answer.instrument(span.clone())).await;
            answered.unwrap_or_else(|_| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
        }
    };
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert("apigw-requestid", id);
    }
    let status = response.status().as_u16();
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(target: TARGET, parent: &span, "{method} {path} {status} in {milliseconds:.1} ms");
    response
}
