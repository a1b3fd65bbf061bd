//! SQLite's rows.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};

use super::fault::Fault;
use crate::rows::{self, CorruptRow, Value};

impl rows::Row for Row<'_> {
    fn value(&self, column: usize) -> Option<Value<'_>> {
        Some(match self.get_ref(column).ok()? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).ok()?),
            ValueRef::Blob(bytes) => Value::Bytes(bytes),
            ValueRef::Real(_) => return None,
        })
    }
}

/// Reads all rows.
pub(super) fn collect<'statement, T>(
    mut rows: Rows<'statement>,
    mut read: impl FnMut(&Row<'statement>) -> Result<T, CorruptRow>,
) -> Result<Vec<T>, Fault> {
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}
