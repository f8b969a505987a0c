//! As much of Secrets Manager as a rotation asks for, so that what is asked can be held against the function's rights. It
//! checks no right and no order: other tests rotate against whole ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

/// Secrets by their ARNs.
#[derive(Default)]
pub(super) struct Vault(BTreeMap<String, Vec<Version>>);

struct Version {
    id: String,
    value: Option<String>,
    stages: BTreeSet<String>,
}

impl Version {
    fn new(number: usize, value: Option<String>, stage: &str) -> Self {
        Self { id: format!("00000000-0000-0000-0000-{number:012}"), value, stages: BTreeSet::from([stage.to_owned()]) }
    }
}

impl Vault {
    /// Adds a secret.
    pub(super) fn add(&mut self, arn: &str, value: &str) {
        self.0.insert(arn.to_owned(), vec![Version::new(0, Some(value.to_owned()), CURRENT)]);
    }

    /// Begins a rotation: adds a version without a value, and gives its id.
    pub(super) fn begin(&mut self, arn: &str) -> String {
        let versions = self.0.get_mut(arn).unwrap();
        for version in versions.iter_mut() {
            version.stages.remove(PENDING);
        }
        versions.push(Version::new(versions.len(), None, PENDING));
        versions.last().unwrap().id.clone()
    }

    /// The value in use, as JSON.
    pub(super) fn current(&self, arn: &str) -> Value {
        let current = self.0[arn].iter().find(|version| version.stages.contains(CURRENT)).unwrap();
        serde_json::from_str(current.value.as_ref().unwrap()).unwrap()
    }

    /// Answers a request with a status and a body.
    pub(super) fn answer(&mut self, operation: &str, asked: &Value) -> (u16, Value) {
        let text = |field: &str| asked[field].as_str().map(str::to_owned);
        let arn = text("SecretId").unwrap();
        let versions = self.0.get_mut(&arn).unwrap_or_else(|| panic!("there is no secret {arn}"));
        match operation {
            "DescribeSecret" => {
                let stages: BTreeMap<_, _> =
                    versions.iter().map(|version| (version.id.as_str(), &version.stages)).collect();
                (200, json!({"ARN": arn, "RotationEnabled": true, "VersionIdsToStages": stages}))
            }
            "GetSecretValue" => match value(versions, asked["VersionId"].as_str(), asked["VersionStage"].as_str()) {
                Some(value) => (200, json!({"ARN": arn, "SecretString": value})),
                None => (400, json!({"__type": "ResourceNotFoundException"})),
            },
            "PutSecretValue" => {
                let token = text("ClientRequestToken").unwrap();
                assert_eq!(asked["VersionStages"], json!([PENDING]), "nothing is promoted by writing it");
                let version = versions.iter_mut().find(|version| version.id == token).unwrap();
                version.value = text("SecretString");
                (200, json!({"ARN": arn, "VersionId": token}))
            }
            "UpdateSecretVersionStage" => {
                let (stage, target) = (text("VersionStage").unwrap(), text("MoveToVersionId").unwrap());
                for version in versions {
                    version.stages.remove(&stage);
                    if version.id == target {
                        version.stages.insert(stage.clone());
                    }
                }
                (200, json!({"ARN": arn}))
            }
            other => panic!("a rotation does not ask for {other}"),
        }
    }
}

/// The value of the version of this id at this stage, of those that are given.
fn value<'v>(versions: &'v [Version], id: Option<&str>, stage: Option<&str>) -> Option<&'v str> {
    let is_it = |version: &&Version| {
        id.is_none_or(|id| id == version.id) && stage.is_none_or(|stage| version.stages.contains(stage))
    };
    versions.iter().find(is_it)?.value.as_deref()
}
