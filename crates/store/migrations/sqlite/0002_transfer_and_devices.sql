-- Level 2: import and export, the devices that credentials are used on, and which credential an audit row is about.

-- When an import into the tenant began that was not finished.
ALTER TABLE tenants ADD COLUMN import_began_at INTEGER;

-- Tenants with one RP ID share the authenticators' view of their credentials.
CREATE INDEX tenants_by_rp_id ON tenants (json_extract(config, '$.relying_party.id'));
CREATE INDEX tenants_importing_by_rp_id ON tenants (json_extract(config, '$.relying_party.id'))
WHERE import_began_at IS NOT NULL;
-- Imported handles may be those of another tenant's users too.
CREATE INDEX user_handles_by_handle ON user_handles (handle);

ALTER TABLE credentials ADD COLUMN registered_user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN last_user_agent TEXT NOT NULL DEFAULT '';

-- So that old tombstones are found without reading all.
CREATE INDEX credential_tombstones_by_time ON credential_tombstones (deleted_at);

ALTER TABLE audit_logs ADD COLUMN credential_id BLOB;
