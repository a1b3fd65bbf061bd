//! How operators get in, and what each does for the own account.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::administration;
use crate::asked::Asked;
use crate::assertion::{BeginLoginError, FinishLoginError};
use crate::audit::{AuditFilter, AuditRow, AuditType, RequestOrigin};
use crate::clock::Timestamp;
use crate::config::TenantConfig;
use crate::console::link::PREFIX as LINK_PREFIX;
use crate::console::place::console_name;
use crate::console::session::PREFIX as SESSION_PREFIX;
use crate::console::{
    Activity, ActivityKind, CLAIM_LIFETIME, Console, ConsolePlace, Email, FRESH, LIFETIME, Link, LinkPurpose,
    MadeLink, NewLink, NewSession, Operator, OperatorChange, OperatorChanged, OperatorName, PasskeyRemoval,
    RECOVERY_CODES, RECOVERY_LIFETIME, Recover, RecoveryCode, RecoveryProof, Session, SessionVia, SignUp,
    SignedUp,
};
use crate::credential::{Credential, CredentialKind, Order, PageRequest};
use crate::ids::{ActivityId, CredentialId, LinkId, OperatorId, OrganizationId, SessionId, TenantId, UserId};
use crate::key_secret::{KeyHash, KeySecret};
use crate::passgate::{Passgate, TenantError};
use crate::registration::{BeginRegistrationError, FinishRegistrationError};
use crate::rng::random_uuid;
use crate::signing_key::SigningAlgorithm;
use crate::store::{Changed, CredentialChange, NewTenant, Store, StoreError};
use crate::tenant_cache::Tenant;
use crate::text::Text;
use crate::token::Token;
use crate::user::{AppUserId, UserProfile};
use passgate_webauthn::RequestOptions;
use passgate_webauthn::options::CreationOptions;

/// How long it is kept what operators did.
const ACTIVITY_LIFETIME: Duration = Duration::from_hours(24 * 400);

/// Whether anybody may become an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpAllowed {
    /// Whoever has a link.
    ByInvitation,
    /// Anybody.
    ToAnybody,
}

/// Who wants to become an operator.
#[derive(Debug, Clone)]
pub struct SignUpRequest {
    /// The secret of a link, where there is one.
    pub link: Option<String>,
    /// What the person is called.
    pub name: OperatorName,
    /// What the account is to be recognised by.
    pub email: Email,
}

/// An operator with a session, and the session's secret: to be handed to the browser this once.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Whose.
    pub operator: Operator,
    /// Its secret.
    pub secret: KeySecret,
}

