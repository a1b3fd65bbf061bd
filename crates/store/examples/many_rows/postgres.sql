BEGIN;
-- The rows are made to fit: no reference is looked up. Connections of this program limit what a statement may take.
SET LOCAL session_replication_role = replica;
SET LOCAL statement_timeout = 0;

CREATE TEMP TABLE numbers ON COMMIT DROP AS
SELECT i FROM generate_series(0::bigint, greatest({rows}, {users}) - 1) AS i;
CREATE TEMP TABLE moment ON COMMIT DROP AS SELECT extract(epoch FROM now())::bigint * 1000 AS now;

INSERT INTO operators (id, name, email, email_key, created_at, updated_at)
SELECT lpad(to_hex((CASE i WHEN 0 THEN 3 ELSE 2000000 + i END)::bigint), 32, '0')::uuid, 'Operator ' || i,
       'operator-' || i || '@example.com', 'operator-' || i || '@example.com', now, now
FROM numbers, moment
WHERE i < 200;
INSERT INTO organizations (id, name, created_at) SELECT lpad(to_hex((1)::bigint), 32, '0')::uuid, 'Many rows', now FROM moment;
INSERT INTO memberships (organization_id, operator_id, role, joined_at)
SELECT lpad(to_hex((1)::bigint), 32, '0')::uuid, id, 'owner', created_at FROM operators;
INSERT INTO projects (id, organization_id, name, created_at)
SELECT lpad(to_hex((2)::bigint), 32, '0')::uuid, lpad(to_hex((1)::bigint), 32, '0')::uuid, 'Many rows', now FROM moment;
INSERT INTO environments (tenant_id, project_id, kind, app_url)
VALUES ('{tenant}'::uuid, lpad(to_hex((2)::bigint), 32, '0')::uuid, 'production', 'https://app.example.com');
INSERT INTO activities (
    id, kind, operator_id, organization_id, environment_id, subject, request_id, source_ip, user_agent, created_at
)
SELECT lpad(to_hex((3000000 + i)::bigint), 32, '0')::uuid, 'config_changed', lpad(to_hex((3)::bigint), 32, '0')::uuid,
       lpad(to_hex((1)::bigint), 32, '0')::uuid, '{tenant}'::uuid, 'webauthn.timeout', 'request', '192.0.2.7', 'Browser',
       now - 25920000000 + i * 1000000
FROM numbers, moment
WHERE i < 20000;

INSERT INTO users (tenant_id, id, app_user_id, name, display_name, icon, created_at, updated_at)
SELECT '{tenant}'::uuid, lpad(to_hex((1000000 + i)::bigint), 32, '0')::uuid, 'user-' || lpad(i::text, 6, '0'),
       'person' || (i * 7919 % {users}) || '@example.com', 'Person ' || i, NULL,
       now - 25920000000 + i * (25920000000 / {users}), now
FROM numbers, moment
WHERE i < {users};
INSERT INTO user_handles (tenant_id, handle, user_id, position)
SELECT tenant_id, uuid_send(id), id, 0 FROM users WHERE tenant_id = '{tenant}'::uuid;
INSERT INTO credentials (
    tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
    backup_eligible, backup_state, created_at, updated_at, last_used_at, use_count, registered_user_agent,
    last_user_agent
)
SELECT '{tenant}'::uuid, decode(lpad(to_hex((i + 1)::bigint), 64, '0'), 'hex'),
       lpad(to_hex((1000000 + CASE WHEN i < {users} THEN i ELSE 0 END)::bigint), 32, '0')::uuid, 'passkey', 'Passkey',
       decode(repeat('ab', 77), 'hex'), 'none', lpad(to_hex((i % 12)::bigint), 32, '0')::uuid, 0, '["internal"]', i % 3 > 0, i % 3 > 1,
       now - 25920000000 + i * (25920000000 / {users}), now,
       now - (i % 300) * 86400000, 7, 'Browser ' || (i % 40), 'Browser ' || (i % 40)
FROM numbers, moment
WHERE i < {users} + 30;
INSERT INTO transactions (
    tenant_id, id, user_id, identifier, data, nonce, status, created_at, updated_at, finalized_at
)
SELECT '{tenant}'::uuid, lpad(to_hex((4000000 + i)::bigint), 32, '0')::uuid, lpad(to_hex((1000000)::bigint), 32, '0')::uuid, 'transaction-' || i,
       '{"amount":5}', uuid_send(lpad(to_hex((4000000 + i)::bigint), 32, '0')::uuid), 'pending', now, now, NULL
FROM numbers, moment
WHERE i < 1000;

-- Logins above all; what is rare is old.
INSERT INTO audit_logs (
    tenant_id, created_at, id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent, actor_user_id,
    transaction_id, updated_at, credential_id
)
SELECT '{tenant}'::uuid, now - 25920000000 + i * 25920000000 / {rows},
       lpad(to_hex((i * 2654435761 % 2147483648 * 4294967296 + i)::bigint), 32, '0')::uuid,
       CASE WHEN i < 5 THEN 'webauthn_credential_deleted'
            WHEN i % 50 = 0 THEN 'webauthn_registration_final_succeeded'
            WHEN i % 20 = 0 THEN 'webauthn_authentication_final_failed'
            ELSE 'webauthn_authentication_final_succeeded' END,
       CASE WHEN i >= 5 AND i % 50 > 0 AND i % 20 = 0 THEN 'credential_revoked' END,
       lpad(to_hex(i), 8, '0') || '-request', '198.51.100.' || (i % 250), 'Browser ' || (i % 40),
       'user-' || lpad((i * 31 % {users})::text, 6, '0'), NULL, now, decode(lpad(to_hex((i * 31 % {users} + 1)::bigint), 64, '0'), 'hex')
FROM numbers, moment
WHERE i < {rows};

-- Each minute some begin and some are done; each tenth, one is refused.
INSERT INTO ceremony_minutes (tenant_id, minute, ceremony, outcome, code, count)
SELECT '{tenant}'::uuid, now / 60000 - i / 2, 'login', CASE i % 2 WHEN 0 THEN 'begun' ELSE 'done' END, '', 5
FROM numbers, moment
WHERE i < 2 * 1440 * 300;
INSERT INTO ceremony_minutes (tenant_id, minute, ceremony, outcome, code, count)
SELECT '{tenant}'::uuid, now / 60000 - i * 10, 'login', 'failed', 'credential_revoked', 1
FROM numbers, moment
WHERE i < 144 * 300;

INSERT INTO webhook_endpoints (
    tenant_id, id, url, description, events, state, failures, failing_since, paused_until, created_at, updated_at
)
SELECT '{tenant}'::uuid, lpad(to_hex((4)::bigint), 32, '0')::uuid, 'https://hooks.example.com/', '', '[]', 'disabled', 0, NULL, NULL, now, now
FROM moment;
INSERT INTO webhook_events (tenant_id, id, type, body, created_at)
SELECT '{tenant}'::uuid, lpad(to_hex((5000000 + i)::bigint), 32, '0')::uuid, 'credential.created', '{}', now - i * 1000
FROM numbers, moment
WHERE i < 100000;
INSERT INTO webhook_deliveries (
    tenant_id, endpoint_id, event_id, status, attempts, due_since, next_attempt_at, first_attempt_at, lease_id,
    last_status, last_failure, last_attempt_at, created_at
)
SELECT tenant_id, lpad(to_hex((4)::bigint), 32, '0')::uuid, id, 'delivered', 1, created_at, created_at, created_at, NULL, 200, NULL,
       created_at, created_at
FROM webhook_events
WHERE tenant_id = '{tenant}'::uuid;

COMMIT;
