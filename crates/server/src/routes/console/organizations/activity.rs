//! `GET /console/api/organizations/{organization_id}/activity`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::console::{ActivityPlace, ListedActivity};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::console::{Right, Standing};
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, text_at_most};
use crate::pagination::ListQuery;
use crate::routes::console::account::device;
use crate::routes::console::place;

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::ADMIN),
        Tag::Organizations,
        "listOrganizationActivity",
        "List what was done for an organization",
        "What members and programs changed of the organization, its projects and environments, and when a member was let \
         in without a passkey. Newest first, from a place on.",
    )
    .query("before", "Where to go on: what the page before gave as next.", text_at_most(64, ""))
    .query("limit", "How many, 1 to 200. Default: 50.", text_at_most(3, "50"))
    .answers::<wire::OrganizationActivities>(
        200,
        "The rows.",
        json!({ "rows": [{
            "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
            "type": "api_key_created",
            "at": "2027-01-15T08:00:00Z",
            "operator": {
                "id": "0b6a7f4e-5a0c-4f8b-9a55-3f3f4c5d6e7f",
                "name": "Kim",
                "email": "kim@example.com",
            },
            "tenant_id": "3a1c2b4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
            "subject": "Staging",
            "source_ip": "192.0.2.7",
            "device": "Chrome on macOS",
        }] }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Standing { organization_id, .. }: Standing,
    query: ListQuery,
) -> Result<NoStore<Json<wire::OrganizationActivities>>, ApiError> {
    let limit = place::limit(&query)?;
    let before = place::read(&query, "before")?.map(|(at, id)| ActivityPlace { at, id });
    let rows = app.passgate.organization_activities(organization_id, before, limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize);
    let next = last.map(|row| place::write(row.activity.at, row.activity.id));
    let rows = rows.into_iter().map(to_wire).collect();
    Ok(NoStore(Json(wire::OrganizationActivities { rows, next })))
}

fn to_wire(ListedActivity { activity, operator }: ListedActivity) -> wire::OrganizationActivity {
    wire::OrganizationActivity {
        id: *activity.id.as_uuid(),
        kind: activity.kind.as_str().to_owned(),
        at: activity.at.to_date_time(),
        operator: activity.operator_id.zip(operator).map(|(id, (name, email))| wire::ActivityOperator {
            id: *id.as_uuid(),
            name: name.to_string(),
            email: email.as_str().to_owned(),
        }),
        tenant_id: activity.tenant_id.map(|id| *id.as_uuid()),
        subject: activity.subject,
        device: device(&activity.origin.user_agent),
        source_ip: activity.origin.source_ip,
    }
}
