-- Level 3: webhooks. An event is stored in the commit of what it reports, with a delivery for each endpoint that wants
-- to hear of it.

CREATE TABLE webhook_endpoints (
    tenant_id     BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            BLOB NOT NULL,
    url           TEXT NOT NULL,
    description   TEXT NOT NULL,
    events        TEXT NOT NULL, -- a JSON array of event types; empty: all
    state         TEXT NOT NULL, -- enabled, disabled, gone
    failures      INTEGER NOT NULL, -- in a row
    failing_since INTEGER,
    paused_until  INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_secrets (
    tenant_id   BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    secret_id   BLOB NOT NULL, -- the server secret that sealed it
    sealed      BLOB NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, created_at),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_secrets_by_secret ON webhook_secrets (secret_id);

CREATE TABLE webhook_events (
    tenant_id  BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         BLOB NOT NULL,
    type       TEXT NOT NULL,
    body       TEXT NOT NULL, -- JSON, as it is sent at every attempt
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_events_by_time ON webhook_events (created_at);

CREATE TABLE webhook_deliveries (
    tenant_id        BLOB NOT NULL,
    endpoint_id      BLOB NOT NULL,
    event_id         BLOB NOT NULL,
    status           TEXT NOT NULL, -- pending, delivered, dead
    attempts         INTEGER NOT NULL, -- since due_since
    due_since        INTEGER NOT NULL, -- when it became due first, or by hand
    next_attempt_at  INTEGER NOT NULL, -- while it is under lease: when that ends
    first_attempt_at INTEGER,
    lease_id         BLOB,
    last_status      INTEGER,
    last_failure     TEXT,
    last_attempt_at  INTEGER,
    created_at       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, event_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, event_id) REFERENCES webhook_events (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What is due, of all endpoints and of each.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_due_of_endpoint
ON webhook_deliveries (tenant_id, endpoint_id, next_attempt_at) WHERE status = 'pending';
-- In the order in which they are listed.
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (tenant_id, endpoint_id, created_at, event_id);
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (tenant_id, event_id);
