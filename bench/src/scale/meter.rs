//! A `DynamoDB` that meters what it is asked: another one's answers, handed on, with what each of them cost taken out.
//!
//! It asks for the consumed capacity with every request, and for nothing else that Latchkey has not asked for.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::costs::Usage;
use crate::Error;

/// The server. It ends with the process.
pub(super) struct Meter {
    url: String,
    usage: Arc<Mutex<Usage>>,
}

#[derive(Clone)]
struct Forward {
    client: reqwest::Client,
    to: Arc<str>,
    usage: Arc<Mutex<Usage>>,
}

impl Meter {
    /// Meters what the `DynamoDB` at `to` is asked.
    pub(super) async fn start(to: &str) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let usage = Arc::default();
        let client = reqwest::Client::builder().no_proxy().build()?;
        let forward = Forward { client, to: to.into(), usage: Arc::clone(&usage) };
        let router = Router::new().fallback(answer).with_state(forward);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, usage })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What was used since this was last asked.
    pub(super) fn take(&self) -> Usage {
        std::mem::take(&mut *self.usage.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(State(forward): State<Forward>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let (status, body) =
        forward.pass(&headers, &body).await.unwrap_or_else(|_| (StatusCode::BAD_GATEWAY, b"{}".to_vec()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}

impl Forward {
    async fn pass(&self, headers: &HeaderMap, body: &[u8]) -> Result<(StatusCode, Vec<u8>), Error> {
        let mut question: Value = serde_json::from_slice(body)?;
        if let Some(fields) = question.as_object_mut() {
            fields.insert("ReturnConsumedCapacity".to_owned(), json!("TOTAL"));
        }
        let mut request = self.client.post(&*self.to).body(serde_json::to_vec(&question)?);
        for (name, value) in headers {
            if *name != header::HOST && *name != header::CONTENT_LENGTH {
                request = request.header(name, value);
            }
        }
        let response = request.send().await?;
        let status = response.status();
        let mut answer: Value = serde_json::from_slice(&response.bytes().await?)?;
        let consumed = answer.as_object_mut().and_then(|fields| fields.remove("ConsumedCapacity"));
        let body = serde_json::to_vec(&answer)?;
        let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let is_read = ["GetItem", "Query", "Scan"].iter().any(|read| operation.ends_with(read));
        let mut usage = self.usage.lock().unwrap_or_else(PoisonError::into_inner);
        usage.add(is_read, units(&consumed.unwrap_or_default()), body.len());
        Ok((status, body))
    }
}

/// The capacity units of one table, or of each table that there is.
fn units(consumed: &Value) -> f64 {
    let of_one = |consumed: &Value| consumed.get("CapacityUnits").and_then(Value::as_f64).unwrap_or_default();
    consumed.as_array().map_or_else(|| of_one(consumed), |each| each.iter().map(of_one).sum())
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        Client,
        primitives::Blob,
        types::{AttributeValue, Put, TransactWriteItem},
    };
    use local::{
        dynamodb::{DynamoDb, ensure_table},
        stack::sdk,
    };
    use shared::store::Attributes;

    use super::*;

    /// A table behind a meter, with an item of five thousand bytes and a few.
    async fn metered() -> (DynamoDb, Meter, Client) {
        let dynamodb = DynamoDb::start(None).await.unwrap();
        ensure_table(&sdk(&dynamodb.url()), "keys").await.unwrap();
        let meter = Meter::start(&dynamodb.url()).await.unwrap();
        let client = Client::new(&sdk(meter.url()));
        (dynamodb, meter, client)
    }

    fn item(bytes: usize) -> Attributes {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let hash = AttributeValue::B(Blob::new(vec![0; bytes]));
        [("pk", text("a")), ("sk", text("b")), ("hash", hash)].map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
    #[tokio::test]
    async fn capacity_is_what_aws_says_that_it_is() {
        let (_dynamodb, meter, client) = metered().await;
        client.put_item().table_name("keys").set_item(Some(item(5_000))).send().await.unwrap();
        let put = meter.take();
        assert_eq!((put.requests, put.read_units, put.write_units), (1.0, 0.0, 5.0), "a unit for each KB begun");

        let mut keys = item(0);
        keys.remove("hash");
        for (is_consistent, units) in [(true, 2.0), (false, 1.0)] {
            let read = client.get_item().table_name("keys").set_key(Some(keys.clone())).consistent_read(is_consistent);
            assert!(read.send().await.unwrap().item.is_some());
            let read = meter.take();
            assert_eq!(
                (read.requests, read.read_units, read.write_units),
                (1.0, units, 0.0),
                "one for each 4 KB begun"
            );
            assert!(read.bytes > 5_000.0 && read.bytes < 7_000.0, "{read:?}");
        }

        let put = Put::builder().table_name("keys").set_item(Some(item(100))).build().unwrap();
        let write = client.transact_write_items().transact_items(TransactWriteItem::builder().put(put).build());
        write.send().await.unwrap();
        let write = meter.take();
        assert_eq!(
            (write.requests, write.write_units),
            (1.0, 10.0),
            "twice as much in a transaction, for the larger of both images"
        );
        assert_eq!(meter.take(), Usage::default(), "it begins anew each time it is asked");

        let mut listed = item(100);
        for name in ["all_shard", "owner_shard", "listed"] {
            listed.insert(name.to_owned(), AttributeValue::S("0".to_owned()));
        }
        listed.insert("pk".to_owned(), AttributeValue::S("b".to_owned()));
        let put = Put::builder().table_name("keys").set_item(Some(listed)).build().unwrap();
        let write = client.transact_write_items().transact_items(TransactWriteItem::builder().put(put).build());
        write.send().await.unwrap();
        let write = meter.take();
        assert_eq!((write.requests, write.write_units), (1.0, 4.0), "what an index follows with is no transaction");
    }
}
