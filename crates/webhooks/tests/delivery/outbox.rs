//! An outbox on SQLite.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use passgate_core::clock::Timestamp;
use passgate_core::ids::TenantId;
use passgate_core::webhook::{ClaimDeliveries, Recorded};
use passgate_webhooks::{
    Delivery, EndpointId, EventId, GIVE_UP_AFTER, Outbox, Outcome, Record, SigningSecret,
};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use tokio::sync::watch;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Clones share the database, as processes would.
#[derive(Clone)]
pub(crate) struct SqliteOutbox {
    database: Arc<Mutex<Connection>>,
    records: watch::Sender<Vec<Recorded>>,
}

/// How a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: String,
    pub(crate) attempts: u32,
    pub(crate) next_attempt_at: Timestamp,
    pub(crate) last_error: Option<String>,
    pub(crate) last_status: Option<u16>,
}

/// How an endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) state: String,
    pub(crate) failures: u32,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) paused_until: Timestamp,
}

impl SqliteOutbox {
    pub(crate) fn new() -> Self {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch(include_str!("outbox.sql")).unwrap();
        Self { database: Arc::new(Mutex::new(database)), records: watch::Sender::new(Vec::new()) }
    }

    pub(crate) fn add_endpoint(
        &self,
        tenant: TenantId,
        id: EndpointId,
        url: &str,
        secrets: &[SigningSecret],
    ) {
        let database = self.database.lock().unwrap();
        database.execute("INSERT OR IGNORE INTO tenants VALUES (?)", [tenant.as_uuid()]).unwrap();
        database
            .execute(
                "INSERT INTO webhook_endpoints VALUES (?, ?, ?, '[]', 'enabled', 0, NULL, 0, 0, 0)",
                params![tenant.as_uuid(), id.as_uuid(), url],
            )
            .unwrap();
        for (at, secret) in secrets.iter().enumerate() {
            database
                .execute(
                    "INSERT INTO webhook_secrets VALUES (?, ?, ?, ?, 0, NULL)",
                    params![
                        tenant.as_uuid(),
                        id.as_uuid(),
                        Uuid::from_u128(at as u128),
                        secret.expose_bytes()
                    ],
                )
                .unwrap();
        }
    }

    /// Stores an event and its deliveries, as a commit would that has something to report.
    pub(crate) fn add_event(&self, tenant: TenantId, id: EventId, kind: &str, body: &str, now: Timestamp) {
        let mut database = self.database.lock().unwrap();
        let commit = database.transaction().unwrap();
        let wants = "tenant_id = :tenant AND state = 'enabled'
            AND (event_types = '[]' OR EXISTS (SELECT 1 FROM json_each(event_types) WHERE value = :type))";
        commit
            .execute(
                &format!(
                    "INSERT INTO webhook_events (tenant_id, id, type, body, created_at)
                     SELECT :tenant, :id, :type, :body, :now
                     WHERE EXISTS (SELECT 1 FROM webhook_endpoints WHERE {wants})"
                ),
                named_params! { ":tenant": tenant.as_uuid(), ":id": id.as_uuid(), ":type": kind, ":body": body, ":now": now.as_millis() },
            )
            .unwrap();
        commit
            .execute(
                &format!(
                    "INSERT INTO webhook_deliveries
                         (tenant_id, endpoint_id, event_id, status, due_since, next_attempt_at, attempts)
                     SELECT :tenant, id, :id, 'pending', :now, :now, 0 FROM webhook_endpoints WHERE {wants}"
                ),
                named_params! { ":tenant": tenant.as_uuid(), ":id": id.as_uuid(), ":type": kind, ":now": now.as_millis() },
            )
            .unwrap();
        commit.commit().unwrap();
    }