/// Why a link that claims the console is not made.
#[derive(Debug, thiserror::Error)]
pub enum ClaimLinkError {
    /// There is nothing left to be claimed.
    #[error("the console has an operator already")]
    Claimed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a link that recovers an account is not made.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryLinkError {
    /// No operator has the email.
    #[error("no operator has this email")]
    UnknownEmail,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody can't begin to become an operator.
#[derive(Debug, thiserror::Error)]
pub enum BeginSignUpError {
    /// Only who has a link may.
    #[error("an account needs an invitation")]
    Closed,
    /// The link is unknown, was used or has expired.
    #[error("the link is not valid: it was used, has expired, or was cut short")]
    LinkInvalid,
    /// The console has an operator already.
    #[error("the console was claimed already")]
    Claimed,
    /// Another operator has the email.
    #[error("there is an account with this email")]
    EmailTaken,
    /// The console's tenant can't be served.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// The ceremony can't begin.
    #[error(transparent)]
    Ceremony(#[from] BeginRegistrationError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody does not become an operator.
#[derive(Debug, thiserror::Error)]
pub enum FinishSignUpError {
    /// It could not even begin.
    #[error(transparent)]
    Begin(#[from] BeginSignUpError),
    /// The ceremony was begun for something else than a sign-up.
    #[error("the ceremony was not begun for this sign-up")]
    OtherCeremony,
    /// The ceremony was refused.
    #[error(transparent)]
    Ceremony(#[from] FinishRegistrationError),
}

/// Why somebody can't sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The console has no operator yet.
    #[error("the console was not claimed yet")]
    Unclaimed,
    /// The passkey is one of the console's, but of nobody who has an account.
    #[error("the passkey belongs to no account")]
    UnknownOperator,
    /// The console's tenant can't be served.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// The ceremony can't begin.
    #[error(transparent)]
    Begin(#[from] BeginLoginError),
    /// The ceremony was refused.
    #[error(transparent)]
    Finish(#[from] FinishLoginError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a passkey that was shown does not count for a session.
#[derive(Debug, thiserror::Error)]
pub enum StepUpError {
    /// It is another operator's.
    #[error("the passkey belongs to another account")]
    OtherOperator,
    /// The ceremony came to nothing.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

/// Why an operator's passkey is not added, renamed or removed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The ceremony was begun for another operator.
    #[error("the ceremony was begun for another account")]
    OtherCeremony,
    /// The operator has no such passkey.
    #[error("the account has no such passkey")]
    NotFound,
    /// Nobody could sign in any more.
    #[error(
        "it is the account's last passkey, and there are no recovery codes: make some, or add a passkey first"
    )]
    Last,
    /// The console's tenant can't be served.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The ceremony can't begin.
    #[error(transparent)]
    Begin(#[from] BeginRegistrationError),
    /// The ceremony was refused.
    #[error(transparent)]
    Finish(#[from] FinishRegistrationError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody is let in without a passkey.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The code, the email or the link is wrong, or was used.
    #[error("the proof is not valid, or was used before")]
    Invalid,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Passgate<S> {
    /// The console, and whether it has an operator.
    pub async fn console(&self) -> Result<Console, StoreError> {
        self.store.console().await
    }

    /// Makes a link that claims the console, in place of the one before.
    pub async fn make_claim_link(&self) -> Result<KeySecret, ClaimLinkError> {
        let (secret, link) = self.new_link(LinkPurpose::Claim, CLAIM_LIFETIME);
        match self.store.make_link(link).await? {
            MadeLink::Made => Ok(secret),
            MadeLink::Claimed | MadeLink::NotFound | MadeLink::NotAllowed => Err(ClaimLinkError::Claimed),
        }
    }

    /// Makes a link that lets an operator in who lost every passkey and every code.
    pub async fn make_recovery_link(&self, email: Email) -> Result<(Operator, KeySecret), RecoveryLinkError> {
        let operator = self.store.operator_by_email(email).await?.ok_or(RecoveryLinkError::UnknownEmail)?;
        let purpose = LinkPurpose::Recovery { operator_id: operator.id, email: operator.email.clone() };
        let (secret, link) = self.new_link(purpose, RECOVERY_LIFETIME);
        match self.store.make_link(link).await? {
            MadeLink::Made => Ok((operator, secret)),
            MadeLink::Claimed | MadeLink::NotFound | MadeLink::NotAllowed => {
                Err(RecoveryLinkError::UnknownEmail)
            }
        }
    }

    /// All operators, by email.
    pub async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        self.store.operators().await
    }

    /// What a link is for, while it is open. Uses it not.
    pub async fn inspect_link(&self, secret: &str) -> Result<Option<Link>, StoreError> {
        self.store.link(KeyHash::of(secret), self.now()).await
    }

    /// Moves the console's tenant, where there is one, to where the console is now. Passkeys that were made for another
    /// domain are of no use then. Returns whether it was moved.
    pub async fn keep_console_at(&self, place: &ConsolePlace) -> Result<Changed, StoreError> {
        let Some(id) = self.store.console().await?.tenant_id else { return Ok(Changed::NotFound) };
        let Some(record) = self.find_tenant(id).await? else { return Ok(Changed::NotFound) };
        let wanted = place.config().clone();
        let mut config = record.config;
        if config.relying_party == wanted.relying_party && config.cors == wanted.cors {
            return Ok(Changed::NotFound);
        }
        config.relying_party = wanted.relying_party;
        config.cors = wanted.cors;
        self.configure_tenant(id, config).await
    }

    /// Begins a sign-up: the ceremony that makes the operator's first passkey.
    pub async fn begin_sign_up(
        &self,
        place: &ConsolePlace,
        allowed: SignUpAllowed,
        request: &SignUpRequest,
        origin: &RequestOrigin,
    ) -> Result<CreationOptions, BeginSignUpError> {
        self.check_sign_up(allowed, request).await?;
        let tenant = self.founded_console(place).await?;
        let id = OperatorId::new(random_uuid(&*self.rng));
        let profile = profile(id, &request.name, &request.email);
        Ok(self
            .begin_registration(&tenant, CredentialKind::Passkey, profile, &Asked::default(), origin)
            .await?)
    }

    /// Finishes a sign-up: keeps the passkey, uses up the link, and begins a session.
    pub async fn finish_sign_up(
        &self,
        place: &ConsolePlace,
        allowed: SignUpAllowed,
        request: &SignUpRequest,
        body: &[u8],
        origin: &RequestOrigin,
    ) -> Result<SignedIn, FinishSignUpError> {
        // The passkey is stored before the account. What would fail then should fail now, and leave nothing behind.
        self.check_sign_up(allowed, request).await?;
        let tenant = self.founded_console(place).await.map_err(BeginSignUpError::from)?;
        let (user_id, id) = self.ceremony_of_operator(&tenant, body).await?;
        let known = self.store.operator(id).await.map_err(BeginSignUpError::from)?;
        if known.is_some() {
            return Err(FinishSignUpError::OtherCeremony);
        }
        self.finish_registration(&tenant, CredentialKind::Passkey, body, origin).await?;
        let now = self.now();
        let operator = Operator {
            id,
            name: request.name.clone(),
            email: request.email.clone(),
            created_at: now,
            recovery_codes: 0,
        };
        let (secret, session) = self.new_session(id, SessionVia::Passkey, origin, now);
        let sign_up = SignUp {
            operator: operator.clone(),
            link: request.link.as_deref().map(KeyHash::of),
            session: session.clone(),
            activity: self.activity(ActivityKind::SignedUp, Some(id), None, None, origin),
        };
        let refused = match self.store.sign_up(sign_up).await {
            Ok(SignedUp::Done) => {
                return Ok(SignedIn { session: session.session, operator, secret });
            }
            Ok(SignedUp::LinkInvalid) => BeginSignUpError::LinkInvalid,
            Ok(SignedUp::Claimed) => BeginSignUpError::Claimed,
            Ok(SignedUp::EmailTaken) => BeginSignUpError::EmailTaken,
            Err(error) => error.into(),
        };
        // Nobody's passkey: it would let nobody in, and be offered for ever. But a database that failed may have made the
        // account all the same.
        let removed = match self.store.operator(id).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => self.delete_user(tenant.id, user_id, origin).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, "a passkey of a sign-up that failed was left behind");
        }
        Err(refused.into())
    }

    /// Begins a sign-in of whoever the authenticator will name.
    pub async fn begin_sign_in(&self) -> Result<RequestOptions, SignInError> {
        let tenant = self.console_tenant().await?;
        Ok(self.begin_discoverable_login(&tenant, &Asked::default())?)
    }

    /// Finishes a sign-in, and begins a session.
    pub async fn finish_sign_in(&self, body: &[u8], origin: &RequestOrigin) -> Result<SignedIn, SignInError> {
        let tenant = self.console_tenant().await?;
        let token = self.finish_login(&tenant, CredentialKind::Passkey, body, origin).await?;
        let id = operator_of(&token).ok_or(SignInError::UnknownOperator)?;
        let operator = self.store.operator(id).await?.ok_or(SignInError::UnknownOperator)?;
        let (secret, session) = self.new_session(id, SessionVia::Passkey, origin, self.now());
        match self.store.begin_session(session.clone()).await? {
            Changed::Done => Ok(SignedIn { session: session.session, operator, secret }),
            Changed::NotFound => Err(SignInError::UnknownOperator),
        }
    }

    /// Begins to ask an operator for a passkey again.
    pub async fn begin_step_up(
        &self,
        operator_id: OperatorId,
        origin: &RequestOrigin,
    ) -> Result<RequestOptions, SignInError> {
        let tenant = self.console_tenant().await?;
        let user = app_user_id(operator_id);
        Ok(self.begin_login(&tenant, CredentialKind::Passkey, user, &Asked::default(), origin).await?)
    }

    /// Notes on a session that its operator has shown a passkey. Returns until when that counts.
    pub async fn finish_step_up(
        &self,
        session: &Session,
        body: &[u8],
        origin: &RequestOrigin,
    ) -> Result<Timestamp, StepUpError> {
        let tenant = self.console_tenant().await?;
        let token = self
            .finish_login(&tenant, CredentialKind::Passkey, body, origin)
            .await
            .map_err(SignInError::from)?;
        if operator_of(&token) != Some(session.operator_id) {
            return Err(StepUpError::OtherOperator);
        }
        let until = self.now() + FRESH;
        match self.store.freshen_session(session.id, until).await.map_err(SignInError::from)? {
            Changed::Done => Ok(until),
            Changed::NotFound => Err(SignInError::UnknownOperator.into()),
        }
    }

    /// The session that a browser shows, and whose it is, if it holds. Its use is noted.
    pub async fn console_session(&self, secret: &str) -> Result<Option<(Session, Operator)>, StoreError> {
        let now = self.now();
        let found = self.store.session(KeyHash::of(secret)).await?;
        let Some((session, operator)) = found.filter(|(session, _)| session.is_live(now)) else {
            return Ok(None);
        };
        self.session_uses.lock().unwrap_or_else(PoisonError::into_inner).insert(session.id, now);
        Ok(Some((Session { used_at: session.used_at.max(now), ..session }, operator)))
    }

    /// An operator's sessions, the latest used first.
    pub async fn console_sessions(&self, operator_id: OperatorId) -> Result<Vec<Session>, StoreError> {
        self.store.sessions(operator_id, self.now()).await
    }

    /// Ends one of an operator's sessions.
    pub async fn end_console_session(
        &self,
        operator_id: OperatorId,
        id: SessionId,
    ) -> Result<Changed, StoreError> {
        self.store.end_session(operator_id, id).await
    }

    /// Ends all of an operator's sessions but one. Returns how many.
    pub async fn end_other_console_sessions(
        &self,
        operator_id: OperatorId,
        but: SessionId,
    ) -> Result<u64, StoreError> {
        self.store.end_other_sessions(operator_id, but).await
    }

    /// Changes an operator's name or email; the passkey prompt shows the new ones from the next passkey on.
    pub async fn change_operator(
        &self,
        id: OperatorId,
        change: OperatorChange,
        origin: &RequestOrigin,
    ) -> Result<OperatorChanged, StoreError> {
        let activity = self.activity(ActivityKind::OperatorChanged, Some(id), None, None, origin);
        self.store.change_operator(id, change, activity).await
    }

    /// An operator's passkeys, newest first: at most 100.
    pub async fn operator_passkeys(&self, id: OperatorId) -> Result<Vec<Credential>, SignInError> {
        let tenant = self.console_tenant().await?;
        let page = PageRequest { page: 1, per_page: 100, order: Order::Descending };
        Ok(self.store.credentials(tenant.id, Some(app_user_id(id)), page).await?.items)
    }

    /// Begins to add a passkey to an operator's account.
    pub async fn begin_adding_passkey(
        &self,
        operator: &Operator,
        origin: &RequestOrigin,
    ) -> Result<CreationOptions, PasskeyError> {
        let tenant = self.console_tenant().await?;
        let profile = profile(operator.id, &operator.name, &operator.email);
        Ok(self
            .begin_registration(&tenant, CredentialKind::Passkey, profile, &Asked::default(), origin)
            .await?)
    }

    /// Adds a passkey to an operator's account.
    pub async fn finish_adding_passkey(
        &self,
        operator: &Operator,
        body: &[u8],
        name: Option<Text<1, 128>>,
        origin: &RequestOrigin,
    ) -> Result<Credential, PasskeyError> {
        let tenant = self.console_tenant().await?;
        let subject = self.ceremony_of_operator(&tenant, body).await;
        match subject {
            Ok((_, id)) if id == operator.id => {}
            Ok(_) | Err(FinishSignUpError::OtherCeremony | FinishSignUpError::Begin(_)) => {
                return Err(PasskeyError::OtherCeremony);
            }
            Err(FinishSignUpError::Ceremony(error)) => return Err(error.into()),
        }
        let token = self.finish_registration(&tenant, CredentialKind::Passkey, body, origin).await?;
        let id = token.vouches_for().map(|vouched| vouched.credential).ok_or(PasskeyError::NotFound)?;
        if let Some(name) = name {
            let change = self.passkey_change(&tenant, id.clone(), AuditType::CredentialUpdated, origin);
            self.store.rename_credential(change, name).await?;
        }
        self.store.credential(tenant.id, id).await?.ok_or(PasskeyError::NotFound)
    }

    /// Gives a passkey of an operator's another name.
    pub async fn rename_operator_passkey(
        &self,
        id: OperatorId,
        credential_id: CredentialId,
        name: Text<1, 128>,
        origin: &RequestOrigin,
    ) -> Result<Credential, PasskeyError> {
        let tenant = self.console_tenant().await?;
        let owned = self.store.credential(tenant.id, credential_id.clone()).await?;
        if owned.is_none_or(|credential| credential.app_user_id != app_user_id(id)) {
            return Err(PasskeyError::NotFound);
        }
        let change =
            self.passkey_change(&tenant, credential_id.clone(), AuditType::CredentialUpdated, origin);
        self.store.rename_credential(change, name).await?;
        self.store.credential(tenant.id, credential_id).await?.ok_or(PasskeyError::NotFound)
    }

    /// Removes a passkey of the session's operator, unless nobody could sign in any more. Other sessions end: whoever has
    /// the device that the passkey is on may have one.
    pub async fn remove_operator_passkey(
        &self,
        session: &Session,
        credential_id: CredentialId,
        origin: &RequestOrigin,
    ) -> Result<(), PasskeyError> {
        let tenant = self.console_tenant().await?;
        let change = self.passkey_change(&tenant, credential_id, AuditType::CredentialDeleted, origin);
        match self.store.remove_passkey(session.operator_id, session.id, change).await? {
            PasskeyRemoval::Removed => Ok(()),
            PasskeyRemoval::NotFound => Err(PasskeyError::NotFound),
            PasskeyRemoval::Last => Err(PasskeyError::Last),
        }
    }

    /// Makes recovery codes in place of those before, to be shown this once. None: there is no such operator.
    pub async fn make_recovery_codes(
        &self,
        id: OperatorId,
        origin: &RequestOrigin,
    ) -> Result<Option<Vec<RecoveryCode>>, StoreError> {
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| RecoveryCode::generate(&*self.rng)).collect();
        let hashes = codes.iter().map(RecoveryCode::hash).collect();
        let activity = self.activity(ActivityKind::RecoveryCodesMade, Some(id), None, None, origin);
        Ok(match self.store.replace_recovery_codes(id, hashes, activity).await? {
            Changed::Done => Some(codes),
            Changed::NotFound => None,
        })
    }

    /// Lets an operator in with a recovery code. The code is used up, and other sessions end.
    pub async fn recover_with_code(
        &self,
        email: Email,
        code: &str,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, RecoverError> {
        let proof = RecoveryProof::Code { email, code: RecoveryCode::hash_of(code) };
        self.recover(proof, SessionVia::RecoveryCode, ActivityKind::RecoveryCodeUsed, origin).await
    }

    /// Lets an operator in with a link of the machine's owner. The link is used up, and other sessions end.
    pub async fn recover_with_link(
        &self,
        secret: &str,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, RecoverError> {
        let proof = RecoveryProof::Link(KeyHash::of(secret));
        self.recover(proof, SessionVia::RecoveryLink, ActivityKind::RecoveryLinkUsed, origin).await
    }

    /// What happened in an operator's account, newest first: what the operator did, and the ceremonies of the console's
    /// tenant. At most `limit` of each.
    pub async fn account_history(
        &self,
        id: OperatorId,
        limit: u32,
    ) -> Result<(Vec<Activity>, Vec<AuditRow>), SignInError> {
        let tenant = self.console_tenant().await?;
        let filter =
            AuditFilter { actor: Some(app_user_id(id).as_str().to_owned()), ..AuditFilter::default() };
        let page = PageRequest { page: 1, per_page: limit, order: Order::Descending };
        let ceremonies = self.audit_log(tenant.id, filter, page).await?.items;
        Ok((self.store.activities(id, limit).await?, ceremonies))
    }

    /// Writes when sessions were last used.
    pub(crate) async fn write_session_uses(&self) -> Result<(), StoreError> {
        let uses = std::mem::take(&mut *self.session_uses.lock().unwrap_or_else(PoisonError::into_inner));
        if uses.is_empty() {
            return Ok(());
        }
        self.store.touch_sessions(uses.into_iter().collect()).await
    }

    /// Deletes what is over.
    pub(crate) async fn tidy_console(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.purge_console(now, now - ACTIVITY_LIFETIME).await
    }

    /// A row of what an operator did.
    pub(crate) fn activity(
        &self,
        kind: ActivityKind,
        operator_id: Option<OperatorId>,
        organization_id: Option<OrganizationId>,
        subject: Option<String>,
        origin: &RequestOrigin,
    ) -> Activity {
        Activity {
            id: ActivityId::new(random_uuid(&*self.rng)),
            kind,
            operator_id,
            organization_id,
            tenant_id: None,
            subject,
            origin: origin.clone(),
            at: self.now(),
        }
    }

    /// The console's own tenant.
    pub async fn console_tenant(&self) -> Result<Arc<Tenant>, SignInError> {
        let id = self.store.console().await?.tenant_id.ok_or(SignInError::Unclaimed)?;
        self.tenant(id).await?.ok_or(SignInError::Unclaimed)
    }

    pub(crate) fn new_link(&self, purpose: LinkPurpose, lifetime: Duration) -> (KeySecret, NewLink) {
        let secret = KeySecret::generate(LINK_PREFIX, &*self.rng);
        let created_at = self.now();
        let id = LinkId::new(random_uuid(&*self.rng));
        let link = Link { id, purpose, created_at, expires_at: created_at + lifetime };
        let hash = secret.hash();
        (secret, NewLink { link, hash })
    }

    /// The console's own tenant, made if need be.
    async fn founded_console(&self, place: &ConsolePlace) -> Result<Arc<Tenant>, TenantError> {
        let known = self.store.console().await?.tenant_id;
        let id = if let Some(id) = known { id } else { self.found_console(place).await? };
        // It can't be deleted.
        self.tenant(id)
            .await?
            .ok_or_else(|| StoreError::Database("the console's tenant is gone".into()).into())
    }

    async fn found_console(&self, place: &ConsolePlace) -> Result<TenantId, StoreError> {
        let tenant = self.new_tenant(console_name(), place.config().clone());
        let id = self.store.found_console(tenant).await?;
        self.poll_version().await?;
        Ok(id)
    }

    /// A tenant to be stored, with a signing key that signs at once: no cache can hold an older JWKS of it.
    pub(crate) fn new_tenant(&self, display_name: Text<1, 128>, config: TenantConfig) -> NewTenant {
        let now = self.now();
        let id = TenantId::new(random_uuid(&*self.rng));
        let name = administration::default_key_name(now);
        let signing_key = self.new_signing_key(id, SigningAlgorithm::Es256, name, now, now);
        NewTenant { id, display_name, config, api_key: None, signing_key, now }
    }

    async fn check_sign_up(
        &self,
        allowed: SignUpAllowed,
        request: &SignUpRequest,
    ) -> Result<(), BeginSignUpError> {
        let is_claimed = self.store.console().await?.is_claimed;
        match &request.link {
            None => match allowed {
                SignUpAllowed::ToAnybody if is_claimed => {}
                SignUpAllowed::ToAnybody | SignUpAllowed::ByInvitation => {
                    return Err(BeginSignUpError::Closed);
                }
            },
            Some(secret) => match self.inspect_link(secret).await?.map(|link| link.purpose) {
                Some(LinkPurpose::Claim) if is_claimed => return Err(BeginSignUpError::Claimed),
                Some(LinkPurpose::Claim | LinkPurpose::Invitation { .. }) => {}
                Some(LinkPurpose::Recovery { .. }) | None => return Err(BeginSignUpError::LinkInvalid),
            },
        }
        match self.store.operator_by_email(request.email.clone()).await? {
            Some(_) => Err(BeginSignUpError::EmailTaken),
            None => Ok(()),
        }
    }

    /// Whose ceremony a registration ends: the user's row, and the operator it stands for. Nothing is verified yet.
    async fn ceremony_of_operator(
        &self,
        tenant: &Tenant,
        body: &[u8],
    ) -> Result<(UserId, OperatorId), FinishSignUpError> {
        let subject = self.registration_subject(tenant, CredentialKind::Passkey, body)?;
        let user = self
            .store
            .user(tenant.id, subject)
            .await
            .map_err(BeginSignUpError::from)?
            .ok_or(FinishSignUpError::OtherCeremony)?;
        let id = user.app_id.as_str().parse().map_err(|_| FinishSignUpError::OtherCeremony)?;
        Ok((user.id, id))
    }

    async fn recover(
        &self,
        proof: RecoveryProof,
        via: SessionVia,
        kind: ActivityKind,
        origin: &RequestOrigin,
    ) -> Result<SignedIn, RecoverError> {
        // The store says whose it is.
        let nobody = OperatorId::new(uuid::Uuid::nil());
        let (secret, session) = self.new_session(nobody, via, origin, self.now());
        let activity = self.activity(kind, None, None, None, origin);
        let recovered = self.store.recover(Recover { proof, session, activity }).await?;
        let (session, operator) = recovered.ok_or(RecoverError::Invalid)?;
        Ok(SignedIn { session, operator, secret })
    }

    fn new_session(
        &self,
        operator_id: OperatorId,
        via: SessionVia,
        origin: &RequestOrigin,
        now: Timestamp,
    ) -> (KeySecret, NewSession) {
        let secret = KeySecret::generate(SESSION_PREFIX, &*self.rng);
        let session = Session {
            id: SessionId::new(random_uuid(&*self.rng)),
            operator_id,
            via,
            created_at: now,
            used_at: now,
            expires_at: now + LIFETIME,
            fresh_until: Some(now + FRESH),
            source_ip: origin.source_ip.clone(),
            user_agent: origin.user_agent.clone(),
        };
        let hash = secret.hash();
        (secret, NewSession { session, hash })
    }

    fn passkey_change(
        &self,
        tenant: &Tenant,
        id: CredentialId,
        kind: AuditType,
        origin: &RequestOrigin,
    ) -> CredentialChange {
        let audit = crate::audit::AuditEntry {
            credential: Some(id.clone()),
            ..self.audit(tenant.id, kind, None, origin, self.now())
        };
        CredentialChange { tenant_id: tenant.id, credential_id: id, audit }
    }
}

/// Who an operator is in the console's own tenant.
pub(crate) fn app_user_id(id: OperatorId) -> AppUserId {
    AppUserId::new(id.to_string()).expect("a UUID is short text")
}

fn operator_of(token: &Token) -> Option<OperatorId> {
    token.vouches_for()?.user.as_str().parse().ok()
}

fn profile(id: OperatorId, name: &OperatorName, email: &Email) -> UserProfile {
    UserProfile {
        app_id: app_user_id(id),
        name: Text::new(email.as_str()).expect("an email is at most 128 characters"),
        display_name: Some(Text::new(name.as_str()).expect("a name is at most 64 characters")),
        icon: None,
    }
}
