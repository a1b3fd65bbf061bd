-- Passgate's schema, level 1.
--
-- Times are milliseconds since 1970-01-01T00:00:00 UTC. Ids are the 16 bytes of a UUID. Every unique key starts
-- with the tenant, but for spent_challenges, which is in order of time. What belongs to a tenant goes with it.

-- Marks the file as Passgate's ("Pgat").
PRAGMA application_id = 0x50676174;

-- How far migrations have come, and the lowest level whose binaries can work with the result. One row.
CREATE TABLE schema_version (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    level         INTEGER NOT NULL,
    oldest_binary INTEGER NOT NULL
) STRICT;

INSERT INTO schema_version (id, level, oldest_binary) VALUES (1, 0, 0);

-- Tells this database from every other. One row.
CREATE TABLE identity (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    database_id BLOB NOT NULL
) STRICT;

INSERT INTO identity (id, database_id) VALUES (1, randomblob(16));

-- Grows in the same commit as every change of a tenant, its keys, or an admin token. One row.
CREATE TABLE version (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL
) STRICT;

INSERT INTO version (id, value) VALUES (1, 1);

CREATE TABLE tenants (
    id           BLOB NOT NULL PRIMARY KEY,
    display_name TEXT NOT NULL,
    config       TEXT NOT NULL, -- JSON
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tenants_by_name ON tenants (display_name, id);

CREATE TABLE api_keys (
    tenant_id    BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    name         TEXT NOT NULL,
    hash         BLOB NOT NULL, -- SHA-256 of the key
    hint         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    UNIQUE (tenant_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    tenant_id  BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         BLOB NOT NULL,
    name       TEXT NOT NULL,
    kid        TEXT NOT NULL,
    algorithm  TEXT NOT NULL, -- as JWS spells it
    secret_id  BLOB NOT NULL, -- the server secret that sealed the private key
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, kid)
) STRICT, WITHOUT ROWID;

CREATE INDEX signing_keys_by_secret ON signing_keys (secret_id);

CREATE TABLE admin_tokens (
    id         BLOB NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    hash       BLOB NOT NULL UNIQUE, -- SHA-256 of the token
    hint       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    tenant_id    BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    app_user_id  TEXT NOT NULL, -- the app's own id, never reinterpreted
    name         TEXT NOT NULL,
    display_name TEXT,
    icon         TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, app_user_id)
) STRICT, WITHOUT ROWID;

-- Lists by time; the id decides between equal times, so that pages neither repeat nor miss a row.
CREATE INDEX users_by_time ON users (tenant_id, created_at, id);

-- The handles that a user's passkeys may carry; new passkeys get the one at the lowest position.
CREATE TABLE user_handles (
    tenant_id BLOB NOT NULL,
    handle    BLOB NOT NULL,
    user_id   BLOB NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, handle),
    UNIQUE (tenant_id, user_id, position),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    tenant_id          BLOB NOT NULL,
    id                 BLOB NOT NULL, -- the authenticator's, up to 1023 bytes
    user_id            BLOB NOT NULL,
    kind               TEXT NOT NULL, -- passkey, mfa
    name               TEXT NOT NULL,
    public_key         BLOB NOT NULL, -- COSE
    attestation_format TEXT NOT NULL,
    aaguid             BLOB NOT NULL,
    sign_count         INTEGER NOT NULL,
    transports         TEXT NOT NULL, -- a JSON array of strings
    backup_eligible    INTEGER NOT NULL,
    backup_state       INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    last_used_at       INTEGER NOT NULL,
    use_count          INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- In the order in which they are listed.
CREATE INDEX credentials_by_time ON credentials (tenant_id, created_at, id);
CREATE INDEX credentials_by_user ON credentials (tenant_id, user_id, created_at, id);

-- That a credential was registered and deleted, without whose it was.
CREATE TABLE credential_tombstones (
    tenant_id  BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id_hash    BLOB NOT NULL, -- SHA-256 of the credential's id
    deleted_at INTEGER NOT NULL,
    reason     TEXT NOT NULL, -- deleted, user_deleted
    PRIMARY KEY (tenant_id, id_hash)
) STRICT, WITHOUT ROWID;

-- What users confirm, or were asked to.
CREATE TABLE transactions (
    tenant_id    BLOB NOT NULL,
    id           BLOB NOT NULL,
    user_id      BLOB NOT NULL,
    identifier   TEXT NOT NULL, -- the app's own id, never reinterpreted
    data         TEXT NOT NULL, -- JSON, exactly the bytes whose hash the challenge carries
    nonce        BLOB NOT NULL, -- its challenge's, by which it is found again
    status       TEXT NOT NULL, -- pending, finalized
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    finalized_at INTEGER,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, identifier),
    UNIQUE (tenant_id, nonce),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX transactions_by_user ON transactions (tenant_id, user_id, created_at, id);

-- Inserts are in order of time and purging is a range delete. Outlives its tenant until it is purged, so that a
-- tenant deleted and imported again under its old id can't be shown its old challenges.
CREATE TABLE spent_challenges (
    expires_at INTEGER NOT NULL,
    nonce      BLOB NOT NULL,
    tenant_id  BLOB NOT NULL,
    PRIMARY KEY (expires_at, nonce, tenant_id)
) STRICT, WITHOUT ROWID;

-- Whatever expires before this moment may have been forgotten, and is refused. One row.
CREATE TABLE spent_challenges_purge (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    expired_before INTEGER NOT NULL
) STRICT;

INSERT INTO spent_challenges_purge (id, expired_before) VALUES (1, 0);

-- In the order in which it is listed.
CREATE TABLE audit_logs (
    tenant_id            BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    created_at           INTEGER NOT NULL,
    id                   BLOB NOT NULL,
    type                 TEXT NOT NULL,
    error                TEXT,
    meta_http_request_id TEXT NOT NULL,
    meta_source_ip       TEXT NOT NULL,
    meta_user_agent      TEXT NOT NULL,
    actor_user_id        TEXT, -- the app's own id of the user
    transaction_id       TEXT, -- the app's own id of the transaction
    updated_at           INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, created_at, id)
) STRICT, WITHOUT ROWID;
