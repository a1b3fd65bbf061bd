//! Webhooks: endpoints, the outbox, and what became of deliveries.
//!
//! Whatever changes deliveries of an endpoint locks the endpoint's row first.

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
use uuid::Uuid;

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use super::tenants;
use crate::decisions::{self, Attempted, signed};
use crate::paging::offset;
use crate::records::{self, delivery_columns, endpoint_columns, event_names, webhook_secret_columns};
use crate::rows::{Blob, Columns};

/// A statement that selects what [`records::endpoint`] reads.
macro_rules! select_endpoints {
    ($rest:literal) => {
        concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoints ", $rest)
    };
}

/// The condition that an endpoint `e` of tenant $1 is to hear of events of the type that a parameter names.
macro_rules! wanting {
    ($kind:literal) => {
        concat!(
            "e.tenant_id = $1 AND e.state = 'enabled' AND (e.events = '[]' OR e.events::jsonb ? ",
            $kind,
            ")"
        )
    };
}
pub(super) use wanting;

pub(super) async fn endpoints(db: &Session, tenant_id: TenantId) -> Result<Vec<WebhookEndpoint>, Fault> {
    let sql = select_endpoints!("WHERE tenant_id = $1 ORDER BY created_at, id");
    collect(&db.rows(sql, &[tenant_id.as_uuid()]).await?, |row| records::endpoint(tenant_id, row))
}

async fn exists(db: &Session, tenant_id: TenantId, id: EndpointId) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1 FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2",
        &[tenant_id.as_uuid(), id.as_uuid()],
    )
    .await
}

/// Whether there is such an endpoint. If so, whoever else locks it waits.
async fn lock(db: &Session, tenant_id: TenantId, id: EndpointId) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1
         FROM webhook_endpoints AS e
         JOIN tenants AS t ON t.id = e.tenant_id
         WHERE e.tenant_id = $1 AND e.id = $2
         FOR KEY SHARE OF t
         FOR NO KEY UPDATE OF e",
        &[tenant_id.as_uuid(), id.as_uuid()],
    )
    .await
}

pub(super) async fn create(
    db: &Session,
    tenant_id: TenantId,
    new: &WebhookEndpoint,
    secret: &WebhookSecret,
) -> Result<EndpointInserted, Fault> {
    // Endpoints of one tenant are made one after the other, so that there are never too many.
    if !tenants::lock(db, tenant_id).await? {
        return Ok(EndpointInserted::UnknownTenant);
    }
    let sql = "SELECT count(*) FROM webhook_endpoints WHERE tenant_id = $1";
    if db.count(sql, &[tenant_id.as_uuid()]).await? >= u64::from(MAX_ENDPOINTS) {
        return Ok(EndpointInserted::TooMany);
    }
    db.execute(
        "INSERT INTO webhook_endpoints (
             tenant_id, id, url, description, events, state, failures, created_at, updated_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $7)",
        &[
            tenant_id.as_uuid(),
            new.id.as_uuid(),
            &new.url.as_str(),
            &new.description.as_str(),
            &event_names(&new.events)?,
            &new.state.as_str(),
            &new.created_at.as_millis(),
        ],
    )
    .await?;
    insert_secret(db, secret).await?;
    Ok(EndpointInserted::Stored)
}

pub(super) async fn change(
    db: &Session,
    tenant_id: TenantId,
    id: EndpointId,
    change: &EndpointChange,
    now: Timestamp,
) -> Result<Changed, Fault> {
    let events = change.events.as_deref().map(event_names).transpose()?;
    let changed = db
        .execute(
            "UPDATE webhook_endpoints
             SET url = coalesce($3, url),
                 description = coalesce($4, description),
                 events = coalesce($5, events),
                 state = coalesce($6, state),
                 failures = CASE WHEN $6 = 'enabled' THEN 0 ELSE failures END,
                 failing_since = CASE WHEN $6 = 'enabled' THEN NULL ELSE failing_since END,
                 paused_until = CASE WHEN $6 = 'enabled' THEN NULL ELSE paused_until END,
                 updated_at = $7
             WHERE tenant_id = $1 AND id = $2",
            &[
                tenant_id.as_uuid(),
                id.as_uuid(),
                &change.url.as_ref().map(Text::as_str),
                &change.description.as_ref().map(Text::as_str),
                &events,
                &change.state.map(EndpointState::as_str),
                &now.as_millis(),
            ],
        )
        .await?;
    Ok(if changed == 0 { Changed::NotFound } else { Changed::Done })
}

