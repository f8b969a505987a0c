//! Requests through the local stack: with a key, and to a route that is open to everybody.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    Error,
    options::Options,
    progress,
    report::{Report, Section, Table},
    service::Service,
    statistics::{Ratio, median, percentile},
};

/// So many clients ask at the same time, each over a connection that it keeps.
const CLIENTS: u32 = 8;
/// So long they ask in each round.
const ROUND: Duration = Duration::from_millis(500);
/// How many rounds come before those that count.
const WARM_UP: u32 = 1;

/// What is asked for.
struct Question {
    name: &'static str,
    url: String,
    key: Option<String>,
}

/// What came of it.
#[derive(Default)]
struct Answers {
    /// The time of each request, in microseconds.
    times: Vec<f64>,
    /// The median of each round.
    medians: Vec<f64>,
    /// Requests a second, of each round.
    rates: Vec<f64>,
}

/// Measures it.
///
/// # Errors
/// When the stack cannot be had, or does not let in who may.
pub async fn run(options: &Options, report: &mut Report) -> Result<(), Error> {
    progress("load: starting the local stack");
    let stack = Service::stack().await?;
    let client = Client::builder().no_proxy().tcp_nodelay(true).build()?;
    let questions = prepare(&client, &stack).await?;
    let mut answers = questions.each_ref().map(|_| Answers::default());
    let rounds = options.rounds.div_ceil(4) + WARM_UP;
    for round in 0..rounds {
        progress(&format!("load: round {} of {rounds}", round + 1));
        for (question, answers) in questions.iter().zip(&mut answers) {
            let (times, took) = ask(&client, question).await?;
            if round >= WARM_UP {
                answers.add(times, took);
            }
        }
    }
    report.add(section(&questions, &answers, rounds - WARM_UP));
    Ok(())
}

impl Answers {
    fn add(&mut self, times: Vec<f64>, took: Duration) {
        let count = u32::try_from(times.len()).unwrap_or(u32::MAX);
        self.medians.push(median(&times));
        self.rates.push(f64::from(count) / took.as_secs_f64());
        self.times.extend(times);
    }
}

fn section(questions: &[Question], answers: &[Answers], rounds: u32) -> Section {
    let text = format!(
        "{CLIENTS} clients on kept connections, in {rounds} rounds of {} ms each, in turns. The gateway, the functions and the \
         embedded DynamoDB share one process here, and the clients this machine with it; both routes go through the authorizer.",
        ROUND.as_millis()
    );
    let mut section = Section::new("Requests through the local stack", &text);
    let mut table = Table::new(["request", "requests a second", "median, µs", "p99, µs", "x open to all"]);
    for (number, (question, seen)) in questions.iter().zip(answers).enumerate() {
        let ratio =
            answers.first().filter(|_| number > 0).map(|open| Ratio::of(&seen.medians, &open.medians).to_string());
        table.row([
            question.name.to_owned(),
            format!("{:.0}", median(&seen.rates)),
            format!("{:.0}", median(&seen.times)),
            format!("{:.0}", percentile(&seen.times, 99)),
            ratio.unwrap_or_else(|| "1".to_owned()),
        ]);
    }
    section.table(table);
    section
}

/// Makes a route that is open to all, one that is not, and a key for it.
async fn prepare(client: &Client, stack: &Service) -> Result<[Question; 2], Error> {
    let (url, root) = (stack.url(), stack.root_key());
    for (name, key_required) in [("open", false), ("closed", true)] {
        let set = json!({"routes": [format!("GET /demo/{name}/*")], "key_required": key_required});
        send(client, Method::PUT, &format!("{url}/apis/{name}"), root, &set).await?;
    }
    let key = json!({
        "name": "load", "provider": "aws", "region": "us-east-1", "type": "fine-grained", "apis": ["closed"],
        "permissions": ["orders:read"], "metadata": {"team": "load"}, "expires_in": "1d",
    });
    let made = send(client, Method::POST, &format!("{url}/keys"), root, &key).await?;
    let key = made.get("key").and_then(Value::as_str).map(str::to_owned).ok_or("a new key has no text")?;
    let questions = [
        Question { name: "open to all, no key", url: format!("{url}/demo/open/42"), key: None },
        Question { name: "with a key", url: format!("{url}/demo/closed/42"), key: Some(key) },
    ];
    // Without the key, the second one must not be let in: else nothing would be measured.
    let refused = client.get(format!("{url}/demo/closed/42")).send().await?.status();
    if refused == StatusCode::UNAUTHORIZED { Ok(questions) } else { Err("a closed route is open".into()) }
}

async fn send(client: &Client, method: Method, url: &str, key: &str, body: &Value) -> Result<Value, Error> {
    let request = client.request(method, url).bearer_auth(key).header("content-type", "application/json");
    let response = request.body(body.to_string()).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}

/// Asks for one round's time; the time of each request in microseconds, and of all together.
async fn ask(client: &Client, question: &Question) -> Result<(Vec<f64>, Duration), Error> {
    let request = match &question.key {
        Some(key) => client.get(&question.url).bearer_auth(key),
        None => client.get(&question.url),
    };
    let request = Arc::new(request.build()?);
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (client, request) = (client.clone(), Arc::clone(&request));
        clients.spawn(async move {
            let mut times = Vec::new();
            while start.elapsed() < ROUND {
                let asked = Instant::now();
                let request = request.try_clone().ok_or("a request without a body can be repeated")?;
                client.execute(request).await?.error_for_status()?.bytes().await?;
                times.push(asked.elapsed().as_secs_f64() * 1e6);
            }
            Ok::<_, Error>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(asked) = clients.join_next().await {
        times.extend(asked??);
    }
    Ok((times, start.elapsed()))
}
