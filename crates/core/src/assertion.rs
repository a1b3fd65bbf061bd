//! What all authentications have in common: WebAuthn Level 3, §7.2, around the verifier. Logins and transactions differ
//! in which challenges and credentials they take, and in what else they write.

use std::sync::Arc;

use passgate_webauthn::extensions::RequestExtensions;
use passgate_webauthn::options::{
    CredentialDescriptor as AllowedCredential, PublicKeyCredentialRequestOptions,
};
use passgate_webauthn::{
    AssertionError, AssertionExpectation, AuthenticationResponse, BackupEligibilityPolicy, ClientDataError,
    ClientDataExpectation, CrossOriginPolicy, OptionsError, RequestOptions, ResponseError,
};

use tracing::Instrument;

use crate::asked::{Asked, AskedForLess, enforced};
use crate::challenge::{Challenge, ChallengeError, CredentialHash, Purpose};
use crate::clock::Timestamp;
use crate::config::{CeremonyPolicy, DeviationPolicy};
use crate::credential::{Accepts, CredentialDescriptor, CredentialLookup, KnownCredential};
use crate::ids::{CredentialId, InvalidCredentialId};
use crate::passgate::Passgate;
use crate::rng::random_uuid;
use crate::signals::UnknownCredential;
use crate::signing_key::SigningKeyError;
use crate::store::{FinishLogin, FinishedLogin, Store, StoreError};
use crate::tenant_cache::Tenant;
use crate::token::{self, SignError, Token, TokenFacts, TokenPurpose};
use crate::transaction::TransactionIdentifier;

