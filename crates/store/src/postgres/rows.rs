//! PostgreSQL's rows.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::fault::Fault;
use crate::rows::{self, CorruptRow, Value};

impl rows::Row for Row {
    fn value(&self, column: usize) -> Option<Value<'_>> {
        self.try_get::<_, Value<'_>>(column).ok()
    }
}

impl<'row> FromSql<'row> for Value<'row> {
    fn from_sql(kind: &Type, raw: &'row [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Self::Integer(bool::from_sql(kind, raw)?.into()),
            Type::INT8 => Self::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Integer(i32::from_sql(kind, raw)?.into()),
            Type::TEXT => Self::Text(<&str>::from_sql(kind, raw)?),
            // The 16 bytes of a UUID are sent as they are.
            _ => Self::Bytes(raw),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::BOOL | Type::INT8 | Type::INT4 | Type::TEXT | Type::BYTEA | Type::UUID)
    }
}

/// Reads all rows.
pub(super) fn collect<T>(
    rows: &[Row],
    read: impl FnMut(&Row) -> Result<T, CorruptRow>,
) -> Result<Vec<T>, Fault> {
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}