/// Deletes an endpoint; the schema's foreign keys delete its secrets and deliveries.
pub(super) async fn delete(db: &Session, tenant_id: TenantId, id: EndpointId) -> Result<Changed, Fault> {
    if !lock(db, tenant_id, id).await? {
        return Ok(Changed::NotFound);
    }
    let deleted = db
        .execute(
            "DELETE FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2",
            &[tenant_id.as_uuid(), id.as_uuid()],
        )
        .await?;
    Ok(if deleted == 0 { Changed::NotFound } else { Changed::Done })
}

async fn insert_secret(db: &Session, secret: &WebhookSecret) -> Result<(), Fault> {
    db.execute(
        "INSERT INTO webhook_secrets (tenant_id, endpoint_id, created_at, expires_at, secret_id, sealed)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, endpoint_id, created_at) DO UPDATE
         SET expires_at = excluded.expires_at, secret_id = excluded.secret_id, sealed = excluded.sealed",
        &[
            secret.tenant_id.as_uuid(),
            secret.endpoint_id.as_uuid(),
            &secret.created_at.as_millis(),
            &secret.expires_at.map(Timestamp::as_millis),
            &secret.sealed.secret_id.blob(),
            &secret.sealed.bytes,
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn replace_secret(
    db: &Session,
    secret: &WebhookSecret,
    old_until: Timestamp,
) -> Result<Changed, Fault> {
    let (tenant_id, id) = (secret.tenant_id, secret.endpoint_id);
    if !lock(db, tenant_id, id).await? {
        return Ok(Changed::NotFound);
    }
    db.execute(
        "UPDATE webhook_secrets
         SET expires_at = least(expires_at, $3)
         WHERE tenant_id = $1 AND endpoint_id = $2",
        &[tenant_id.as_uuid(), id.as_uuid(), &old_until.as_millis()],
    )
    .await?;
    db.execute(
        "DELETE FROM webhook_secrets
         WHERE tenant_id = $1 AND endpoint_id = $2 AND expires_at <= $3",
        &[tenant_id.as_uuid(), id.as_uuid(), &secret.created_at.as_millis()],
    )
    .await?;
    insert_secret(db, secret).await?;
    Ok(Changed::Done)
}

/// The secrets that sign for an endpoint at a moment, the newest first.
async fn secrets(
    db: &Session,
    tenant_id: TenantId,
    id: EndpointId,
    now: Timestamp,
) -> Result<Vec<Sealed>, Fault> {
    let rows = db
        .rows(
            "SELECT secret_id, sealed
             FROM webhook_secrets
             WHERE tenant_id = $1 AND endpoint_id = $2 AND (expires_at IS NULL OR expires_at > $3)
             ORDER BY created_at DESC",
            &[tenant_id.as_uuid(), id.as_uuid(), &now.as_millis()],
        )
        .await?;
    collect(&rows, |row| records::webhook_secret_of_endpoint(tenant_id, row))
}

pub(super) async fn to_reseal(
    db: &Session,
    current: SecretId,
    limit: u32,
) -> Result<Vec<WebhookSecret>, Fault> {
    let sql = concat!(
        "SELECT ",
        webhook_secret_columns!(),
        " FROM webhook_secrets WHERE secret_id < $1 OR secret_id > $1 LIMIT $2"
    );
    collect(&db.rows(sql, &[&current.blob(), &i64::from(limit)]).await?, records::webhook_secret)
}

pub(super) async fn reseal(db: &Session, secrets: &[WebhookSecret]) -> Result<u64, Fault> {
    let mut resealed = 0;
    for secret in secrets {
        resealed += db
            .execute(
                "UPDATE webhook_secrets
                 SET secret_id = $4, sealed = $5
                 WHERE tenant_id = $1 AND endpoint_id = $2 AND created_at = $3",
                &[
                    secret.tenant_id.as_uuid(),
                    secret.endpoint_id.as_uuid(),
                    &secret.created_at.as_millis(),
                    &secret.sealed.secret_id.blob(),
                    &secret.sealed.bytes,
                ],
            )
            .await?;
    }
    Ok(resealed)
}

/// Stores events for the endpoints that want to hear of them, in the commit of what they report: the row of the audit
/// log `entry`, of which these are the occurrences from the first on.
pub(super) struct Publisher<'a> {
    db: &'a Session,
    entry: &'a AuditEntry,
    next: u32,
}

impl<'a> Publisher<'a> {
    pub(super) fn new(db: &'a Session, entry: &'a AuditEntry) -> Self {
        Self { db, entry, next: 0 }
    }

    /// Tells of the failure of a sign-in, if that is what the row reports.
    pub(super) async fn sign_in_failed(&mut self) -> Result<(), Fault> {
        let Some(failed) = FailedSignIn::of(self.entry) else { return Ok(()) };
        if self.is_wanted(EventType::SignInFailed).await? {
            self.publish(Occurrence::SignInFailed(failed)).await?;
        }
        Ok(())
    }

    /// Whether any endpoint wants to hear of it: what there is to tell need only be read if one does.
    pub(super) async fn is_wanted(&self, kind: EventType) -> Result<bool, Fault> {
        self.db
            .exists(
                concat!("SELECT 1 FROM webhook_endpoints AS e WHERE ", wanting!("$2"), " LIMIT 1"),
                &[self.entry.tenant_id.as_uuid(), &kind.as_str()],
            )
            .await
    }

    /// Tells of what is wanted.
    pub(super) async fn publish(&mut self, occurrence: Occurrence) -> Result<(), Fault> {
        let id = EventId::with(self.entry.id, self.next);
        self.next += 1;
        let event = Event { timestamp: self.entry.at.to_date_time(), occurrence };
        let kind = event.kind().as_str();
        self.db
            .execute(
                "INSERT INTO webhook_events (tenant_id, id, type, body, created_at)
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    self.entry.tenant_id.as_uuid(),
                    id.as_uuid(),
                    &kind,
                    &event.to_body(),
                    &self.entry.at.as_millis(),
                ],
            )
            .await?;
        self.db
            .execute(
                concat!(
                    "INSERT INTO webhook_deliveries (
                         tenant_id, endpoint_id, event_id, status, attempts, due_since, next_attempt_at, created_at
                     )
                     SELECT e.tenant_id, e.id, $3::uuid, 'pending', 0, $4::bigint, $4, $4
                     FROM webhook_endpoints AS e
                     WHERE ",
                    wanting!("$2"),
                    " FOR KEY SHARE"
                ),
                &[self.entry.tenant_id.as_uuid(), &kind, id.as_uuid(), &self.entry.at.as_millis()],
            )
            .await?;
        Ok(())
    }
}