/// Why the authentication of a named user can't begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginLoginError {
    /// The request asks for less than the tenant's policy.
    #[error(transparent)]
    Asked(#[from] AskedForLess),
    /// The options that the request asks for make no sense.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// No such user.
    #[error("there is no such user")]
    UnknownUser,
    /// The user has no credential that would do.
    #[error("the user has no credential that could be used")]
    NoCredentials,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an authentication is refused at its end.
#[derive(Debug, thiserror::Error)]
pub enum FinishLoginError {
    /// The body is no authentication response.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The credential id is out of bounds.
    #[error(transparent)]
    CredentialId(#[from] InvalidCredentialId),
    /// The challenge is not one to be finished here.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// The client data is not what was asked for.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// The credential was never seen here; with what the browser may be told of it, if anything.
    #[error("the credential is not registered here")]
    CredentialUnknown(Option<Box<UnknownCredential>>),
    /// The credential was registered here and has been deleted; with what the browser may be told of it, if anything.
    #[error("the credential was deleted")]
    CredentialRevoked(Option<Box<UnknownCredential>>),
    /// The credential is a second factor.
    #[error("the credential is a second factor, which works for mfa/login only")]
    MfaOnly,
    /// The challenge was made for another credential of the user.
    #[error("the credential is not the one that was allowed")]
    CredentialNotAllowed,
    /// The challenge or the user handle names another user than the credential's.
    #[error("the credential belongs to another user")]
    UserMismatch,
    /// A discoverable login came without a user handle.
    #[error("the authenticator returned no user handle, which a login without a user id needs")]
    UserHandleMissing,
    /// The verifier refused the assertion.
    #[error(transparent)]
    Verification(#[from] AssertionError),
    /// The challenge was used before.
    #[error("the challenge was used before")]
    ChallengeSpent,
    /// The signature counter did not grow.
    #[error("the signature counter did not grow: the authenticator may have been cloned")]
    CounterRollback,
    /// The transaction is not what the challenge was made for, or is gone.
    #[error("the transaction is not the one that this challenge was made for")]
    TransactionMismatch,
    /// The tenant can't sign.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// The token could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What tells one kind of authentication from another.
pub(crate) struct Judgement<'a> {
    /// The policy it must satisfy, besides what the challenge says.
    pub(crate) policy: &'a CeremonyPolicy,
    /// The credentials it takes.
    pub(crate) accepts: Accepts,
    /// What its token vouches for.
    pub(crate) purpose: TokenPurpose,
    /// The transaction that it confirms.
    pub(crate) transaction: Option<&'a TransactionIdentifier>,
}

/// What the verifier accepted, and the token to hand out if the store agrees.
pub(crate) struct AcceptedAssertion {
    pub(crate) token: Token,
    pub(crate) sign_count: u32,
    pub(crate) backup_state: bool,
    backup_eligibility_changed: bool,
}

/// An authentication response whose challenge is genuine and whose client data fits; nothing was read or written yet.
pub(crate) struct OpenedAssertion {
    pub(crate) response: AuthenticationResponse,
    pub(crate) challenge: Challenge,
    pub(crate) credential_id: CredentialId,
}

impl<S: Store> Passgate<S> {
    pub(crate) fn request_options(
        &self,
        tenant: &Tenant,
        policy: &CeremonyPolicy,
        challenge: &Challenge,
        asked: &Asked,
        allowed: Vec<CredentialDescriptor>,
    ) -> Result<RequestOptions, OptionsError> {
        let mut extensions = asked.request_extensions.clone();
        // A credential may have been deleted since the app stored an input for it; clients fail at one that is not
        // allowed (WebAuthn Level 3, §10.1.4).
        extensions
            .prf_by_credential
            .retain(|id, _| allowed.iter().any(|one| one.id.as_bytes() == id.as_slice()));
        let options = RequestOptions {
            public_key: PublicKeyCredentialRequestOptions {
                challenge: challenge.seal(tenant.id, &self.secrets).into_bytes(),
                timeout: policy.timeout.as_millis(),
                rp_id: tenant.config.relying_party.id.as_str().to_owned(),
                // Without transports: where `internal` is listed, some platforms wake the wrong authenticator.
                allow_credentials: allowed
                    .into_iter()
                    .map(|credential| AllowedCredential::new(credential.id.as_bytes().to_vec()))
                    .collect(),
                user_verification: challenge.policy.user_verification,
                extensions: (extensions != RequestExtensions::default()).then_some(extensions),
                hints: asked.hints.clone(),
            },
        };
        options.public_key.check()?;
        Ok(options)
    }

    /// The part that garbage from strangers fails at: it costs neither a read nor a write.
    pub(crate) fn open_assertion(
        &self,
        tenant: &Tenant,
        purposes: &[Purpose],
        body: &[u8],
        now: Timestamp,
    ) -> Result<OpenedAssertion, FinishLoginError> {
        let response = AuthenticationResponse::parse(body)?;
        let challenge = Challenge::open(response.challenge(), tenant.id, purposes, now, &self.secrets)?;
        response.check_client_data(&ClientDataExpectation {
            challenge: response.challenge(),
            origins: tenant.config.relying_party.origins.as_slice(),
            cross_origin: CrossOriginPolicy::Refuse,
        })?;
        let credential_id = CredentialId::new(response.credential_id())?;
        Ok(OpenedAssertion { response, challenge, credential_id })
    }

    /// Verifies, and signs the token that is handed out once the store has agreed.
    pub(crate) fn judge_assertion(
        &self,
        tenant: &Tenant,
        opened: &OpenedAssertion,
        known: &KnownCredential,
        judgement: &Judgement<'_>,
        now: Timestamp,
    ) -> Result<AcceptedAssertion, FinishLoginError> {
        let _span = tracing::info_span!("verify and sign").entered();
        if !judgement.accepts.takes(known.kind) {
            return Err(FinishLoginError::MfaOnly);
        }
        // §7.2 step 5.
        let is_allowed = |allowed| allowed == CredentialHash::of(&known.id);
        if !opened.challenge.credential.is_none_or(is_allowed) {
            return Err(FinishLoginError::CredentialNotAllowed);
        }
        // §7.2 step 6: the credential must be the user's, who is named by the challenge, or else by the handle.
        match (opened.challenge.subject, opened.response.user_handle()) {
            (Some(subject), _) if subject != known.user.id => return Err(FinishLoginError::UserMismatch),
            (_, Some(handle)) if !known.user.has_handle(handle) => {
                return Err(FinishLoginError::UserMismatch);
            }
            (None, None) => return Err(FinishLoginError::UserHandleMissing),
            (Some(_), _) | (None, Some(_)) => {}
        }
        let verified = opened.response.verify(&AssertionExpectation {
            rp_id: &tenant.config.relying_party.id,
            user_verification: enforced(
                opened.challenge.policy.user_verification,
                judgement.policy.user_verification,
                tenant.config.requests,
            ),
            public_key: &known.public_key,
            backup_eligible: known.backup_eligible,
            backup_eligibility_policy: match tenant.config.backup_eligibility {
                DeviationPolicy::Strict => BackupEligibilityPolicy::Strict,
                DeviationPolicy::Warn => BackupEligibilityPolicy::Warn,
            },
            extensions: opened.challenge.policy.extensions,
            app_id: opened.challenge.app_id,
        })?;
        let token = token::issue(
            tenant.signing_key(now)?,
            &TokenFacts {
                issuer: &tenant.issuer,
                rp_id: tenant.config.relying_party.id.as_str(),
                user: &known.user.app_id,
                credential: &known.id,
                purpose: judgement.purpose,
                transaction: judgement.transaction,
                user_verified: verified.user_verified,
                token_id: random_uuid(&*self.rng),
                issued_at: now,
            },
        )?;
        Ok(AcceptedAssertion {
            token,
            sign_count: verified.sign_count,
            backup_state: verified.backup_state,
            backup_eligibility_changed: verified.backup_eligibility_changed,
        })
    }

    /// The write of an authentication's end, and what to make of its outcome.
    pub(crate) async fn store_assertion(
        &self,
        tenant: &Tenant,
        accepted: AcceptedAssertion,
        finish: FinishLogin,
    ) -> Result<Token, FinishLoginError> {
        let finished = finish.audit.kind;
        let credential = Arc::clone(&finish.credential);
        match self.store.finish_login(finish).instrument(tracing::info_span!("store: finish a login")).await?
        {
            FinishedLogin::LoggedIn { counter_warning } => {
                if counter_warning {
                    tracing::warn!(tenant = %tenant.id, "a signature counter did not grow; the tenant only warns");
                }
                if accepted.backup_eligibility_changed {
                    tracing::warn!(tenant = %tenant.id, "a backup eligibility changed; the tenant only warns");
                }
                Ok(accepted.token)
            }
            FinishedLogin::ChallengeSpent => {
                let error = FinishLoginError::ChallengeSpent;
                self.refusals.count(tenant.id, finished, error.code());
                Err(error)
            }
            FinishedLogin::CounterRollback => Err(FinishLoginError::CounterRollback),
            FinishedLogin::CredentialGone => {
                self.credentials.forget(tenant.id, &credential.id);
                // What was remembered may be gone, and its id registered anew: then no device is to forget it.
                let signal = match self.store.login_credential(tenant.id, credential.id.clone()).await? {
                    CredentialLookup::Known(_) => None,
                    CredentialLookup::Revoked => self.revoked(tenant, &credential.id).await?,
                    CredentialLookup::Unknown => tenant.never_seen(credential.id.clone()),
                };
                Err(FinishLoginError::CredentialRevoked(signal.map(Box::new)))
            }
            FinishedLogin::TransactionGone => Err(FinishLoginError::TransactionMismatch),
        }
    }

    /// The credential that an authentication names, if it is registered.
    pub(crate) async fn known(
        &self,
        tenant: &Tenant,
        id: &CredentialId,
        lookup: CredentialLookup,
    ) -> Result<Arc<KnownCredential>, FinishLoginError> {
        match lookup {
            CredentialLookup::Known(known) => Ok(known),
            CredentialLookup::Revoked => {
                let signal = self.revoked(tenant, id).await?;
                Err(FinishLoginError::CredentialRevoked(signal.map(Box::new)))
            }
            CredentialLookup::Unknown => {
                Err(FinishLoginError::CredentialUnknown(tenant.never_seen(id.clone()).map(Box::new)))
            }
        }
    }
}
