//! The embedded `DynamoDB`, and the table in it.
//!
//! The engine is a library; this module puts it on a port of loopback. The library's own server answers every web page
//! that finds the port, and whoever can write this table can make keys.

mod table;

use std::path::Path;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use tokio::net::TcpListener;

pub use self::table::ensure_table;
use crate::server::{Server, keep_browsers_out, listen, plain};

/// `DynamoDB` takes no larger request.
const MAX_BODY: usize = 16 * 1024 * 1024;
const JSON: &str = "application/x-amz-json-1.0";

/// A running `DynamoDB`.
#[derive(Debug)]
pub struct DynamoDb(Server);

impl DynamoDb {
    /// Starts one on any port, with its data in `file`, or in memory alone.
    ///
    /// # Errors
    /// When the file cannot be opened or no port can be had.
    pub async fn start(file: Option<&Path>) -> Result<Self, String> {
        let listener = listen(0).await.map_err(|error| error.to_string())?;
        Self::serve(file, listener)
    }

    /// Starts one on a port that is listened on already.
    pub(crate) fn serve(file: Option<&Path>, listener: TcpListener) -> Result<Self, String> {
        let database = match file {
            None => Database::memory(),
            Some(file) => Database::new(&file.to_string_lossy()),
        };
        let database = database.map_err(|error| error.to_string())?;
        let router = Router::new().fallback(accept).with_state(database);
        Server::start(listener, keep_browsers_out(router)).map(Self).map_err(|error| error.to_string())
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Stops it; its data is complete then.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}

async fn accept(State(database): State<Database>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(operation) = operation(&parts.headers) else {
        return refusal(&DynoxideError::SerializationException("no operation is named".to_owned()));
    };
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, JSON, "");
    };
    // The engine blocks while it reads and writes its file.
    let answered = tokio::task::spawn_blocking(move || answer(&database, &operation, &body)).await;
    match answered {
        Ok(Ok(json)) => plain(StatusCode::OK, JSON, json),
        Ok(Err(error)) => refusal(&error),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, JSON, "{}"),
    }
}

fn refusal(error: &DynoxideError) -> Response {
    let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    plain(status, JSON, error.to_json())
}

/// The operation that the target header names, as in `DynamoDB_20120810.GetItem`.
fn operation(headers: &HeaderMap) -> Option<String> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    let (_, operation) = target.split_once('.')?;
    Some(operation.to_owned())
}

/// Has the engine do one operation.
fn answer(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    match operation {
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeStream" => run(body, |request| database.describe_stream(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "ExecuteStatement" => run(body, |request| database.execute_statement(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "GetRecords" => run(body, |request| database.get_records(request)),
        "GetShardIterator" => run(body, |request| database.get_shard_iterator(request)),
        "ListStreams" => run(body, |request| database.list_streams(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        _ => Err(DynoxideError::SerializationException(format!("unknown operation: {operation}"))),
    }
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    // The engine marks what real DynamoDB would call invalid rather than unreadable.
    let unreadable = |error: serde_json::Error| match error.to_string().strip_prefix("VALIDATION:") {
        Some(invalid) => DynoxideError::ValidationException(invalid.to_owned()),
        None => DynoxideError::SerializationException(error.to_string()),
    };
    let answer = operation(serde_json::from_slice(body).map_err(unreadable)?)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_web_page_reaches_the_table() {
        let dynamodb = DynamoDb::start(None).await.unwrap();
        let call = |method: reqwest::Method| {
            let request = reqwest::Client::new().request(method, dynamodb.url());
            request.header("x-amz-target", "DynamoDB_20120810.ListTables").body("{}")
        };
        let status = |request: reqwest::RequestBuilder| async { request.send().await.unwrap().status() };
        assert_eq!(status(call(reqwest::Method::POST)).await, 200);
        assert_eq!(status(call(reqwest::Method::POST).header("origin", "https://page.example")).await, 403);
        assert_eq!(status(call(reqwest::Method::POST).header("host", "page.example")).await, 403);
        assert_eq!(status(call(reqwest::Method::OPTIONS)).await, 403);
        dynamodb.stop().await;
    }
}