    /// Makes a delivery due by hand: at once, for a whole day, whatever became of it.
    pub(crate) fn redeliver(&self, tenant: TenantId, endpoint: EndpointId, event: EventId, now: Timestamp) {
        let mut database = self.database.lock().unwrap();
        let commit = database.transaction().unwrap();
        let changed = commit
            .execute(
                "UPDATE webhook_deliveries
                 SET status = 'pending', due_since = :now, next_attempt_at = :now, lease_id = NULL, attempts = 0,
                     first_attempt_at = NULL
                 WHERE tenant_id = :tenant AND endpoint_id = :endpoint AND event_id = :event",
                named_params! { ":tenant": tenant.as_uuid(), ":endpoint": endpoint.as_uuid(), ":event": event.as_uuid(), ":now": now.as_millis() },
            )
            .unwrap();
        assert_eq!(changed, 1);
        commit
            .execute(
                "UPDATE webhook_endpoints SET paused_until = 0 WHERE tenant_id = ? AND id = ?",
                params![tenant.as_uuid(), endpoint.as_uuid()],
            )
            .unwrap();
        commit.commit().unwrap();
    }

    pub(crate) fn standing(&self, event: EventId) -> Standing {
        let database = self.database.lock().unwrap();
        database
            .query_row(
                "SELECT status, attempts, next_attempt_at, last_error, last_status FROM webhook_deliveries
                 WHERE event_id = ?",
                [event.as_uuid()],
                |row| {
                    Ok(Standing {
                        status: row.get(0)?,
                        attempts: row.get(1)?,
                        next_attempt_at: Timestamp::from_millis(row.get(2)?),
                        last_error: row.get(3)?,
                        last_status: row.get(4)?,
                    })
                },
            )
            .unwrap()
    }

    pub(crate) fn health(&self, endpoint: EndpointId) -> Health {
        let database = self.database.lock().unwrap();
        database
            .query_row(
                "SELECT state, failures, failing_since, paused_until FROM webhook_endpoints WHERE id = ?",
                [endpoint.as_uuid()],
                |row| {
                    Ok(Health {
                        state: row.get(0)?,
                        failures: row.get(1)?,
                        failing_since: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_millis),
                        paused_until: Timestamp::from_millis(row.get(3)?),
                    })
                },
            )
            .unwrap()
    }

    /// How many deliveries there are of each status.
    pub(crate) fn count(&self) -> BTreeMap<String, u32> {
        let database = self.database.lock().unwrap();
        let mut statement =
            database.prepare("SELECT status, COUNT(*) FROM webhook_deliveries GROUP BY status").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    /// How many deliveries are under lease.
    pub(crate) fn leased(&self) -> u32 {
        let database = self.database.lock().unwrap();
        database
            .query_row("SELECT COUNT(*) FROM webhook_deliveries WHERE lease_id IS NOT NULL", [], |row| {
                row.get(0)
            })
            .unwrap()
    }

    /// Waits until so many attempts were recorded, and returns what became of the records.
    pub(crate) async fn recorded(&self, count: usize) -> Vec<Recorded> {
        let mut records = self.records.subscribe();
        records.wait_for(|records| records.len() >= count).await.unwrap().clone()
    }
}

impl Outbox for SqliteOutbox {
    type Error = rusqlite::Error;

    async fn claim_due(&self, claim: ClaimDeliveries) -> Result<Vec<Delivery>, rusqlite::Error> {
        let mut database = self.database.lock().unwrap();
        let commit = database.transaction()?;
        let deliveries = claim_due(&commit, claim)?;
        commit.commit()?;
        Ok(deliveries)
    }

    async fn record(&self, record: Record) -> Result<Recorded, rusqlite::Error> {
        let recorded = {
            let mut database = self.database.lock().unwrap();
            let commit = database.transaction()?;
            let recorded = keep(&commit, record)?;
            commit.commit()?;
            recorded
        };
        self.records.send_modify(|records| records.push(recorded));
        Ok(recorded)
    }
}

