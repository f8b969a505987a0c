//! API sets in answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    grant::{ApiName, ApiSet, RoutePattern},
    label::{ClientType, Description},
};

/// An API set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiSet)]
pub struct ApiSetBody<'s> {
    /// What it is called.
    name: &'s ApiName,
    /// What it is for.
    description: Option<&'s Description>,
    /// The routes that it gives access to.
    routes: &'s [RoutePattern],
    /// If there are any: only keys with one of these client types reach the routes.
    client_types: &'s [ClientType],
    /// Whether the routes need a key.
    key_required: bool,
}

impl<'s> From<&'s ApiSet> for ApiSetBody<'s> {
    fn from(set: &'s ApiSet) -> Self {
        Self {
            name: &set.name,
            description: set.description.as_ref(),
            routes: &set.routes,
            client_types: &set.client_types,
            key_required: set.key_required,
        }
    }
}

/// Every API set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiSets)]
pub struct ApiSetsBody<'s> {
    /// The built-in one first, then by name.
    pub apis: Vec<ApiSetBody<'s>>,
}
