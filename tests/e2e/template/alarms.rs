//! The alarms: something goes wrong, and somebody hears of it; nothing goes wrong, and nobody does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::store::schema;

use super::model::{Template, function_names, logical_id};
use crate::lambda::{
    emulator::Emulator,
    environment,
    events::{self, Table},
};

const ALARM: &str = "AWS::CloudWatch::Alarm";

/// A metric that an alarm looks at: its namespace, name and dimensions.
type Metric = (String, String, BTreeMap<String, String>);

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn metric(of: &Value) -> Metric {
    let dimensions = of["Dimensions"].as_array().into_iter().flatten();
    let dimensions = dimensions.map(|one| (text(&one["Name"]), text(&one["Value"]))).collect();
    (text(&of["Namespace"]), text(&of["MetricName"]), dimensions)
}

/// The metrics of an alarm, one or those of its sum.
fn metrics(alarm: &Value) -> BTreeSet<Metric> {
    let properties = &alarm["Properties"];
    let Some(queries) = properties["Metrics"].as_array() else { return BTreeSet::from([metric(properties)]) };
    let (sums, parts): (Vec<_>, Vec<_>) = queries.iter().partition(|query| query["Expression"].is_string());
    let [sum] = sums[..] else { panic!("{properties}: one sum") };
    let ids: Vec<_> = parts.iter().map(|part| format!("FILL({}, 0)", part["Id"].as_str().unwrap())).collect();
    // What is not in the sum would be looked at for nothing; a gap in one must not hide another.
    assert_eq!(sum["Expression"], ids.join(" + "));
    assert!(parts.len() <= 10, "CloudWatch takes no more: {properties}");
    assert!(
        parts.iter().all(|part| part["ReturnData"] == false && part["MetricStat"]["Stat"] == "Sum"),
        "{properties}"
    );
    parts.iter().map(|part| metric(&part["MetricStat"]["Metric"])).collect()
}

fn of_function(function: &str, name: &str) -> Metric {
    let dimension = (String::from("FunctionName"), json!({"Ref": logical_id(function)}).to_string());
    ("AWS/Lambda".to_owned(), name.to_owned(), BTreeMap::from([dimension]))
}

fn of_table(name: &str, more: Option<(&str, &str)>) -> Metric {
    let table = (String::from("TableName"), json!({"Ref": "Table"}).to_string());
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ("AWS/DynamoDB".to_owned(), name.to_owned(), [table].into_iter().chain(more).collect())
}

/// The faults of the authorizer, as they are counted in its log.
fn authorizer_faults() -> Metric {
    let namespace = json!({"Fn::Sub": "Latchkey/${AWS::StackName}"}).to_string();
    (namespace, "AuthorizerFaults".to_owned(), BTreeMap::new())
}

#[test]
fn every_function_has_an_alarm_for_its_failures_and_its_throttled_calls() {
    let template = Template::read();
    let alarms = template.resources(ALARM);
    for function in function_names() {
        let alarm = alarms[format!("{}Alarm", logical_id(&function)).as_str()];
        let failures = if function == "authorizer" { authorizer_faults() } else { of_function(&function, "Errors") };
        assert_eq!(metrics(alarm), BTreeSet::from([failures, of_function(&function, "Throttles")]), "{function}");
    }
}

#[test]
fn the_table_and_the_api_are_watched() {
    let template = Template::read();
    let alarms = template.resources(ALARM);
    let throttled = ["ReadThrottleEvents", "WriteThrottleEvents"].into_iter().flat_map(|name| {
        let index = |index| of_table(name, Some(("GlobalSecondaryIndexName", index)));
        [of_table(name, None), index(schema::ALL_INDEX), index(schema::OWNER_INDEX)]
    });
    assert_eq!(metrics(alarms["TableThrottleAlarm"]), throttled.collect());
    // All that the functions ask for; `rights` holds that against what they do.
    let operations = ["GetItem", "Query", "UpdateItem", "TransactWriteItems"];
    let faults = operations.map(|operation| of_table("SystemErrors", Some(("Operation", operation))));
    assert_eq!(metrics(alarms["TableFaultAlarm"]), BTreeSet::from(faults));
    let api = BTreeMap::from([("ApiId".to_owned(), json!({"Ref": "Api"}).to_string())]);
    assert_eq!(metrics(alarms["ApiAlarm"]), BTreeSet::from([("AWS/ApiGateway".to_owned(), "5xx".to_owned(), api)]));
}

#[test]
fn the_authorizer_is_told_of_before_it_runs_out_of_time() {
    let template = Template::read();
    let alarm = template.resources(ALARM)["AuthorizerDurationAlarm"];
    assert_eq!(metrics(alarm), BTreeSet::from([of_function("authorizer", "Duration")]));
    assert_eq!(alarm["Properties"]["Statistic"], "Maximum");
    let milliseconds = alarm["Properties"]["Threshold"].as_u64().unwrap();
    let timeout = template.function("authorizer")["Timeout"].as_u64().unwrap() * 1000;
    // Above what one read may take with its retries, and below the timeout.
    assert!((2000..timeout).contains(&milliseconds), "{milliseconds} of {timeout}");
}

