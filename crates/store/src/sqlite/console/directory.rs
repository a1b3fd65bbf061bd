//! Lists that stay fast however long they are.

use passgate_core::clock::Timestamp;
use passgate_core::console::{ListedUser, UserPlace, UserSearch};
use passgate_core::ids::TenantId;
use rusqlite::{Connection, params};

use crate::console_records::{self, end_of_prefix, listed_user_columns, merged};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;

const NEWEST: &str = concat!(
    "SELECT ",
    // Without statistics, SQLite takes a tenant for as short as a user.
    listed_user_columns!("INDEXED BY credentials_by_user"),
    "
         FROM users AS u
         WHERE u.tenant_id = ?1 AND (u.created_at, u.id) < (?2, ?3)
         ORDER BY u.created_at DESC, u.id DESC
         LIMIT ?4"
);

const BY_ID: &str = concat!(
    "SELECT ",
    // Without statistics, SQLite takes a tenant for as short as a user.
    listed_user_columns!("INDEXED BY credentials_by_user"),
    "
         FROM users AS u
         WHERE u.tenant_id = ?1 AND u.app_user_id >= ?2 AND u.app_user_id < ?3
         ORDER BY u.app_user_id
         LIMIT ?4"
);

const BY_NAME: &str = concat!(
    "SELECT ",
    // Without statistics, SQLite takes a tenant for as short as a user.
    listed_user_columns!("INDEXED BY credentials_by_user"),
    "
         FROM users AS u
         WHERE u.tenant_id = ?1 AND u.name >= ?2 AND u.name < ?3
         ORDER BY u.name
         LIMIT ?4"
);

pub(super) fn users(
    db: &Connection,
    tenant_id: TenantId,
    search: &UserSearch,
    limit: u32,
) -> Result<Vec<ListedUser>, Fault> {
    match search {
        UserSearch::All(place) => newest(db, tenant_id, *place, limit),
        UserSearch::BeginningWith(prefix) => beginning_with(db, tenant_id, prefix.as_str(), limit),
    }
}

fn newest(
    db: &Connection,
    tenant_id: TenantId,
    place: Option<UserPlace>,
    limit: u32,
) -> Result<Vec<ListedUser>, Fault> {
    let mut statement = db.prepare_cached(NEWEST)?;
    let (at, id) = match &place {
        Some(place) => (place.at.as_millis(), place.id.blob()),
        None => (Timestamp::from_millis(i64::MAX).as_millis(), [].as_slice()),
    };
    collect(statement.query(params![tenant_id.blob(), at, id, limit])?, |row| {
        console_records::listed_user(tenant_id, row)
    })
}

fn beginning_with(
    db: &Connection,
    tenant_id: TenantId,
    prefix: &str,
    limit: u32,
) -> Result<Vec<ListedUser>, Fault> {
    let mut by_id = db.prepare_cached(BY_ID)?;
    let mut by_name = db.prepare_cached(BY_NAME)?;
    let end = end_of_prefix(prefix);
    let parameters = params![tenant_id.blob(), prefix, end, limit];
    let by_id = collect(by_id.query(parameters)?, |row| console_records::listed_user(tenant_id, row))?;
    let by_name = collect(by_name.query(parameters)?, |row| console_records::listed_user(tenant_id, row))?;
    Ok(merged(by_id, by_name, limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn no_list_of_users_reads_them_all_or_sorts_them() {
        for (sql, index) in [
            (NEWEST, "users_by_time (tenant_id=? AND (created_at,id)<(?,?))"),
            (BY_ID, "(tenant_id=? AND app_user_id>? AND app_user_id<?)"),
            (BY_NAME, "users_by_name (tenant_id=? AND name>? AND name<?)"),
        ] {
            let plan = plan(sql);
            assert!(plan.contains(index), "{plan}");
            let of_user = "credentials_by_user (tenant_id=? AND user_id=?)";
            assert_eq!(plan.matches(of_user).count(), 2, "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
