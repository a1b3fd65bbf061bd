-- Level 4: what is rare in the audit log, and passkeys that nobody uses any more, without reading the rest.

-- Rows that ceremonies of everyday leave are not in it: it costs a login nothing.
CREATE INDEX audit_logs_rare ON audit_logs (tenant_id, type, created_at, id)
WHERE type <> 'webauthn_authentication_init_succeeded'
  AND type <> 'webauthn_authentication_final_succeeded'
  AND type <> 'webauthn_transaction_init_succeeded'
  AND type <> 'webauthn_transaction_final_succeeded'
  AND type <> 'mfa_authentication_init_succeeded'
  AND type <> 'mfa_authentication_final_succeeded';

-- The week of last_used_at, counted from 1970: it changes once a week for each credential, so that all other logins
-- leave the indexes alone.
ALTER TABLE credentials ADD COLUMN used_week bigint NOT NULL GENERATED ALWAYS AS (last_used_at / 604800000) STORED;

CREATE INDEX credentials_by_use ON credentials (tenant_id, used_week, id);