const DELIVERY_COLUMNS: &str = delivery_columns!();

/// To be called in a snapshot, so that the count is that of the list.
pub(super) async fn deliveries(
    db: &Session,
    tenant_id: TenantId,
    endpoint_id: EndpointId,
    page: PageRequest,
) -> Result<Option<Page<DeliveryRecord>>, Fault> {
    if !exists(db, tenant_id, endpoint_id).await? {
        return Ok(None);
    }
    let (tenant, endpoint) = (tenant_id.as_uuid(), endpoint_id.as_uuid());
    let total = db
        .count(
            "SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2",
            &[tenant, endpoint],
        )
        .await?;
    let order = match page.order {
        Order::Descending => "d.created_at DESC, d.event_id DESC",
        Order::Ascending => "d.created_at, d.event_id",
    };
    let sql = format!(
        "SELECT {DELIVERY_COLUMNS}
         FROM webhook_deliveries AS d
         JOIN webhook_events AS e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
         WHERE d.tenant_id = $1 AND d.endpoint_id = $2
         ORDER BY {order}
         LIMIT $3 OFFSET $4"
    );
    let rows = db.rows(&sql, &[tenant, endpoint, &i64::from(page.per_page), &offset(page)]).await?;
    Ok(Some(Page { items: collect(&rows, |row| records::delivery(tenant_id, row))?, total }))
}

