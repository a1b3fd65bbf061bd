//! Lists that stay fast however long they are.

use passgate_core::console::{ListedUser, UserPlace, UserSearch};
use passgate_core::ids::TenantId;
use uuid::Uuid;

use crate::console_records::{self, end_of_prefix, listed_user_columns, merged};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;

pub(super) async fn users(
    db: &Session,
    tenant_id: TenantId,
    search: &UserSearch,
    limit: u32,
) -> Result<Vec<ListedUser>, Fault> {
    match search {
        UserSearch::All(place) => newest(db, tenant_id, *place, limit).await,
        UserSearch::BeginningWith(prefix) => beginning_with(db, tenant_id, prefix.as_str(), limit).await,
    }
}

async fn newest(
    db: &Session,
    tenant_id: TenantId,
    place: Option<UserPlace>,
    limit: u32,
) -> Result<Vec<ListedUser>, Fault> {
    let sql = concat!(
        "SELECT ",
        listed_user_columns!(""),
        "
         FROM users AS u
         WHERE u.tenant_id = $1 AND (u.created_at, u.id) < ($2, $3)
         ORDER BY u.created_at DESC, u.id DESC
         LIMIT $4"
    );
    let (at, id) = place.map_or((i64::MAX, Uuid::nil()), |place| (place.at.as_millis(), *place.id.as_uuid()));
    let rows = db.rows(sql, &[tenant_id.as_uuid(), &at, &id, &i64::from(limit)]).await?;
    collect(&rows, |row| console_records::listed_user(tenant_id, row))
}

async fn beginning_with(
    db: &Session,
    tenant_id: TenantId,
    prefix: &str,
    limit: u32,
) -> Result<Vec<ListedUser>, Fault> {
    let by_id = concat!(
        "SELECT ",
        listed_user_columns!(""),
        "
         FROM users AS u
         WHERE u.tenant_id = $1 AND u.app_user_id >= $2 AND u.app_user_id < $3
         ORDER BY u.app_user_id
         LIMIT $4"
    );
    let by_name = concat!(
        "SELECT ",
        listed_user_columns!(""),
        "
         FROM users AS u
         WHERE u.tenant_id = $1 AND u.name COLLATE \"C\" >= $2 AND u.name COLLATE \"C\" < $3
         ORDER BY u.name COLLATE \"C\"
         LIMIT $4"
    );
    let (end, limit_given) = (end_of_prefix(prefix), i64::from(limit));
    let mut found = Vec::new();
    for sql in [by_id, by_name] {
        let rows = db.rows(sql, &[tenant_id.as_uuid(), &prefix, &end, &limit_given]).await?;
        found.extend(collect(&rows, |row| console_records::listed_user(tenant_id, row))?);
    }
    Ok(merged(found, Vec::new(), limit))
}
