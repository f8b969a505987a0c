//! A `DynamoDB` that counts what it is asked: another one's answers, handed on. It is too slow to measure times on.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
};
use tokio::net::TcpListener;

use crate::Error;

/// The server. It ends with the process.
pub(crate) struct Counter {
    url: String,
    count: Arc<AtomicU32>,
}

#[derive(Clone)]
struct Forward {
    client: reqwest::Client,
    to: Arc<str>,
    count: Arc<AtomicU32>,
}

impl Counter {
    /// Counts what the `DynamoDB` at `to` is asked.
    pub(crate) async fn start(to: &str) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let count = Arc::new(AtomicU32::new(0));
        let client = reqwest::Client::builder().no_proxy().build()?;
        let router =
            Router::new().fallback(forward).with_state(Forward { client, to: to.into(), count: Arc::clone(&count) });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, count })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many requests there were since this was last asked.
    pub(crate) fn take(&self) -> u32 {
        self.count.swap(0, Ordering::Relaxed)
    }
}

async fn forward(State(forward): State<Forward>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    forward.count.fetch_add(1, Ordering::Relaxed);
    let mut request = forward.client.post(&*forward.to).body(body);
    for (name, value) in &headers {
        if *name != header::HOST && *name != header::CONTENT_LENGTH {
            request = request.header(name, value);
        }
    }
    let answered = async {
        let response = request.send().await?;
        let status = response.status();
        Ok::<_, reqwest::Error>((status, response.bytes().await?))
    };
    let (status, body) = answered.await.unwrap_or((StatusCode::BAD_GATEWAY, Bytes::new()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, axum::http::HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}
