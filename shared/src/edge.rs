//! Where the domain meets HTTP and Lambda. Nothing further in knows either.

pub mod body;
mod environment;
pub mod error;
mod log;
pub mod openapi;
mod problems;
pub mod request;
pub mod response;
mod stage;
mod trust;

use std::sync::Arc;

use lambda_http::{
    Adapter, Body, LambdaEvent, Request, Response, lambda_runtime::Config as LambdaConfig, service_fn, tower::Service,
};
use tokio::sync::OnceCell;

/// How AWS is reached.
pub use aws_config::SdkConfig;

use self::error::Problem;
pub use self::stage::on_stage;
use crate::{
    caller::Caller,
    change::Change,
    clock::{Clock, SystemClock},
    config::Config,
    cursor::CursorKey,
    entropy::{Entropy, SystemEntropy},
    key::KeyId,
    precondition::Precondition,
    store::{KeyTable, Patience},
};

/// Any error that ends a function.
pub type Error = lambda_http::Error;

/// What a handler of the admin API answers.
pub type Answer = Result<Response<Body>, Problem>;

/// What a function has at hand.
pub struct App {
    /// Its settings.
    pub config: Config,
    /// The deployment's table.
    pub table: KeyTable,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    cursor_key: OnceCell<CursorKey>,
}

impl App {
    /// An app on a table that is reached as `sdk` says.
    #[must_use]
    pub fn new(
        config: Config,
        sdk: &SdkConfig,
        patience: Patience,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let table = KeyTable::new(sdk, &config.table_name, patience);
        Self { config, table, clock, entropy, cursor_key: OnceCell::new() }
    }

    /// The app that the environment describes, on the real clock and generator.
    ///
    /// # Errors
    /// When a setting is missing or bad.
    pub fn from_env(patience: Patience) -> Result<Self, Error> {
        Ok(Self::with_sdk_from_env(patience)?.0)
    }

    /// The same, with how to reach AWS's other services.
    ///
    /// # Errors
    /// When a setting is missing or bad.
    pub fn with_sdk_from_env(patience: Patience) -> Result<(Self, SdkConfig), Error> {
        let config = Config::from_env()?;
        let sdk = environment::sdk();
        Ok((Self::new(config, &sdk, patience, Arc::new(SystemClock), Arc::new(SystemEntropy)), sdk))
    }

    /// A change of a key by a caller, with all that it takes.
    #[must_use]
    pub fn change<'c>(&'c self, caller: &'c Caller, id: KeyId, precondition: &'c Precondition) -> Change<'c> {
        Change { caller, id, precondition, table: &self.table, clock: &*self.clock, entropy: &*self.entropy }
    }

    /// The deployment's key for list cursors, asked for once.
    ///
    /// # Errors
    /// When the table does not answer, or there is no randomness.
    pub async fn cursor_key(&self) -> Result<&CursorKey, Problem> {
        self.cursor_key
            .get_or_try_init(|| async {
                let mut fresh = [0; 64];
                self.entropy.fill(&mut fresh)?;
                Ok(self.table.cursor_key(fresh).await?)
            })
            .await
    }
}

/// Serves the admin API's `handle` as a Lambda function, until Lambda ends it.
///
/// # Errors
/// When a setting is bad, or the runtime fails.
pub fn serve<H, F>(handle: H) -> Result<(), Error>
where
    H: Fn(Arc<App>, Request) -> F,
    F: Future<Output = Answer> + Send,
{
    run(async {
        let app = Arc::new(App::from_env(Patience::Admin)?);
        lambda_http::run(service_fn(|request| respond(&handle, Arc::clone(&app), request))).await
    })
}

/// Runs a function's whole life on one thread, with a log as Lambda wants it.
///
/// # Errors
/// The function's own.
pub fn run(life: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    log::start(log::Manner::AtOnce);
    live(life)
}

/// The same for a function that every request of somebody else waits for: its log is written by [`write_log`], once the answer is
/// out, but for warnings and errors, and leaves out what the module `unheard` of another crate says.
///
/// # Errors
/// The function's own.
pub fn run_ahead_of_its_log(unheard: &str, life: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    log::start(log::Manner::Later { unheard });
    log::tell_of_panics();
    let lived = live(life);
    log::write_out();
    lived
}

/// Writes what was logged and put aside.
pub fn write_log() {
    log::write_out();
}

/// Forgets what was logged and put aside, and is of nobody's concern.
pub fn forget_log() {
    log::forget();
}

fn live(life: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(life)
}

/// Calls `handle` with one event as Lambda would, and answers with what Lambda would return.
///
/// # Errors
/// When the event is no HTTP request of API Gateway.
pub async fn invoke<H, F>(handle: H, app: Arc<App>, event: &str) -> Result<serde_json::Value, Error>
where
    H: Fn(Arc<App>, Request) -> F + Send,
    F: Future<Output = Answer> + Send,
{
    let mut function = Adapter::from(service_fn(|request| respond(&handle, Arc::clone(&app), request)));
    let call = function.call(LambdaEvent::new(serde_json::from_str(event)?, context()));
    Ok(serde_json::to_value(call.await?)?)
}

/// The context of an invocation outside Lambda.
fn context() -> lambda_http::Context {
    let mut context = lambda_http::Context::default();
    context.env_config = Arc::new(LambdaConfig::default());
    context
}

fn respond<H, F>(
    handle: &H,
    app: Arc<App>,
    request: Request,
) -> impl Future<Output = Result<Response<Body>, Error>> + Send
where
    H: Fn(Arc<App>, Request) -> F,
    F: Future<Output = Answer> + Send,
{
    let request_id = request::request_id(&request).to_owned();
    let answer = handle(app, request);
    async move { Ok(answer.await.unwrap_or_else(|problem| problem.into_response(&request_id))) }
}
