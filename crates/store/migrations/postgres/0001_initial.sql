-- Passgate's schema on PostgreSQL, level 1.
--
-- Times are milliseconds since 1970-01-01T00:00:00 UTC. Every unique key of what belongs to a tenant has the tenant in
-- it, and every reference is within one tenant, so that the tables can be partitioned or distributed by tenant. What
-- belongs to a tenant goes with it. Text that is compared is compared byte by byte, whatever the database's locale.

-- How far migrations have come, and the lowest level whose binaries can work with the result. One row. By its name the
-- schema is known as Passgate's.
CREATE TABLE passgate_schema (
    id            integer PRIMARY KEY CHECK (id = 1),
    level         bigint NOT NULL,
    oldest_binary bigint NOT NULL
);

INSERT INTO passgate_schema (id, level, oldest_binary) VALUES (1, 0, 0);

-- Tells this database from every other. One row.
CREATE TABLE identity (
    id          integer PRIMARY KEY CHECK (id = 1),
    database_id uuid NOT NULL
);

INSERT INTO identity (id, database_id) VALUES (1, gen_random_uuid());

-- Grows in the same commit as every change of a tenant, its keys, or an admin token. One row, which is changed last in
-- each transaction: who changes it makes others wait.
CREATE TABLE version (
    id    integer PRIMARY KEY CHECK (id = 1),
    value bigint NOT NULL
);

INSERT INTO version (id, value) VALUES (1, 1);

CREATE TABLE tenants (
    id              uuid NOT NULL PRIMARY KEY,
    display_name    text COLLATE "C" NOT NULL,
    config          text NOT NULL, -- JSON
    rp_id           text COLLATE "C" NOT NULL, -- that of the configuration
    import_began_at bigint, -- of an import that was not finished
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL
);

CREATE INDEX tenants_by_name ON tenants (display_name, id);
-- Tenants with one RP ID share the authenticators' view of their credentials.
CREATE INDEX tenants_by_rp_id ON tenants (rp_id);
CREATE INDEX tenants_importing_by_rp_id ON tenants (rp_id) WHERE import_began_at IS NOT NULL;

CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid NOT NULL,
    name         text COLLATE "C" NOT NULL,
    hash         bytea NOT NULL, -- SHA-256 of the key
    hint         text NOT NULL,
    created_at   bigint NOT NULL,
    last_used_at bigint,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    UNIQUE (tenant_id, hash)
);

CREATE TABLE signing_keys (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         uuid NOT NULL,
    name       text NOT NULL,
    kid        text COLLATE "C" NOT NULL,
    algorithm  text NOT NULL, -- as JWS spells it
    secret_id  bytea NOT NULL, -- the server secret that sealed the private key
    sealed     bytea NOT NULL,
    created_at bigint NOT NULL,
    signs_from bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, kid)
);

CREATE INDEX signing_keys_by_secret ON signing_keys (secret_id);

CREATE TABLE admin_tokens (
    id         uuid NOT NULL PRIMARY KEY,
    name       text COLLATE "C" NOT NULL UNIQUE,
    hash       bytea NOT NULL UNIQUE, -- SHA-256 of the token
    hint       text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE users (
    tenant_id    uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           uuid NOT NULL,
    app_user_id  text COLLATE "C" NOT NULL, -- the app's own id, never reinterpreted
    name         text NOT NULL,
    display_name text,
    icon         text,
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, app_user_id)
);

-- Lists by time; the id decides between equal times, so that pages neither repeat nor miss a row.
CREATE INDEX users_by_time ON users (tenant_id, created_at, id);

