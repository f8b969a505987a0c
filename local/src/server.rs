//! A server on loopback that can be stopped.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long requests under way may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    /// Ends when nothing is under way any more, for whom nobody may wait.
    idle: Option<oneshot::Receiver<()>>,
}

impl Server {
    /// Serves on a listener until it is stopped.
    pub(crate) fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            // A dropped sender means the same.
            let stopped = async { drop(stopped.await) };
            if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "a server ended");
            }
        });
        Ok(Self { address, stop, task, idle: None })
    }

    /// The same server, which has not stopped before this ends.
    pub(crate) fn until(self, idle: oneshot::Receiver<()>) -> Self {
        Self { idle: Some(idle), ..self }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets requests under way end, within reason.
    pub(crate) async fn stop(self) {
        // It may have ended by itself.
        let _ = self.stop.send(());
        let mut task = self.task;
        let ended = async {
            let _ = (&mut task).await;
            if let Some(idle) = self.idle {
                let _ = idle.await;
            }
        };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            task.abort();
        }
    }
}

/// Listens on a port of loopback; 0 takes any.
pub(crate) async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// Puts a guard before a stand-in for one of AWS's services. Any web page can send requests to loopback, directly or by a
/// name that it makes point here; a page's request has an `Origin`, or another host's name. AWS's clients only `POST`.
///
/// In a container this machine has the name `host.docker.internal`, by which functions under `sam local` ask. Names below
/// `internal` are nobody's on the internet, so that no page can come from one.
pub(crate) fn keep_browsers_out(router: Router) -> Router {
    router.layer(from_fn(|request: Request, next: Next| async {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let ours = ["127.0.0.1", "localhost", "host.docker.internal"];
        let is_ours = ours.contains(&host.split(':').next().unwrap_or_default());
        if is_ours && !request.headers().contains_key(header::ORIGIN) && request.method() == Method::POST {
            next.run(request).await
        } else {
            StatusCode::FORBIDDEN.into_response()
        }
    }))
}

/// An answer of one piece.
pub(crate) fn plain(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