pub(super) async fn redeliver(
    db: &Session,
    tenant_id: TenantId,
    endpoint_id: EndpointId,
    event_id: EventId,
    now: Timestamp,
) -> Result<Changed, Fault> {
    if !lock(db, tenant_id, endpoint_id).await? {
        return Ok(Changed::NotFound);
    }
    let changed = db
        .execute(
            "UPDATE webhook_deliveries
             SET status = 'pending', attempts = 0, due_since = $4, next_attempt_at = $4, first_attempt_at = NULL,
                 lease_id = NULL
             WHERE tenant_id = $1 AND endpoint_id = $2 AND event_id = $3",
            &[tenant_id.as_uuid(), endpoint_id.as_uuid(), event_id.as_uuid(), &now.as_millis()],
        )
        .await?;
    Ok(if changed == 0 { Changed::NotFound } else { Changed::Done })
}

/// Whether anything is due, as far as the endpoints let it: the read before the write of [`claim`].
pub(super) async fn is_due(db: &Session, now: Timestamp) -> Result<bool, Fault> {
    db.exists(
        "SELECT 1 FROM webhook_deliveries WHERE status = 'pending' AND next_attempt_at <= $1 LIMIT 1",
        &[&now.as_millis()],
    )
    .await
}

/// An endpoint by its whole key.
type EndpointKey = (Uuid, Uuid);

pub(super) async fn claim(db: &Session, claim: &ClaimDeliveries) -> Result<Vec<LeasedDelivery>, Fault> {
    // From endpoint to endpoint, so that a long queue of one is not read for the others' sake; beginning somewhere else
    // each time, so that none is always last.
    let start: EndpointKey = (*claim.lease.as_uuid(), Uuid::nil());
    let mut leased = Vec::new();
    let mut after = start;
    let mut wrapped = false;
    while leased.len() < claim.limit as usize {
        match next_endpoint(db, after).await? {
            Some(key) if !wrapped || key <= start => {
                after = key;
                lease_of_endpoint(db, claim, key, &mut leased).await?;
            }
            None if !wrapped => {
                wrapped = true;
                after = (Uuid::nil(), Uuid::nil());
            }
            Some(_) | None => break,
        }
    }
    Ok(leased)
}

/// The next endpoint that has something pending.
async fn next_endpoint(db: &Session, after: EndpointKey) -> Result<Option<EndpointKey>, Fault> {
    let row = db
        .row(
            "SELECT tenant_id, endpoint_id
             FROM webhook_deliveries
             WHERE status = 'pending' AND (tenant_id, endpoint_id) > ($1, $2)
             ORDER BY tenant_id, endpoint_id
             LIMIT 1",
            &[&after.0, &after.1],
        )
        .await?;
    Ok(row.map(|row| Ok::<_, tokio_postgres::Error>((row.try_get(0)?, row.try_get(1)?))).transpose()?)
}

