//! The one error document of both APIs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Every body outside 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// A short sentence, the same for every error of this code.
    pub title: String,
    /// What was wrong with this request, for a developer to read.
    pub details: String,
    /// The HTTP status again.
    pub status: u16,
    /// What a program decides on: stable, `snake_case`.
    pub code: ErrorCode,
    /// With `credential_revoked`, and with `credential_unknown` where the tenant asks for it and nobody else could know
    /// the credential: what the page may hand to the browser (ours, additive).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub signal: Option<Box<UnknownCredentialSignal>>,
}

/// What `PublicKeyCredential.signalUnknownCredential()` takes (WebAuthn Level 3, §5.1.10.2): the browser deletes the
/// passkey from the device for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnknownCredentialSignal {
    /// The RP ID.
    pub rp_id: String,
    /// The credential id, base64url.
    pub credential_id: String,
}

/// A stable, machine-readable error code.
///
/// The constants are those that a client is likely to act on; a verification that failed carries the
/// verifier's own code (`signature_invalid`, `origin_not_allowed`, …), listed in docs/guides/errors.md.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ErrorCode(Cow<'static, str>);

impl ErrorCode {
    /// A code known at compile time.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The code as it stands in the body.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! codes {
    ($(#[doc = $meaning:literal] $name:ident = $code:literal,)+) => {
        impl ErrorCode {
            $(#[doc = $meaning] pub const $name: Self = Self::new($code);)+

            /// The codes above, each with what it means.
            pub const MEANINGS: &[(&str, &str)] = &[$(($code, $meaning.trim_ascii_start()),)+];
        }
    };
}

codes! {
    /// 400: the body is not JSON, or not of the form the endpoint takes.
    MALFORMED_BODY = "malformed_body",
    /// 400: a member breaks a bound.
    VALIDATION_FAILED = "validation_failed",
    /// 413: the body is larger than the server takes.
    BODY_TOO_LARGE = "body_too_large",
    /// 408: the request took too long to arrive or to answer.
    REQUEST_TIMEOUT = "request_timeout",
    /// 400: the path's tenant id is no UUID.
    TENANT_ID_INVALID = "tenant_id_invalid",
    /// 404: no such tenant.
    TENANT_NOT_FOUND = "tenant_not_found",
    /// 404: no such path.
    ROUTE_NOT_FOUND = "route_not_found",
    /// 405: the path exists, not with this method.
    METHOD_NOT_ALLOWED = "method_not_allowed",
    /// 401: the endpoint needs an API key and none came.
    API_KEY_MISSING = "api_key_missing",
    /// 401: the API key is wrong, revoked, or of another tenant.
    API_KEY_INVALID = "api_key_invalid",
    /// 401: the admin API needs an admin token and none came.
    ADMIN_TOKEN_MISSING = "admin_token_missing",
    /// 401: the admin token is wrong or revoked.
    ADMIN_TOKEN_INVALID = "admin_token_invalid",
    /// 403: the admin API takes no requests of web pages.
    WEB_PAGE_REFUSED = "web_page_refused",
    /// 404: no such user in this tenant; 400 where a registration is finished and the user was deleted meanwhile.
    USER_NOT_FOUND = "user_not_found",
    /// 404: no such credential in this tenant.
    CREDENTIAL_NOT_FOUND = "credential_not_found",
    /// 409: a user of another tenant with the same RP ID has the same user handle.
    SIGNALS_HANDLE_SHARED = "signals_handle_shared",
    /// 409: an import is unfinished.
    SIGNALS_IMPORT_UNFINISHED = "signals_import_unfinished",
    /// 400: the user has no credential that this ceremony could use.
    NO_CREDENTIALS = "no_credentials",
    /// 401: the credential was never seen here.
    CREDENTIAL_UNKNOWN = "credential_unknown",
    /// 401: the credential was registered here and has been deleted.
    CREDENTIAL_REVOKED = "credential_revoked",
    /// 401: the credential is a second factor; it can't log in alone.
    CREDENTIAL_MFA_ONLY = "credential_mfa_only",
    /// 400: the credential is already registered in this tenant.
    CREDENTIAL_ALREADY_REGISTERED = "credential_already_registered",
    /// The challenge was not made here, or not for this tenant or route: 400 at a registration, else 401.
    CHALLENGE_INVALID = "challenge_invalid",
    /// The challenge has expired: 400 at a registration, else 401.
    CHALLENGE_EXPIRED = "challenge_expired",
    /// The challenge was used before: 400 at a registration, else 401.
    CHALLENGE_SPENT = "challenge_spent",
    /// The person was not verified where that is required: 422 at a registration, else 401.
    USER_VERIFICATION_MISSING = "user_verification_missing",
    /// 401: the user handle or the challenge names another user than the credential's.
    USER_MISMATCH = "user_mismatch",
    /// 401: the signature counter did not grow: the authenticator may have been cloned.
    COUNTER_ROLLBACK = "counter_rollback",
    /// 409: the tenant has a transaction of this id.
    TRANSACTION_EXISTS = "transaction_exists",
    /// 401: the transaction is not the one that the challenge was made for, or is gone.
    TRANSACTION_MISMATCH = "transaction_mismatch",
    /// 409: the name is taken.
    NAME_TAKEN = "name_taken",
    /// 404: no such API key in this tenant.
    API_KEY_NOT_FOUND = "api_key_not_found",
    /// 404: no such signing key in this tenant.
    SIGNING_KEY_NOT_FOUND = "signing_key_not_found",
    /// 409: the key signs, and no other could take its place.
    SIGNING_KEY_IN_USE = "signing_key_in_use",
    /// 404: no such webhook in this tenant.
    WEBHOOK_NOT_FOUND = "webhook_not_found",
    /// 404: no such delivery of this webhook.
    WEBHOOK_DELIVERY_NOT_FOUND = "webhook_delivery_not_found",
    /// 409: the tenant has as many webhooks as it may have.
    TOO_MANY_WEBHOOKS = "too_many_webhooks",
    /// 409: the tenant is the console's own, which only the console changes.
    TENANT_RESERVED = "tenant_reserved",
    /// 401: the console needs a session, and there is none: none came, or it ended or expired.
    SESSION_MISSING = "session_missing",
    /// 403: a passkey must be shown again before this; then the call is repeated.
    FRESH_PASSKEY_NEEDED = "fresh_passkey_needed",
    /// 403: the member's role does not allow it.
    ROLE_INSUFFICIENT = "role_insufficient",
    /// 403: the request does not come from the console's own pages.
    ORIGIN_REFUSED = "origin_refused",
    /// 415: the body must be sent as `application/json`.
    CONTENT_TYPE_REFUSED = "content_type_refused",
    /// 404: the link is unknown, was used, or has expired.
    LINK_INVALID = "link_invalid",
    /// 403: an account needs an invitation.
    SIGN_UP_CLOSED = "sign_up_closed",
    /// 409: another account has the email.
    EMAIL_TAKEN = "email_taken",
    /// 409: the console has an operator already.
    CONSOLE_CLAIMED = "console_claimed",
    /// 409: the console has no operator yet.
    CONSOLE_UNCLAIMED = "console_unclaimed",
    /// 401: the passkey is one of the console's, but of no account.
    OPERATOR_UNKNOWN = "operator_unknown",
    /// 403: the passkey, or the ceremony, is another account's.
    OPERATOR_MISMATCH = "operator_mismatch",
    /// 404: the operator has no such session.
    SESSION_NOT_FOUND = "session_not_found",
    /// 409: it is the last passkey, and there are no recovery codes.
    LAST_PASSKEY = "last_passkey",
    /// 401: email or recovery code are wrong, or the code was used.
    RECOVERY_CODE_INVALID = "recovery_code_invalid",
    /// 404: no such organization, or none of the caller's.
    ORGANIZATION_NOT_FOUND = "organization_not_found",
    /// 404: no such member of the organization.
    MEMBER_NOT_FOUND = "member_not_found",
    /// 409: an organization has an owner at all times.
    LAST_OWNER = "last_owner",
    /// 404: no such open invitation.
    INVITATION_NOT_FOUND = "invitation_not_found",
    /// 409: the operator is a member already.
    ALREADY_MEMBER = "already_member",
    /// 404: no such project, or none of the caller's organizations.
    PROJECT_NOT_FOUND = "project_not_found",
    /// 404: no such environment, or none of the caller's organizations.
    ENVIRONMENT_NOT_FOUND = "environment_not_found",
    /// 400: passkeys can't be used at this app URL.
    APP_URL_REFUSED = "app_url_refused",
    /// 409: the console's page can't run ceremonies of this environment.
    TRY_IMPOSSIBLE = "try_impossible",
    /// 429: too many requests; `Retry-After` says how many seconds to wait.
    RATE_LIMITED = "rate_limited",
    /// 500: a fault of ours; the log has it under the request id.
    INTERNAL = "internal",
    /// 503: the database does not answer; try again.
    UNAVAILABLE = "unavailable",
}
