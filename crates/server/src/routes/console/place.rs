//! Where a list goes on: a moment and an id, as one word.

use passgate_core::clock::Timestamp;

use crate::error::ApiError;
use crate::pagination::ListQuery;

/// How many rows a list has unless it is asked for more or fewer, and at most.
const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// The word for a place.
pub(crate) fn write(at: Timestamp, id: impl std::fmt::Display) -> String {
    format!("{}.{id}", at.as_millis())
}

/// The place that a parameter names.
pub(crate) fn read<T: std::str::FromStr>(
    query: &ListQuery,
    name: &str,
) -> Result<Option<(Timestamp, T)>, ApiError> {
    query.value(name)?.map(|word| parse(word, name)).transpose()
}

pub(crate) fn parse<T: std::str::FromStr>(word: &str, name: &str) -> Result<(Timestamp, T), ApiError> {
    word.split_once('.')
        .and_then(|(at, id)| Some((Timestamp::from_millis(at.parse().ok()?), id.parse().ok()?)))
        .ok_or_else(|| ApiError::validation(format!("{name}: must be what an answer gave as next")))
}

/// How many rows are asked for.
pub(crate) fn limit(query: &ListQuery) -> Result<u32, ApiError> {
    match query.value("limit")? {
        None => Ok(DEFAULT_LIMIT),
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| ApiError::validation(format!("limit: must be a number from 1 to {MAX_LIMIT}"))),
    }
}
