//! The API sets that the keys name: one a service.

use jiff::Timestamp;
use shared::{
    audit::{Action, AuditEvent, Origin, Target},
    entropy::SystemEntropy,
    grant::ApiSet,
    label::Actor,
    store::{KeyTable, VersionedSet},
};

use crate::Error;

/// What there is to call.
pub const SERVICES: [&str; 20] = [
    "orders",
    "billing",
    "catalogue",
    "checkout",
    "customers",
    "delivery",
    "exports",
    "fraud",
    "inventory",
    "invoices",
    "ledger",
    "loyalty",
    "media",
    "notices",
    "payments",
    "pricing",
    "reports",
    "returns",
    "search",
    "sessions",
];

/// Writes the sets of these services that are not there yet.
///
/// # Errors
/// When the table does not answer.
pub async fn write(table: &KeyTable, services: &[&str], at: Timestamp) -> Result<(), Error> {
    for service in services {
        let set = set(service)?;
        if table.api_set(&set.name).await?.is_none() {
            let who = (Actor::latchkey(), Origin::default());
            let changes = ["description", "routes", "client_types", "key_required"];
            let target = Target::Api(set.name.clone());
            let event = AuditEvent::new(at, Action::ApiCreated, who, target, &changes, &SystemEntropy)?;
            table.write_set(None, &VersionedSet { set, version: 1 }, &event).await?;
        }
    }
    Ok(())
}

fn set(service: &str) -> Result<ApiSet, Error> {
    let routes = [
        format!("GET /{service}"),
        format!("POST /{service}"),
        format!("GET /{service}/{{id}}"),
        format!("ANY /{service}/{{id}}/items/*"),
    ];
    Ok(ApiSet {
        name: service.parse()?,
        description: Some(format!("What the {service} service offers").parse()?),
        routes: routes.iter().map(|route| route.parse()).collect::<Result<_, _>>()?,
        client_types: Vec::new(),
        key_required: true,
    })
}
