//! What handlers take from a request, each with the error that its absence gets.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{AUTHORIZATION, HeaderName, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use passgate_api::ErrorCode;
use passgate_core::audit::RequestOrigin;
use passgate_core::clock::Timestamp;
use passgate_core::ids::{CredentialId, TenantId};
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::app::App;
use crate::error::ApiError;
use crate::request::RequestInfo;

/// The tenant that the path names; `tenant_layer` has found it.
pub(crate) struct InTenant(pub(crate) Arc<Tenant>);

impl<S: Send + Sync> FromRequestParts<S> for InTenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<RequestInfo>()
            .and_then(|info| info.tenant.clone())
            .map(Self)
            .ok_or_else(|| ApiError::internal("a tenant's route is outside the tenant layer"))
    }
}

/// The tenant that the path names, for a caller who proved to be its app's backend.
pub(crate) struct Keyed(pub(crate) Arc<Tenant>);

impl<S: Store> FromRequestParts<App<S>> for Keyed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let InTenant(tenant) = InTenant::from_request_parts(parts, app).await?;
        if parts.extensions.get::<KeyWaived>().is_none() {
            authorize(app, &tenant, parts)?;
        }
        Ok(Self(tenant))
    }
}

/// Says of a request that its caller was found to have the rights of the tenant's own backend. The console's guard alone
/// puts it on one; nothing that is sent can.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyWaived;

/// Who calls, where an endpoint takes both an app's backend and anybody else.
pub(crate) struct MaybeKeyed {
    presented: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for MaybeKeyed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self { presented: presented_key(&parts.headers).map(str::to_owned) })
    }
}

impl MaybeKeyed {
    /// To be called where the request turns out to need the key.
    pub(crate) fn require<S: Store>(&self, app: &App<S>, tenant: &Tenant) -> Result<(), ApiError> {
        app.passgate.authorize(tenant, self.presented.as_deref())?;
        Ok(())
    }
}

fn authorize<S: Store>(app: &App<S>, tenant: &Tenant, parts: &Parts) -> Result<(), ApiError> {
    app.passgate.authorize(tenant, presented_key(&parts.headers))?;
    Ok(())
}

/// The API key that a request carries, right or wrong.
fn presented_key(headers: &HeaderMap) -> Option<&str> {
    match headers.get("apikey") {
        Some(key) => key.to_str().ok(),
        None => bearer(headers),
    }
}

/// The token of `Authorization: Bearer`, whose scheme is case-insensitive (RFC 9110, section 11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A request's body, at most as large as the configuration allows.
pub(crate) struct RawBody(pub(crate) Bytes);

impl<S: Store> FromRequest<App<S>> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, ApiError> {
        match Limited::new(request.into_body(), app.body_limit).collect().await {
            Ok(body) => Ok(Self(body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::BODY_TOO_LARGE,
                "Body too large",
                format!("the body must be at most {} bytes", app.body_limit),
            )),
            Err(_) => Err(ApiError::malformed_body("the body did not arrive whole")),
        }
    }
}

/// A JSON body. A missing or empty one counts as `{}`; the content type is not looked at.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Store, T: DeserializeOwned> FromRequest<App<S>> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App<S>) -> Result<Self, ApiError> {
        let RawBody(bytes) = RawBody::from_request(request, app).await?;
        let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}".as_slice() } else { &bytes };
        // The parser would take an array as an object's members in order.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(ApiError::malformed_body("the body must be a JSON object"));
        }
        if nesting(bytes) > MAX_NESTING {
            return Err(ApiError::malformed_body(format!("nested deeper than {MAX_NESTING} levels")));
        }
        match serde_json::from_slice(bytes) {
            Ok(value) => Ok(Self(value)),
            // The message quotes at most a piece of the caller's own body.
            Err(error) => {
                Err(ApiError::malformed_body(error.to_string().chars().take(200).collect::<String>()))
            }
        }
    }
}

/// How deep a body may be nested: deeper than any of ours. What is not asked for is skipped, however deep it is, so
/// the parser's own limit doesn't reach it.
const MAX_NESTING: usize = 32;

/// How deep brackets are nested, outside of strings.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The credential id that the path names.
pub(crate) struct CredentialPath(pub(crate) CredentialId);

