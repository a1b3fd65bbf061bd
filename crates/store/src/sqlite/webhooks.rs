//! Webhooks: endpoints, the outbox, and what became of deliveries.

use passgate_core::audit::AuditEntry;
use passgate_core::clock::Timestamp;
use passgate_core::credential::{Order, Page, PageRequest};
use passgate_core::event::{Event, EventType, FailedSignIn, Occurrence};
use passgate_core::ids::{EndpointId, EventId, TenantId};
use passgate_core::server_secret::{Sealed, SecretId};
use passgate_core::store::Changed;
use passgate_core::text::Text;
use passgate_core::webhook::{
    ClaimDeliveries, DeliveryFailure, DeliveryOutcome, DeliveryRecord, EndpointChange, EndpointInserted,
    EndpointState, LeasedDelivery, MAX_ENDPOINTS, RecordDelivery, Recorded, WebhookEndpoint, WebhookSecret,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::count::count;
use super::fault::Fault;
use super::rows::collect;
use super::tenants;
use crate::decisions::{self, Attempted};
use crate::paging::offset;
use crate::records::{self, delivery_columns, endpoint_columns, event_names, webhook_secret_columns};
use crate::rows::{Blob, Columns};

/// A statement that selects what [`records::endpoint`] reads.
macro_rules! select_endpoints {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            endpoint_columns!(),
            "
             FROM webhook_endpoints
             ",
            $rest
        )
    };
}

/// The condition that an endpoint `e` of tenant ?1 is to hear of events of type ?2.
macro_rules! wanting {
    () => {
        "e.tenant_id = ?1 AND e.state = 'enabled'
           AND (e.events = '[]' OR EXISTS (SELECT 1 FROM json_each(e.events) WHERE value = ?2))"
    };
}

pub(super) fn endpoints(db: &Connection, tenant_id: TenantId) -> Result<Vec<WebhookEndpoint>, Fault> {
    let mut statement = db.prepare_cached(select_endpoints!(
        "WHERE tenant_id = ?1
             ORDER BY created_at, id"
    ))?;
    collect(statement.query([tenant_id.blob()])?, |row| records::endpoint(tenant_id, row))
}

fn endpoint(db: &Connection, tenant_id: TenantId, id: EndpointId) -> Result<Option<WebhookEndpoint>, Fault> {
    let mut statement = db.prepare_cached(select_endpoints!("WHERE tenant_id = ?1 AND id = ?2"))?;
    let mut rows = statement.query(params![tenant_id.blob(), id.blob()])?;
    Ok(rows.next()?.map(|row| records::endpoint(tenant_id, row)).transpose()?)
}

pub(super) fn create(
    db: &Connection,
    tenant_id: TenantId,
    new: &WebhookEndpoint,
    secret: &WebhookSecret,
) -> Result<EndpointInserted, Fault> {
    if !tenants::exists(db, tenant_id)? {
        return Ok(EndpointInserted::UnknownTenant);
    }
    let sql = "SELECT count(*) FROM webhook_endpoints WHERE tenant_id = ?1";
    if count(db, sql, [tenant_id.blob()])? >= u64::from(MAX_ENDPOINTS) {
        return Ok(EndpointInserted::TooMany);
    }
    db.prepare_cached(
        "INSERT INTO webhook_endpoints (
             tenant_id, id, url, description, events, state, failures, created_at, updated_at
         )
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?7)",
    )?
    .execute(params![
        tenant_id.blob(),
        new.id.blob(),
        new.url.as_str(),
        new.description.as_str(),
        event_names(&new.events)?,
        new.state.as_str(),
        new.created_at.as_millis(),
    ])?;
    insert_secret(db, secret)?;
    Ok(EndpointInserted::Stored)
}

pub(super) fn change(
    db: &Connection,
    tenant_id: TenantId,
    id: EndpointId,
    change: &EndpointChange,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let events = change.events.as_deref().map(event_names).transpose()?;
    let changed = db
        .prepare_cached(
            "UPDATE webhook_endpoints
             SET url = coalesce(?3, url),
                 description = coalesce(?4, description),
                 events = coalesce(?5, events),
                 state = coalesce(?6, state),
                 failures = iif(?6 = 'enabled', 0, failures),
                 failing_since = iif(?6 = 'enabled', NULL, failing_since),
                 paused_until = iif(?6 = 'enabled', NULL, paused_until),
                 updated_at = ?7
             WHERE tenant_id = ?1 AND id = ?2",
        )?
        .execute(params![
            tenant_id.blob(),
            id.blob(),
            change.url.as_ref().map(Text::as_str),
            change.description.as_ref().map(Text::as_str),
            events,
            change.state.map(EndpointState::as_str),
            now.as_millis(),
        ])?;
    Ok(if changed == 0 { Changed::NotFound } else { Changed::Done })
}

