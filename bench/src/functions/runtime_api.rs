//! Lambda's Runtime API on loopback: hands out events, takes answers, and notes when.
//!
//! It has a thread of its own and does nothing else there, so that what it adds to each time is small and the same for
//! whoever is measured. <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    http::{HeaderValue, Response, StatusCode},
    routing::{get, post},
    serve::ListenerExt,
};
use shared::clock::{Clock, SystemClock};
use tokio::{
    net::TcpListener,
    sync::oneshot::{self, Receiver, Sender},
};

use crate::Error;

/// The name by which Lambda knows the function.
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:bench";
/// How long a function may take for one event, as it is told.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Events for a function, in order.
pub(crate) type Events = Box<dyn Iterator<Item = String> + Send>;

/// One event's way.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// When the event was handed out.
    pub(crate) handed: Instant,
    /// When the whole answer was there.
    pub(crate) answered: Instant,
    /// The answer, or the error in its place.
    pub(crate) answer: Bytes,
    /// Whether the function told of an error.
    pub(crate) is_error: bool,
}

impl Call {
    /// How long it took.
    pub(crate) fn took(&self) -> Duration {
        self.answered - self.handed
    }
}

/// What became of a function until all its events were answered and it asked for another.
#[derive(Debug)]
pub(crate) struct Ran {
    /// When it asked for its first event.
    pub(crate) polled: Instant,
    /// Its calls, in order.
    pub(crate) calls: Vec<Call>,
}

/// The server. It serves one function at a time.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    state: Arc<Mutex<Progress>>,
}

/// How far the present function is.
#[derive(Default)]
struct Progress {
    events: Option<Events>,
    polled: Option<Instant>,
    handed: Option<Instant>,
    calls: Vec<Call>,
    done: Option<Sender<Result<Ran, String>>>,
}

type Shared = State<Arc<Mutex<Progress>>>;

impl RuntimeApi {
    /// Starts a server on any port. It ends with the process.
    pub(crate) fn start() -> Result<Self, Error> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let (address, state) = (listener.local_addr()?, Arc::new(Mutex::new(Progress::default())));
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&state));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?.tap_io(|stream| drop(stream.set_nodelay(true)));
                axum::serve(listener, router).await
            })
        });
        Ok(Self { address, state })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` is set to.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Lets the next function that asks have these events. The one before must have ended.
    pub(crate) fn begin(&self, events: Events) -> Receiver<Result<Ran, String>> {
        let (done, ran) = oneshot::channel();
        *lock(&self.state) = Progress { events: Some(events), done: Some(done), ..Progress::default() };
        ran
    }
}

fn lock(state: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn next(State(state): Shared) -> Response<Body> {
    let polled = Instant::now();
    let event = {
        let mut progress = lock(&state);
        progress.polled.get_or_insert(polled);
        progress.events.as_mut().and_then(Iterator::next)
    };
    let Some(event) = event else {
        finish(&mut lock(&state));
        return std::future::pending().await;
    };
    let response = invocation(event);
    lock(&state).handed = Some(Instant::now());
    response
}

/// An event as Lambda hands it out.
fn invocation(event: String) -> Response<Body> {
    let deadline = SystemClock.now().as_millisecond() + i64::try_from(TIMEOUT.as_millis()).unwrap_or_default();
    let mut response = Response::new(Body::from(event));
    let fixed = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-invoked-function-arn", ARN),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
    ];
    let headers = response.headers_mut();
    headers.extend(
        fixed.map(|(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))),
    );
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline));
    response
}

async fn response(State(state): Shared, answer: Bytes) -> StatusCode {
    note(&state, answer, false)
}

async fn error(State(state): Shared, answer: Bytes) -> StatusCode {
    note(&state, answer, true)
}

fn note(state: &Mutex<Progress>, answer: Bytes, is_error: bool) -> StatusCode {
    let answered = Instant::now();
    let mut progress = lock(state);
    let Some(handed) = progress.handed.take() else { return StatusCode::BAD_REQUEST };
    progress.calls.push(Call { handed, answered, answer, is_error });
    StatusCode::ACCEPTED
}

async fn init_error(State(state): Shared, text: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&text).into_owned();
    if let Some(done) = lock(&state).done.take() {
        // Whoever waited may have given up.
        let _ = done.send(Err(text));
    }
    StatusCode::ACCEPTED
}

fn finish(progress: &mut Progress) {
    let (Some(polled), Some(done)) = (progress.polled, progress.done.take()) else { return };
    // Whoever waited may have given up.
    let _ = done.send(Ok(Ran { polled, calls: std::mem::take(&mut progress.calls) }));
}
