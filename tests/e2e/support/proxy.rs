//! A proxy before a `DynamoDB` that counts what is asked of it, and fails when told to.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
    serve::Listener,
};
use futures_util::{StreamExt, stream};
use local::dynamodb::DynamoDb;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::sleep,
};

/// In [`Mode::Drip`]. The least record takes half a minute.
const BETWEEN_BYTES: Duration = Duration::from_millis(50);

/// How the table answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As it does.
    Pass,
    /// Not at all: every connection is cut before anything is read from it.
    Refuse,
    /// Not before the mode changes.
    Hang,
    /// 500, always.
    Fail,
    /// Too many requests, always.
    Throttle,
    /// 500, after having done what was asked: the answer is what got lost.
    LoseAnswer,
    /// As it does, but only the first half of it, and then nothing before the mode changes.
    Stall,
    /// As it does, but the connection is cut after the first half.
    CutShort,
    /// As it does, but a byte at a time, so that it takes longer than anybody waits.
    Drip,
}

/// A running proxy, with the `DynamoDB` behind it.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    behind: DynamoDb,
}

struct Shared {
    target: String,
    client: reqwest::Client,
    mode: watch::Sender<Mode>,
    /// How many more requests the mode is for; for all when there is no number.
    left: Mutex<Option<usize>>,
    /// The one operation that the mode is for; for all when there is none.
    only: Mutex<Option<&'static str>>,
    counts: Mutex<BTreeMap<String, usize>>,
}

impl Proxy {
    /// Starts one before a `DynamoDB` in memory.
    pub(crate) async fn start() -> Self {
        let behind = DynamoDb::start(None).await.unwrap();
        let shared = Arc::new(Shared {
            target: behind.url(),
            client: super::client(),
            mode: watch::Sender::new(Mode::Pass),
            left: Mutex::new(None),
            only: Mutex::new(None),
            counts: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let listener = Cuttable { listener, mode: shared.mode.subscribe() };
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared, behind }
    }

    /// Where the proxy answers.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the `DynamoDB` behind it answers, uncounted and always.
    pub(crate) fn direct_url(&self) -> String {
        self.behind.url()
    }

    /// From now on, answer like this.
    pub(crate) fn set(&self, mode: Mode) {
        *self.shared.left.lock().unwrap() = None;
        *self.shared.only.lock().unwrap() = None;
        self.shared.mode.send_replace(mode);
    }

    /// From now on, answer this one operation like this, `requests` times or always, and the others as the table does.
    pub(crate) fn set_for_operation(&self, mode: Mode, operation: &'static str, requests: Option<usize>) {
        *self.shared.left.lock().unwrap() = requests;
        *self.shared.only.lock().unwrap() = Some(operation);
        self.shared.mode.send_replace(mode);
    }

    /// Answer the next `requests` like this, and those after them as the table does.
    pub(crate) fn set_for(&self, mode: Mode, requests: usize) {
        *self.shared.left.lock().unwrap() = Some(requests);
        *self.shared.only.lock().unwrap() = None;
        self.shared.mode.send_replace(mode);
    }

    /// How many requests of each operation came in since the last [`Proxy::forget`].
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.shared.counts.lock().unwrap().clone()
    }

    /// How many requests of one operation, such as `GetItem`, came in.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.counts().get(operation).copied().unwrap_or_default()
    }

    /// How many requests came in.
    pub(crate) fn total(&self) -> usize {
        self.counts().values().sum()
    }

    /// Counts from zero again.
    pub(crate) fn forget(&self) {
        self.shared.counts.lock().unwrap().clear();
    }
}

impl Shared {
    /// The mode for one request of an operation.
    fn mode(&self, operation: &str) -> Mode {
        if self.only.lock().unwrap().is_some_and(|only| only != operation) {
            return Mode::Pass;
        }
        let mut left = self.left.lock().unwrap();
        match &mut *left {
            None => *self.mode.borrow(),
            Some(0) => Mode::Pass,
            Some(left) => {
                *left -= 1;
                *self.mode.borrow()
            }
        }
    }

    async fn pass(&self, headers: HeaderMap, body: Bytes) -> Response {
        let (status, headers, body) = self.ask(headers, body).await;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// What the `DynamoDB` says.
    async fn ask(&self, mut headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap, Bytes) {
        headers.remove(header::HOST);
        let answer = self.client.post(&self.target).headers(headers).body(body).send().await.unwrap();
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        (status, headers, answer.bytes().await.unwrap())
    }

    /// An answer that does not come to its end.
    async fn break_off(&self, mode: Mode, headers: HeaderMap, body: Bytes) -> Response {
        let (status, headers, body) = self.ask(headers, body).await;
        let body = if mode == Mode::Drip {
            let bytes = stream::iter(body).then(|byte| async move {
                sleep(BETWEEN_BYTES).await;
                Ok::<_, io::Error>(Bytes::from(vec![byte]))
            });
            Body::from_stream(bytes)
        } else {
            let (half, mut now) = (body.slice(..body.len() / 2), self.mode.subscribe());
            let rest = async move {
                // The half is on its way by then.
                sleep(BETWEEN_BYTES).await;
                if mode == Mode::Stall {
                    now.wait_for(|now| *now != Mode::Stall).await.unwrap();
                }
                Err(io::ErrorKind::ConnectionReset.into())
            };
            Body::from_stream(stream::iter([Ok::<_, io::Error>(half)]).chain(stream::once(rest)))
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").map_or("", |target| target.to_str().unwrap());
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    *shared.counts.lock().unwrap().entry(operation.clone()).or_default() += 1;
    let mode = shared.mode(&operation);
    match mode {
        Mode::Pass | Mode::Refuse => shared.pass(headers, body).await,
        Mode::Hang => {
            let mut mode = shared.mode.subscribe();
            mode.wait_for(|mode| *mode != Mode::Hang).await.unwrap();
            error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
        }
        Mode::Fail => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        Mode::Throttle => error(StatusCode::BAD_REQUEST, "ThrottlingException"),
        Mode::Stall | Mode::CutShort | Mode::Drip => shared.break_off(mode, headers, body).await,
        Mode::LoseAnswer => {
            shared.pass(headers, body).await;
            error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
        }
    }
}

/// An error as `DynamoDB` writes one. What it says must never be seen outside.
fn error(status: StatusCode, code: &str) -> Response {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"inner detail"}}"#);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, "application/x-amz-json-1.0".parse().unwrap());
    response
}

/// A listener whose connections break while the mode is [`Mode::Refuse`].
struct Cuttable {
    listener: TcpListener,
    mode: watch::Receiver<Mode>,
}

impl Listener for Cuttable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        (Connection { stream, mode: self.mode.clone() }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

struct Connection {
    stream: TcpStream,
    mode: watch::Receiver<Mode>,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if *self.mode.borrow() == Mode::Refuse {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, to)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
