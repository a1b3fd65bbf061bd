//! The guard before each endpoint of the console's API: that the request is of the console's own pages, who calls, and
//! whether they may.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use passgate_api::ErrorCode;
use passgate_core::console::{ActivityKind, Role};
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;

use crate::about::About;
use crate::app::App;
use crate::console::cookie::presented;
use crate::console::{Acting, Caller, Passkey, Right, Standing, Who};
use crate::error::ApiError;
use crate::extract::{KeyWaived, RawBody, bearer, parse_tenant_id};
use crate::openapi::{Access, Description};
use crate::rate_limit;
use crate::request::{RequestInfo, to_its_end};

/// What one endpoint is guarded by.
pub(crate) struct Guard<S> {
    app: App<S>,
    right: Right,
    /// What is kept of a success.
    noted: Option<ActivityKind>,
}

impl<S> Guard<S> {
    /// For the right that an endpoint is described with. What is described otherwise is nobody's.
    pub(crate) fn new(app: App<S>, description: &Description) -> Self {
        let right = match description.access {
            Access::Console(right) => right,
            Access::Anyone | Access::AnyoneOrKey | Access::Key | Access::Token => Right::OWNER.fresh(),
        };
        Self { app, right, noted: description.noted }
    }
}

impl<S> Clone for Guard<S> {
    fn clone(&self) -> Self {
        Self { app: self.app.clone(), right: self.right, noted: self.noted }
    }
}

/// Lets a request through, or says why not.
pub(crate) async fn guard<S: Store>(
    State(Guard { app, right, noted }): State<Guard<S>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(params) = params else {
        return ApiError::not_found(ErrorCode::ROUTE_NOT_FOUND, "there is no such route").into_response();
    };
    let token = bearer(request.headers()).map(str::to_owned);
    if let Err(error) = check_page(&app, &request, token.is_some()) {
        return error.into_response();
    }
    if right.who == Who::Anyone
        && let Some(refusal) = rate_limit::refuse_too_many_strangers(&app, &request)
    {
        return refusal;
    }
    let (mut parts, body) = request.into_parts();
    // Before anything is judged: whoever holds the body back would be let in by rights that they have lost meanwhile.
    let body = match RawBody::from_request(Request::new(body), &app).await {
        Ok(RawBody(bytes)) => Body::from(bytes),
        Err(error) => return error.into_response(),
    };
    // Out of the way first: futures that borrow a request are not `Send`.
    let secret = presented(&parts.headers).map(str::to_owned);
    let named = Named::of(&params);
    match judge(&app, right, token.as_deref(), secret.as_deref(), named).await {
        Ok(Judged { caller, standing, tenant }) => {
            parts.extensions.insert(caller);
            if let Some(standing) = standing {
                parts.extensions.insert(standing);
            }
            let note = match (noted, &tenant) {
                (Some(kind), Some(tenant)) => match Acting::from_request_parts(&mut parts, &app).await {
                    Ok(acting) => Some(Note { kind, tenant_id: tenant.id, acting }),
                    Err(error) => return error.into_response(),
                },
                (None, _) | (_, None) => None,
            };
            if let Some(tenant) = tenant {
                // What asks for the app's key elsewhere was decided here, by the member's role.
                parts.extensions.insert(KeyWaived);
                RequestInfo::note_tenant(&mut parts.extensions, tenant);
            }
            let request = Request::from_parts(parts, body);
            let mut response = match note {
                Some(note) => noted_answer(app, request, next, note, params).await,
                None => next.run(request).await,
            };
            // Whoever asks next with the same URL may be somebody else.
            if !response.headers().contains_key(CACHE_CONTROL) {
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            response
        }
        Err(error) => error.into_response(),
    }
}

/// Answers a request for a change, and keeps that it was made. Whoever hangs up meanwhile stops neither.
async fn noted_answer<S: Store>(
    app: App<S>,
    request: Request,
    next: Next,
    note: Note,
    params: RawPathParams,
) -> Response {
    let answered = async move {
        let response = next.run(request).await;
        if response.status().is_success() {
            note.keep(&app, response.extensions().get::<About>().cloned(), &params).await;
        }
        response
    };
    match to_its_end(answered).await {
        Ok(response) => response,
        Err(_) => ApiError::internal("a handler panicked").into_response(),
    }
}

/// What is to be kept of a change, if it succeeds.
struct Note {
    kind: ActivityKind,
    tenant_id: TenantId,
    acting: Acting,
}

/// How many characters are kept of what a change was about.
const SUBJECT_LENGTH: usize = 256;

impl Note {
    /// Keeps it, after the change: the handlers of other APIs know nothing of it. Where that fails, or the process ends
    /// in between, the change stands without its record.
    async fn keep<S: Store>(self, app: &App<S>, about: Option<About>, params: &RawPathParams) {
        let Acting { organization_id, actor } = self.acting;
        // What the path names last, unless the handler knows a better name.
        let named = params.iter().filter(|(name, _)| *name != "tenant_id").last();
        let subject = about.map(|About(about)| about).or_else(|| named.map(|(_, value)| value.to_owned()));
        let subject = subject.map(|subject| subject.chars().take(SUBJECT_LENGTH).collect());
        let kept =
            app.passgate.note_activity(self.kind, organization_id, self.tenant_id, subject, &actor).await;
        if let Err(error) = kept {
            tracing::error!(%error, kind = self.kind.as_str(), "a change was made, and is not in the activity");
        }
    }
}

/// Whether a request is of the console's own pages, or of a program, which has no origin. A browser adds the session's
/// cookie to requests of other pages too; `SameSite` keeps other sites' away, but not those of other ports or subdomains.
fn check_page<S>(app: &App<S>, request: &Request, is_program: bool) -> Result<(), ApiError> {
    let headers = request.headers();
    let refused = |details: &'static str| {
        ApiError::new(StatusCode::FORBIDDEN, ErrorCode::ORIGIN_REFUSED, "Forbidden", details)
    };
    if is_program {
        return if headers.contains_key(ORIGIN) {
            Err(refused("requests with an admin token are of programs, which have no Origin"))
        } else {
            Ok(())
        };
    }
    // What a browser says of a request by itself (Fetch Metadata); others don't say it.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return Err(refused("the request is of another site's page"));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    if site == Some(b"none") {
        return Err(refused("nothing is changed by a navigation"));
    }
    match headers.get(ORIGIN) {
        Some(origin) if origin.as_bytes() == app.console.place.url().as_bytes() => {}
        Some(_) => {
            return Err(refused("the request is of another page than the console's (console_url)"));
        }
        None => return Err(refused("the request must say that it is of the console's page (Origin)")),
    }
    check_content_type(headers)
}

