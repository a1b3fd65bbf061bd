//! `DELETE /{tenant_id}/users/{user_id}/credentials`

use axum::Json;
use axum::extract::{Path, State};
use passgate_api::public::CredentialsDeleted;
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Keyed, Origin};
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    super::of_user(Description::new(
        Access::Key,
        Tag::Credentials,
        "deleteCredentialsOfUser",
        "Delete all of a user's credentials",
        "Second factors too. None can log in any more: who tries is told `credential_revoked`.",
    ))
    .acts_for_a_person()
    .answers::<CredentialsDeleted>(200, "Deleted.", json!({ "deleted": 2 }))
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    path: Path<(String, String)>,
    Origin(origin): Origin,
) -> Result<NoStore<Json<CredentialsDeleted>>, ApiError> {
    let deleted = app.passgate.delete_credentials(&tenant, super::user(path)?, &origin).await?;
    let deleted = deleted.ok_or_else(super::user_not_found)?;
    Ok(NoStore(Json(CredentialsDeleted { deleted })))
}
