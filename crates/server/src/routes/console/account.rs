//! An operator's account, as the wire has it.

use passgate_api::console as wire;
use passgate_core::console::{Operator, Session, SessionVia, SignedIn};
use passgate_core::credential::Credential;
use passgate_core::store::Store;
use passgate_core::user_agent::Device;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::app::App;
use crate::console::SessionStarted;
use crate::error::ApiError;
use crate::routes::credentials::{self, Icon};

/// An operator, with how many passkeys the account has.
pub(crate) async fn operator<S: Store>(app: &App<S>, operator: Operator) -> Result<wire::Operator, ApiError> {
    let passkeys = app.passgate.operator_passkeys(operator.id).await?.len();
    Ok(wire::Operator {
        id: *operator.id.as_uuid(),
        name: operator.name.to_string(),
        email: operator.email.as_str().to_owned(),
        created_at: operator.created_at.to_date_time(),
        passkeys: u32::try_from(passkeys).unwrap_or(u32::MAX),
        recovery_codes_left: operator.recovery_codes,
    })
}

/// A session, as its own browser sees it.
pub(crate) async fn session<S: Store>(
    app: &App<S>,
    session: &Session,
    of: Operator,
) -> Result<wire::Session, ApiError> {
    let now = app.passgate.now();
    Ok(wire::Session {
        id: *session.id.as_uuid(),
        operator: operator(app, of).await?,
        created_at: session.created_at.to_date_time(),
        expires_at: session.ends_at().to_date_time(),
        fresh_until: session
            .fresh_until
            .filter(|_| session.is_fresh(now))
            .map(passgate_core::clock::Timestamp::to_date_time),
        via: via(session.via),
    })
}

/// A session that begins.
pub(crate) async fn started<S: Store>(app: &App<S>, signed_in: SignedIn) -> Result<SessionStarted, ApiError> {
    let SignedIn { session: begun, operator, secret } = signed_in;
    Ok(SessionStarted { session: session(app, &begun, operator).await?, secret })
}

pub(crate) const fn via(via: SessionVia) -> wire::SessionVia {
    match via {
        SessionVia::Passkey => wire::SessionVia::Passkey,
        SessionVia::RecoveryCode => wire::SessionVia::RecoveryCode,
        SessionVia::RecoveryLink => wire::SessionVia::RecoveryLink,
    }
}

/// A passkey of an operator's.
pub(crate) fn passkey<S: Store>(app: &App<S>, credential: Credential) -> wire::Passkey {
    let name = credential.name.to_string();
    let (created_at, last_used_at) =
        (credential.created_at.to_date_time(), credential.last_used_at.to_date_time());
    let storage = match (credential.backup_eligible, credential.backup_state) {
        (false, _) => passgate_api::public::CredentialStorage::DeviceBound,
        (true, false) => passgate_api::public::CredentialStorage::Syncable,
        (true, true) => passgate_api::public::CredentialStorage::Synced,
    };
    let shown = credentials::to_wire(credential, app.passgate.metadata().as_deref(), Icon::Shown);
    wire::Passkey {
        id: shown.id,
        name,
        authenticator: shown.authenticator,
        authenticator_icon: shown.authenticator_icon,
        storage,
        created_at,
        last_used_at,
        registered_on: shown.registered_on,
        last_used_on: shown.last_used_on,
    }
}

/// The browser and system of a user agent; empty where it tells nothing.
pub(crate) fn device(user_agent: &str) -> String {
    Device::of(user_agent).describe().unwrap_or_default()
}

/// JSON that is made elsewhere, in a member of ours.
pub(crate) fn raw(value: &impl Serialize) -> Result<Box<RawValue>, ApiError> {
    to_raw_value(value).map_err(ApiError::internal)
}
