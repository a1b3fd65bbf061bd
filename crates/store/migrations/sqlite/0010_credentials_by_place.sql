-- Level 10: a credential's row is found in fewer pages.
--
-- A table without row ids keeps whole rows in the inner pages of its tree: ten to a page, and so ten million credentials
-- seven pages deep. Keyed by a number it has some hundreds to an inner page, and is four deep. The number is made of the
-- ids of tenant and credential, so that a login knows where to look; where another credential has it already, the row lies
-- elsewhere and is found by the index (place.rs).

CREATE TABLE credentials_placed (
    place                 INTEGER PRIMARY KEY,
    tenant_id             BLOB NOT NULL,
    id                    BLOB NOT NULL, -- the authenticator's, up to 1023 bytes
    user_id               BLOB NOT NULL,
    kind                  TEXT NOT NULL, -- passkey, mfa
    public_key            BLOB NOT NULL, -- COSE
    sign_count            INTEGER NOT NULL,
    backup_eligible       INTEGER NOT NULL,
    backup_state          INTEGER NOT NULL,
    app_user_id           TEXT NOT NULL, -- the user's, which never changes
    only_handle           BLOB, -- the user's handle, as long as the user has only the one
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    last_used_at          INTEGER NOT NULL,
    used_week             INTEGER NOT NULL, -- of last_used_at, counted from 1970
    use_count             INTEGER NOT NULL,
    last_user_agent       TEXT NOT NULL,
    name                  TEXT NOT NULL,
    attestation_format    TEXT NOT NULL,
    aaguid                BLOB NOT NULL,
    transports            TEXT NOT NULL, -- a JSON array of strings
    registered_user_agent TEXT NOT NULL,
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
) STRICT;

INSERT OR IGNORE INTO credentials_placed
SELECT credential_place(tenant_id, id), tenant_id, id, user_id, kind, public_key, sign_count, backup_eligible, backup_state,
       app_user_id, only_handle, created_at, updated_at, last_used_at, used_week, use_count, last_user_agent, name,
       attestation_format, aaguid, transports, registered_user_agent
FROM credentials;

-- Those whose place was taken.
INSERT INTO credentials_placed
SELECT credential_place(tenant_id, x'') | (random() & 1099511627775), tenant_id, id, user_id, kind, public_key, sign_count,
       backup_eligible, backup_state, app_user_id, only_handle, created_at, updated_at, last_used_at, used_week, use_count,
       last_user_agent, name, attestation_format, aaguid, transports, registered_user_agent
FROM credentials AS c
WHERE NOT EXISTS (SELECT 1 FROM credentials_placed AS p WHERE p.tenant_id = c.tenant_id AND p.id = c.id);

DROP TABLE credentials;

ALTER TABLE credentials_placed RENAME TO credentials;

-- In the order in which they are listed.
CREATE INDEX credentials_by_time ON credentials (tenant_id, created_at, id);
CREATE INDEX credentials_by_user ON credentials (tenant_id, user_id, created_at, id);
CREATE INDEX credentials_by_use ON credentials (tenant_id, used_week, id);