/// As [`lock`], but for endpoints that are locked by others, or whose tenant is just being deleted.
const TRY_LOCK: &str = "SELECT 1
     FROM webhook_endpoints AS e
     JOIN tenants AS t ON t.id = e.tenant_id
     WHERE e.tenant_id = $1 AND e.id = $2
     FOR KEY SHARE OF t SKIP LOCKED
     FOR NO KEY UPDATE OF e SKIP LOCKED";

async fn lease_of_endpoint(
    db: &Session,
    claim: &ClaimDeliveries,
    key: EndpointKey,
    leased: &mut Vec<LeasedDelivery>,
) -> Result<(), Fault> {
    let (tenant_id, endpoint_id) = (TenantId::new(key.0), EndpointId::new(key.1));
    // Where another process is at this endpoint just now, it is left to it: nobody waits while holding others.
    if !db.exists(TRY_LOCK, &[&key.0, &key.1]).await? {
        return Ok(());
    }
    let sql = select_endpoints!("WHERE tenant_id = $1 AND id = $2");
    let Some(endpoint) = db.row(sql, &[&key.0, &key.1]).await? else { return Ok(()) };
    let endpoint = records::endpoint(tenant_id, &endpoint)?;
    let paused = endpoint.paused_until.is_some_and(|until| until > claim.now);
    if endpoint.state != EndpointState::Enabled || paused {
        return Ok(());
    }
    let most = if endpoint.failures >= claim.suspect_after { 1 } else { claim.per_endpoint };
    let under_lease = db
        .count(
            "SELECT count(*)
             FROM webhook_deliveries
             WHERE tenant_id = $1 AND endpoint_id = $2 AND status = 'pending' AND next_attempt_at > $3
               AND lease_id IS NOT NULL",
            &[&key.0, &key.1, &claim.now.as_millis()],
        )
        .await?;
    let room = u64::from(claim.limit).saturating_sub(leased.len() as u64);
    let free = u64::from(most).saturating_sub(under_lease).min(room);
    if free == 0 {
        return Ok(());
    }
    let secrets = secrets(db, tenant_id, endpoint_id, claim.now).await?;
    let rows = db
        .rows(
            "SELECT d.event_id, e.body, d.attempts, d.first_attempt_at
             FROM webhook_deliveries AS d
             JOIN webhook_events AS e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
             WHERE d.tenant_id = $1 AND d.endpoint_id = $2 AND d.status = 'pending' AND d.next_attempt_at <= $3
             ORDER BY d.next_attempt_at
             LIMIT $4",
            &[&key.0, &key.1, &claim.now.as_millis(), &signed(free)],
        )
        .await?;
    let due = collect(&rows, |row| {
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
    for delivery in &due {
        db.execute(
            "UPDATE webhook_deliveries
             SET attempts = $4, first_attempt_at = $5, lease_id = $6, next_attempt_at = $7
             WHERE tenant_id = $1 AND endpoint_id = $2 AND event_id = $3",
            &[
                &key.0,
                &key.1,
                delivery.event_id.as_uuid(),
                &i64::from(delivery.attempts),
                &delivery.first_attempt_at.as_millis(),
                claim.lease.as_uuid(),
                &claim.lease_until.as_millis(),
            ],
        )
        .await?;
    }
    leased.extend(due);
    Ok(())
}

pub(super) async fn record(db: &Session, record: &RecordDelivery) -> Result<Recorded, Fault> {
    if !lock(db, record.tenant_id, record.endpoint_id).await? {
        return Ok(Recorded::LeaseLost);
    }
    let Attempted { status, failure, next_attempt_at, answered } =
        decisions::attempted(record.outcome, record.at);
    let kept = db
        .execute(
            "UPDATE webhook_deliveries
             SET status = $5, lease_id = NULL, next_attempt_at = $6, last_status = $7, last_failure = $8,
                 last_attempt_at = $9
             WHERE tenant_id = $1 AND endpoint_id = $2 AND event_id = $3 AND lease_id = $4",
            &[
                record.tenant_id.as_uuid(),
                record.endpoint_id.as_uuid(),
                record.event_id.as_uuid(),
                record.lease.as_uuid(),
                &status.as_str(),
                &next_attempt_at.as_millis(),
                &answered.map(i64::from),
                &failure.map(|failure| failure.code),
                &record.at.as_millis(),
            ],
        )
        .await?;
    if kept == 0 {
        return Ok(Recorded::LeaseLost);
    }
    match record.outcome {
        DeliveryOutcome::Delivered { .. } => heal(db, record).await?,
        DeliveryOutcome::Retry { failure, pause_endpoint_until, .. }
        | DeliveryOutcome::Dead { failure, pause_endpoint_until } => {
            note_failure(db, record, failure, pause_endpoint_until).await?;
        }
        DeliveryOutcome::Gone => {
            let gone = EndpointChange { state: Some(EndpointState::Gone), ..EndpointChange::default() };
            change(db, record.tenant_id, record.endpoint_id, &gone, record.at).await?;
        }
    }
    Ok(Recorded::Kept)
}

async fn heal(db: &Session, record: &RecordDelivery) -> Result<(), Fault> {
    db.execute(
        "UPDATE webhook_endpoints
         SET failures = 0, failing_since = NULL, paused_until = NULL
         WHERE tenant_id = $1 AND id = $2 AND (failures > 0 OR paused_until IS NOT NULL)",
        &[record.tenant_id.as_uuid(), record.endpoint_id.as_uuid()],
    )
    .await?;
    Ok(())
}

async fn note_failure(
    db: &Session,
    record: &RecordDelivery,
    failure: DeliveryFailure,
    pause_until: Option<Timestamp>,
) -> Result<(), Fault> {
    db.execute(
        "UPDATE webhook_endpoints
         SET failures = least(failures + 1, 4294967295),
             failing_since = coalesce(failing_since, $3),
             paused_until = greatest(paused_until, $4)
         WHERE tenant_id = $1 AND id = $2",
        &[
            record.tenant_id.as_uuid(),
            record.endpoint_id.as_uuid(),
            &record.at.as_millis(),
            &pause_until.map(Timestamp::as_millis),
        ],
    )
    .await?;
    db.execute(
        "UPDATE webhook_deliveries
         SET status = 'dead', last_failure = coalesce(last_failure, $4)
         WHERE tenant_id = $1 AND endpoint_id = $2 AND status = 'pending' AND lease_id IS NULL AND due_since <= $3
           AND EXISTS (
               SELECT 1 FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2 AND failing_since <= $3
           )",
        &[
            record.tenant_id.as_uuid(),
            record.endpoint_id.as_uuid(),
            &record.give_up_before.as_millis(),
            &failure.code,
        ],
    )
    .await?;
    Ok(())
}

/// How many events one step of a purge deletes.
const PURGE_CHUNK: i64 = 2_000;

/// Deletes some of the events from before a moment that are over; the schema's foreign keys delete their deliveries.
/// Returns how many; there may be more as long as it is not 0.
pub(super) async fn purge(db: &Session, before: Timestamp) -> Result<u64, Fault> {
    db.execute(
        "DELETE FROM webhook_events
         WHERE (tenant_id, id) IN (
             SELECT e.tenant_id, e.id
             FROM webhook_events AS e
             JOIN tenants AS t ON t.id = e.tenant_id
             WHERE e.created_at < $1
               AND NOT EXISTS (
                   SELECT 1
                   FROM webhook_deliveries AS d
                   WHERE d.tenant_id = e.tenant_id AND d.event_id = e.id AND d.status = 'pending'
               )
             ORDER BY e.created_at
             LIMIT $2
             FOR KEY SHARE OF t SKIP LOCKED
             FOR UPDATE OF e SKIP LOCKED
         )",
        &[&before.as_millis(), &PURGE_CHUNK],
    )
    .await
}
