CREATE TABLE tenants (
    id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Where tenants want to hear of events.
CREATE TABLE webhook_endpoints (
    tenant_id     BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            BLOB NOT NULL,
    url           TEXT NOT NULL, -- may hold a token: never logged
    event_types   TEXT NOT NULL, -- a JSON array of strings; of all types if empty
    state         TEXT NOT NULL, -- enabled, disabled, gone
    failures      INTEGER NOT NULL, -- of attempts in a row
    failing_since INTEGER, -- when the first of them failed
    paused_until  INTEGER NOT NULL, -- no attempt before this moment
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- What signs an endpoint's messages; two while one is being replaced.
CREATE TABLE webhook_secrets (
    tenant_id    BLOB NOT NULL,
    endpoint_id  BLOB NOT NULL,
    id           BLOB NOT NULL,
    secret       BLOB NOT NULL, -- sealed
    created_at   INTEGER NOT NULL,
    signs_before INTEGER, -- the end of one that was replaced
    PRIMARY KEY (tenant_id, endpoint_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What happened, where somebody wanted to hear of it.
CREATE TABLE webhook_events (
    tenant_id  BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         BLOB NOT NULL,
    type       TEXT NOT NULL,
    body       TEXT NOT NULL, -- JSON, exactly the bytes that are signed and sent
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- One event for one endpoint.
CREATE TABLE webhook_deliveries (
    tenant_id        BLOB NOT NULL,
    endpoint_id      BLOB NOT NULL,
    event_id         BLOB NOT NULL,
    status           TEXT NOT NULL, -- pending, delivered, dead
    due_since        INTEGER NOT NULL, -- when it became due first, or by hand
    next_attempt_at  INTEGER NOT NULL, -- under lease: when that ends
    lease_id         BLOB,
    attempts         INTEGER NOT NULL, -- since due_since
    first_attempt_at INTEGER, -- of those
    last_attempt_at  INTEGER,
    last_error       TEXT,
    last_status      INTEGER, -- HTTP
    PRIMARY KEY (tenant_id, endpoint_id, event_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, event_id) REFERENCES webhook_events (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Which endpoints have something pending, and what of it is due.
CREATE INDEX webhook_deliveries_pending
    ON webhook_deliveries (tenant_id, endpoint_id, next_attempt_at, event_id) WHERE status = 'pending';

-- For the foreign key, and to delete events that nothing is left of.
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (tenant_id, event_id);
