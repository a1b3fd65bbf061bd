//! The tables of the original's newest version, as its database has them.

/// Its strings are `varchar(255)`, its times have no zone and are UTC.
pub(crate) const SCHEMA: &str = "
CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    display_name varchar(255) NOT NULL,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE configs (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE webauthn_configs (
    id uuid PRIMARY KEY,
    timeout integer NOT NULL DEFAULT 60000,
    user_verification varchar(255) NOT NULL DEFAULT 'preferred',
    attachment varchar(255),
    attestation_preference varchar(255) NOT NULL DEFAULT 'none',
    resident_key_requirement varchar(255) NOT NULL DEFAULT 'required',
    is_mfa boolean NOT NULL DEFAULT false,
    config_id uuid NOT NULL REFERENCES configs (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    UNIQUE (config_id, is_mfa)
);
CREATE TABLE relying_parties (
    id uuid PRIMARY KEY,
    rp_id varchar(255) NOT NULL,
    display_name varchar(255) NOT NULL,
    icon varchar(255),
    webauthn_config_id uuid NOT NULL REFERENCES webauthn_configs (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE webauthn_origins (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    origin varchar(255) NOT NULL,
    relying_party_id uuid NOT NULL REFERENCES relying_parties (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    UNIQUE (origin, relying_party_id)
);
CREATE TABLE mfa_configs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    timeout integer NOT NULL DEFAULT 60000,
    user_verification varchar(255) NOT NULL DEFAULT 'discouraged',
    attachment varchar(255) NOT NULL DEFAULT 'cross-platform',
    attestation_preference varchar(255) NOT NULL DEFAULT 'direct',
    resident_key_requirement varchar(255) NOT NULL DEFAULT 'discouraged',
    config_id uuid NOT NULL REFERENCES configs (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE cors (
    id uuid PRIMARY KEY,
    allow_unsafe boolean NOT NULL DEFAULT false,
    config_id uuid NOT NULL REFERENCES configs (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE cors_origins (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    origin varchar(255) NOT NULL,
    cors_id uuid NOT NULL REFERENCES cors (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE audit_log_configs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    enable_storage boolean NOT NULL DEFAULT false,
    enable_console boolean NOT NULL DEFAULT true,
    output_stream varchar(255) NOT NULL DEFAULT 'stdout',
    config_id uuid NOT NULL REFERENCES configs (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE secrets (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(255) NOT NULL,
    key varchar(200) NOT NULL,
    is_api_secret boolean NOT NULL DEFAULT true,
    config_id uuid NOT NULL REFERENCES configs (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    UNIQUE (key, config_id),
    UNIQUE (name, config_id)
);
CREATE TABLE jwks (
    id integer PRIMARY KEY,
    key_data text NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE webauthn_users (
    id uuid PRIMARY KEY,
    user_id varchar(255) NOT NULL,
    name varchar(255) NOT NULL,
    icon varchar(255) NOT NULL,
    display_name varchar(255) NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    UNIQUE (user_id, tenant_id)
);
CREATE TABLE webauthn_credentials (
    id varchar(255) PRIMARY KEY,
    user_id varchar(255) NOT NULL,
    public_key text NOT NULL,
    attestation_type varchar(255) NOT NULL,
    aaguid uuid NOT NULL,
    sign_count integer NOT NULL,
    name varchar(255),
    last_used_at timestamp,
    backup_eligible boolean NOT NULL DEFAULT false,
    backup_state boolean NOT NULL DEFAULT false,
    is_mfa boolean NOT NULL DEFAULT false,
    webauthn_user_id uuid REFERENCES webauthn_users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
CREATE TABLE webauthn_credential_transports (
    id varchar(255) PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(255) NOT NULL,
    webauthn_credential_id varchar(255) NOT NULL
        REFERENCES webauthn_credentials (id) ON UPDATE CASCADE ON DELETE CASCADE,
    UNIQUE (name, webauthn_credential_id)
);
CREATE TABLE transactions (
    id uuid PRIMARY KEY,
    identifier varchar(255) NOT NULL,
    data text NOT NULL,
    challenge varchar(255) NOT NULL,
    webauthn_user_id uuid NOT NULL REFERENCES webauthn_users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    UNIQUE (identifier, tenant_id)
);
CREATE TABLE audit_logs (
    id uuid PRIMARY KEY,
    type varchar(255) NOT NULL,
    error varchar(255),
    meta_http_request_id varchar(255) NOT NULL,
    meta_source_ip varchar(255) NOT NULL,
    meta_user_agent varchar(255) NOT NULL,
    actor_user_id varchar(255),
    transaction_id varchar(255),
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON UPDATE CASCADE ON DELETE CASCADE,
    created_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00',
    updated_at timestamp NOT NULL DEFAULT '2024-01-01 00:00:00'
);
";
