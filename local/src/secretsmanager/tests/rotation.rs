//! `RotateSecret`: the steps, in their order, however often they are cut off.

use super::*;

/// A rotation function that does to the secret what AWS's templates do, and nothing to any key.
struct Template {
    guard: Weak<Guard>,
    events: Mutex<Vec<Value>>,
    /// Where it is to fail: before a step, or after it.
    failure: Mutex<Option<(&'static str, bool)>>,
}

impl Template {
    /// One that rotates the secrets of `guard`.
    fn on(guard: &Arc<Guard>) -> Arc<Self> {
        let (events, failure) = (Mutex::default(), Mutex::default());
        let template = Arc::new(Self { guard: Arc::downgrade(guard), events, failure });
        guard.rotate_with(Arc::clone(&template) as Arc<dyn RotationFunction>);
        template
    }

    fn fail(&self, step: &'static str, is_done: bool) {
        *self.failure.lock().unwrap() = Some((step, is_done));
    }

    fn fails(&self, step: &str, is_done: bool) -> bool {
        self.failure.lock().unwrap().take_if(|(failing, when)| *failing == step && *when == is_done).is_some()
    }

    /// The steps that it was called for so far, with the tokens; forgotten afterwards.
    fn steps(&self) -> Vec<(String, String)> {
        let field = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        events.iter().map(|event| (field(event, "Step"), field(event, "ClientRequestToken"))).collect()
    }

    async fn act(&self, guard: &Guard, step: &str, token: &str) {
        match step {
            "createSecret" => {
                let pending = on_secret(json!({"VersionId": token, "VersionStage": "AWSPENDING"}));
                let (status, _) = ask(guard, "GetSecretValue", pending).await;
                if status == 400 {
                    put(guard, token, &format!("made for {token}"), &["AWSPENDING"]).await;
                }
            }
            "finishSecret" => {
                let shown = stages(guard).await;
                let current = shown.as_object().unwrap().iter().find(|(_, labels)| holds(labels, "AWSCURRENT"));
                let current = current.unwrap().0;
                let fields =
                    json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": token, "RemoveFromVersionId": current});
                good(guard, "UpdateSecretVersionStage", on_secret(fields)).await;
            }
            _ => {}
        }
    }
}

fn holds(labels: &Value, label: &str) -> bool {
    labels.as_array().unwrap().contains(&json!(label))
}

impl RotationFunction for Template {
    fn step(&self, event: Value) -> Pending<'_, Result<(), Error>> {
        Box::pin(async move {
            let (step, token) = (event["Step"].as_str().unwrap(), event["ClientRequestToken"].as_str().unwrap());
            self.events.lock().unwrap().push(event.clone());
            if self.fails(step, false) {
                return Err("out of order".into());
            }
            self.act(&self.guard.upgrade().unwrap(), step, token).await;
            if self.fails(step, true) { Err("cut off".into()) } else { Ok(()) }
        })
    }

    fn previous_until(&self, _: String) -> Pending<'_, Option<Timestamp>> {
        Box::pin(async { Some("2030-01-01T00:00:00Z".parse().unwrap()) })
    }
}

fn all_steps(token: &str) -> Vec<(String, String)> {
    let steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    steps.map(|step| (step.to_owned(), token.to_owned())).to_vec()
}

#[tokio::test]
async fn a_rotation_calls_the_four_steps_in_order() {
    let (zeroth, guard) = guarded().await;
    let template = Template::on(&guard);
    let answer = good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await;
    assert_eq!((&answer["Name"], &answer["VersionId"]), (&json!(NAME), &json!(FIRST)));
    assert!(template.events.lock().unwrap().iter().all(|event| event["SecretId"] == answer["ARN"]));
    assert!(template.events.lock().unwrap().iter().all(|event| event["RotationToken"].is_string()));
    assert_eq!(template.steps(), all_steps(FIRST));
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSCURRENT"], zeroth: ["AWSPREVIOUS"]}));
    assert_eq!(value(&guard, json!({})).await, format!("made for {FIRST}"));

    let shown = good(&guard, "DescribeSecret", on_secret(json!({}))).await;
    assert_eq!(shown["RotationEnabled"], true);
    assert!(shown["LastRotatedDate"].is_number());
    assert_eq!(shown["Tags"], json!([{"Key": "latchkey:previous-valid-until", "Value": "2030-01-01T00:00:00Z"}]));
    // The same request again, as a client sends it that heard no answer.
    assert_eq!(good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await, answer);
    assert_eq!(template.steps(), []);
}

#[tokio::test]
async fn a_version_of_a_rotation_is_a_uuid_unless_named() {
    let (_, guard) = guarded().await;
    Template::on(&guard);
    let one = good(&guard, "RotateSecret", on_secret(json!({}))).await["VersionId"].as_str().unwrap().to_owned();
    let two = good(&guard, "RotateSecret", on_secret(json!({}))).await["VersionId"].as_str().unwrap().to_owned();
    assert_ne!(one, two);
    for version in [one, two] {
        let parts: Vec<_> = version.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{version}");
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{version}");
    }
}