/// Deletes an endpoint; the schema's foreign keys delete its secrets and deliveries.
pub(super) fn delete(db: &Connection, tenant_id: TenantId, id: EndpointId) -> Result<Changed, Fault> {
    let deleted = db
        .prepare_cached("DELETE FROM webhook_endpoints WHERE tenant_id = ?1 AND id = ?2")?
        .execute(params![tenant_id.blob(), id.blob()])?;
    Ok(if deleted == 0 { Changed::NotFound } else { Changed::Done })
}

fn insert_secret(db: &Connection, secret: &WebhookSecret) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO webhook_secrets (tenant_id, endpoint_id, created_at, expires_at, secret_id, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (tenant_id, endpoint_id, created_at) DO UPDATE
         SET expires_at = excluded.expires_at, secret_id = excluded.secret_id, sealed = excluded.sealed",
    )?
    .execute(params![
        secret.tenant_id.blob(),
        secret.endpoint_id.blob(),
        secret.created_at.as_millis(),
        secret.expires_at.map(Timestamp::as_millis),
        secret.sealed.secret_id.blob(),
        secret.sealed.bytes,
    ])?;
    Ok(())
}

pub(super) fn replace_secret(
    db: &Connection,
    secret: &WebhookSecret,
    old_until: Timestamp,
) -> Result<Changed, Fault> {
    let (tenant_id, id) = (secret.tenant_id, secret.endpoint_id);
    if endpoint(db, tenant_id, id)?.is_none() {
        return Ok(Changed::NotFound);
    }
    db.prepare_cached(
        "UPDATE webhook_secrets
         SET expires_at = min(coalesce(expires_at, ?3), ?3)
         WHERE tenant_id = ?1 AND endpoint_id = ?2",
    )?
    .execute(params![tenant_id.blob(), id.blob(), old_until.as_millis()])?;
    db.prepare_cached(
        "DELETE FROM webhook_secrets
         WHERE tenant_id = ?1 AND endpoint_id = ?2 AND expires_at <= ?3",
    )?
    .execute(params![tenant_id.blob(), id.blob(), secret.created_at.as_millis()])?;
    insert_secret(db, secret)?;
    Ok(Changed::Done)
}

/// The secrets that sign for an endpoint at a moment, the newest first.
fn secrets(
    db: &Connection,
    tenant_id: TenantId,
    id: EndpointId,
    now: Timestamp,
) -> Result<Vec<Sealed>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT secret_id, sealed
         FROM webhook_secrets
         WHERE tenant_id = ?1 AND endpoint_id = ?2 AND (expires_at IS NULL OR expires_at > ?3)
         ORDER BY created_at DESC",
    )?;
    collect(statement.query(params![tenant_id.blob(), id.blob(), now.as_millis()])?, |row| {
        records::webhook_secret_of_endpoint(tenant_id, row)
    })
}

pub(super) fn to_reseal(db: &Connection, current: SecretId, limit: u32) -> Result<Vec<WebhookSecret>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        webhook_secret_columns!(),
        "
         FROM webhook_secrets
         WHERE secret_id < ?1 OR secret_id > ?1
         LIMIT ?2"
    ))?;
    collect(statement.query(params![current.blob(), limit])?, records::webhook_secret)
}

pub(super) fn reseal(db: &Connection, secrets: &[WebhookSecret]) -> Result<u64, Fault> {
    let mut statement = db.prepare_cached(
        "UPDATE webhook_secrets
         SET secret_id = ?4, sealed = ?5
         WHERE tenant_id = ?1 AND endpoint_id = ?2 AND created_at = ?3",
    )?;
    let mut resealed = 0;
    for secret in secrets {
        resealed += statement.execute(params![
            secret.tenant_id.blob(),
            secret.endpoint_id.blob(),
            secret.created_at.as_millis(),
            secret.sealed.secret_id.blob(),
            secret.sealed.bytes,
        ])?;
    }
    Ok(resealed as u64)
}

/// Stores events for the endpoints that want to hear of them, in the commit of what they report: the row of the audit
/// log `entry`, of which these are the occurrences from `first` on. What `occurrence` reads is read only if somebody
/// wants to hear of it.
pub(super) struct Publisher<'a> {
    db: &'a Connection,
    entry: &'a AuditEntry,
    next: u32,
}

impl<'a> Publisher<'a> {
    pub(super) fn new(db: &'a Connection, entry: &'a AuditEntry) -> Self {
        Self { db, entry, next: 0 }
    }

