//! `DELETE /console/api/organizations/{organization_id}`

use axum::extract::State;
use axum::http::StatusCode;
use passgate_core::store::{Changed, Store};

use crate::app::App;
use crate::console::{Right, Standing};
use crate::error::ApiError;
use crate::openapi::{Access, Description, Tag};
use crate::request::to_its_end;
use crate::routes::console::organizations::not_found;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::OWNER.fresh()),
        Tag::Organizations,
        "deleteOrganization",
        "Delete an organization",
        "With all its projects, their tenants, and everything of theirs. There is no way back.",
    )
    .answers_nothing("It is gone.")
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    standing: Standing,
) -> Result<StatusCode, ApiError> {
    // Large ones take longer than a request may, and half of them are of no use.
    let deleted = to_its_end(async move { app.passgate.delete_organization(standing.organization_id).await });
    match deleted.await.map_err(ApiError::internal)?? {
        Changed::Done => Ok(StatusCode::NO_CONTENT),
        Changed::NotFound => Err(not_found()),
    }
}
