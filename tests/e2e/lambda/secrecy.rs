//! No key text is in what the functions write, at any level, nor in any answer but the one that shows it.

use super::{
    Run,
    events::{EXAMPLE_KEY, EXAMPLE_SIGNATURE},
};
use crate::{support::secret_of, template::model::function_names};

#[tokio::test]
async fn no_function_writes_a_key_to_its_log() {
    for function in function_names() {
        let run = Run::of(&function, &[]).await;
        assert_nothing_secret(&function, &run);
        // What was searched is a log.
        assert!(run.output.contains("INVOKE RTDONE"), "{}", run.output);
        if function == "authorizer" {
            assert!(run.output.contains("ExampleKey000001") && run.output.contains("VALID"), "{}", run.output);
        }
    }
}

#[tokio::test]
async fn no_function_writes_a_key_to_its_log_however_verbose() {
    for function in function_names() {
        // What an operator sets with `ApplicationLogLevel`, and what a developer sets.
        for variable in ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"] {
            assert_nothing_secret(&function, &Run::of(&function, &[(variable, "TRACE")]).await);
        }
    }
}

fn assert_nothing_secret(function: &str, run: &Run) {
    // The beginning is shared with the altered key of the event `malformed`.
    let (example, _) = secret_of(EXAMPLE_KEY).split_at(30);
    for secret in run.created().into_iter().chain([example, EXAMPLE_SIGNATURE]) {
        let line = run.output.lines().find(|line| line.contains(secret));
        let line: Option<String> = line.map(|line| line.chars().take(300).collect());
        assert_eq!(line, None, "{function} wrote a key or a token");
    }
    for (event, answer) in &run.answers {
        let mut answer = answer.clone();
        if ["create-key", "rotate-key"].contains(&function) {
            answer["body"]["key"].take();
        }
        // Where a token goes that was asked for.
        if super::token(&answer).is_some() {
            answer["cookies"].take();
            if function == "issue-token" {
                answer["body"]["token"].take();
            }
        }
        let answer = answer.to_string();
        for own in [example, EXAMPLE_SIGNATURE] {
            assert!(!answer.contains(own), "{event} repeats the caller's key or token: {answer}");
        }
        assert!(
            run.created().iter().all(|secret| !answer.contains(secret)),
            "{event} shows a key or a token twice: {answer}"
        );
    }
}