/// Forms send other types, without asking; scripts of other pages may send none but those without asking.
fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let is_json = |value: &str| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    };
    let allowed = if let Some(value) = headers.get(CONTENT_TYPE) {
        value.to_str().is_ok_and(is_json)
    } else {
        let is_empty = headers.get(CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0");
        is_empty && !headers.contains_key(TRANSFER_ENCODING)
    };
    if allowed {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::CONTENT_TYPE_REFUSED,
        "Unsupported media type",
        "send the body as application/json",
    ))
}

/// What a path names that belongs to an organization.
enum Named {
    Nothing,
    Organization(String),
    Project(String),
    Environment(String),
}

impl Named {
    fn of(params: &RawPathParams) -> Self {
        for (name, value) in params {
            match name {
                "organization_id" => return Self::Organization(value.to_owned()),
                "project_id" => return Self::Project(value.to_owned()),
                "tenant_id" => return Self::Environment(value.to_owned()),
                _ => {}
            }
        }
        Self::Nothing
    }

    /// That there is no such thing, or none that the caller may know of.
    fn not_found(&self) -> ApiError {
        match self {
            Self::Nothing => ApiError::internal("the route leads to no organization"),
            Self::Organization(_) => ApiError::not_found(
                ErrorCode::ORGANIZATION_NOT_FOUND,
                "there is no such organization, or you are no member of it",
            ),
            Self::Project(_) => ApiError::not_found(
                ErrorCode::PROJECT_NOT_FOUND,
                "there is no such project, or it is of an organization that you are no member of",
            ),
            Self::Environment(_) => ApiError::not_found(
                ErrorCode::ENVIRONMENT_NOT_FOUND,
                "there is no such environment, or it is of an organization that you are no member of",
            ),
        }
    }
}

