//! What the documents show for an example where several endpoints have the same. Keys and signatures are made up.

use serde_json::{Value, json};

/// A user, as an app registers one.
pub(crate) fn registration() -> Value {
    json!({ "user_id": "user-7", "username": "kim@example.com", "display_name": "Kim" })
}

/// What a registration begins with.
pub(crate) fn creation_options() -> Value {
    json!({ "publicKey": {
        "rp": { "id": "example.com", "name": "My app" },
        "user": {
            "id": "sCmS0Yk6vO3o8m5tJwZ1xq2bC4dE7fGhIjKlMnOpQrs",
            "name": "kim@example.com",
            "displayName": "Kim",
        },
        "challenge": "AQEBAAGjDq1ZkE3Yb1Yxk0m3o8m5tJwZ1xq2bC4dE7fGhIjKlMnOpQrsTuVwXyZ0123456789AB",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
        "timeout": 300_000,
        "excludeCredentials": [{ "type": "public-key", "id": "y7UjvXmJ0fYw2kq1l8rEoA" }],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
    } })
}

/// What a browser sends at the end of a registration.
pub(crate) fn registration_credential() -> Value {
    json!({
        "id": "3q2-7wAAQIBFvX0Vx1m5Lg",
        "rawId": "3q2-7wAAQIBFvX0Vx1m5Lg",
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "response": {
            "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQVFFQkFBR2pEcTFaIn0",
            "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVjESZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NdAAAAAA",
            "transports": ["hybrid", "internal"],
        },
        "clientExtensionResults": {},
    })
}

/// What a login of a named user begins with.
pub(crate) fn request_options() -> Value {
    json!({ "publicKey": {
        "challenge": "AQMBAAGjDq1ZkE3Yb1Yxk0m3o8m5tJwZ1xq2bC4dE7fGhIjKlMnOpQrsTuVwXyZ0123456789AB",
        "timeout": 300_000,
        "rpId": "example.com",
        "allowCredentials": [{ "type": "public-key", "id": "3q2-7wAAQIBFvX0Vx1m5Lg" }],
        "userVerification": "required",
    } })
}

/// What a discoverable login begins with.
pub(crate) fn discoverable_request_options() -> Value {
    let mut options = request_options();
    if let Some(public_key) = options["publicKey"].as_object_mut() {
        public_key.remove("allowCredentials");
    }
    options
}

/// What a browser sends at the end of a login.
pub(crate) fn assertion_credential() -> Value {
    json!({
        "id": "3q2-7wAAQIBFvX0Vx1m5Lg",
        "rawId": "3q2-7wAAQIBFvX0Vx1m5Lg",
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "response": {
            "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQVFNQkFBR2pEcTFaIn0",
            "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAA",
            "signature": "MEUCIQDx1S8tHq3k5vW7yZ9bC1dE3fG5hI7jK9lM1nO3pQ5rSwIgT7uV9wX1yZ3aB5cD7eF9gH1iJ3kL5mN7oP9qR1sT3uU",
            "userHandle": "sCmS0Yk6vO3o8m5tJwZ1xq2bC4dE7fGhIjKlMnOpQrs",
        },
        "clientExtensionResults": {},
    })
}

/// What a ceremony ends with.
pub(crate) fn token() -> Value {
    json!({ "token": "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJ1c2VyLTcifQ.MEUCIQDx1S8tHq3k5vW7yZ9bC1dE3fG5hI7j" })
}

/// Who signs in to the console.
pub(crate) fn operator() -> Value {
    json!({
        "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "name": "Kim",
        "email": "kim@example.com",
        "created_at": "2027-01-02T17:21:09Z",
        "passkeys": 2,
        "recovery_codes_left": 10,
    })
}

/// A session of the console's.
pub(crate) fn console_session() -> Value {
    json!({
        "id": "0b6a7f4e-5a0c-4f8b-9a55-3f3f4c5d6e7f",
        "operator": operator(),
        "created_at": "2027-01-15T08:00:00Z",
        "expires_at": "2027-01-15T20:00:00Z",
        "fresh_until": "2027-01-15T08:05:00Z",
        "via": "passkey",
    })
}