    /// Tells of the failure of a sign-in, if that is what the row reports.
    pub(super) fn sign_in_failed(&mut self) -> Result<(), Fault> {
        let Some(failed) = FailedSignIn::of(self.entry) else { return Ok(()) };
        self.publish(EventType::SignInFailed, || Ok(Some(Occurrence::SignInFailed(failed))))
    }

    pub(super) fn publish(
        &mut self,
        kind: EventType,
        occurrence: impl FnOnce() -> Result<Option<Occurrence>, Fault>,
    ) -> Result<(), Fault> {
        let tenant_id = self.entry.tenant_id;
        let is_wanted = self
            .db
            .prepare_cached(concat!("SELECT 1 FROM webhook_endpoints AS e WHERE ", wanting!()))?
            .exists(params![tenant_id.blob(), kind.as_str()])?;
        if !is_wanted {
            return Ok(());
        }
        let Some(occurrence) = occurrence()? else { return Ok(()) };
        let id = EventId::with(self.entry.id, self.next);
        self.next += 1;
        let event = Event { timestamp: self.entry.at.to_date_time(), occurrence };
        self.db
            .prepare_cached(
                "INSERT INTO webhook_events (tenant_id, id, type, body, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                tenant_id.blob(),
                id.blob(),
                kind.as_str(),
                event.to_body(),
                self.entry.at.as_millis(),
            ])?;
        self.db
            .prepare_cached(concat!(
                "INSERT INTO webhook_deliveries (
                     tenant_id, endpoint_id, event_id, status, attempts, due_since, next_attempt_at, created_at
                 )
                 SELECT e.tenant_id, e.id, ?3, 'pending', 0, ?4, ?4, ?4
                 FROM webhook_endpoints AS e
                 WHERE ",
                wanting!()
            ))?
            .execute(params![
                tenant_id.blob(),
                kind.as_str(),
                id.blob(),
                self.entry.at.as_millis(),
            ])?;
        Ok(())
    }
}

const DELIVERY_COLUMNS: &str = delivery_columns!();

pub(super) fn deliveries(
    db: &Connection,
    tenant_id: TenantId,
    endpoint_id: EndpointId,
    page: PageRequest,
) -> Result<Option<Page<DeliveryRecord>>, Fault> {
    // One snapshot, so that the count is that of the list.
    let snapshot = db.unchecked_transaction()?;
    if endpoint(&snapshot, tenant_id, endpoint_id)?.is_none() {
        return Ok(None);
    }
    let total = count(
        &snapshot,
        "SELECT count(*) FROM webhook_deliveries WHERE tenant_id = ?1 AND endpoint_id = ?2",
        params![tenant_id.blob(), endpoint_id.blob()],
    )?;
    let order = match page.order {
        Order::Descending => "d.created_at DESC, d.event_id DESC",
        Order::Ascending => "d.created_at, d.event_id",
    };
    let mut statement = snapshot.prepare_cached(&format!(
        "SELECT {DELIVERY_COLUMNS}
         FROM webhook_deliveries AS d
         JOIN webhook_events AS e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
         WHERE d.tenant_id = ?1 AND d.endpoint_id = ?2
         ORDER BY {order}
         LIMIT ?3 OFFSET ?4"
    ))?;
    let rows = statement.query(params![tenant_id.blob(), endpoint_id.blob(), page.per_page, offset(page)])?;
    let items = collect(rows, |row| records::delivery(tenant_id, row))?;
    drop(statement);
    snapshot.finish()?;
    Ok(Some(Page { items, total }))
}

pub(super) fn redeliver(
    db: &Connection,
    tenant_id: TenantId,
    endpoint_id: EndpointId,
    event_id: EventId,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let changed = db
        .prepare_cached(
            "UPDATE webhook_deliveries
             SET status = 'pending', attempts = 0, due_since = ?4, next_attempt_at = ?4, first_attempt_at = NULL,
                 lease_id = NULL
             WHERE tenant_id = ?1 AND endpoint_id = ?2 AND event_id = ?3",
        )?
        .execute(params![tenant_id.blob(), endpoint_id.blob(), event_id.blob(), now.as_millis()])?;
    Ok(if changed == 0 { Changed::NotFound } else { Changed::Done })
}

/// Whether anything is due, as far as the endpoints let it: the read before the write of [`claim`].
pub(super) fn is_due(db: &Connection, now: Timestamp) -> Result<bool, Fault> {
    Ok(db
        .prepare_cached(
            "SELECT 1 FROM webhook_deliveries WHERE status = 'pending' AND next_attempt_at <= ?1 LIMIT 1",
        )?
        .exists([now.as_millis()])?)
}

