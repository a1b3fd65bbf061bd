//! Registering a passkey or a second factor: WebAuthn Level 3, §7.1, around the verifier.

use passgate_webauthn::extensions::CreationExtensions;
use passgate_webauthn::mds::MetadataBlob;
use passgate_webauthn::options::{
    AttestationConveyance, AuthenticatorSelection, CreationOptions,
    CredentialDescriptor as ExcludedCredential, PublicKeyCredentialCreationOptions, RelyingParty, UserEntity,
};
use passgate_webauthn::{
    Algorithm, AttestationObject, AttestationObjectError, AuthenticatorTransport, ClientDataError,
    ClientDataExpectation, CrossOriginPolicy, OptionsError, RegistrationExpectation, RegistrationResponse,
    ResponseError, UserPresence, VerifiedRegistration,
};

use tracing::Instrument;

use crate::asked::{Asked, AskedForLess, Mediation, enforced};
use crate::attestation_rules::MetadataUnusable;
use crate::audit::{AuditEntry, AuditType, RequestOrigin};
use crate::challenge::{Challenge, ChallengeError, ChallengePolicy, Purpose};
use crate::clock::Timestamp;
use crate::credential::{Credential, CredentialKind, initial_name};
use crate::ids::{CredentialId, InvalidCredentialId, UserHandle, UserId};
use crate::passgate::Passgate;
use crate::rng::random_uuid;
use crate::signing_key::SigningKeyError;
use crate::store::{
    BeginRegistration, BegunRegistration, FailCeremony, FinishRegistration, FinishedRegistration, Store,
    StoreError,
};
use crate::tenant_cache::Tenant;
use crate::token::{self, SignError, Token, TokenFacts, TokenPurpose};
use crate::user::{User, UserProfile};