-- The handles that a user's passkeys may carry; new passkeys get the one at the lowest position.
CREATE TABLE user_handles (
    tenant_id uuid NOT NULL,
    handle    bytea NOT NULL,
    user_id   uuid NOT NULL,
    position  bigint NOT NULL,
    PRIMARY KEY (tenant_id, handle),
    UNIQUE (tenant_id, user_id, position),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

-- Imported handles may be those of another tenant's users too.
CREATE INDEX user_handles_by_handle ON user_handles (handle);

-- A login changes no column that has an index, and finds room on the row's own page.
CREATE TABLE credentials (
    tenant_id             uuid NOT NULL,
    id                    bytea NOT NULL, -- the authenticator's, up to 1023 bytes
    user_id               uuid NOT NULL,
    kind                  text NOT NULL, -- passkey, mfa
    name                  text NOT NULL,
    public_key            bytea NOT NULL, -- COSE
    attestation_format    text NOT NULL,
    aaguid                uuid NOT NULL,
    sign_count            bigint NOT NULL,
    transports            text NOT NULL, -- a JSON array of strings
    backup_eligible       boolean NOT NULL,
    backup_state          boolean NOT NULL,
    created_at            bigint NOT NULL,
    updated_at            bigint NOT NULL,
    last_used_at          bigint NOT NULL,
    use_count             bigint NOT NULL,
    registered_user_agent text NOT NULL,
    last_user_agent       text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 85);

-- In the order in which they are listed.
CREATE INDEX credentials_by_time ON credentials (tenant_id, created_at, id);
CREATE INDEX credentials_by_user ON credentials (tenant_id, user_id, created_at, id);

-- That a credential was registered and deleted, without whose it was.
CREATE TABLE credential_tombstones (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id_hash    bytea NOT NULL, -- SHA-256 of the credential's id
    deleted_at bigint NOT NULL,
    reason     text NOT NULL, -- deleted, all_deleted, user_deleted
    PRIMARY KEY (tenant_id, id_hash)
);

-- So that old tombstones are found without reading all.
CREATE INDEX credential_tombstones_by_time ON credential_tombstones (deleted_at);

-- What users confirm, or were asked to.
CREATE TABLE transactions (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    user_id      uuid NOT NULL,
    identifier   text COLLATE "C" NOT NULL, -- the app's own id, never reinterpreted
    data         text NOT NULL, -- JSON, exactly the bytes whose hash the challenge carries
    nonce        bytea NOT NULL, -- its challenge's, by which it is found again
    status       text NOT NULL, -- pending, finalized
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL,
    finalized_at bigint,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, identifier),
    UNIQUE (tenant_id, nonce),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX transactions_by_user ON transactions (tenant_id, user_id, created_at, id);

-- Inserts are in order of time and purging is a range delete. Outlives its tenant until it is purged, so that a
-- tenant deleted and imported again under its old id can't be shown its old challenges.
CREATE TABLE spent_challenges (
    expires_at bigint NOT NULL,
    nonce      bytea NOT NULL,
    tenant_id  uuid NOT NULL,
    PRIMARY KEY (expires_at, nonce, tenant_id)
);

-- Whatever expires before this moment may have been forgotten, and is refused. One row.
CREATE TABLE spent_challenges_purge (
    id             integer PRIMARY KEY CHECK (id = 1),
    expired_before bigint NOT NULL
);

INSERT INTO spent_challenges_purge (id, expired_before) VALUES (1, 0);

-- In the order in which it is listed.
CREATE TABLE audit_logs (
    tenant_id            uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    created_at           bigint NOT NULL,
    id                   uuid NOT NULL,
    type                 text COLLATE "C" NOT NULL,
    error                text COLLATE "C",
    meta_http_request_id text COLLATE "C" NOT NULL,
    meta_source_ip       text COLLATE "C" NOT NULL,
    meta_user_agent      text COLLATE "C" NOT NULL,
    actor_user_id        text COLLATE "C", -- the app's own id of the user
    transaction_id       text COLLATE "C", -- the app's own id of the transaction
    updated_at           bigint NOT NULL,
    credential_id        bytea,
    PRIMARY KEY (tenant_id, created_at, id)
);

-- An event is stored in the commit of what it reports, with a delivery for each endpoint that wants to hear of it.
CREATE TABLE webhook_endpoints (
    tenant_id     uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            uuid NOT NULL,
    url           text NOT NULL,
    description   text NOT NULL,
    events        text NOT NULL, -- a JSON array of event types; empty: all
    state         text NOT NULL, -- enabled, disabled, gone
    failures      bigint NOT NULL, -- in a row
    failing_since bigint,
    paused_until  bigint,
    created_at    bigint NOT NULL,
    updated_at    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE webhook_secrets (
    tenant_id   uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    created_at  bigint NOT NULL,
    expires_at  bigint,
    secret_id   bytea NOT NULL, -- the server secret that sealed it
    sealed      bytea NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, created_at),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE
);

CREATE INDEX webhook_secrets_by_secret ON webhook_secrets (secret_id);

CREATE TABLE webhook_events (
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         uuid NOT NULL,
    type       text NOT NULL,
    body       text NOT NULL, -- JSON, as it is sent at every attempt
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX webhook_events_by_time ON webhook_events (created_at);

CREATE TABLE webhook_deliveries (
    tenant_id        uuid NOT NULL,
    endpoint_id      uuid NOT NULL,
    event_id         uuid NOT NULL,
    status           text NOT NULL, -- pending, delivered, dead
    attempts         bigint NOT NULL, -- since due_since
    due_since        bigint NOT NULL, -- when it became due first, or by hand
    next_attempt_at  bigint NOT NULL, -- while it is under lease: when that ends
    first_attempt_at bigint,
    lease_id         uuid,
    last_status      bigint,
    last_failure     text,
    last_attempt_at  bigint,
    created_at       bigint NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, event_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, event_id) REFERENCES webhook_events (tenant_id, id) ON DELETE CASCADE
);

-- What is due, of all endpoints and of each.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_due_of_endpoint
ON webhook_deliveries (tenant_id, endpoint_id, next_attempt_at) WHERE status = 'pending';
-- In the order in which they are listed.
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (tenant_id, endpoint_id, created_at, event_id);
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (tenant_id, event_id);

-- The FIDO Metadata Service's list. One row at most, for all tenants.
CREATE TABLE metadata (
    id          integer NOT NULL PRIMARY KEY CHECK (id = 1),
    number      bigint NOT NULL, -- its serial number
    next_update bigint NOT NULL,
    source      text NOT NULL, -- the file or URL it was fetched from
    fetched_at  bigint NOT NULL,
    blob        text NOT NULL
);
