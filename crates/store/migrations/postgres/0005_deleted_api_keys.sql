-- Level 5: which API keys were deleted, so that no import brings one back.

CREATE TABLE deleted_api_keys (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    hash      bytea NOT NULL, -- as in api_keys
    PRIMARY KEY (tenant_id, hash)
);
