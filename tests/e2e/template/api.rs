//! The admin API's front: its limits, its log, its name.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{admin, grant::Access};

use super::model::Template;

#[test]
fn every_route_has_a_limit_and_those_that_anybody_may_call_a_low_one() {
    let template = Template::read();
    let api = template.at("/Resources/Api/Properties");
    let asked = json!({"Ref": "ApiRequestsPerSecond"});
    assert_eq!(api["DefaultRouteSettings"], json!({"ThrottlingRateLimit": asked, "ThrottlingBurstLimit": asked}));
    let limited = api["RouteSettings"].as_object().unwrap();
    let open = admin::ROUTES.iter().filter(|route| route.access == Access::Open).map(ToString::to_string);
    assert_eq!(limited.keys().cloned().collect::<BTreeSet<_>>(), open.collect());
    for (route, limits) in limited {
        // A page is made of many files, and none of them costs a read.
        let most = if *route == admin::CONSOLE_FILES.to_string() { 200 } else { 50 };
        for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
            assert!(limits[limit].as_u64().is_some_and(|limit| (1..=most).contains(&limit)), "{route}: {limits}");
        }
    }
}

#[test]
fn the_log_of_the_api_has_no_room_for_a_key() {
    let template = Template::read();
    let settings = template.at("/Resources/Api/Properties/AccessLogSettings");
    let format: Value = serde_json::from_str(settings["Format"].as_str().unwrap()).expect("each line is JSON");
    // What a caller has no hand in, but for the address. A header, a query string, a path as it was called, or what the
    // authorizer told would each be a place for a key's text or the id of a key that is off the record.
    let harmless = BTreeSet::from([
        "$context.requestId",
        "$context.requestTime",
        "$context.identity.sourceIp",
        "$context.routeKey",
        "$context.protocol",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.integrationStatus",
        "$context.error.responseType",
    ]);
    let logged: BTreeSet<_> = format.as_object().unwrap().values().map(|value| value.as_str().unwrap()).collect();
    assert_eq!(logged, harmless);
    assert_eq!(settings["DestinationArn"], json!({"Fn::GetAtt": "ApiLogs.Arn"}));
    let logs = template.at("/Resources/ApiLogs/Properties");
    assert_eq!(logs["RetentionInDays"], json!({"Ref": "LogRetentionDays"}));
    // Groups with this beginning do not fill up the account's resource policy for logs.
    assert_eq!(logs["LogGroupName"], json!({"Fn::Sub": "/aws/vendedlogs/apis/${AWS::StackName}"}));
}

#[test]
fn a_domain_and_its_record_are_made_when_they_are_asked_for() {
    const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c";
    let made = |template: &Template| {
        ["Domain", "DomainMapping", "DomainRecord"].map(|resource| template.has(&format!("/Resources/{resource}")))
    };
    let template = Template::read();
    assert_eq!(made(&template), [false, false, false]);
    let template = template.with("DomainName", "keys.example.com").with("CertificateArn", CERTIFICATE);
    assert_eq!(made(&template), [true, true, false]);
    let template = template.with("HostedZoneId", "Z0123456789ABCDEFGHIJ");
    assert_eq!(made(&template), [true, true, true]);
    let domain = template.at("/Resources/Domain/Properties/DomainNameConfigurations/0");
    assert_eq!(domain["SecurityPolicy"], "TLS_1_2");
    let mapping = template.at("/Resources/DomainMapping/Properties");
    assert_eq!((&mapping["ApiId"], &mapping["DomainName"]), (&json!({"Ref": "Api"}), &json!({"Ref": "Domain"})));
}
