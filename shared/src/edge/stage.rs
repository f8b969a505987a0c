//! A table for rehearsals, which is nowhere but in this process.
//!
//! It has one key, the example of the events in `events/`, and one API set, and has them in every answer. Nothing that is
//! asked of it goes over a network.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};

/// What it answers to each operation that it takes part in.
const ANSWERS: [(&str, &str); 2] = [
    ("DynamoDB_20120810.GetItem", include_str!("stage/GetItem.json")),
    ("DynamoDB_20120810.Query", include_str!("stage/Query.json")),
];

/// How the same SDK reaches that table in the place of the real one.
#[must_use]
pub fn on_stage(sdk: &SdkConfig) -> SdkConfig {
    sdk.to_builder().http_client(http_client_fn(|_, _| SharedHttpConnector::new(Stage))).build()
}

#[derive(Debug)]
struct Stage;

impl HttpConnector for Stage {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target");
        let answer = ANSWERS.iter().find(|(operation, _)| Some(*operation) == target);
        HttpConnectorFuture::ready(match (answer, StatusCode::try_from(200)) {
            (Some((_, answer)), Ok(status)) => Ok(HttpResponse::new(status, (*answer).into())),
            _ => Err(ConnectorError::user("this is no part of the rehearsal".into())),
        })
    }
}
