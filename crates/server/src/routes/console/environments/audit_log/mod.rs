//! `/console/api/environments/{tenant_id}/audit-log`.

pub(crate) mod list;
pub(crate) mod live;

use passgate_core::audit::AuditFilter;
use passgate_core::user::AppUserId;

use crate::error::ApiError;
use crate::openapi::{Description, text_at_most};
use crate::pagination::ListQuery;
use crate::routes::audit_logs;
use crate::validate::field;

/// The filters of the other APIs, and one more.
fn filters(description: Description) -> Description {
    audit_logs::filters(description).query(
        "actor",
        "Only rows of the user whose id is this, whole: a timeline.",
        text_at_most(1024, "user-7"),
    )
}

fn filter(query: &ListQuery) -> Result<AuditFilter, ApiError> {
    let user = query.value("actor")?.map(|id| field("actor", AppUserId::new(id))).transpose()?;
    Ok(AuditFilter { user, ..audit_logs::filter(query)? })
}
