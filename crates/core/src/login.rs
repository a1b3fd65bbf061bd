//! Logging in with a passkey: WebAuthn Level 3, §7.2, around the verifier.

use std::time::Duration;

use passgate_webauthn::options::{
    CredentialDescriptor as AllowedCredential, PublicKeyCredentialRequestOptions,
};
use passgate_webauthn::{
    AssertionError, AssertionExpectation, AuthenticationResponse, BackupEligibilityPolicy, ClientDataError,
    ClientDataExpectation, CrossOriginPolicy, RequestOptions, ResponseError,
};

use crate::audit::{AuditType, RequestOrigin};
use crate::challenge::{Challenge, ChallengeError, ChallengePolicy, Purpose};
use crate::clock::Timestamp;
use crate::config::DeviationPolicy;
use crate::credential::{CredentialDescriptor, CredentialKind, CredentialLookup, KnownCredential};
use crate::ids::{CredentialId, InvalidCredentialId};
use crate::passgate::Passgate;
use crate::registration::stricter;
use crate::rng::random_uuid;
use crate::signing_key::SigningKeyError;
use crate::store::{BeginLogin, BegunLogin, FailCeremony, FinishLogin, FinishedLogin, Store, StoreError};
use crate::tenant_cache::Tenant;
use crate::token::{self, SignError, Token, TokenFacts, TokenPurpose};
use crate::user::AppUserId;

/// How long a challenge of a discoverable login lives at least: pages with autofill fetch one when they load, and
/// people leave pages open.
const DISCOVERABLE_LIFETIME: Duration = Duration::from_hours(1);

