//! `GET /console/api/audit-types`

use axum::Json;
use passgate_core::audit::AuditType;
use serde_json::json;

use crate::console::Right;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OPERATOR),
        Tag::Environments,
        "listAuditTypes",
        "List what an audit log tells of",
        "The types of rows, for a filter.",
    )
    .answers_texts("The types.", json!(["webauthn_credential_deleted"]))
}

pub(crate) async fn handler() -> Json<Vec<&'static str>> {
    Json(AuditType::ALL.iter().map(|kind| kind.as_str()).collect())
}