/// Goes from endpoint to endpoint, so that one with a long queue, or paused, keeps no other from being found; from a
/// random one on, so that none is always the last.
fn claim_due(database: &Connection, claim: ClaimDeliveries) -> Result<Vec<Delivery>, rusqlite::Error> {
    let mut claimed = Vec::new();
    let start = (*claim.lease.as_uuid(), Uuid::nil());
    let mut last = start;
    let mut has_wrapped = false;
    loop {
        let next: Option<(Uuid, Uuid)> = database
            .prepare_cached(
                "SELECT tenant_id, endpoint_id FROM webhook_deliveries
                 WHERE status = 'pending' AND (tenant_id, endpoint_id) > (?, ?)
                 ORDER BY tenant_id, endpoint_id LIMIT 1",
            )?
            .query_row([last.0, last.1], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        last = match next {
            Some(next) if has_wrapped && next > start => return Ok(claimed),
            Some(next) => next,
            None if has_wrapped => return Ok(claimed),
            None => {
                has_wrapped = true;
                last = (Uuid::nil(), Uuid::nil());
                continue;
            }
        };
        let room = claim.limit - u32::try_from(claimed.len()).expect("within the limit");
        if room == 0 {
            return Ok(claimed);
        }
        claim_of_endpoint(database, claim, last, room, &mut claimed)?;
    }
}

fn claim_of_endpoint(
    database: &Connection,
    claim: ClaimDeliveries,
    (tenant, endpoint): (Uuid, Uuid),
    room: u32,
    claimed: &mut Vec<Delivery>,
) -> Result<(), rusqlite::Error> {
    let found: Option<(String, u32, u32)> = database
        .prepare_cached(
            "SELECT url, failures,
                 (SELECT COUNT(*) FROM webhook_deliveries d
                  WHERE d.tenant_id = e.tenant_id AND d.endpoint_id = e.id AND d.status = 'pending'
                      AND d.lease_id IS NOT NULL AND d.next_attempt_at > :now)
             FROM webhook_endpoints e
             WHERE tenant_id = :tenant AND id = :endpoint AND state = 'enabled' AND paused_until <= :now",
        )?
        .query_row(
            named_params! { ":tenant": tenant, ":endpoint": endpoint, ":now": claim.now.as_millis() },
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((url, failures, leased)) = found else { return Ok(()) };
    let allowed = if failures >= claim.suspect_after { 1 } else { claim.per_endpoint };
    let limit = allowed.saturating_sub(leased).min(room);
    if limit == 0 {
        return Ok(());
    }
    let secrets: Vec<SigningSecret> = database
        .prepare_cached(
            "SELECT secret FROM webhook_secrets
             WHERE tenant_id = ? AND endpoint_id = ? AND (signs_before IS NULL OR signs_before > ?)
             ORDER BY created_at DESC, id",
        )?
        .query_map(params![tenant, endpoint, claim.now.as_millis()], |row| row.get::<_, Vec<u8>>(0))?
        .map(|bytes| Ok(SigningSecret::from_bytes(Zeroizing::new(bytes?)).expect("a stored secret")))
        .collect::<Result<_, rusqlite::Error>>()?;
    let parameters = named_params! {
        ":tenant": tenant, ":endpoint": endpoint, ":lease": claim.lease.as_uuid(),
        ":now": claim.now.as_millis(), ":until": claim.lease_until.as_millis(), ":limit": limit,
    };
    let leased: Vec<(Uuid, u32, i64)> = database
        .prepare_cached(
            "UPDATE webhook_deliveries
             SET lease_id = :lease, next_attempt_at = :until, attempts = attempts + 1,
                 first_attempt_at = COALESCE(first_attempt_at, :now)
             WHERE tenant_id = :tenant AND endpoint_id = :endpoint AND status = 'pending' AND event_id IN (
                 SELECT event_id FROM webhook_deliveries
                 WHERE tenant_id = :tenant AND endpoint_id = :endpoint AND status = 'pending'
                     AND next_attempt_at <= :now
                 ORDER BY next_attempt_at, event_id LIMIT :limit)
             RETURNING event_id, attempts, first_attempt_at",
        )?
        .query_map(parameters, |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (event, attempts, first_attempt_at) in leased {
        let body = database
            .prepare_cached("SELECT body FROM webhook_events WHERE tenant_id = ? AND id = ?")?
            .query_row([tenant, event], |row| row.get(0))?;
        claimed.push(Delivery {
            tenant_id: TenantId::new(tenant),
            endpoint_id: EndpointId::new(endpoint),
            event_id: EventId::new(event),
            lease: claim.lease,
            url: url.parse().expect("a stored URL"),
            secrets: secrets.clone(),
            body,
            attempts,
            first_attempt_at: Timestamp::from_millis(first_attempt_at),
            endpoint_failures: failures,
        });
    }
    Ok(())
}

fn keep(database: &Connection, record: Record) -> Result<Recorded, rusqlite::Error> {
    let (tenant, endpoint) = (record.tenant_id.as_uuid(), record.endpoint_id.as_uuid());
    let at = record.at.as_millis();
    let (status, next_attempt_at, error, http_status) = match record.outcome {
        Outcome::Delivered { status } => ("delivered", at, None, Some(status)),
        Outcome::Retry { failure, next_attempt_at, .. } => {
            ("pending", next_attempt_at.as_millis(), Some(failure.code()), failure.status())
        }
        Outcome::Dead { failure, .. } => ("dead", at, Some(failure.code()), failure.status()),
        Outcome::Gone => ("dead", at, Some("status"), Some(410)),
    };
    let changed = database.execute(
        "UPDATE webhook_deliveries
         SET status = :status, next_attempt_at = :next, lease_id = NULL, last_attempt_at = :at, last_error = :error,
             last_status = :http_status
         WHERE tenant_id = :tenant AND endpoint_id = :endpoint AND event_id = :event AND lease_id = :lease",
        named_params! {
            ":tenant": tenant, ":endpoint": endpoint, ":event": record.event_id.as_uuid(),
            ":lease": record.lease.as_uuid(), ":status": status, ":next": next_attempt_at, ":at": at,
            ":error": error, ":http_status": http_status,
        },
    )?;
    if changed == 0 {
        return Ok(Recorded::LeaseLost);
    }
    match record.outcome {
        Outcome::Delivered { .. } => {
            database.execute(
                "UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_until = 0
                 WHERE tenant_id = ? AND id = ? AND (failures > 0 OR paused_until > 0)",
                params![tenant, endpoint],
            )?;
        }
        Outcome::Gone => {
            database.execute(
                "UPDATE webhook_endpoints SET state = 'gone' WHERE tenant_id = ? AND id = ?",
                params![tenant, endpoint],
            )?;
        }
        Outcome::Retry { pause_endpoint_until, .. } | Outcome::Dead { pause_endpoint_until, .. } => {
            database.execute(
                "UPDATE webhook_endpoints
                 SET failures = failures + 1, failing_since = COALESCE(failing_since, :at),
                     paused_until = MAX(paused_until, :pause)
                 WHERE tenant_id = :tenant AND id = :endpoint",
                named_params! {
                    ":tenant": tenant, ":endpoint": endpoint, ":at": at,
                    ":pause": pause_endpoint_until.map_or(0, Timestamp::as_millis),
                },
            )?;
            database.execute(
                "UPDATE webhook_deliveries
                 SET status = 'dead', lease_id = NULL, last_error = COALESCE(last_error, 'endpoint_failing')
                 WHERE tenant_id = :tenant AND endpoint_id = :endpoint AND status = 'pending'
                     AND (lease_id IS NULL OR next_attempt_at <= :at) AND due_since <= :day_ago
                     AND (SELECT failing_since <= :day_ago FROM webhook_endpoints
                          WHERE tenant_id = :tenant AND id = :endpoint)",
                named_params! {
                    ":tenant": tenant, ":endpoint": endpoint, ":at": at,
                    ":day_ago": (record.at - GIVE_UP_AFTER).as_millis(),
                },
            )?;
        }
    }
    Ok(Recorded::Kept)
}