/// An organization.
pub(crate) fn organization() -> Value {
    json!({ "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "name": "Example Ltd", "role": "owner", "created_at": "2027-01-02T17:21:09Z", "members": 3, "projects": 2 })
}

/// A member of an organization.
pub(crate) fn member() -> Value {
    json!({
        "operator_id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "name": "Sam",
        "email": "sam@example.com",
        "role": "developer",
        "joined_at": "2027-01-02T17:21:09Z",
    })
}

/// An invitation.
pub(crate) fn invitation() -> Value {
    json!({
        "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "role": "developer",
        "email": "sam@example.com",
        "created_at": "2027-01-02T17:21:09Z",
        "expires_at": "2027-01-09T17:21:09Z",
    })
}

/// A project.
pub(crate) fn project() -> Value {
    json!({
        "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "organization_id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "name": "My app",
        "created_at": "2027-01-02T17:21:09Z",
        "role": "owner",
        "environments": [
            {
                "tenant_id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
                "kind": "development",
                "app_url": "http://localhost:5173",
                "rp_id": "localhost",
            },
            {
                "tenant_id": "0b6a7f4e-5a0c-4f8b-9a55-3f3f4c5d6e7f",
                "kind": "production",
                "app_url": null,
                "rp_id": "production.invalid",
            },
        ],
    })
}

/// What follows from an app's URL.
pub(crate) fn derivation() -> Value {
    json!({
        "kind": "production",
        "rp_id": "example.com",
        "origins": ["https://app.example.com"],
        "cors": ["https://app.example.com"],
        "notes": [{ "code": "rp_id", "message": "Passkeys will be bound to example.com." }],
    })
}

/// How far an integration has come.
pub(crate) fn steps() -> Value {
    json!({
        "api_key_created": "2027-01-02T17:21:09Z",
        "registration_begun": "2027-01-02T17:30:00Z",
        "registration_finished": null,
        "login_begun": null,
        "login_finished": null,
    })
}

/// What a ceremony on the console's page ends with.
pub(crate) fn trial_result() -> Value {
    json!({
        "token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyLTcifQ.MEUCIQDx1S8tHq3k5vW7yZ9bC1dE3fG5hI7j",
        "claims": { "sub": "user-7" },
    })
}

/// A page of users.
pub(crate) fn users() -> Value {
    json!({
        "users": [{
            "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
            "user_id": "user-7",
            "name": "kim@example.com",
            "display_name": "Kim",
            "icon": null,
            "created_at": "2027-01-02T17:21:09Z",
            "passkeys": 2,
            "last_used_at": "2027-01-15T08:00:00Z",
        }],
        "next": "1798910469000.5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
    })
}

/// What happened in an environment, in numbers.
pub(crate) fn insights() -> Value {
    json!({
        "days": [{ "day": "2027-01-15", "registrations": 3, "logins": 41 }],
        "funnels": [{ "ceremony": "login", "begun": 60, "done": 41, "failed": 2 }],
        "failures": [{ "ceremony": "login", "code": "credential_unknown", "count": 2 }],
        "authenticators": [{ "name": "iCloud Keychain", "count": 12 }],
        "browsers": [{ "name": "Safari", "count": 12 }],
        "storage": { "synced": 12, "syncable": 0, "device_bound": 1 },
    })
}

/// An environment.
pub(crate) fn environment() -> Value {
    json!({
        "tenant_id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "kind": "development",
        "app_url": "http://localhost:5173",
        "rp_id": "localhost",
        "project": { "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "name": "My app" },
        "organization": { "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "name": "Example Ltd" },
        "role": "owner",
        "api_url": "http://localhost:8000/5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "jwks_url": "http://localhost:8000/5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11/.well-known/jwks.json",
        "origins": ["http://localhost:5173"],
        "warnings": [],
        "steps": steps(),
        "try_here": { "possible": true },
    })
}

/// A passkey of an operator's.
pub(crate) fn passkey() -> Value {
    json!({
        "id": "3q2-7wAAQIBFvX0Vx1m5Lg",
        "name": "iCloud Keychain",
        "authenticator": "iCloud Keychain",
        "storage": "synced",
        "created_at": "2027-01-02T17:21:09Z",
        "last_used_at": "2027-01-15T08:00:00Z",
        "registered_on": "Safari on iOS",
        "last_used_on": "Safari on macOS",
    })
}

/// A passkey.
pub(crate) fn credential() -> Value {
    json!({
        "id": "3q2-7wAAQIBFvX0Vx1m5Lg",
        "name": "iCloud Keychain",
        "public_key": "pQECAyYgASFYIHSLtXKsZ0oYk1r0sYd8mJx3rW2Vq7uZ0pX4nC6bM8aVIlggQ2Yk1r0sYd8mJx3rW2Vq7uZ0pX4nC6bM8aV1cD3eF5g",
        "attestation_type": "none",
        "aaguid": "fbfc3007-154e-4ecc-8c0b-6e020557d7bd",
        "last_used_at": "2027-01-15T08:00:00Z",
        "created_at": "2027-01-02T17:21:09Z",
        "transports": ["hybrid", "internal"],
        "backup_eligible": true,
        "backup_state": true,
        "is_mfa": false,
        "user_id": "user-7",
        "storage": "synced",
        "use_count": 12,
        "authenticator": "iCloud Keychain",
        "registered_on": "Safari on iOS",
        "last_used_on": "Safari on macOS",
    })
}

/// The same, as it is shown by itself.
pub(crate) fn credential_with_icon() -> Value {
    let mut credential = credential();
    credential["authenticator_icon"] =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E".into();
    credential
}

/// A transaction.
pub(crate) fn transaction() -> Value {
    json!({
        "id": "0d9a7d6e-53a4-4bb2-a3a5-4f0f7ab0a5a4",
        "identifier": "payment-4711",
        "data": "{\"amount\":\"99.50\",\"currency\":\"EUR\",\"to\":\"Example Ltd\"}",
        "status": "finalized",
        "finalized_at": "2027-01-15T08:00:31Z",
        "created_at": "2027-01-15T08:00:00Z",
        "updated_at": "2027-01-15T08:00:31Z",
    })
}

/// A row of the audit log.
pub(crate) fn audit_log() -> Value {
    json!({
        "id": "7b1d6a3f-9a1e-4a38-8d53-6c7a0e0b6a52",
        "type": "webauthn_authentication_final_failed",
        "error": "signature_invalid",
        "meta_http_request_id": "f2b4d0c6-8b7e-4f0e-9c65-4a2f1d3e5b77",
        "meta_source_ip": "192.0.2.7",
        "meta_user_agent": "Mozilla/5.0",
        "actor_user_id": "user-7",
        "created_at": "2027-01-15T08:00:00Z",
        "updated_at": "2027-01-15T08:00:00Z",
        "tenant_id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11",
        "transaction_id": null,
    })
}

/// A tenant's configuration.
pub(crate) fn config() -> Value {
    json!({
        "cors": { "allowed_origins": ["https://app.example.com"] },
        "webauthn": {
            "relying_party": {
                "id": "example.com",
                "display_name": "My app",
                "origins": ["https://app.example.com"],
            },
            "timeout": 300_000,
            "attestation_preference": "none",
        },
    })
}

/// A tenant.
pub(crate) fn tenant() -> Value {
    json!({ "id": "5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11", "display_name": "My app", "config": config() })
}

/// A new API key.
pub(crate) fn api_key_created() -> Value {
    json!({
        "id": "e8a5c7f1-6a54-4e0e-9d61-0f6b4a3c2d10",
        "name": "Staging",
        "secret": "pgk_ab12…, shown this once",
        "created_at": "2027-01-15T08:00:00Z",
    })
}

/// A signing key.
pub(crate) fn signing_key() -> Value {
    json!({
        "id": "b3a9d2c4-1f5e-4a7b-8c6d-9e0f1a2b3c4d",
        "name": "2027-01-15T08:00:00Z",
        "secret": "",
        "kid": "9f0c5d2e",
        "alg": "ES256",
        "state": "published",
        "created_at": "2027-01-15T08:00:00Z",
        "signs_from": "2027-01-15T08:15:00Z",
    })
}

/// A user, as operators see one.
pub(crate) fn user() -> Value {
    json!({
        "id": "91d1c6a8-8a3f-4a63-93cb-5b4f6a7e8d90",
        "user_id": "user-7",
        "name": "kim@example.com",
        "icon": null,
        "display_name": "Kim",
    })
}
