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
    /// When it asked for the next event.
    again: Option<Instant>,
}

impl Call {
    /// How long it took.
    pub(crate) fn took(&self) -> Duration {
        self.answered - self.handed
    }

    /// How long it was until the function could take another one: what it does after its answer belongs to it.
    pub(crate) fn took_in_all(&self) -> Duration {
        self.again.unwrap_or(self.answered) - self.handed
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

/// What holds the first event back: tells of the first poll, and waits for the word to go on.
struct Gate {
    polled: Sender<()>,
    open: Receiver<()>,
}

/// A function that is under way.
pub(crate) struct Under {
    /// Comes when it asks for its first event.
    pub(crate) polled: Receiver<()>,
    /// Lets it have that.
    pub(crate) open: Sender<()>,
    /// What became of it.
    pub(crate) ran: Receiver<Result<Ran, String>>,
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
    gate: Option<Gate>,
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
    pub(crate) fn begin(&self, events: Events) -> Under {
        let ((done, ran), (tell, polled), (open, opened)) =
            (oneshot::channel(), oneshot::channel(), oneshot::channel());
        let gate = Gate { polled: tell, open: opened };
        *lock(&self.state) =
            Progress { events: Some(events), gate: Some(gate), done: Some(done), ..Progress::default() };
        Under { polled, open, ran }
    }
}

fn lock(state: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn next(State(state): Shared) -> Response<Body> {
    let polled = Instant::now();
    let gate = {
        let mut progress = lock(&state);
        progress.polled.get_or_insert(polled);
        progress.gate.take()
    };
    if let Some(Gate { polled, open }) = gate {
        // Whoever waited may have given up, and is then not waited for.
        let _ = polled.send(());
        let _ = open.await;
    }
    let event = {
        let mut progress = lock(&state);
        if let Some(before) = progress.calls.last_mut() {
            before.again = Some(polled);
        }
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
    progress.calls.push(Call { handed, answered, answer, is_error, again: None });
    StatusCode::ACCEPTED
}

async fn init_error(State(state): Shared, text: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut progress = lock(&state);
    // Nobody need wait for its first poll.
    progress.gate = None;
    if let Some(done) = progress.done.take() {
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

#[cfg(test)]
mod tests {
    use reqwest::Client;

    use super::*;

    fn events(count: usize) -> Events {
        Box::new((0..count).map(|number| format!("{{\"number\":{number}}}")))
    }

    /// A function that answers one event with an error and all others with what it was told.
    async fn answer_all(address: &str, count: usize) {
        let client = Client::builder().no_proxy().build().unwrap();
        let url = |path: &str| format!("http://{address}/2018-06-01/runtime/{path}");
        for number in 0..count {
            let event = client.get(url("invocation/next")).send().await.unwrap();
            assert!(event.headers().contains_key("lambda-runtime-deadline-ms"));
            let id = event.headers()["lambda-runtime-aws-request-id"].to_str().unwrap().to_owned();
            let body = event.text().await.unwrap();
            assert_eq!(body, format!("{{\"number\":{number}}}"));
            let kind = if number == 1 { "error" } else { "response" };
            let told = client.post(url(&format!("invocation/{id}/{kind}"))).body(body).send().await.unwrap();
            assert_eq!(told.status(), 202);
        }
        // There is no more: this one waits until the process ends.
        let _ = client.get(url("invocation/next")).timeout(Duration::from_millis(200)).send().await;
    }

    #[tokio::test]
    async fn each_event_is_handed_out_once_and_its_answer_noted() {
        let api = RuntimeApi::start().unwrap();
        for count in [1, 3] {
            let Under { open, ran, .. } = api.begin(events(count));
            open.send(()).unwrap();
            answer_all(&api.address(), count).await;
            let Ran { polled, calls } = ran.await.unwrap().unwrap();
            assert_eq!(calls.len(), count);
            assert!(polled <= calls[0].handed && calls[0].handed <= calls[0].answered);
            assert!(calls.is_sorted_by(|before, after| before.again <= Some(after.handed)));
            assert!(calls.iter().all(|call| call.took() <= call.took_in_all()));
            let told: Vec<_> = calls.iter().map(|call| (call.answer.as_ref(), call.is_error)).collect();
            let expected: [(&[u8], bool); 3] =
                [(b"{\"number\":0}", false), (b"{\"number\":1}", true), (b"{\"number\":2}", false)];
            assert_eq!(told, expected[..count]);
        }
    }

    #[tokio::test]
    async fn the_first_event_waits_for_the_word() {
        let api = RuntimeApi::start().unwrap();
        let Under { polled, open, ran } = api.begin(events(1));
        let address = api.address();
        let function = tokio::spawn(async move { answer_all(&address, 1).await });
        polled.await.unwrap();
        let opened = Instant::now();
        open.send(()).unwrap();
        let Ran { polled, calls } = ran.await.unwrap().unwrap();
        assert!(polled <= opened && opened <= calls[0].handed);
        function.await.unwrap();
    }

    #[tokio::test]
    async fn a_function_that_cannot_start_is_told_of() {
        let api = RuntimeApi::start().unwrap();
        let Under { ran, .. } = api.begin(events(1));
        let url = format!("http://{}/2018-06-01/runtime/init/error", api.address());
        Client::builder().no_proxy().build().unwrap().post(url).body("no table").send().await.unwrap();
        assert_eq!(ran.await.unwrap().unwrap_err(), "no table");
    }
}
