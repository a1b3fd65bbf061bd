//! Users.

use aws_lc_rs::digest;
use passgate_core::clock::Timestamp;
use passgate_core::ids::{TenantId, UserHandle, UserId};
use passgate_core::text::Text;
use passgate_core::transfer::{TransferRecord, TransferredUser};
use passgate_core::user::{AppUserId, UserProfile};
use tokio_postgres::Row;
use uuid::Uuid;

use super::alterations::Alterations;
use crate::kind::Kind;
use crate::report::{Note, Place};
use crate::unusable::Unusable;

/// Each row, oldest first. The column's type was `uuid` until November 2023.
pub(super) const QUERY: &str = "
    SELECT id, user_id::text AS user_id, coalesce(name, '') AS name, coalesce(icon, '') AS icon,
           coalesce(display_name, '') AS display_name,
           floor(extract(epoch FROM created_at) * 1000)::bigint AS created_at,
           floor(extract(epoch FROM updated_at) * 1000)::bigint AS updated_at
    FROM webauthn_users WHERE tenant_id = $1 ORDER BY webauthn_users.created_at, id";

#[derive(Debug)]
pub(super) struct UserRow {
    id: Uuid,
    user_id: Option<String>,
    name: String,
    icon: String,
    display_name: String,
    created_at: i64,
    updated_at: i64,
}

impl UserRow {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            user_id: row.try_get("user_id")?,
            name: row.try_get("name")?,
            icon: row.try_get("icon")?,
            display_name: row.try_get("display_name")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }

    pub(super) fn place(&self) -> Place {
        Place::Row { table: "webauthn_users", id: self.id.to_string() }
    }

    pub(super) fn record(self, tenant_id: TenantId) -> Result<(TransferRecord, Vec<Note>), Unusable> {
        let app_id = app_user_id(self.user_id.as_deref())?;
        let mut alterations = Alterations::of(self.place(), Kind::User);
        let name = alterations.name(&self.name, app_id.as_str());
        let display_name = match self.display_name.as_str() {
            "" => None,
            text => alterations.shortened(text, "display_name_truncated"),
        };
        let record = TransferredUser {
            id: UserId::new(self.id),
            handles: handles(tenant_id, self.id, &app_id),
            profile: UserProfile { app_id, name, display_name, icon: icon(&self.icon, &mut alterations) },
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
        };
        Ok((TransferRecord::User(record), alterations.into_notes()))
    }
}

/// The app's id of a user, which nothing can stand in for.
pub(super) fn app_user_id(user_id: Option<&str>) -> Result<AppUserId, Unusable> {
    match user_id {
        None | Some("") => Err(Unusable::because("user_id_empty")),
        Some(id) => AppUserId::new(id).map_err(|error| Unusable::with("user_id_too_long", &error)),
    }
}

/// An icon, if it is one that the admin API would take.
pub(super) fn icon(text: &str, alterations: &mut Alterations) -> Option<Text<1, 2048>> {
    if text.is_empty() {
        return None;
    }
    let is_url = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "data"));
    let icon = if is_url { Text::new(text).ok() } else { None };
    if icon.is_none() {
        alterations.note("icon_dropped", Some(text));
    }
    icon
}

/// The handles that the user's passkeys may carry.
///
/// The first is for new ones, and made here: what the original made handles of is the app's own id, which may be an
/// email. It follows from the row, so that importing twice makes one. The others are the original's: the user id as
/// text; and, until November 2023, the 16 bytes of a UUID, of which the database made the canonical text.
fn handles(tenant_id: TenantId, row: Uuid, app_id: &AppUserId) -> Vec<UserHandle> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"passgate imported user handle");
    context.update(tenant_id.as_uuid().as_bytes());
    context.update(row.as_bytes());
    let text = app_id.as_str();
    let binary = Uuid::try_parse(text).ok().filter(|uuid| uuid.hyphenated().to_string() == text);
    [
        Some(context.finish().as_ref()),
        Some(text.as_bytes()),
        binary.as_ref().map(|uuid| uuid.as_bytes().as_slice()),
    ]
    .into_iter()
    .flatten()
    // A user id of over 64 bytes was refused by every authenticator: no passkey has it.
    .filter_map(|handle| UserHandle::new(handle).ok())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId::new(Uuid::from_u128(1));

    fn handles_of(user_id: &str) -> Vec<Vec<u8>> {
        let handles = handles(TENANT, Uuid::from_u128(2), &AppUserId::new(user_id).unwrap());
        handles.iter().map(|handle| handle.as_bytes().to_vec()).collect()
    }

    #[test]
    fn a_user_has_a_new_handle_and_the_user_id_as_text() {
        let handles = handles_of("kim@example.com");
        assert_eq!((handles.len(), handles[0].len()), (2, 32));
        assert_eq!(handles[1], b"kim@example.com");
    }

    #[test]
    fn the_new_handle_is_another_for_each_row_and_tenant_and_the_same_each_time() {
        let kim = AppUserId::new("kim").unwrap();
        let first = |tenant: u128, row: u128| {
            handles(TenantId::new(Uuid::from_u128(tenant)), Uuid::from_u128(row), &kim)[0].clone()
        };
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }

    #[test]
    fn a_uuid_as_the_original_wrote_it_has_its_sixteen_bytes_besides() {
        let uuid = "6f1c2a34-0000-4000-8000-0123456789ab";
        let handles = handles_of(uuid);
        assert_eq!(
            handles[1..],
            [uuid.as_bytes().to_vec(), Uuid::try_parse(uuid).unwrap().as_bytes().to_vec()]
        );
        // Never made into bytes there: two users who differ in case alone must stay apart.
        assert_eq!(handles_of(&uuid.to_uppercase()).len(), 2);
        assert_eq!(handles_of(&uuid.replace('-', "")).len(), 2);
    }

    #[test]
    fn a_user_id_of_sixteen_bytes_is_text() {
        assert_eq!(handles_of("sixteen-bytes-id")[1..], [b"sixteen-bytes-id".to_vec()]);
    }

    #[test]
    fn a_user_id_that_no_handle_can_hold_leaves_the_new_handle() {
        assert_eq!(handles_of(&"ü".repeat(33)).len(), 1);
        assert_eq!(handles_of(&"ü".repeat(32)).len(), 2);
    }
}
