//! `/console/api/organizations/{organization_id}/invitations`, and `/console/api/invitations`.

pub(crate) mod accept;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod withdraw;

use passgate_api::console as wire;
use passgate_core::console::{Link, LinkPurpose};

use crate::routes::console::organizations::role_to_wire;

/// An invitation; other links are none.
fn to_wire(link: Link) -> Option<wire::Invitation> {
    let LinkPurpose::Invitation { role, email, invited_by, .. } = link.purpose else { return None };
    Some(wire::Invitation {
        id: *link.id.as_uuid(),
        role: role_to_wire(role),
        email: email.map(|email| email.as_str().to_owned()),
        invited_by: invited_by.map(|id| *id.as_uuid()),
        created_at: link.created_at.to_date_time(),
        expires_at: link.expires_at.to_date_time(),
    })
}