#[test]
fn every_alarm_says_what_is_wrong_rings_at_once_and_is_quiet_without_traffic() {
    let template = Template::read();
    for (id, alarm) in template.resources(ALARM) {
        let properties = &alarm["Properties"];
        let description = properties["AlarmDescription"]["Fn::Sub"].as_str().unwrap();
        assert!(description.starts_with("${AWS::StackName}: "), "{id}: {description}");
        assert_eq!(properties["ComparisonOperator"], "GreaterThanThreshold", "{id}");
        // A sum fills the newest minute with 0 until its numbers arrive: a look at that one alone would never see them.
        let is_sum = properties["Metrics"].is_array();
        assert_eq!(properties["EvaluationPeriods"], if is_sum { 5 } else { 1 }, "{id}");
        assert_eq!(properties["DatapointsToAlarm"], if is_sum { json!(1) } else { Value::Null }, "{id}");
        assert_eq!(properties["TreatMissingData"], "notBreaching", "{id}");
        if id != "AuthorizerDurationAlarm" {
            assert_eq!(properties["Threshold"], 0, "{id}: one is too many");
        }
        assert!(properties.get("AlarmName").is_none(), "{id}: a name of its own would keep it from being replaced");
        assert!(alarm.get("Condition").is_none(), "{id}: it is to be seen even where nobody is told");
    }
}

#[test]
fn alarms_go_to_an_address_or_a_topic_or_nowhere() {
    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";
    let actions = json!({"Fn::If": [
        "MakesAlarmTopic",
        [{"Ref": "AlarmTopic"}],
        {"Fn::If": ["HasAlarmTopicArn", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]},
    ]});
    let template = Template::read();
    for (id, alarm) in template.resources(ALARM) {
        assert_eq!(alarm["Properties"]["AlarmActions"], actions, "{id}");
    }
    let made = |template: &Template| ["/Resources/AlarmTopic", "/Outputs/AlarmTopicArn"].map(|part| template.has(part));
    assert_eq!(made(&template), [false, false]);
    assert_eq!(made(&Template::read().with("AlarmEmail", "ops@example.com")), [true, true]);
    assert_eq!(made(&Template::read().with("AlarmTopicArn", TOPIC)), [false, true]);
    let told = json!([{"Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}]);
    assert_eq!(*template.at("/Resources/AlarmTopic/Properties/Subscription"), told);
}

/// The first part of the filter, for lines that the function itself writes.
const FAULT: &str = r#"$.level = "ERROR""#;
/// The second part, for the lines of Lambda about calls that ended without an answer.
const CUT_OFF: &str = r#"($.type = "platform.report" && ($.record.status = "timeout" || $.record.status = "failure" || $.record.errorType = "Runtime.*"))"#;

#[test]
fn the_filter_of_the_authorizers_log_counts_faults_and_calls_that_were_cut_off() {
    let template = Template::read();
    let filter = template.at("/Resources/AuthorizerFaults/Properties");
    assert_eq!(filter["LogGroupName"], json!({"Ref": "AuthorizerLogs"}));
    assert_eq!(filter["FilterPattern"], format!("{{ {FAULT} || {CUT_OFF} }}"));
    let counted = &filter["MetricTransformations"][0];
    let (namespace, name, _) = authorizer_faults();
    assert_eq!((text(&counted["MetricNamespace"]), text(&counted["MetricName"])), (namespace, name));
    assert_eq!(counted["MetricValue"], "1");
}

/// How many lines of the function's own in a log [`FAULT`] counts.
fn faults(log: &str) -> usize {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["level"] == "ERROR").count()
}

#[tokio::test]
async fn a_refusal_is_no_fault_of_the_authorizer_and_an_outage_is() {
    let table = Table::of_events("Table").await;
    for (endpoint, is_fault) in [(table.environment(), false), (events::endpoint("http://127.0.0.1:9"), true)] {
        let emulator = Emulator::start("authorizer", &environment("authorizer", &endpoint, &[])).await;
        let mut refused = 0;
        for event in events::all().into_iter().filter(|event| event.function == "authorizer") {
            let answer = emulator.invoke(&event.text).await;
            refused += usize::from(answer["errorMessage"] == "Unauthorized");
        }
        let log = emulator.stop().await;
        // Lambda counts these among the errors of the function; its own log has each once, with its code.
        assert!(refused > 1 && log.matches(r#"{"message":"decided","#).count() >= refused, "{log}");
        assert!(!log.contains("Unauthorized"), "{log}");
        assert_eq!(faults(&log) > 0, is_fault, "{log}");
    }
}