/// Who may go on, and where.
struct Judged {
    caller: Caller,
    standing: Option<Standing>,
    /// The tenant of the environment that the path names.
    tenant: Option<Arc<Tenant>>,
}

async fn judge<S: Store>(
    app: &App<S>,
    right: Right,
    token: Option<&str>,
    secret: Option<&str>,
    named: Named,
) -> Result<Judged, ApiError> {
    let caller = caller(app, token, secret).await?;
    let least = match right.who {
        Who::Anyone => return Ok(Judged { caller, standing: None, tenant: None }),
        Who::Operator => None,
        Who::Member(role) => Some(role),
    };
    if let Caller::Stranger = caller {
        return Err(ApiError::unauthorized(
            ErrorCode::SESSION_MISSING,
            "sign in: there is no session, or it ended",
        ));
    }
    let standing = match least {
        None => None,
        Some(least) => {
            let standing = standing(app, &caller, &named).await?.ok_or_else(|| named.not_found())?;
            if standing.role < least {
                return Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    ErrorCode::ROLE_INSUFFICIENT,
                    "Forbidden",
                    format!("only members from {} up may do this", least.as_str()),
                ));
            }
            Some(standing)
        }
    };
    let is_fresh = match (&caller, right.passkey) {
        (Caller::Operator(signed_in), Passkey::Fresh) => signed_in.0.is_fresh(app.passgate.now()),
        // A program has no passkey to show.
        (Caller::Operator(_) | Caller::Program | Caller::Stranger, _) => true,
    };
    if !is_fresh {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            ErrorCode::FRESH_PASSKEY_NEEDED,
            "Forbidden",
            "show a passkey again, then repeat this",
        ));
    }
    let tenant = match &named {
        Named::Environment(id) => {
            let id = parse_tenant_id(id)?;
            Some(app.passgate.tenant(id).await?.ok_or_else(|| named.not_found())?)
        }
        Named::Nothing | Named::Organization(_) | Named::Project(_) => None,
    };
    Ok(Judged { caller, standing, tenant })
}

async fn caller<S: Store>(
    app: &App<S>,
    token: Option<&str>,
    secret: Option<&str>,
) -> Result<Caller, ApiError> {
    if let Some(token) = token {
        return if app.passgate.is_admin(token).await? {
            Ok(Caller::Program)
        } else {
            Err(ApiError::unauthorized(
                ErrorCode::ADMIN_TOKEN_INVALID,
                "the admin token is not valid: mistyped, or revoked",
            ))
        };
    }
    let Some(secret) = secret else { return Ok(Caller::Stranger) };
    Ok(match app.passgate.console_session(secret).await? {
        Some(signed_in) => Caller::Operator(Box::new(signed_in)),
        None => Caller::Stranger,
    })
}

/// What the caller is where the path leads; none: nothing, or there is no such place.
async fn standing<S: Store>(
    app: &App<S>,
    caller: &Caller,
    named: &Named,
) -> Result<Option<Standing>, ApiError> {
    use passgate_core::console::Scope;
    let scope = match named {
        Named::Nothing => return Ok(None),
        Named::Organization(id) => id.parse().ok().map(Scope::Organization),
        Named::Project(id) => id.parse().ok().map(Scope::Project),
        Named::Environment(id) => parse_tenant_id(id).ok().map(Scope::Environment),
    };
    // What is no id names nothing.
    let Some(scope) = scope else { return Ok(None) };
    let found = app.passgate.membership(caller.operator_id(), scope).await?;
    Ok(found.and_then(|(organization_id, role)| {
        let role = match caller {
            Caller::Program => Some(Role::Owner),
            Caller::Operator(_) => role,
            Caller::Stranger => None,
        };
        role.map(|role| Standing { organization_id, role })
    }))
}
