//! Making tenants through the admin API.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::accounts::{Crowd, Tenant};
use crate::connection::{Connection, Credentials, Endpoint, Request, TransportError};

/// Why no tenant was made.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The admin API refused.
    #[error("the admin API answered POST /tenants with {status}: {body}")]
    Refused {
        /// The status.
        status: u16,
        /// What it said.
        body: String,
    },
    /// The admin API could not be asked.
    #[error("the admin API can't be asked ({0})")]
    Transport(&'static str),
    /// The answer has no id or no API key.
    #[error("the admin API made a tenant and told no id or no API key: {0}")]
    Unreadable(serde_json::Error),
}

impl From<TransportError> for AdminError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error.code())
    }
}

/// Makes tenants over one connection.
pub(crate) struct Admin {
    connection: Connection,
    /// Some servers ask for none.
    token: Option<String>,
}

#[derive(Deserialize)]
struct Created {
    id: Uuid,
    api_key: CreatedKey,
}

#[derive(Deserialize)]
struct CreatedKey {
    secret: String,
}

impl Admin {
    pub(crate) fn new(endpoint: Endpoint, token: Option<String>) -> Self {
        Self { connection: Connection::new(endpoint), token }
    }

    /// A tenant where a crowd's ceremonies are taken, as far as every server of this API knows its members.
    pub(crate) async fn create_tenant(&mut self, crowd: &Crowd, name: &str) -> Result<Tenant, AdminError> {
        let body = json!({
            "display_name": name,
            "create_api_key": true,
            "config": {
                "cors": { "allowed_origins": [crowd.origin], "allow_unsafe_wildcard": false },
                "webauthn": {
                    "relying_party": {
                        "id": crowd.rp_id, "display_name": name, "origins": [crowd.origin],
                    },
                    "timeout": 300_000,
                    "user_verification": "preferred",
                    "attestation_preference": "none",
                    "resident_key_requirement": "required",
                },
            },
        });
        let answer = self
            .connection
            .send(Request {
                method: "POST",
                path: "/tenants",
                credentials: self.token.as_deref().map_or(Credentials::None, Credentials::Bearer),
                body: body.to_string().as_bytes(),
            })
            .await?;
        if !answer.is_success() {
            let body = String::from_utf8_lossy(answer.body).into_owned();
            return Err(AdminError::Refused { status: answer.status, body });
        }
        let created: Created = serde_json::from_slice(answer.body).map_err(AdminError::Unreadable)?;
        Ok(Tenant { id: created.id, api_key: Some(created.api_key.secret) })
    }
}
