//! Between rows and the domain: what goes in, and what comes out or is corrupt.

use std::fmt::Write as _;

use passgate_core::clock::Timestamp;
use passgate_core::ids::{
    AdminTokenId, ApiKeyId, AuditId, CredentialId, EndpointId, EventId, LeaseId, SigningKeyId, TenantId,
    TransactionId, UserHandle, UserId,
};
use passgate_core::key_secret::KeyHash;
use passgate_core::server_secret::SecretId;
use passgate_core::text::Text;
use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};
use uuid::Uuid;

use super::fault::Fault;

/// What is stored as bytes.
pub(super) trait Blob {
    fn blob(&self) -> &[u8];
}

macro_rules! uuid_blobs {
    ($($id:ty),+ $(,)?) => {$(
        impl Blob for $id {
            fn blob(&self) -> &[u8] {
                self.as_uuid().as_bytes()
            }
        }
    )+};
}

macro_rules! byte_blobs {
    ($($id:ty),+ $(,)?) => {$(
        impl Blob for $id {
            fn blob(&self) -> &[u8] {
                self.as_bytes()
            }
        }
    )+};
}

uuid_blobs!(
    TenantId,
    UserId,
    ApiKeyId,
    SigningKeyId,
    AdminTokenId,
    AuditId,
    TransactionId,
    EndpointId,
    EventId,
    LeaseId,
);
byte_blobs!(CredentialId, UserHandle, KeyHash, SecretId);

/// A row's columns, taken from left to right in the order of the SELECT, which begins with the row's own key.
pub(super) struct Columns<'row, 'statement> {
    table: &'static str,
    tenant: Option<TenantId>,
    row: &'row Row<'statement>,
    next: usize,
}

impl<'row, 'statement> Columns<'row, 'statement> {
    /// The columns of a row of `table`, in `tenant` if the table has tenants.
    pub(super) fn new(table: &'static str, tenant: Option<TenantId>, row: &'row Row<'statement>) -> Self {
        Self { table, tenant, row, next: 0 }
    }

    /// Says that the columns that follow are joined from another table.
    pub(super) fn table(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// The next column, if `parse` accepts it.
    fn take<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(ValueRef<'row>) -> Option<T>,
    ) -> Result<T, Fault> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        parse(value).ok_or_else(|| self.corrupt(column))
    }

    fn corrupt(&self, column: &'static str) -> Fault {
        let mut row = String::new();
        if let Some(tenant) = self.tenant {
            // Writing to a String does not fail.
            let _ = write!(row, "tenant {tenant}, ");
        }
        match self.row.get_ref(0) {
            Ok(ValueRef::Blob(key)) => row.push_str(&name_of(key)),
            Ok(ValueRef::Integer(key)) => row.push_str(&key.to_string()),
            // No table is keyed by text; it could be personal.
            _ => row.push('?'),
        }
        Fault::CorruptRow { table: self.table, column, row }
    }

    /// A UUID in its newtype.
    pub(super) fn uuid<T>(&mut self, column: &'static str, wrap: impl FnOnce(Uuid) -> T) -> Result<T, Fault> {
        self.take(column, |value| Uuid::from_slice(blob(value)?).ok().map(wrap))
    }

    /// The id of the server secret that something is sealed with.
    pub(super) fn secret_id(&mut self) -> Result<SecretId, Fault> {
        self.bytes("secret_id", |bytes| Some(SecretId::from_bytes(bytes.try_into().ok()?)))
    }

    /// Bytes that `parse` accepts.
    pub(super) fn bytes<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row [u8]) -> Option<T>,
    ) -> Result<T, Fault> {
        self.take(column, |value| parse(blob(value)?))
    }

    /// Bytes that `parse` accepts, or NULL.
    pub(super) fn optional_bytes<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row [u8]) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        self.take(column, |value| match value {
            ValueRef::Null => Some(None),
            other => parse(blob(other)?).map(Some),
        })
    }

    /// A hash.
    pub(super) fn hash(&mut self, column: &'static str) -> Result<KeyHash, Fault> {
        self.bytes(column, |bytes| Some(KeyHash::from_bytes(bytes.try_into().ok()?)))
    }

    /// Text that `parse` accepts.
    pub(super) fn parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row str) -> Option<T>,
    ) -> Result<T, Fault> {
        self.take(column, |value| parse(value.as_str().ok()?))
    }

    /// Text that `parse` accepts, or NULL.
    pub(super) fn optional<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row str) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        self.take(column, |value| match value {
            ValueRef::Null => Some(None),
            other => parse(other.as_str().ok()?).map(Some),
        })
    }

    /// Text of any length.
    pub(super) fn string(&mut self, column: &'static str) -> Result<String, Fault> {
        self.parsed(column, |text| Some(text.to_owned()))
    }

    /// Text of any length, or NULL.
    pub(super) fn optional_string(&mut self, column: &'static str) -> Result<Option<String>, Fault> {
        self.optional(column, |text| Some(text.to_owned()))
    }

    /// Text within bounds.
    pub(super) fn text<const MIN: usize, const MAX: usize>(
        &mut self,
        column: &'static str,
    ) -> Result<Text<MIN, MAX>, Fault> {
        self.parsed(column, |text| Text::new(text).ok())
    }

    /// Text within bounds, or NULL.
    pub(super) fn optional_text<const MIN: usize, const MAX: usize>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Text<MIN, MAX>>, Fault> {
        self.optional(column, |text| Text::new(text).ok())
    }

    /// A number in the bounds of its type.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T, Fault> {
        self.take(column, |value| T::try_from(value.as_i64().ok()?).ok())
    }

    /// A number in the bounds of its type, or NULL.
    pub(super) fn optional_number<T: TryFrom<i64>>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, Fault> {
        self.take(column, |value| match value {
            ValueRef::Null => Some(None),
            other => T::try_from(other.as_i64().ok()?).ok().map(Some),
        })
    }

    /// 0 or 1.
    pub(super) fn flag(&mut self, column: &'static str) -> Result<bool, Fault> {
        self.take(column, |value| match value {
            ValueRef::Integer(0) => Some(false),
            ValueRef::Integer(1) => Some(true),
            _ => None,
        })
    }

    /// A moment.
    pub(super) fn time(&mut self, column: &'static str) -> Result<Timestamp, Fault> {
        self.number(column).map(Timestamp::from_millis)
    }

    /// A moment, or NULL.
    pub(super) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, Fault> {
        self.take(column, |value| match value {
            ValueRef::Null => Some(None),
            other => other.as_i64().ok().map(|millis| Some(Timestamp::from_millis(millis))),
        })
    }
}

/// Reads all rows.
pub(super) fn collect<T>(
    mut rows: Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

fn blob(value: ValueRef<'_>) -> Option<&[u8]> {
    value.as_blob().ok()
}

/// Enough of a row's key to find it by: a UUID whole, the first bytes of what an authenticator chose.
fn name_of(key: &[u8]) -> String {
    if let Ok(id) = Uuid::from_slice(key) {
        return id.to_string();
    }
    let mut name = String::from("x'");
    for byte in key.iter().take(8) {
        // Writing to a String does not fail.
        let _ = write!(name, "{byte:02x}");
    }
    name.push_str(if key.len() > 8 { "…'" } else { "'" });
    name
}
