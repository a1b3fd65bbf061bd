PRAGMA foreign_keys = OFF;
PRAGMA cache_size = -200000;
BEGIN;

CREATE TEMP TABLE numbers (i INTEGER PRIMARY KEY);
INSERT INTO numbers
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < max({rows}, {users}))
SELECT i FROM n;
CREATE TEMP TABLE moment (now INTEGER);
INSERT INTO moment VALUES (unixepoch() * 1000);

INSERT INTO operators (id, name, email, email_key, created_at, updated_at)
SELECT unhex(printf('%032x', CASE i WHEN 0 THEN 3 ELSE 2000000 + i END)), 'Operator ' || i,
       'operator-' || i || '@example.com', 'operator-' || i || '@example.com', now, now
FROM numbers, moment
WHERE i < 200;
INSERT INTO organizations (id, name, created_at) SELECT unhex(printf('%032x', 1)), 'Many rows', now FROM moment;
INSERT INTO memberships (organization_id, operator_id, role, joined_at)
SELECT unhex(printf('%032x', 1)), id, 'owner', created_at FROM operators;
INSERT INTO projects (id, organization_id, name, created_at)
SELECT unhex(printf('%032x', 2)), unhex(printf('%032x', 1)), 'Many rows', now FROM moment;
INSERT INTO environments (tenant_id, project_id, kind, app_url)
VALUES (x'{tenant}', unhex(printf('%032x', 2)), 'production', 'https://app.example.com');
INSERT INTO activities (
    id, kind, operator_id, organization_id, environment_id, subject, request_id, source_ip, user_agent, created_at
)
SELECT unhex(printf('%032x', 3000000 + i)), 'config_changed', unhex(printf('%032x', 3)),
       unhex(printf('%032x', 1)), x'{tenant}', 'webauthn.timeout', 'request', '192.0.2.7', 'Browser',
       now - 25920000000 + i * 1000000
FROM numbers, moment
WHERE i < 20000;

INSERT INTO users (tenant_id, id, app_user_id, name, display_name, icon, created_at, updated_at)
SELECT x'{tenant}', unhex(printf('%032x', 1000000 + i)), printf('user-%06d', i),
       printf('person%d@example.com', i * 7919 % {users}), 'Person ' || i, NULL,
       now - 25920000000 + i * (25920000000 / {users}), now
FROM numbers, moment
WHERE i < {users};
INSERT INTO user_handles (tenant_id, handle, user_id, position)
SELECT tenant_id, id, id, 0 FROM users WHERE tenant_id = x'{tenant}';
INSERT INTO credentials (
    tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
    backup_eligible, backup_state, created_at, updated_at, last_used_at, used_week, use_count,
    registered_user_agent, last_user_agent, app_user_id, place
)
SELECT x'{tenant}', unhex(printf('%064x', i + 1)),
       unhex(printf('%032x', 1000000 + CASE WHEN i < {users} THEN i ELSE 0 END)), 'passkey', 'Passkey',
       randomblob(77), 'none', unhex(printf('%032x', i % 12)), 0, '["internal"]', i % 3 > 0, i % 3 > 1,
       now - 25920000000 + i * (25920000000 / {users}), now,
       now - (i % 300) * 86400000, (now - (i % 300) * 86400000) / 604800000, 7, 'Browser ' || (i % 40), 'Browser ' || (i % 40),
       printf('user-%06d', CASE WHEN i < {users} THEN i ELSE 0 END), credential_place(x'{tenant}', x'') + i * 2654435761 % 1099511627776
FROM numbers, moment
WHERE i < {users} + 30;
INSERT INTO transactions (
    tenant_id, id, user_id, identifier, data, nonce, status, created_at, updated_at, finalized_at
)
SELECT x'{tenant}', unhex(printf('%032x', 4000000 + i)), unhex(printf('%032x', 1000000)), 'transaction-' || i,
       '{"amount":5}', unhex(printf('%032x', 4000000 + i)), 'pending', now, now, NULL
FROM numbers, moment
WHERE i < 1000;

-- Logins above all; what is rare is old.
INSERT INTO audit_logs (
    tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent, actor_user_id,
    transaction_id, updated_at, credential_id
)
SELECT x'{tenant}', now - 25920000000 + i * 25920000000 / {rows},
       unhex(printf('%032x', i * 2654435761 % 2147483648 * 4294967296 + i)),
       CASE WHEN i < 5 THEN 'webauthn_credential_deleted'
            WHEN i % 50 = 0 THEN 'webauthn_registration_final_succeeded'
            WHEN i % 20 = 0 THEN 'webauthn_authentication_final_failed'
            ELSE 'webauthn_authentication_final_succeeded' END,
       CASE WHEN i >= 5 AND i % 50 > 0 AND i % 20 = 0 THEN 'credential_revoked' END,
       printf('%08x-request', i), '198.51.100.' || (i % 250), 'Browser ' || (i % 40),
       printf('user-%06d', i * 31 % {users}), NULL, now, unhex(printf('%064x', i * 31 % {users} + 1))
FROM numbers, moment
WHERE i < {rows};
INSERT INTO audit_blocks (tenant_id, until, marks)
SELECT x'{tenant}', max(created_at), audit_marks(actor_user_id)
FROM (
    SELECT created_at, actor_user_id, (rank() OVER (ORDER BY created_at) - 1) / 256 AS block
    FROM audit_logs
    WHERE tenant_id = x'{tenant}'
)
GROUP BY block;

-- Each minute some begin and some are done; each tenth, one is refused.
INSERT INTO ceremony_minutes (tenant_id, minute, ceremony, outcome, code, count)
SELECT x'{tenant}', now / 60000 - i / 2, 'login', CASE i % 2 WHEN 0 THEN 'begun' ELSE 'done' END, '', 5
FROM numbers, moment
WHERE i < 2 * 1440 * 300;
INSERT INTO ceremony_minutes (tenant_id, minute, ceremony, outcome, code, count)
SELECT x'{tenant}', now / 60000 - i * 10, 'login', 'failed', 'credential_revoked', 1
FROM numbers, moment
WHERE i < 144 * 300;

INSERT INTO webhook_endpoints (
    tenant_id, id, url, description, events, state, failures, failing_since, paused_until, created_at, updated_at
)
SELECT x'{tenant}', unhex(printf('%032x', 4)), 'https://hooks.example.com/', '', '[]', 'disabled', 0, NULL, NULL, now, now
FROM moment;
INSERT INTO webhook_events (tenant_id, id, type, body, created_at)
SELECT x'{tenant}', unhex(printf('%032x', 5000000 + i)), 'credential.created', '{}', now - i * 1000
FROM numbers, moment
WHERE i < 100000;
INSERT INTO webhook_deliveries (
    tenant_id, endpoint_id, event_id, status, attempts, due_since, next_attempt_at, first_attempt_at, lease_id,
    last_status, last_failure, last_attempt_at, created_at
)
SELECT tenant_id, unhex(printf('%032x', 4)), id, 'delivered', 1, created_at, created_at, created_at, NULL, 200, NULL,
       created_at, created_at
FROM webhook_events
WHERE tenant_id = x'{tenant}';

COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