#[tokio::test]
async fn a_rotation_that_failed_is_taken_up_with_its_own_token() {
    for (step, is_done) in [
        ("createSecret", false),
        ("createSecret", true),
        ("setSecret", false),
        ("testSecret", true),
        ("finishSecret", false),
    ] {
        let (zeroth, guard) = guarded().await;
        let template = Template::on(&guard);
        template.fail(step, is_done);
        let (status, answer) = ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("InvalidRequestException")), "{step}");
        assert!(answer["message"].as_str().unwrap().contains(step), "{answer}");
        assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPENDING"], zeroth.clone(): ["AWSCURRENT"]}), "{step}");
        template.steps();

        let answer = good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": SECOND}))).await;
        assert_eq!(answer["VersionId"], FIRST, "{step}");
        assert_eq!(template.steps(), all_steps(FIRST), "{step}");
        assert_eq!(stages(&guard).await, json!({FIRST: ["AWSCURRENT"], zeroth: ["AWSPREVIOUS"]}), "{step}");
    }
}

#[tokio::test]
async fn a_rotation_cut_off_after_it_moved_is_repeated_before_the_next() {
    let (_, guard) = guarded().await;
    let template = Template::on(&guard);
    template.fail("finishSecret", true);
    assert_eq!(ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await.0, 400);
    assert_eq!(stages(&guard).await[FIRST], json!(["AWSCURRENT", "AWSPENDING"]));
    template.steps();
    good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": SECOND}))).await;
    assert_eq!(template.steps(), [all_steps(FIRST), all_steps(SECOND)].concat());
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
}

#[tokio::test]
async fn a_version_is_pending_without_a_value_while_the_first_step_runs() {
    let (zeroth, guard) = guarded().await;
    let template = Template::on(&guard);
    template.fail("createSecret", false);
    ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await;
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPENDING"], zeroth.clone(): ["AWSCURRENT"]}));
    for fields in [
        json!({"VersionId": FIRST, "VersionStage": "AWSPENDING"}),
        json!({"VersionId": FIRST}),
        json!({"VersionStage": "AWSPENDING"}),
    ] {
        assert_eq!(refused(&guard, "GetSecretValue", fields.clone()).await, "ResourceNotFoundException", "{fields}");
    }
    let early = json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": FIRST, "RemoveFromVersionId": zeroth});
    assert_eq!(refused(&guard, "UpdateSecretVersionStage", early).await, "InvalidRequestException");
}

#[tokio::test]
async fn a_rotation_for_later_is_tested_and_leaves_nothing_pending() {
    let (zeroth, guard) = guarded().await;
    let template = Template::on(&guard);
    for fails in [false, true] {
        if fails {
            template.fail("testSecret", false);
        }
        let fields = json!({"RotateImmediately": false, "RotationRules": {"ScheduleExpression": "rate(30 days)"}});
        let (status, _) = ask(&guard, "RotateSecret", on_secret(fields)).await;
        assert_eq!(status, if fails { 400 } else { 200 });
        let steps: Vec<_> = template.steps().into_iter().map(|(step, _)| step).collect();
        assert_eq!(steps, ["testSecret"]);
        assert_eq!(stages(&guard).await, json!({zeroth.clone(): ["AWSCURRENT"]}));
    }
    let shown = good(&guard, "DescribeSecret", on_secret(json!({}))).await;
    assert_eq!(shown["RotationRules"]["ScheduleExpression"], "rate(30 days)");
    good(&guard, "CancelRotateSecret", on_secret(json!({}))).await;
    assert_eq!(good(&guard, "DescribeSecret", on_secret(json!({}))).await["RotationEnabled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rotations_follow_one_another() {
    let (_, guard) = guarded().await;
    let template = Template::on(&guard);
    let rotate = |token: &'static str| {
        let guard = Arc::clone(&guard);
        tokio::spawn(
            async move { ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": token}))).await.0 },
        )
    };
    let (one, two) = (rotate(FIRST), rotate(SECOND));
    assert_eq!((one.await.unwrap(), two.await.unwrap()), (200, 200));
    let steps = template.steps();
    let first = steps[0].1.clone();
    let second = if first == FIRST { SECOND } else { FIRST };
    assert_eq!(steps, [all_steps(&first), all_steps(second)].concat());
}

#[tokio::test]
async fn what_cannot_be_rotated_is_refused() {
    let (_, guard) = guarded().await;
    assert_eq!(refused(&guard, "RotateSecret", json!({})).await, "InvalidRequestException");
    let template = Template::on(&guard);
    let short = json!({"ClientRequestToken": "short"});
    assert_eq!(refused(&guard, "RotateSecret", short).await, "InvalidParameterException");
    let (status, answer) = ask(&guard, "RotateSecret", json!({"SecretId": "nobody"})).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("ResourceNotFoundException")));
    good(&guard, "DeleteSecret", on_secret(json!({}))).await;
    assert_eq!(ask(&guard, "RotateSecret", on_secret(json!({}))).await.0, 400);
    assert_eq!(template.steps(), []);
}
