-- Level 2: the console: who signs in, what is theirs, and what is counted for them.

-- The tenant whose users operators are. One row, once somebody began to claim the console; it can't be deleted.
CREATE TABLE console (
    tenant_id  uuid NOT NULL PRIMARY KEY REFERENCES tenants (id),
    created_at bigint NOT NULL
);

CREATE TABLE operators (
    id         uuid NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    email      text NOT NULL, -- as it was written
    email_key  text COLLATE "C" NOT NULL UNIQUE, -- in lower case
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE TABLE console_sessions (
    id          uuid NOT NULL PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    hash        bytea NOT NULL UNIQUE, -- SHA-256 of the session's secret
    via         text COLLATE "C" NOT NULL, -- passkey, recovery_code, recovery_link
    created_at  bigint NOT NULL,
    used_at     bigint NOT NULL,
    expires_at  bigint NOT NULL,
    fresh_until bigint,
    source_ip   text NOT NULL,
    user_agent  text NOT NULL
);

CREATE INDEX console_sessions_by_operator ON console_sessions (operator_id, used_at, id);
CREATE INDEX console_sessions_by_use ON console_sessions (used_at);
CREATE INDEX console_sessions_by_end ON console_sessions (expires_at);

-- Those that are left: a code is deleted when it is used.
CREATE TABLE recovery_codes (
    operator_id uuid NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    hash        bytea NOT NULL, -- SHA-256 of the code
    PRIMARY KEY (operator_id, hash)
);

CREATE TABLE organizations (
    id         uuid NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE memberships (
    organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    operator_id     uuid NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    role            text COLLATE "C" NOT NULL, -- viewer, developer, admin, owner
    joined_at       bigint NOT NULL,
    PRIMARY KEY (organization_id, operator_id)
);

CREATE INDEX memberships_by_operator ON memberships (operator_id, organization_id);

-- Those that are open: a link is deleted when it is used.
CREATE TABLE console_links (
    id              uuid NOT NULL PRIMARY KEY,
    hash            bytea NOT NULL UNIQUE, -- SHA-256 of the link's secret
    purpose         text COLLATE "C" NOT NULL, -- claim, recovery, invitation
    operator_id     uuid REFERENCES operators (id) ON DELETE CASCADE, -- whose account is recovered, or who invites
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    role            text COLLATE "C",
    email           text,
    created_at      bigint NOT NULL,
    expires_at      bigint NOT NULL
);

CREATE INDEX console_links_by_organization ON console_links (organization_id, created_at, id);
CREATE INDEX console_links_by_operator ON console_links (operator_id);
CREATE INDEX console_links_by_end ON console_links (expires_at);

CREATE TABLE projects (
    id              uuid NOT NULL PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            text NOT NULL,
    created_at      bigint NOT NULL
);

CREATE INDEX projects_by_organization ON projects (organization_id, created_at, id);

CREATE TABLE environments (
    tenant_id  uuid NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind       text COLLATE "C" NOT NULL, -- development, production
    app_url    text -- none until somebody tells it
);

CREATE INDEX environments_by_project ON environments (project_id, kind);

-- What operators did. Ceremonies are in the audit log of the console's tenant.
CREATE TABLE activities (
    id              uuid NOT NULL PRIMARY KEY,
    kind            text COLLATE "C" NOT NULL,
    operator_id     uuid REFERENCES operators (id) ON DELETE SET NULL,
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    subject         text,
    request_id      text NOT NULL,
    source_ip       text NOT NULL,
    user_agent      text NOT NULL,
    created_at      bigint NOT NULL
);

CREATE INDEX activities_by_operator ON activities (operator_id, created_at, id);
CREATE INDEX activities_by_organization ON activities (organization_id, created_at, id);
CREATE INDEX activities_by_time ON activities (created_at);

-- How many ceremonies began and ended in a minute. Most that begin leave no other row.
CREATE TABLE ceremony_minutes (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    minute    bigint NOT NULL, -- minutes since 1970
    ceremony  text COLLATE "C" NOT NULL, -- registration, login, mfa_registration, mfa_login, transaction
    outcome   text COLLATE "C" NOT NULL, -- begun, done, failed
    code      text COLLATE "C" NOT NULL, -- why it failed; else empty
    count     bigint NOT NULL,
    PRIMARY KEY (tenant_id, minute, ceremony, outcome, code)
);

CREATE INDEX ceremony_minutes_by_time ON ceremony_minutes (minute);

-- Users whose name begins with something.
CREATE INDEX users_by_name ON users (tenant_id, name COLLATE "C", id);

-- A user's timeline, without reading the rest of the log.
CREATE INDEX audit_logs_by_actor ON audit_logs (tenant_id, actor_user_id, created_at, id)
WHERE actor_user_id IS NOT NULL;
