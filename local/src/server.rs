//! A server on loopback that can be stopped.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long requests under way may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts `serve` on a listener; it must end soon after the future that it is given does.
    pub(crate) fn start<F>(listener: TcpListener, serve: impl FnOnce(TcpListener, Stop) -> F) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, Stop(stopped)));
        Ok(Self { address, stop, task })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets requests under way end, within reason.
    pub(crate) async fn stop(self) {
        // It may have ended by itself.
        let _ = self.stop.send(());
        let mut task = self.task;
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Ends when the server is to stop.
#[derive(Debug)]
pub(crate) struct Stop(oneshot::Receiver<()>);

impl Stop {
    pub(crate) async fn requested(self) {
        // A dropped sender means the same.
        let _ = self.0.await;
    }
}

/// Listens on a port of loopback; 0 takes any.
pub(crate) async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await
}
