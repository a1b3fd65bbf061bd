//! `/console/api/sign-up`.

pub(crate) mod begin;
pub(crate) mod finish;

use passgate_api::{ErrorCode, SecretString};
use passgate_core::console::{Email, SignUpRequest};
use passgate_core::text::Text;

use crate::error::ApiError;
use crate::openapi::Description;
use crate::validate::field;

/// Why a sign-up is refused, at its beginning and at its end.
fn refused(description: Description) -> Description {
    description
        .refuses(403, &[ErrorCode::SIGN_UP_CLOSED])
        .refuses(404, &[ErrorCode::LINK_INVALID])
        .refuses(409, &[ErrorCode::EMAIL_TAKEN, ErrorCode::CONSOLE_CLAIMED])
}

fn request(link: Option<&SecretString>, name: &str, email: &str) -> Result<SignUpRequest, ApiError> {
    Ok(SignUpRequest {
        link: link.map(|link| link.expose_secret().to_owned()),
        name: field("name", Text::new(name.trim()))?,
        email: field("email", Email::new(email))?,
    })
}
