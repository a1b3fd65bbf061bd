//! Between rows and the domain: what goes in, and what comes out or is corrupt.

use std::fmt::Write as _;

use passgate_core::clock::Timestamp;
use passgate_core::ids::{
    ActivityId, AdminTokenId, ApiKeyId, AuditId, CredentialId, EndpointId, EventId, LeaseId, LinkId,
    OperatorId, OrganizationId, ProjectId, SessionId, SigningKeyId, TenantId, TransactionId, UserHandle,
    UserId,
};
use passgate_core::key_secret::KeyHash;
use passgate_core::server_secret::SecretId;
use passgate_core::store::StoreError;
use passgate_core::text::Text;
use uuid::Uuid;

/// A row of some database.
pub(crate) trait Row {
    /// The value of a column, counted from 0; none if there is no such column, or its type is one that is not used.
    fn value(&self, column: usize) -> Option<Value<'_>>;
}

/// A value, as any of the databases may have it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'row> {
    /// NULL.
    Null,
    /// A number, or a truth value as 0 or 1.
    Integer(i64),
    /// Text.
    Text(&'row str),
    /// Bytes, or the 16 of a UUID.
    Bytes(&'row [u8]),
}

impl<'row> Value<'row> {
    fn integer(self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(number) } else { None }
    }

    fn text(self) -> Option<&'row str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn bytes(self) -> Option<&'row [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// Reads what is not NULL.
    #[expect(clippy::option_option, reason = "outside: whether it can be read; inside: whether it is NULL")]
    fn unless_null<T>(self, read: impl FnOnce(Self) -> Option<T>) -> Option<Option<T>> {
        if let Self::Null = self { Some(None) } else { read(self).map(Some) }
    }
}

/// A stored row can't be read.
#[derive(Debug)]
pub(crate) struct CorruptRow {
    table: &'static str,
    column: &'static str,
    row: String,
}

impl From<CorruptRow> for StoreError {
    fn from(CorruptRow { table, column, row }: CorruptRow) -> Self {
        Self::CorruptRow { table, column, row }
    }
}

/// What is stored as bytes.
pub(crate) trait Blob {
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
    OperatorId,
    SessionId,
    LinkId,
    OrganizationId,
    ProjectId,
    ActivityId,
);
byte_blobs!(CredentialId, UserHandle, KeyHash, SecretId);

/// A row's columns, taken from left to right in the order of the SELECT, which begins with the row's own key.
pub(crate) struct Columns<'row, R> {
    table: &'static str,
    tenant: Option<TenantId>,
    row: &'row R,
    next: usize,
}

impl<'row, R: Row> Columns<'row, R> {
    /// The columns of a row of `table`, in `tenant` if the table has tenants.
    pub(crate) fn new(table: &'static str, tenant: Option<TenantId>, row: &'row R) -> Self {
        Self { table, tenant, row, next: 0 }
    }

    /// Says that the columns that follow are joined from another table.
    pub(crate) fn table(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// The next column, if `parse` accepts it.
    fn take<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(Value<'row>) -> Option<T>,
    ) -> Result<T, CorruptRow> {
        let value = self.row.value(self.next);
        self.next += 1;
        value.and_then(parse).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn corrupt(&self, column: &'static str) -> CorruptRow {
        let mut row = String::new();
        if let Some(tenant) = self.tenant {
            // Writing to a String does not fail.
            let _ = write!(row, "tenant {tenant}, ");
        }
        match self.row.value(0) {
            Some(Value::Bytes(key)) => row.push_str(&name_of(key)),
            Some(Value::Integer(key)) => row.push_str(&key.to_string()),
            // No table is keyed by text; it could be personal.
            _ => row.push('?'),
        }
        CorruptRow { table: self.table, column, row }
    }

    /// A UUID in its newtype, or NULL.
    pub(crate) fn optional_uuid<T>(
        &mut self,
        column: &'static str,
        wrap: impl FnOnce(Uuid) -> T,
    ) -> Result<Option<T>, CorruptRow> {
        self.optional_bytes(column, |bytes| Uuid::from_slice(bytes).ok().map(wrap))
    }

    /// A UUID in its newtype.
    pub(crate) fn uuid<T>(
        &mut self,
        column: &'static str,
        wrap: impl FnOnce(Uuid) -> T,
    ) -> Result<T, CorruptRow> {
        self.take(column, |value| Uuid::from_slice(value.bytes()?).ok().map(wrap))
    }

    /// The id of the server secret that something is sealed with.
    pub(crate) fn secret_id(&mut self) -> Result<SecretId, CorruptRow> {
        self.bytes("secret_id", |bytes| Some(SecretId::from_bytes(bytes.try_into().ok()?)))
    }

    /// Bytes that `parse` accepts.
    pub(crate) fn bytes<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row [u8]) -> Option<T>,
    ) -> Result<T, CorruptRow> {
        self.take(column, |value| parse(value.bytes()?))
    }

