//! Settings compared and taken over, and the check of hosted related origins.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// Where two environments' settings differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// The differences, by the names that lead to each setting.
    pub differences: Vec<Difference>,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// The names that lead to it, with dots between.
    #[cfg_attr(feature = "openapi", schema(example = "webauthn.timeout"))]
    pub member: String,
    /// What it is here; null: not set.
    pub here: serde_json::Value,
    /// What it is in the other environment.
    pub there: serde_json::Value,
    /// Whether it can be taken over. What passkeys are bound to can't.
    pub promotable: bool,
}

/// Settings to take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promotion {
    /// The environment to take them from.
    pub from: Uuid,
    /// Which, as the comparison names them.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub members: Vec<String>,
}

/// What a check of the hosted document of related origins found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedOriginsCheck {
    /// Where browsers look for it.
    pub url: String,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub checked_at: OffsetDateTime,
    /// Whether any of the tenant's origins lies outside of the RP ID's domain.
    pub needed: bool,
    /// The origins that it must list.
    pub expected: Vec<String>,
    /// The status of the answer, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub status: Option<u16>,
    /// What the answer said that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub content_type: Option<String>,
    /// What it lists, where it is of the right form: the first hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub listed: Option<Vec<String>>,
    /// The names below public suffixes in it (`example` of `example.co.uk`), in its order.
    pub labels: Vec<String>,
    /// How many of these every browser honours: the first ones.
    pub label_limit: u32,
    /// What is wrong with it; empty: all is well.
    pub findings: Vec<RelatedOriginsFinding>,
}

/// Something that was found wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedOriginsFinding {
    /// What it is.
    pub code: RelatedOriginsCode,
    /// Whether it keeps passkeys from working.
    pub severity: Severity,
    /// The same, for people.
    pub message: String,
    /// The origin concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub origin: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Pages of some origin can't use the tenant's passkeys.
    Error,
    /// It works, and may not for long, or could not be looked into.
    Warning,
}

/// What may be wrong with a hosted document of related origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RelatedOriginsCode {
    /// The domain has no address, no connection could be made, or it ended early.
    Unreachable,
    /// The domain has no public address, so it was not asked (`webhook_networks` allows others).
    AddressForbidden,
    /// There was no whole answer in time.
    TimedOut,
    /// The certificate is not to be trusted, or TLS could not be agreed on.
    TlsFailed,
    /// The answer leads elsewhere. Browsers follow it; this check does not.
    Redirected,
    /// The answer's status is not 200.
    StatusUnexpected,
    /// The answer is not `application/json`.
    ContentTypeUnexpected,
    /// The answer is longer than is read here.
    TooLarge,
    /// The answer is no JSON.
    NotJson,
    /// It has no member `origins` that is a list of strings.
    FormUnexpected,
    /// An origin of the tenant's is not listed.
    OriginMissing,
    /// An origin is listed, and no browser honours it: it has no registrable domain, or is no https origin.
    OriginIgnored,
    /// An origin of the tenant's is listed after as many names as browsers honour.
    LabelLimitExceeded,
    /// There are more names than browsers honour; the tenant's are among the first.
    LabelLimitNear,
}