/// Why the login of a named user can't begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginLoginError {
    /// No such user.
    #[error("there is no such user")]
    UnknownUser,
    /// The user has no passkey.
    #[error("the user has no passkey")]
    NoCredentials,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a login is refused at its end.
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
    /// The credential was never seen here.
    #[error("the credential is not registered here")]
    CredentialUnknown,
    /// The credential was registered here and has been deleted.
    #[error("the credential was deleted")]
    CredentialRevoked,
    /// The credential is a second factor.
    #[error("the credential is a second factor and can't log in alone")]
    MfaOnly,
    /// The challenge or the user handle names another user than the credential's.
    #[error("the credential belongs to another user")]
    UserMismatch,
    /// A discoverable login came without a user handle.
    #[error("the authenticator returned no user handle, which a login without a user id needs")]
    UserHandleMissing,
    /// The verifier refused the login.
    #[error(transparent)]
    Verification(#[from] AssertionError),
    /// The challenge was used before.
    #[error("the challenge was used before")]
    ChallengeSpent,
    /// The signature counter did not grow.
    #[error("the signature counter did not grow: the authenticator may have been cloned")]
    CounterRollback,
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

impl<S: Store> Passgate<S> {
    /// Begins the login of whoever the authenticator will name. Reads and writes nothing.
    #[must_use]
    pub fn begin_discoverable_login(&self, tenant: &Tenant) -> RequestOptions {
        let policy = &tenant.config.passkeys;
        let challenge = Challenge::new(
            Purpose::DiscoverableLogin,
            ChallengePolicy { user_verification: policy.user_verification },
            self.now() + policy.timeout.as_duration().max(DISCOVERABLE_LIFETIME),
            None,
            &*self.rng,
        );
        self.request_options(tenant, &challenge, Vec::new())
    }

    /// Begins the login of a named user.
    pub async fn begin_login(
        &self,
        tenant: &Tenant,
        app_user_id: AppUserId,
        origin: &RequestOrigin,
    ) -> Result<RequestOptions, BeginLoginError> {
        let now = self.now();
        let actor = Some(app_user_id.clone());
        let audit = self.audit(tenant.id, AuditType::AuthenticationInitSucceeded, actor, origin, now);
        let begin = BeginLogin { tenant_id: tenant.id, app_user_id, kind: CredentialKind::Passkey, audit };
        let (user, allowed) = match self.store.begin_login(begin).await? {
            BegunLogin::Begun(user, allowed) => (user, allowed),
            BegunLogin::UnknownUser => return Err(BeginLoginError::UnknownUser),
            BegunLogin::NoCredentials => return Err(BeginLoginError::NoCredentials),
        };
        let policy = &tenant.config.passkeys;
        let challenge = Challenge::new(
            Purpose::UserLogin,
            ChallengePolicy { user_verification: policy.user_verification },
            now + policy.timeout.as_duration(),
            Some(user.id),
            &*self.rng,
        );
        Ok(self.request_options(tenant, &challenge, allowed))
    }

    fn request_options(
        &self,
        tenant: &Tenant,
        challenge: &Challenge,
        allowed: Vec<CredentialDescriptor>,
    ) -> RequestOptions {
        RequestOptions {
            public_key: PublicKeyCredentialRequestOptions {
                challenge: challenge.seal(tenant.id, &self.secrets).as_bytes().to_vec(),
                timeout: tenant.config.passkeys.timeout.as_millis(),
                rp_id: tenant.config.relying_party.id.as_str().to_owned(),
                // Without transports: where `internal` is listed, some platforms wake the wrong authenticator.
                allow_credentials: allowed
                    .into_iter()
                    .map(|credential| AllowedCredential::new(credential.id.as_bytes().to_vec()))
                    .collect(),
                user_verification: challenge.policy.user_verification,
                extensions: None,
                hints: Vec::new(),
            },
        }
    }

    /// Finishes a login. `body` is the credential as the browser gave it.
    pub async fn finish_login(
        &self,
        tenant: &Tenant,
        body: &[u8],
        origin: &RequestOrigin,
    ) -> Result<Token, FinishLoginError> {
        // Up to the look-up of the credential, nothing is written: garbage from strangers costs no write.
        let response = AuthenticationResponse::parse(body)?;
        let now = self.now();
        let accepted = [Purpose::DiscoverableLogin, Purpose::UserLogin];
        let challenge = Challenge::open(response.challenge(), tenant.id, &accepted, now, &self.secrets)?;
        response.check_client_data(&ClientDataExpectation {
            challenge: response.challenge(),
            origins: tenant.config.relying_party.origins.as_slice(),
            cross_origin: CrossOriginPolicy::Refuse,
        })?;
        let credential_id = CredentialId::new(response.credential_id())?;
        let known = match self.store.login_credential(tenant.id, credential_id.clone()).await? {
            CredentialLookup::Known(known) => known,
            CredentialLookup::Revoked => return Err(FinishLoginError::CredentialRevoked),
            CredentialLookup::Unknown => return Err(FinishLoginError::CredentialUnknown),
        };

        // From here on the challenge is spent, whatever the verdict.
        let spend = challenge.spend(tenant.id);
        let actor = Some(known.user.app_id.clone());
        let audit = self.audit(tenant.id, AuditType::AuthenticationFinalSucceeded, actor, origin, now);
        let accepted = match self.judge_login(tenant, &challenge, &response, &known, now) {
            Ok(accepted) => accepted,
            Err(error) => {
                let audit = audit.failed(AuditType::AuthenticationFinalFailed, error.code());
                self.store.fail_ceremony(FailCeremony { spend, audit }).await?;
                return Err(error);
            }
        };
        let finish = FinishLogin {
            spend,
            credential_id,
            user_id: known.user.id,
            sign_count: accepted.sign_count,
            counter_policy: tenant.config.counter,
            backup_state: accepted.backup_state,
            now,
            audit,
        };
        match self.store.finish_login(finish).await? {
            FinishedLogin::LoggedIn { counter_warning } => {
                if counter_warning {
                    tracing::warn!(tenant = %tenant.id, "a signature counter did not grow; the tenant only warns");
                }
                if accepted.backup_eligibility_changed {
                    tracing::warn!(tenant = %tenant.id, "a backup eligibility changed; the tenant only warns");
                }
                Ok(accepted.token)
            }
            FinishedLogin::ChallengeSpent => Err(FinishLoginError::ChallengeSpent),
            FinishedLogin::CounterRollback => Err(FinishLoginError::CounterRollback),
            FinishedLogin::CredentialGone => Err(FinishLoginError::CredentialRevoked),
        }
    }

    /// Verifies, and signs the token that is handed out once the store has agreed.
    fn judge_login(
        &self,
        tenant: &Tenant,
        challenge: &Challenge,
        response: &AuthenticationResponse,
        known: &KnownCredential,
        now: Timestamp,
    ) -> Result<AcceptedLogin, FinishLoginError> {
        match known.credential.kind {
            CredentialKind::Passkey => {}
            CredentialKind::Mfa => return Err(FinishLoginError::MfaOnly),
        }
        // §7.2 step 6: the credential must be the user's, who is named by the challenge, or else by the handle.
        match (challenge.subject, response.user_handle()) {
            (Some(subject), _) if subject != known.user.id => return Err(FinishLoginError::UserMismatch),
            (_, Some(handle)) if !known.user.has_handle(handle) => {
                return Err(FinishLoginError::UserMismatch);
            }
            (None, None) => return Err(FinishLoginError::UserHandleMissing),
            (Some(_), _) | (None, Some(_)) => {}
        }
        let policy = &tenant.config.passkeys;
        let verified = response.verify(&AssertionExpectation {
            rp_id: &tenant.config.relying_party.id,
            user_verification: stricter(challenge.policy.user_verification, policy.user_verification),
            public_key: &known.credential.public_key,
            backup_eligible: known.credential.backup_eligible,
            backup_eligibility_policy: match tenant.config.backup_eligibility {
                DeviationPolicy::Strict => BackupEligibilityPolicy::Strict,
                DeviationPolicy::Warn => BackupEligibilityPolicy::Warn,
            },
        })?;
        let token = token::issue(
            tenant.signing_key(now)?,
            &TokenFacts {
                issuer: &tenant.issuer,
                rp_id: tenant.config.relying_party.id.as_str(),
                user: &known.user.app_id,
                credential: &known.credential.id,
                purpose: TokenPurpose::Login,
                user_verified: verified.user_verified,
                token_id: random_uuid(&*self.rng),
                issued_at: now,
            },
        )?;
        Ok(AcceptedLogin {
            token,
            sign_count: verified.sign_count,
            backup_state: verified.backup_state,
            backup_eligibility_changed: verified.backup_eligibility_changed,
        })
    }
}

/// What the verifier accepted, and the token to hand out if the store agrees.
struct AcceptedLogin {
    token: Token,
    sign_count: u32,
    backup_state: bool,
    backup_eligibility_changed: bool,
}
