//! What a change was about, told by the handler that made it to whoever keeps a record of changes.

use std::convert::Infallible;

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};

/// In few words, what a change was about: a name, a URL. Goes along with the answer, not to the client. Of what may be
/// changed through the console, its guard keeps a record; elsewhere nobody reads it.
#[derive(Debug, Clone)]
pub(crate) struct About(pub(crate) String);

impl IntoResponseParts for About {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

impl IntoResponse for About {
    fn into_response(self) -> Response {
        (self, ()).into_response()
    }
}