/// An endpoint by its whole key.
type EndpointKey = ([u8; 16], [u8; 16]);

pub(super) fn claim(db: &Connection, claim: &ClaimDeliveries) -> Result<Vec<LeasedDelivery>, Fault> {
    // From endpoint to endpoint, so that a long queue of one is not read for the others' sake; beginning somewhere else
    // each time, so that none is always last.
    let start: EndpointKey = (*claim.lease.as_uuid().as_bytes(), [0; 16]);
    let mut leased = Vec::new();
    let mut after = start;
    let mut wrapped = false;
    while leased.len() < claim.limit as usize {
        match next_endpoint(db, after)? {
            Some(key) if !wrapped || key <= start => {
                after = key;
                lease_of_endpoint(db, claim, key, &mut leased)?;
            }
            None if !wrapped => {
                wrapped = true;
                after = ([0; 16], [0; 16]);
            }
            Some(_) | None => break,
        }
    }
    Ok(leased)
}

/// The next endpoint that has something pending.
fn next_endpoint(db: &Connection, after: EndpointKey) -> Result<Option<EndpointKey>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT tenant_id, endpoint_id
         FROM webhook_deliveries
         WHERE status = 'pending' AND (tenant_id, endpoint_id) > (?1, ?2)
         ORDER BY tenant_id, endpoint_id
         LIMIT 1",
    )?;
    let key = statement
        .query_row(params![after.0.as_slice(), after.1.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(key.optional()?)
}

fn lease_of_endpoint(
    db: &Connection,
    claim: &ClaimDeliveries,
    key: EndpointKey,
    leased: &mut Vec<LeasedDelivery>,
) -> Result<(), Fault> {
    let tenant_id = TenantId::new(uuid::Uuid::from_bytes(key.0));
    let endpoint_id = EndpointId::new(uuid::Uuid::from_bytes(key.1));
    let Some(endpoint) = endpoint(db, tenant_id, endpoint_id)? else { return Ok(()) };
    let paused = endpoint.paused_until.is_some_and(|until| until > claim.now);
    if endpoint.state != EndpointState::Enabled || paused {
        return Ok(());
    }
    let most = if endpoint.failures >= claim.suspect_after { 1 } else { claim.per_endpoint };
    let under_lease = count(
        db,
        "SELECT count(*)
         FROM webhook_deliveries
         WHERE tenant_id = ?1 AND endpoint_id = ?2 AND status = 'pending' AND next_attempt_at > ?3
           AND lease_id IS NOT NULL",
        params![tenant_id.blob(), endpoint_id.blob(), claim.now.as_millis()],
    )?;
    let room = u64::from(claim.limit).saturating_sub(leased.len() as u64);
    let free = u64::from(most).saturating_sub(under_lease).min(room);
    if free == 0 {
        return Ok(());
    }
    let mut statement = db.prepare_cached(
        "SELECT d.event_id, e.body, d.attempts, d.first_attempt_at
         FROM webhook_deliveries AS d
         JOIN webhook_events AS e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
         WHERE d.tenant_id = ?1 AND d.endpoint_id = ?2 AND d.status = 'pending' AND d.next_attempt_at <= ?3
         ORDER BY d.next_attempt_at
         LIMIT ?4",
    )?;
    let rows = statement.query(params![
        tenant_id.blob(),
        endpoint_id.blob(),
        claim.now.as_millis(),
        i64::try_from(free).unwrap_or(i64::MAX),
    ])?;
    let secrets = secrets(db, tenant_id, endpoint_id, claim.now)?;
    let due = collect(rows, |row| {
        let mut columns = Columns::new("webhook_deliveries", Some(tenant_id), row);
        Ok(LeasedDelivery {
            tenant_id,
            endpoint_id,
            event_id: columns.uuid("event_id", EventId::new)?,
            url: endpoint.url.clone(),
            secrets: secrets.clone(),
            body: columns.string("body")?,
            attempts: columns.number::<u32>("attempts")?.saturating_add(1),
            first_attempt_at: columns.optional_time("first_attempt_at")?.unwrap_or(claim.now),
            endpoint_failures: endpoint.failures,
        })
    })?;
    let mut lease = db.prepare_cached(
        "UPDATE webhook_deliveries
         SET attempts = ?4, first_attempt_at = ?5, lease_id = ?6, next_attempt_at = ?7
         WHERE tenant_id = ?1 AND endpoint_id = ?2 AND event_id = ?3",
    )?;
    for delivery in &due {
        lease.execute(params![
            tenant_id.blob(),
            endpoint_id.blob(),
            delivery.event_id.blob(),
            delivery.attempts,
            delivery.first_attempt_at.as_millis(),
            claim.lease.blob(),
            claim.lease_until.as_millis(),
        ])?;
    }
    leased.extend(due);
    Ok(())
}

pub(super) fn record(db: &Connection, record: &RecordDelivery) -> Result<Recorded, Fault> {
    let Attempted { status, failure, next_attempt_at, answered } =
        decisions::attempted(record.outcome, record.at);
    let kept = db
        .prepare_cached(
            "UPDATE webhook_deliveries
             SET status = ?5, lease_id = NULL, next_attempt_at = ?6, last_status = ?7, last_failure = ?8,
                 last_attempt_at = ?9
             WHERE tenant_id = ?1 AND endpoint_id = ?2 AND event_id = ?3 AND lease_id = ?4",
        )?
        .execute(params![
            record.tenant_id.blob(),
            record.endpoint_id.blob(),
            record.event_id.blob(),
            record.lease.blob(),
            status.as_str(),
            next_attempt_at.as_millis(),
            answered,
            failure.map(|failure| failure.code),
            record.at.as_millis(),
        ])?;
    if kept == 0 {
        return Ok(Recorded::LeaseLost);
    }
    match record.outcome {
        DeliveryOutcome::Delivered { .. } => heal(db, record)?,
        DeliveryOutcome::Retry { failure, pause_endpoint_until, .. }
        | DeliveryOutcome::Dead { failure, pause_endpoint_until } => {
            note_failure(db, record, failure, pause_endpoint_until)?;
        }
        DeliveryOutcome::Gone => {
            let gone = EndpointChange { state: Some(EndpointState::Gone), ..EndpointChange::default() };
            change(db, record.tenant_id, record.endpoint_id, &gone, record.at)?;
        }
    }
    Ok(Recorded::Kept)
}

fn heal(db: &Connection, record: &RecordDelivery) -> Result<(), Fault> {
    db.prepare_cached(
        "UPDATE webhook_endpoints
         SET failures = 0, failing_since = NULL, paused_until = NULL
         WHERE tenant_id = ?1 AND id = ?2 AND (failures > 0 OR paused_until IS NOT NULL)",
    )?
    .execute(params![record.tenant_id.blob(), record.endpoint_id.blob()])?;
    Ok(())
}

fn note_failure(
    db: &Connection,
    record: &RecordDelivery,
    failure: DeliveryFailure,
    pause_until: Option<Timestamp>,
) -> Result<(), Fault> {
    db.prepare_cached(
        "UPDATE webhook_endpoints
         SET failures = min(failures + 1, 4294967295),
             failing_since = coalesce(failing_since, ?3),
             paused_until = max(coalesce(paused_until, ?4), coalesce(?4, paused_until))
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![
        record.tenant_id.blob(),
        record.endpoint_id.blob(),
        record.at.as_millis(),
        pause_until.map(Timestamp::as_millis),
    ])?;
    db.prepare_cached(
        "UPDATE webhook_deliveries
         SET status = 'dead', last_failure = coalesce(last_failure, ?4)
         WHERE tenant_id = ?1 AND endpoint_id = ?2 AND status = 'pending' AND lease_id IS NULL AND due_since <= ?3
           AND EXISTS (
               SELECT 1 FROM webhook_endpoints WHERE tenant_id = ?1 AND id = ?2 AND failing_since <= ?3
           )",
    )?
    .execute(params![
        record.tenant_id.blob(),
        record.endpoint_id.blob(),
        record.give_up_before.as_millis(),
        failure.code,
    ])?;
    Ok(())
}

/// How many events one step of a purge deletes: other writes wait meanwhile.
const PURGE_CHUNK: u32 = 2_000;

/// Deletes some of the events from before a moment that are over; the schema's foreign keys delete their deliveries.
/// Returns how many; there may be more as long as it is not 0.
pub(super) fn purge(db: &Connection, before: Timestamp) -> Result<u64, Fault> {
    let deleted = db
        .prepare_cached(
            "DELETE FROM webhook_events
             WHERE (tenant_id, id) IN (
                 SELECT e.tenant_id, e.id
                 FROM webhook_events AS e
                 WHERE e.created_at < ?1
                   AND NOT EXISTS (
                       SELECT 1
                       FROM webhook_deliveries AS d
                       WHERE d.tenant_id = e.tenant_id AND d.event_id = e.id AND d.status = 'pending'
                   )
                 ORDER BY e.created_at
                 LIMIT ?2
             )",
        )?
        .execute(params![before.as_millis(), PURGE_CHUNK])?;
    Ok(deleted as u64)
}
