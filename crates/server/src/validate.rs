//! Bounds of a body's members, with the member's name in the error.

use std::fmt::Display;

use passgate_core::text::Text;

use crate::error::ApiError;

/// Names the member that a value was refused for.
pub(crate) fn field<T, E: Display>(name: &str, value: Result<T, E>) -> Result<T, ApiError> {
    value.map_err(|error| ApiError::validation(format!("{name}: {error}")))
}

/// An icon: an absolute URL.
pub(crate) fn icon(name: &str, text: String) -> Result<Text<1, 2048>, ApiError> {
    let is_url = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "data"));
    if !is_url {
        return Err(ApiError::validation(format!("{name}: must be an http, https or data URL")));
    }
    field(name, Text::new(text))
}