    /// Bytes that `parse` accepts, or NULL.
    pub(crate) fn optional_bytes<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row [u8]) -> Option<T>,
    ) -> Result<Option<T>, CorruptRow> {
        self.take(column, |value| value.unless_null(|value| parse(value.bytes()?)))
    }

    /// A hash.
    pub(crate) fn hash(&mut self, column: &'static str) -> Result<KeyHash, CorruptRow> {
        self.bytes(column, |bytes| Some(KeyHash::from_bytes(bytes.try_into().ok()?)))
    }

    /// Text that `parse` accepts.
    pub(crate) fn parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row str) -> Option<T>,
    ) -> Result<T, CorruptRow> {
        self.take(column, |value| parse(value.text()?))
    }

    /// Text that `parse` accepts, or NULL.
    pub(crate) fn optional<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&'row str) -> Option<T>,
    ) -> Result<Option<T>, CorruptRow> {
        self.take(column, |value| value.unless_null(|value| parse(value.text()?)))
    }

    /// Text of any length.
    pub(crate) fn string(&mut self, column: &'static str) -> Result<String, CorruptRow> {
        self.parsed(column, |text| Some(text.to_owned()))
    }

    /// Text of any length, or NULL.
    pub(crate) fn optional_string(&mut self, column: &'static str) -> Result<Option<String>, CorruptRow> {
        self.optional(column, |text| Some(text.to_owned()))
    }

    /// Text within bounds.
    pub(crate) fn text<const MIN: usize, const MAX: usize>(
        &mut self,
        column: &'static str,
    ) -> Result<Text<MIN, MAX>, CorruptRow> {
        self.parsed(column, |text| Text::new(text).ok())
    }

    /// Text within bounds, or NULL.
    pub(crate) fn optional_text<const MIN: usize, const MAX: usize>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<Text<MIN, MAX>>, CorruptRow> {
        self.optional(column, |text| Text::new(text).ok())
    }

    /// A number in the bounds of its type.
    pub(crate) fn number<T: TryFrom<i64>>(&mut self, column: &'static str) -> Result<T, CorruptRow> {
        self.take(column, |value| T::try_from(value.integer()?).ok())
    }

    /// A number in the bounds of its type, or NULL.
    pub(crate) fn optional_number<T: TryFrom<i64>>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, CorruptRow> {
        self.take(column, |value| value.unless_null(|value| T::try_from(value.integer()?).ok()))
    }

    /// 0 or 1.
    pub(crate) fn flag(&mut self, column: &'static str) -> Result<bool, CorruptRow> {
        self.take(column, |value| match value.integer() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        })
    }

    /// A moment.
    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, CorruptRow> {
        self.number(column).map(Timestamp::from_millis)
    }

    /// A moment, or NULL.
    pub(crate) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, CorruptRow> {
        Ok(self.optional_number(column)?.map(Timestamp::from_millis))
    }
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
