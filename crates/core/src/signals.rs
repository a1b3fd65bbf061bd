//! What a page tells the browser after a change, so that passkeys it still offers match what is accepted here
//! (WebAuthn Level 3, §5.1.10).
//!
//! A browser goes by the RP ID and the user handle, and what it is told is not accepted it may delete for good. So the
//! signals are withheld where another tenant may accept what this one does not.

use crate::config::UnknownCredentials;
use crate::ids::{CredentialId, UserHandle};
use crate::passgate::Passgate;
use crate::store::{Store, StoreError};
use crate::tenant::{ImportState, RpIdUse};
use crate::tenant_cache::Tenant;
use crate::user::{AppUserId, UserProfile};

/// A user's handles and all that is accepted under each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signals {
    /// The user's name and display name, for `signalCurrentUserDetails`.
    pub profile: UserProfile,
    /// Under each of these a passkey may lie on a device.
    pub handles: Vec<UserHandle>,
    /// Every credential of the user's, second factors included, newest first: any of them may carry any of the handles.
    pub credentials: Vec<CredentialId>,
}

/// What the store knows for the signals of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalLookup {
    /// There is no such user.
    UnknownUser,
    /// A user of another tenant with the same RP ID has one of the handles.
    HandleShared,
    /// The signals.
    Found(Signals),
}

/// Why a user's signals are not told.
#[derive(Debug, thiserror::Error)]
pub enum SignalsError {
    /// No such user.
    #[error("there is no such user")]
    UnknownUser,
    /// A user of another tenant with the same RP ID has one of the handles.
    #[error(
        "a user of another tenant with the same RP ID has the same user handle, so a browser could delete theirs"
    )]
    HandleShared,
    /// Some of the user's credentials may still be on their way.
    #[error("an import is unfinished, so the list of accepted credentials may not be whole")]
    ImportUnfinished,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Passgate<S> {
    /// What the browser is to be told of a user: read from the database, never from a cache.
    pub async fn signals(&self, tenant: &Tenant, user: AppUserId) -> Result<Signals, SignalsError> {
        // An import elsewhere may bring the handle to another tenant with this RP ID.
        if tenant.import == ImportState::Unfinished || tenant.rp_id_use == RpIdUse::SharedWithImport {
            return Err(SignalsError::ImportUnfinished);
        }
        match self.store.signals(tenant.id, user).await? {
            SignalLookup::Found(signals) => Ok(signals),
            SignalLookup::UnknownUser => Err(SignalsError::UnknownUser),
            SignalLookup::HandleShared => Err(SignalsError::HandleShared),
        }
    }
}

/// What the browser's `signalUnknownCredential` takes: it deletes the passkey from the device for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCredential {
    /// The RP ID.
    pub rp_id: String,
    /// The credential that is accepted no longer, or never was.
    pub credential_id: CredentialId,
}

impl<S: Store> Passgate<S> {
    /// What the browser is to be told of a credential that was deleted here: nothing, where another tenant with the RP ID
    /// accepts it, or may once its import is finished.
    pub(crate) async fn revoked(
        &self,
        tenant: &Tenant,
        credential_id: &CredentialId,
    ) -> Result<Option<UnknownCredential>, StoreError> {
        let is_accepted_elsewhere = match tenant.rp_id_use {
            RpIdUse::Sole => false,
            RpIdUse::Shared => self.store.is_accepted_elsewhere(tenant.id, credential_id.clone()).await?,
            RpIdUse::SharedWithImport => true,
        };
        Ok((!is_accepted_elsewhere).then(|| tenant.unknown(credential_id.clone())))
    }
}

impl Tenant {
    fn unknown(&self, credential_id: CredentialId) -> UnknownCredential {
        UnknownCredential { rp_id: self.config.relying_party.id.as_str().to_owned(), credential_id }
    }

    /// What the browser is to be told of a credential that was never seen here: nothing, where another tenant may know
    /// it, or it may still be on its way, or the tenant has not asked for it.
    pub(crate) fn never_seen(&self, credential_id: CredentialId) -> Option<UnknownCredential> {
        let is_certain = self.import == ImportState::Complete && self.rp_id_use == RpIdUse::Sole;
        let is_wanted = self.config.unknown_credentials == UnknownCredentials::Signal;
        (is_certain && is_wanted).then(|| self.unknown(credential_id))
    }
}
