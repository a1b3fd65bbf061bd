//! `GET /console/api/environments/{tenant_id}/insights`

use axum::Json;
use axum::extract::State;
use passgate_api::console as wire;
use passgate_core::clock::Timestamp;
use passgate_core::console::{Ceremony, Insights, Outcome, Range};
use passgate_core::store::Store;
use passgate_core::user_agent::Device;
use passgate_webauthn::describe_authenticator;

use crate::app::App;
use crate::console::Right;
use crate::error::ApiError;
use crate::no_store::NoStore;
use crate::openapi::{Access, Description, Tag, example};
use crate::openapi::{moment, text_at_most};
use crate::pagination::ListQuery;
use crate::request::to_its_end;
use crate::routes::admin::TenantPath;
use crate::routes::audit_logs::moment as moment_of;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::{Date, OffsetDateTime};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Console(Right::VIEWER),
        Tag::Insights,
        "getInsights",
        "Get what happened, in numbers",
        "Ceremonies of a range of days, and what the passkeys are now. Counts of ceremonies are whole to the minute.",
    )
    .query("from", "The first moment of the range.", moment("2027-01-01T00:00:00Z"))
    .query("to", "The last.", moment("2027-02-01T00:00:00Z"))
    .query("offset", "How many minutes the viewer's days begin before those of UTC, -900 to 900.", text_at_most(4, "60"))
    .answers::<wire::Insights>(200, "The numbers.", example::insights())
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    TenantPath(id): TenantPath,
    query: ListQuery,
) -> Result<NoStore<Json<wire::Insights>>, ApiError> {
    let asked = range(&query, app.passgate.now())?;
    let passgate = Arc::clone(&app.passgate);
    // It writes what was counted of all tenants, which a viewer who leaves is not to lose.
    let found =
        to_its_end(async move { passgate.insights(id, asked).await }).await.map_err(ApiError::internal)??;
    Ok(NoStore(Json(to_wire(&app, asked, &found))))
}

/// The longest range, in days.
const MAX_DAYS: i64 = 366;
const DAY: i64 = 1_440;

fn range(query: &ListQuery, now: Timestamp) -> Result<Range, ApiError> {
    let minute = |at: Timestamp| at.as_millis().div_euclid(60_000);
    let to = moment_of(query, "to")?.map_or_else(|| minute(now), minute) + 1;
    let from = moment_of(query, "from")?.map_or(to - 30 * DAY, minute);
    if from >= to || to - from > MAX_DAYS * DAY {
        return Err(ApiError::validation(format!("from: must be before to, by {MAX_DAYS} days at most")));
    }
    let offset = match query.value("offset")? {
        None => 0,
        Some(text) => Some(text)
            .filter(|text| text.len() <= 4)
            .and_then(|text| text.parse().ok())
            .filter(|offset| (-900..=900).contains(offset))
            .ok_or_else(|| ApiError::validation("offset: must be -900 to 900 minutes"))?,
    };
    Ok(Range { from, to, offset })
}

fn to_wire<S: Store>(app: &App<S>, asked: Range, found: &Insights) -> wire::Insights {
    let sum = |ceremony, outcome| {
        let days = found.days.iter();
        let of = days.filter(|day| day.what.ceremony == ceremony && day.what.outcome == outcome);
        of.map(|day| day.count).sum::<u64>()
    };
    let mut failures: BTreeMap<(Ceremony, &str), u64> = BTreeMap::new();
    let day_of = |minute: i64| (minute + asked.offset).div_euclid(DAY);
    let mut days: BTreeMap<i64, (u64, u64)> =
        (day_of(asked.from)..=day_of(asked.to - 1)).map(|day| (day, (0, 0))).collect();
    for counted in &found.days {
        match (counted.what.outcome, counted.what.ceremony) {
            (Outcome::Failed, ceremony) => {
                *failures.entry((ceremony, &counted.what.code)).or_default() += counted.count;
            }
            (Outcome::Done, Ceremony::Registration) => {
                days.entry(counted.day).or_default().0 += counted.count;
            }
            (Outcome::Done, Ceremony::Login) => days.entry(counted.day).or_default().1 += counted.count,
            (Outcome::Done, Ceremony::MfaRegistration | Ceremony::MfaLogin | Ceremony::Transaction)
            | (Outcome::Begun, _) => {}
        }
    }
    let mut failures: Vec<_> = failures
        .into_iter()
        .map(|((ceremony, code), count)| wire::Failures {
            ceremony: ceremony.as_str().to_owned(),
            code: code.to_owned(),
            count,
        })
        .collect();
    failures.sort_by_key(|failures| std::cmp::Reverse(failures.count));
    let metadata = app.passgate.metadata();
    let (mut makes, mut storage) = (BTreeMap::new(), wire::StorageCounts::default());
    for alike in &found.credentials {
        let name = describe_authenticator(alike.aaguid, metadata.as_deref())
            .map_or_else(|| "Unknown".to_owned(), |described| described.name.to_owned());
        *makes.entry(name).or_insert(0) += alike.count;
        match (alike.backup_eligible, alike.backup_state) {
            (false, _) => storage.device_bound += alike.count,
            (true, false) => storage.syncable += alike.count,
            (true, true) => storage.synced += alike.count,
        }
    }
    let mut browsers = BTreeMap::new();
    for (user_agent, count) in &found.user_agents {
        let name = Device::of(user_agent).browser.unwrap_or("Unknown").to_owned();
        *browsers.entry(name).or_insert(0) += count;
    }
    wire::Insights {
        days: days
            .into_iter()
            .map(|(day, (registrations, logins))| wire::DayCount { day: date(day), registrations, logins })
            .collect(),
        funnels: Ceremony::ALL
            .into_iter()
            .map(|ceremony| wire::Funnel {
                ceremony: ceremony.as_str().to_owned(),
                begun: sum(ceremony, Outcome::Begun),
                done: sum(ceremony, Outcome::Done),
                failed: sum(ceremony, Outcome::Failed),
            })
            .collect(),
        failures,
        authenticators: most_first(makes),
        browsers: most_first(browsers),
        storage,
    }
}

fn most_first(counts: BTreeMap<String, u64>) -> Vec<wire::NameCount> {
    let mut counts: Vec<_> =
        counts.into_iter().map(|(name, count)| wire::NameCount { name, count }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts
}

/// A day as ISO 8601 writes it.
fn date(day: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(day * 86_400).map_or(Date::MIN, OffsetDateTime::date);
    at.to_string()
}
