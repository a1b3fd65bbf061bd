-- Level 5: the console: who signs in, what is theirs, and what is counted for them.

-- The tenant whose users operators are. One row, once somebody began to claim the console; it can't be deleted.
CREATE TABLE console (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    tenant_id  BLOB NOT NULL REFERENCES tenants (id),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX console_by_tenant ON console (tenant_id);

CREATE TABLE operators (
    id         BLOB NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL, -- as it was written
    email_key  TEXT NOT NULL UNIQUE, -- in lower case
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE console_sessions (
    id          BLOB NOT NULL PRIMARY KEY,
    operator_id BLOB NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    hash        BLOB NOT NULL UNIQUE, -- SHA-256 of the session's secret
    via         TEXT NOT NULL, -- passkey, recovery_code, recovery_link
    created_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    fresh_until INTEGER,
    source_ip   TEXT NOT NULL,
    user_agent  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX console_sessions_by_operator ON console_sessions (operator_id, used_at, id);
CREATE INDEX console_sessions_by_use ON console_sessions (used_at);
CREATE INDEX console_sessions_by_end ON console_sessions (expires_at);

-- Those that are left: a code is deleted when it is used.
CREATE TABLE recovery_codes (
    operator_id BLOB NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    hash        BLOB NOT NULL, -- SHA-256 of the code
    PRIMARY KEY (operator_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
    id         BLOB NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    operator_id     BLOB NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    role            TEXT NOT NULL, -- viewer, developer, admin, owner
    joined_at       INTEGER NOT NULL,
    PRIMARY KEY (organization_id, operator_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_operator ON memberships (operator_id, organization_id);

-- Those that are open: a link is deleted when it is used.
CREATE TABLE console_links (
    id              BLOB NOT NULL PRIMARY KEY,
    hash            BLOB NOT NULL UNIQUE, -- SHA-256 of the link's secret
    purpose         TEXT NOT NULL, -- claim, recovery, invitation
    operator_id     BLOB REFERENCES operators (id) ON DELETE CASCADE, -- whose account is recovered, or who invites
    organization_id BLOB REFERENCES organizations (id) ON DELETE CASCADE,
    role            TEXT,
    email           TEXT,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX console_links_by_organization ON console_links (organization_id, created_at, id);
CREATE INDEX console_links_by_operator ON console_links (operator_id);
CREATE INDEX console_links_by_end ON console_links (expires_at);

CREATE TABLE projects (
    id              BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX projects_by_organization ON projects (organization_id, created_at, id);

CREATE TABLE environments (
    tenant_id  BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    project_id BLOB NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL, -- development, production
    app_url    TEXT -- none until somebody tells it
) STRICT, WITHOUT ROWID;

CREATE INDEX environments_by_project ON environments (project_id, kind);

-- What operators did. Ceremonies are in the audit log of the console's tenant.
CREATE TABLE activities (
    id              BLOB NOT NULL PRIMARY KEY,
    kind            TEXT NOT NULL,
    operator_id     BLOB REFERENCES operators (id) ON DELETE SET NULL,
    organization_id BLOB REFERENCES organizations (id) ON DELETE CASCADE,
    subject         TEXT,
    request_id      TEXT NOT NULL,
    source_ip       TEXT NOT NULL,
    user_agent      TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX activities_by_operator ON activities (operator_id, created_at, id);
CREATE INDEX activities_by_organization ON activities (organization_id, created_at, id);
CREATE INDEX activities_by_time ON activities (created_at);

-- How many ceremonies began and ended in a minute. Most that begin leave no other row.
CREATE TABLE ceremony_minutes (
    tenant_id BLOB NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    minute    INTEGER NOT NULL, -- minutes since 1970
    ceremony  TEXT NOT NULL, -- registration, login, mfa_registration, mfa_login, transaction
    outcome   TEXT NOT NULL, -- begun, done, failed
    code      TEXT NOT NULL, -- why it failed; else empty
    count     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, minute, ceremony, outcome, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX ceremony_minutes_by_time ON ceremony_minutes (minute);

-- Users whose name begins with something.
CREATE INDEX users_by_name ON users (tenant_id, name, id);

-- A user's timeline, without reading the rest of the log.
CREATE INDEX audit_logs_by_actor ON audit_logs (tenant_id, actor_user_id, created_at, id)
WHERE actor_user_id IS NOT NULL;
