//! Where a credential's row lies in its table, which is in the order of `credentials.place`.
//!
//! The place is made of the ids that a login comes with, so that the row is found at once, without the index of ids. It is
//! not sure to be there: two credentials may have the same, by chance or because somebody wants it so, and then the later
//! one lies elsewhere among its tenant's. Whoever looks here asks for the ids too, and goes by the index where the row
//! isn't there.

use passgate_core::ids::{CredentialId, TenantId};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::rows::Blob;

/// How many bits of a place are the credential's; those before are the tenant's, so that a tenant's rows lie together.
const OF_CREDENTIAL: u32 = 40;

/// Where the row is, unless another has taken its place. Ids that come in their order get places in their order.
pub(super) fn place(tenant_id: TenantId, id: &CredentialId) -> i64 {
    of_bytes(tenant_id.blob(), id.blob())
}

/// The first and the last place of a tenant's credentials. Others may lie between: tenants whose ids begin alike.
pub(super) fn places(tenant_id: TenantId) -> (i64, i64) {
    let first = of_bytes(tenant_id.blob(), &[]);
    (first, first | ((1 << OF_CREDENTIAL) - 1))
}

/// SQL: any place between the first and the last of the tenant whose first is the parameter.
macro_rules! any_place {
    ($first:literal) => {
        concat!($first, " | (random() & 1099511627775)")
    };
}
pub(super) use any_place;

fn of_bytes(tenant_id: &[u8], id: &[u8]) -> i64 {
    let place =
        beginning(tenant_id) >> OF_CREDENTIAL << OF_CREDENTIAL | beginning(id) >> (64 - OF_CREDENTIAL);
    place.cast_signed()
}

/// The first eight bytes, as a number. Ids are as long as they like to be.
fn beginning(bytes: &[u8]) -> u64 {
    let mut beginning = [0; 8];
    let length = bytes.len().min(8);
    beginning[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(beginning)
}

/// Lets migrations call it: `credential_place(tenant_id, id)`.
pub(super) fn provide(db: &Connection) -> Result<(), rusqlite::Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("credential_place", 2, flags, |context| {
        let bytes = |index| Ok::<_, rusqlite::Error>(context.get_raw(index).as_blob()?);
        Ok(of_bytes(bytes(0)?, bytes(1)?))
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn place_of(tenant: u128, id: &[u8]) -> i64 {
        place(TenantId::new(Uuid::from_u128(tenant)), &CredentialId::new(id).expect("an id"))
    }

    #[test]
    fn a_place_begins_with_the_tenant_and_goes_on_with_the_credential() {
        let tenant = 0x0123_4567_89ab_cdef << 64;
        assert_eq!(place_of(tenant, &[0xf1, 2, 3, 4, 5, 6, 7, 8, 9]), 0x0123_45f1_0203_0405);
        assert_eq!(place_of(u128::MAX, &[0xff; 1023]), -1);
    }

    #[test]
    fn ids_of_any_length_have_a_place() {
        assert_eq!(place_of(0, &[1]), 1 << 32);
        assert_eq!(place_of(0, &[0, 0, 0, 0, 7]), 7);
        assert_eq!(place_of(0, &[0, 0, 0, 0, 7, 255]), 7);
    }

    #[test]
    fn all_places_of_a_tenant_are_between_its_first_and_its_last() {
        for tenant in [0, 0x0123_4567 << 96, u128::MAX] {
            let (first, last) = places(TenantId::new(Uuid::from_u128(tenant)));
            assert_eq!((first, last), (place_of(tenant, &[0]), place_of(tenant, &[0xff; 8])));
            let db = Connection::open_in_memory().expect("a database");
            for _ in 0..100 {
                let sql = concat!("SELECT ", any_place!("?1"));
                let place: i64 = db.query_row(sql, [first], |row| row.get(0)).expect("a place");
                assert!((first..=last).contains(&place), "{place:x}");
            }
        }
    }
}
