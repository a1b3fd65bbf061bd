//! `GET /{tenant_id}/audit_logs` and, for operators, `GET /tenants/{tenant_id}/audit_logs`

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse;
use passgate_api::public as wire;
use passgate_core::audit::{AuditFilter, AuditRow, AuditType};
use passgate_core::clock::Timestamp;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::text::Text;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Keyed;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example, moment as moment_schema, some_of, text_at_most};
use crate::pagination::{ListQuery, page_headers};
use crate::routes::admin::{TenantPath, tenant_not_found};
use crate::validate::field;

/// How long a filter may be, in characters: as long as a user id.
const LONGEST: usize = 1024;
/// How long an address, or a part of one, may be, in characters.
const LONGEST_ADDRESS: usize = 64;

pub(crate) fn description() -> Description {
    listed(Description::new(
        Access::Key,
        Tag::AuditLog,
        "listAuditLogs",
        "List the audit log",
        "Rows that satisfy every filter. Rows that sum up what strangers were refused name nobody.",
    ))
}

pub(crate) fn admin_description() -> Description {
    listed(Description::new(
        Access::Token,
        Tag::AuditLog,
        "listAuditLogs",
        "List a tenant's audit log",
        "What the tenant itself sees of it, with the same filters.",
    ))
}

pub(crate) fn filters(description: Description) -> Description {
    let kinds: Vec<_> = AuditType::ALL.iter().map(|kind| kind.as_str()).collect();
    description
        .query("start_time", "Only what happened after this moment.", moment_schema("2027-01-01T00:00:00Z"))
        .query("end_time", "Only what happened before this moment.", moment_schema("2027-02-01T00:00:00Z"))
        .query("type", "Only what is of this type; may repeat.", some_of(&kinds))
        .query("actor_user_id", "Only rows whose user id has this in it.", text_at_most(LONGEST, "user-7"))
        .query(
            "meta_source_ip",
            "Only rows whose address has this in it.",
            text_at_most(LONGEST_ADDRESS, "192.0.2."),
        )
        .query("q", "Only rows that have this in one of their members.", text_at_most(LONGEST, "signature"))
}

fn listed(description: Description) -> Description {
    filters(description)
        .paged("order")
        .answers_page::<wire::AuditLog>("The rows.", json!([example::audit_log()]))
}

/// The filters that a request asks for.
pub(crate) fn filter(query: &ListQuery) -> Result<AuditFilter, ApiError> {
    Ok(AuditFilter {
        after: moment(query, "start_time")?,
        before: moment(query, "end_time")?,
        kinds: query.values("type").map(kind).collect::<Result<_, _>>()?,
        actor: text::<LONGEST>(query, "actor_user_id")?,
        user: None,
        source_ip: text::<LONGEST_ADDRESS>(query, "meta_source_ip")?,
        anything: text::<LONGEST>(query, "q")?,
    })
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    Keyed(tenant): Keyed,
    OriginalUri(uri): OriginalUri,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    list(&app, tenant.id, app.passgate.public_url(), &uri, &query).await
}

pub(crate) async fn admin_handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(tenant_id): TenantPath,
    OriginalUri(uri): OriginalUri,
    query: ListQuery,
) -> Result<impl IntoResponse, ApiError> {
    app.passgate.find_tenant(tenant_id).await?.ok_or_else(tenant_not_found)?;
    list(&app, tenant_id, &app.admin_url, &uri, &query).await
}

async fn list<S: Store>(
    app: &App<S>,
    tenant_id: TenantId,
    base_url: &str,
    uri: &axum::http::Uri,
    query: &ListQuery,
) -> Result<impl IntoResponse + use<S>, ApiError> {
    let filter = filter(query)?;
    let page = query.page("order")?;
    let rows = app.passgate.audit_log(tenant_id, filter, page).await?;
    let headers = page_headers(base_url, uri, page, rows.total);
    let items: Vec<_> = rows.items.into_iter().map(|row| to_wire(tenant_id, row)).collect();
    Ok(NoStore((headers, Json(items))))
}

pub(crate) fn to_wire(tenant_id: TenantId, row: AuditRow) -> wire::AuditLog {
    wire::AuditLog {
        id: *row.id.as_uuid(),
        kind: row.kind.as_str().to_owned(),
        error: row.error,
        meta_http_request_id: row.origin.request_id,
        meta_source_ip: row.origin.source_ip,
        meta_user_agent: row.origin.user_agent,
        actor_user_id: row.actor,
        created_at: row.at.to_date_time(),
        updated_at: row.at.to_date_time(),
        tenant_id: *tenant_id.as_uuid(),
        transaction_id: row.transaction,
        credential_id: row.credential.map(|id| id.to_string()),
    }
}

/// What a member has to have in it. Bounded, since every row is searched for it.
fn text<const MAX: usize>(query: &ListQuery, name: &str) -> Result<Option<String>, ApiError> {
    let text = query.value(name)?.map(|text| field(name, Text::<1, MAX>::new(text))).transpose()?;
    Ok(text.map(String::from))
}

/// A moment that a request names.
pub(crate) fn moment(query: &ListQuery, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = query.value(name)? else { return Ok(None) };
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| ApiError::validation(format!("{name}: must be a time as RFC 3339 writes it")))?;
    let millis = i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX);
    Ok(Some(Timestamp::from_millis(millis)))
}

fn kind(name: &str) -> Result<AuditType, ApiError> {
    AuditType::from_name(name).ok_or_else(|| {
        ApiError::validation("type: must be a type of the audit log, such as webauthn_credential_deleted")
    })
}
