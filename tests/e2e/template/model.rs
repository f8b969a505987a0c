//! `template.yaml` as JSON, with `CloudFormation`'s short tags in their long form, and its values as a stack has them.
//!
//! It is read with `saphyr`, which is maintained, is safe Rust alone, and keeps unknown tags such as `!Ref` in its tree.
//! Readers that go straight to serde's types lose them or want a type for each.

use std::{collections::BTreeMap, fs, path::PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The region of the stack.
pub(crate) const REGION: &str = "us-east-1";

/// What the template's reference to the secret of the root key stands for in a stack.
pub(crate) const ROOT_SECRET_ARN: &str =
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:latchkey/root-key/51af3dc0-AbCdEf";

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folders in `functions/`, sorted: what there is to run.
pub(crate) fn function_names() -> Vec<String> {
    let folder = repository().join("functions");
    let entries = fs::read_dir(&folder).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(!names.is_empty(), "{} has no functions", folder.display());
    names.sort();
    names
}

/// The logical id that a function of this name must have: `create-key` is `CreateKey`.
pub(crate) fn logical_id(name: &str) -> String {
    pascal_case(name.split('-'))
}

/// The words as one name in which each begins with a capital.
pub(crate) fn pascal_case<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().unwrap().to_uppercase().to_string() + &letters.as_str().to_lowercase()
    };
    words.map(capitalised).collect()
}

/// The parsed template.
pub(crate) struct Template {
    json: Value,
    /// Values of parameters, for those that are not at their default.
    parameters: BTreeMap<String, String>,
}

impl Template {
    /// Reads it.
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(repository().join("template.yaml")).unwrap();
        let documents = Yaml::load_from_str(&text).unwrap();
        assert_eq!(documents.len(), 1, "template.yaml holds one document");
        Self { json: json_of(&documents[0]), parameters: BTreeMap::new() }
    }

    /// The template deployed with this parameter.
    pub(crate) fn with(mut self, parameter: &str, value: &str) -> Self {
        self.parameters.insert(parameter.to_owned(), value.to_owned());
        self
    }

    /// What stands at a JSON pointer; `null` where nothing does.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// Every resource of this type, by its logical id.
    pub(crate) fn resources(&self, kind: &str) -> BTreeMap<&str, &Value> {
        let all = self.at("/Resources").as_object().unwrap();
        all.iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), resource))
            .collect()
    }

    /// The properties of a function.
    pub(crate) fn function(&self, name: &str) -> &Value {
        let properties = self.at(&format!("/Resources/{}/Properties", logical_id(name)));
        assert!(properties.is_object(), "template.yaml has no function {}", logical_id(name));
        properties
    }

    /// The variables that the template declares for a function, those for all functions included.
    pub(crate) fn declared(&self, name: &str) -> BTreeMap<&str, &Value> {
        let everywhere = self.at("/Globals/Function/Environment/Variables").as_object().unwrap();
        let own = self.function(name)["Environment"]["Variables"].as_object().unwrap();
        everywhere.iter().chain(own).map(|(variable, value)| (variable.as_str(), value)).collect()
    }

    /// The environment that the template gives a function in AWS.
    pub(crate) fn environment(&self, name: &str) -> BTreeMap<String, String> {
        let declared = self.declared(name).into_iter();
        declared.filter_map(|(variable, value)| Some((variable.to_owned(), self.resolve(value)?))).collect()
    }

    /// Whether a stack has this resource or output: it has no condition, or one that holds.
    pub(crate) fn has(&self, pointer: &str) -> bool {
        let found = self.at(pointer);
        assert!(found.is_object(), "there is no {pointer}");
        found["Condition"].as_str().is_none_or(|name| self.holds(self.at(&format!("/Conditions/{name}"))))
    }

    /// A value as it is deployed; `None` for `AWS::NoValue`.
    pub(crate) fn resolve(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Object(_) if value["Ref"].is_string() => self.reference(value["Ref"].as_str().unwrap()),
            Value::Object(_) if value["Fn::If"].is_array() => {
                let parts = &value["Fn::If"];
                let condition = self.at(&format!("/Conditions/{}", parts[0].as_str().unwrap()));
                self.resolve(&parts[if self.holds(condition) { 1 } else { 2 }])
            }
            other => panic!("the test cannot resolve {other}: teach it"),
        }
    }

    fn reference(&self, name: &str) -> Option<String> {
        match name {
            "AWS::NoValue" => None,
            "AWS::Region" => Some(REGION.to_owned()),
            "RootSecret" => Some(ROOT_SECRET_ARN.to_owned()),
            _ if self.at("/Resources").get(name).is_some() => Some(name.to_owned()),
            _ if self.parameters.contains_key(name) => Some(self.parameters[name].clone()),
            _ => {
                let default = self.at(&format!("/Parameters/{name}/Default"));
                assert!(!default.is_null(), "the parameter {name} has no default");
                self.resolve(default)
            }
        }
    }

    fn holds(&self, condition: &Value) -> bool {
        if let Some(name) = condition["Condition"].as_str() {
            return self.holds(self.at(&format!("/Conditions/{name}")));
        }
        if let Some(negated) = condition.get("Fn::Not") {
            return !self.holds(&negated[0]);
        }
        let parts = |function| condition.get(function).and_then(Value::as_array);
        if let Some(all) = parts("Fn::And") {
            return all.iter().all(|part| self.holds(part));
        }
        if let Some(any) = parts("Fn::Or") {
            return any.iter().any(|part| self.holds(part));
        }
        let Some(equals) = condition.get("Fn::Equals") else { panic!("the test cannot decide {condition}: teach it") };
        self.resolve(&equals[0]) == self.resolve(&equals[1])
    }
}

/// A node as JSON; a tag such as `!Sub` becomes `{"Fn::Sub": …}`.
fn json_of(node: &Yaml) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(nodes) => nodes.iter().map(json_of).collect(),
        Yaml::Mapping(nodes) => {
            let members = nodes.iter().map(|(name, node)| match name {
                Yaml::Value(Scalar::String(name)) => (name.clone().into_owned(), json_of(node)),
                other => panic!("a name must be a string: {other:?}"),
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, node) => match tag.suffix.as_str() {
            name @ ("Ref" | "Condition") => json!({name: json_of(node)}),
            function => json!({format!("Fn::{function}"): json_of(node)}),
        },
        other => panic!("the template holds something odd: {other:?}"),
    }
}