/// Why a registration can't begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginRegistrationError {
    /// The request asks for less than the tenant's policy.
    #[error(transparent)]
    Asked(#[from] AskedForLess),
    /// The options that the request asks for make no sense.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a registration is refused at its end.
#[derive(Debug, thiserror::Error)]
pub enum FinishRegistrationError {
    /// The body is no registration response.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The challenge is not one to be finished here.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// The client data is not what was asked for.
    #[error(transparent)]
    ClientData(#[from] ClientDataError),
    /// The attestation object can't be read.
    #[error(transparent)]
    AttestationObject(#[from] AttestationObjectError),
    /// The verifier refused the registration.
    #[error(transparent)]
    Verification(#[from] passgate_webauthn::RegistrationError),
    /// The tenant trusts by the metadata service's list, which can't be asked now.
    #[error(transparent)]
    Metadata(#[from] MetadataUnusable),
    /// The credential id is out of bounds.
    #[error(transparent)]
    CredentialId(#[from] InvalidCredentialId),
    /// The challenge was used before.
    #[error("the challenge was used before")]
    ChallengeSpent,
    /// The credential is registered already.
    #[error("the credential is already registered")]
    CredentialExists,
    /// The user was deleted meanwhile.
    #[error("the user does not exist any more")]
    UnknownUser,
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

/// What tells the registration of one kind of credential from that of the other.
struct Rules {
    purpose: Purpose,
    begun: AuditType,
    finished: AuditType,
}

const fn rules(kind: CredentialKind) -> Rules {
    match kind {
        CredentialKind::Passkey => Rules {
            purpose: Purpose::Registration,
            begun: AuditType::RegistrationInitSucceeded,
            finished: AuditType::RegistrationFinalSucceeded,
        },
        CredentialKind::Mfa => Rules {
            purpose: Purpose::MfaRegistration,
            begun: AuditType::MfaRegistrationInitSucceeded,
            finished: AuditType::MfaRegistrationFinalSucceeded,
        },
    }
}

impl<S: Store> Passgate<S> {
    /// Begins a registration: makes the user or brings it up to date, and says what the browser is to ask for.
    pub async fn begin_registration(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        profile: UserProfile,
        asked: &Asked,
        origin: &RequestOrigin,
    ) -> Result<CreationOptions, BeginRegistrationError> {
        let policy = tenant.config.policy(kind).asked(asked, tenant.config.requests)?;
        // Whatever else a request may ask for: this one could only be refused at its end.
        if tenant.config.attestation_rules(kind).demands_attestation()
            && asked.attestation.is_some_and(shows_less_than_the_statement)
        {
            return Err(AskedForLess("attestation").into());
        }
        let now = self.now();
        let actor = Some(profile.app_id.clone());
        let begin = BeginRegistration {
            tenant_id: tenant.id,
            profile: profile.clone(),
            kind,
            new_user_id: UserId::new(random_uuid(&*self.rng)),
            new_handle: UserHandle::random(&*self.rng),
            now,
            audit: self.audit(tenant.id, rules(kind).begun, actor, origin, now),
        };
        let BegunRegistration { user, exclude } = self
            .store
            .begin_registration(begin)
            .instrument(tracing::info_span!("store: begin a registration"))
            .await?;
        let exclude = exclude.into_iter().map(|credential| ExcludedCredential {
            transports: credential
                .transports
                .iter()
                .filter_map(|name| AuthenticatorTransport::parse(name))
                .collect(),
            ..ExcludedCredential::new(credential.id.as_bytes().to_vec())
        });
        let challenge = Challenge::new(
            rules(kind).purpose,
            ChallengePolicy {
                user_verification: policy.user_verification,
                user_presence: match asked.mediation {
                    Mediation::Prompted => UserPresence::Required,
                    Mediation::Conditional => UserPresence::NotRequired,
                },
                extensions: asked.creation_extensions.asked(),
            },
            now + policy.timeout.as_duration(),
            Some(user.id),
            &*self.rng,
        );
        // A user always has the handle it was made with.
        let handle = user.handles.first().map(|handle| handle.as_bytes().to_vec()).unwrap_or_default();
        let options = CreationOptions {
            public_key: PublicKeyCredentialCreationOptions {
                rp: RelyingParty {
                    id: tenant.config.relying_party.id.as_str().to_owned(),
                    name: tenant.config.relying_party.display_name.to_string(),
                },
                user: UserEntity {
                    id: handle,
                    name: profile.name.to_string(),
                    display_name: profile.shown_name().to_owned(),
                },
                challenge: challenge.seal(tenant.id, &self.secrets).into_bytes(),
                pub_key_cred_params: Algorithm::ALL.iter().map(|algorithm| (*algorithm).into()).collect(),
                timeout: policy.timeout.as_millis(),
                exclude_credentials: exclude.collect(),
                authenticator_selection: AuthenticatorSelection::new(
                    policy.attachment,
                    policy.resident_key,
                    policy.user_verification,
                ),
                attestation: policy.attestation,
                attestation_formats: asked.attestation_formats.clone(),
                extensions: (asked.creation_extensions != CreationExtensions::default())
                    .then(|| asked.creation_extensions.clone()),
                hints: asked.hints.clone(),
            },
        };
        options.public_key.check()?;
        Ok(options)
    }

    /// Whose registration would be finished, by its challenge. Nothing else is checked, and nothing is spent.
    pub(crate) fn registration_subject(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        body: &[u8],
    ) -> Result<UserId, FinishRegistrationError> {
        let response = RegistrationResponse::parse(body)?;
        let purposes = [rules(kind).purpose];
        let challenge =
            Challenge::open(response.challenge(), tenant.id, &purposes, self.now(), &self.secrets)?;
        Ok(challenge.subject.ok_or(ChallengeError::NotOurs)?)
    }

    /// Finishes a registration. `body` is the credential as the browser gave it.
    pub async fn finish_registration(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        body: &[u8],
        origin: &RequestOrigin,
    ) -> Result<Token, FinishRegistrationError> {
        let now = self.now();
        let count = |error: &FinishRegistrationError| {
            self.refusals.count(tenant.id, rules(kind).finished, error.code());
        };
        let response =
            RegistrationResponse::parse(body).map_err(FinishRegistrationError::from).inspect_err(count)?;
        let opened = self.open_registration(tenant, kind, &response, now).inspect_err(count)?;
        let (challenge, subject, attestation) = opened;
        self.require_current(now)?;

        // From here on the challenge is spent, whatever the verdict.
        let spend = challenge.spend(tenant.id);
        let user = self
            .store
            .user(tenant.id, subject)
            .instrument(tracing::info_span!("store: find the user"))
            .await?;
        let audit = AuditEntry {
            // One that could not be stored is no credential.
            credential: CredentialId::new(attestation.credential_id()).ok(),
            ..self.audit(
                tenant.id,
                rules(kind).finished,
                user.as_ref().map(|user| user.app_id.clone()),
                origin,
                now,
            )
        };
        let judged = match &user {
            Some(user) => self.judge_registration(tenant, kind, &challenge, &attestation, user, now),
            None => Err(FinishRegistrationError::UnknownUser),
        };
        let (credential, token) = match judged {
            Ok(accepted) => accepted,
            Err(error) => {
                let audit = audit.failed(error.code());
                self.store
                    .fail_ceremony(FailCeremony { spend, audit })
                    .instrument(tracing::info_span!("store: fail a ceremony"))
                    .await?;
                return Err(error);
            }
        };
        let credential = Credential {
            registered_user_agent: origin.user_agent.clone(),
            last_user_agent: origin.user_agent.clone(),
            ..credential
        };
        match self
            .store
            .finish_registration(FinishRegistration { spend, credential, audit })
            .instrument(tracing::info_span!("store: finish a registration"))
            .await?
        {
            FinishedRegistration::Registered => Ok(token),
            FinishedRegistration::ChallengeSpent => {
                let error = FinishRegistrationError::ChallengeSpent;
                count(&error);
                Err(error)
            }
            FinishedRegistration::CredentialExists => Err(FinishRegistrationError::CredentialExists),
            FinishedRegistration::UnknownUser => Err(FinishRegistrationError::UnknownUser),
        }
    }

    /// The part that garbage from strangers fails at: it costs neither a read nor a write.
    fn open_registration<'a>(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        response: &'a RegistrationResponse,
        now: Timestamp,
    ) -> Result<(Challenge, UserId, AttestationObject<'a>), FinishRegistrationError> {
        let challenge =
            Challenge::open(response.challenge(), tenant.id, &[rules(kind).purpose], now, &self.secrets)?;
        response.check_client_data(&ClientDataExpectation {
            challenge: response.challenge(),
            origins: tenant.config.relying_party.origins.as_slice(),
            cross_origin: CrossOriginPolicy::Refuse,
        })?;
        let attestation = response.attestation_object()?;
        let subject = challenge.subject.ok_or(ChallengeError::NotOurs)?;
        Ok((challenge, subject, attestation))
    }

    /// Verifies, and signs the token that is handed out once the store has agreed.
    fn judge_registration(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        challenge: &Challenge,
        attestation: &AttestationObject<'_>,
        user: &User,
        now: Timestamp,
    ) -> Result<(Credential, Token), FinishRegistrationError> {
        let policy = tenant.config.policy(kind);
        let rules = tenant.config.attestation_rules(kind);
        let metadata = self.metadata();
        let verified = attestation.verify(&RegistrationExpectation {
            rp_id: &tenant.config.relying_party.id,
            user_verification: enforced(
                challenge.policy.user_verification,
                policy.user_verification,
                tenant.config.requests,
            ),
            user_presence: challenge.policy.user_presence,
            algorithms: &Algorithm::ALL,
            attestation: rules.attestation(metadata.as_deref(), now.as_seconds())?,
            aaguids: rules.models(),
            extensions: challenge.policy.extensions,
            now_unix_seconds: now.as_seconds(),
        })?;
        let user_verified = verified.user_verified;
        let credential = new_credential(verified, kind, user, metadata.as_deref(), now)?;
        let token = token::issue(
            tenant.signing_key(now)?,
            &TokenFacts {
                issuer: &tenant.issuer,
                rp_id: tenant.config.relying_party.id.as_str(),
                user: &user.app_id,
                credential: &credential.id,
                purpose: TokenPurpose::Registration,
                transaction: None,
                user_verified,
                token_id: random_uuid(&*self.rng),
                issued_at: now,
            },
        )?;
        Ok((credential, token))
    }
}

/// Whether a browser may leave the attestation statement out, or put another in its place (WebAuthn Level 3, §5.4.7).
const fn shows_less_than_the_statement(attestation: AttestationConveyance) -> bool {
    match attestation {
        AttestationConveyance::None | AttestationConveyance::Indirect => true,
        AttestationConveyance::Direct | AttestationConveyance::Enterprise => false,
    }
}

fn new_credential(
    verified: VerifiedRegistration,
    kind: CredentialKind,
    user: &User,
    metadata: Option<&MetadataBlob>,
    now: Timestamp,
) -> Result<Credential, InvalidCredentialId> {
    let id = CredentialId::new(&verified.credential_id)?;
    Ok(Credential {
        name: initial_name(verified.aaguid, metadata, &id),
        id,
        user_id: user.id,
        app_user_id: user.app_id.clone(),
        kind,
        public_key: verified.public_key,
        attestation_format: verified.attestation_format.as_str().to_owned(),
        aaguid: verified.aaguid,
        sign_count: verified.sign_count,
        transports: verified.transports.iter().map(|transport| transport.as_str().to_owned()).collect(),
        backup_eligible: verified.backup_eligible,
        backup_state: verified.backup_state,
        created_at: now,
        last_used_at: now,
        use_count: 0,
        registered_user_agent: String::new(),
        last_user_agent: String::new(),
    })
}