impl<S: Send + Sync> FromRequestParts<S> for CredentialPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let not_found = || {
            ApiError::not_found(ErrorCode::CREDENTIAL_NOT_FOUND, "there is no such credential in this tenant")
        };
        let Path((_, id)) =
            Path::<(String, String)>::from_request_parts(parts, state).await.map_err(|_| not_found())?;
        // What is no credential id names no credential.
        id.parse().map(Self).map_err(|_| not_found())
    }
}

/// Parses a tenant id as it stands in a path.
pub(crate) fn parse_tenant_id(text: &str) -> Result<TenantId, ApiError> {
    // The contract's ids are hyphenated; other spellings of a UUID would be other URLs of the same thing.
    if text.len() != 36 {
        return Err(invalid_tenant_id());
    }
    text.parse().map_err(|_| invalid_tenant_id())
}

fn invalid_tenant_id() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::TENANT_ID_INVALID,
        "tenant_id must be a valid uuid4",
        "the first segment of the path must be the tenant's id",
    )
}

/// The address of the person whom an app's backend acts for. Behind a backend every call comes from one address.
const CLIENT_IP: HeaderName = HeaderName::from_static("x-passgate-client-ip");
/// The user agent of the person whom an app's backend acts for.
const CLIENT_USER_AGENT: HeaderName = HeaderName::from_static("x-passgate-client-ua");

/// Who asks, for the audit log: the peer, or whom a caller with the tenant's API key names instead.
pub(crate) struct Origin(pub(crate) RequestOrigin);

impl<S: Store> FromRequestParts<App<S>> for Origin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App<S>) -> Result<Self, ApiError> {
        let info = parts.extensions.get::<RequestInfo>();
        // Lossily: what is no text is still worth keeping.
        let header =
            |name: HeaderName| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let mut origin = RequestOrigin {
            request_id: info
                .map(|info| info.id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned())
                .unwrap_or_default(),
            source_ip: info.and_then(|info| info.source).map(|ip| ip.to_string()).unwrap_or_default(),
            user_agent: header(USER_AGENT).map(|agent| short(&agent)).unwrap_or_default(),
        };
        let names_client =
            parts.headers.contains_key(CLIENT_IP) || parts.headers.contains_key(CLIENT_USER_AGENT);
        // Anybody may send these headers; they count from a tenant's own backend only.
        // At the console, its members act for themselves, whatever key they send.
        let tenant = info
            .and_then(|info| info.tenant.as_deref())
            .filter(|_| parts.extensions.get::<KeyWaived>().is_none());
        if names_client && tenant.is_some_and(|tenant| is_keyed(tenant, &parts.headers, app.passgate.now())) {
            // What is no address is passed over: an app that hands on nonsense should not lose its logins.
            let named = header(CLIENT_IP).and_then(|ip| ip.trim().parse::<IpAddr>().ok());
            if let Some(ip) = named {
                origin.source_ip = ip.to_canonical().to_string();
            }
            if let Some(agent) = header(CLIENT_USER_AGENT) {
                origin.user_agent = short(&agent);
            }
        }
        Ok(Self(origin))
    }
}

/// Whether a request's headers have a key of its tenant. Says nothing where a key is needed: that is [`Keyed`]'s.
pub(crate) fn is_keyed(tenant: &Tenant, headers: &HeaderMap, now: Timestamp) -> bool {
    presented_key(headers).is_some_and(|key| tenant.api_key(key, now).is_some())
}

/// What the log keeps of a user agent: 512 characters.
fn short(user_agent: &str) -> String {
    let end = user_agent.char_indices().nth(512).map_or(user_agent.len(), |(end, _)| end);
    user_agent[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_user_agent_512_characters_are_kept() {
        assert_eq!(short("agent"), "agent");
        assert_eq!(short(&"é".repeat(512)), "é".repeat(512));
        assert_eq!(short(&"é".repeat(513)), "é".repeat(512));
        assert_eq!(short(&"a".repeat(600)), "a".repeat(512));
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(nesting(br#"{"a": [1, {"b": "]]}}[[[\"[["}]}"#), 3);
        assert_eq!(nesting(b"[[[["), 4);
        assert_eq!(nesting(b"]]]]["), 1);
    }
}
