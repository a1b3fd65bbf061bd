//! Logging in with a passkey, and proving a second factor.

use std::sync::Arc;
use std::time::Duration;

use passgate_webauthn::RequestOptions;

use tracing::Instrument;

use crate::asked::Asked;
use crate::assertion::{BeginLoginError, FinishLoginError, Judgement};
use crate::audit::{AuditEntry, AuditType, RequestOrigin};
use crate::challenge::{Challenge, ChallengePolicy, Purpose};
use crate::credential::{Accepts, CredentialKind, KnownCredential};
use crate::passgate::Passgate;
use crate::store::{BeginLogin, BegunLogin, FailCeremony, FinishLogin, Store};
use crate::tenant_cache::Tenant;
use crate::token::{Token, TokenPurpose};
use crate::user::AppUserId;

/// How long a challenge of a discoverable login lives at least: pages with autofill fetch one when they load, and
/// people leave pages open.
const DISCOVERABLE_LIFETIME: Duration = Duration::from_hours(1);

/// What tells a login with a passkey from the proof of a second factor.
struct Rules {
    /// The purpose of a challenge for a named user.
    named: Purpose,
    /// The purposes that finalize takes.
    purposes: &'static [Purpose],
    accepts: Accepts,
    token: TokenPurpose,
    begun: AuditType,
    finished: AuditType,
}

const fn rules(kind: CredentialKind) -> Rules {
    match kind {
        CredentialKind::Passkey => Rules {
            named: Purpose::UserLogin,
            purposes: &[Purpose::DiscoverableLogin, Purpose::UserLogin],
            accepts: Accepts::Passkeys,
            token: TokenPurpose::Login,
            begun: AuditType::AuthenticationInitSucceeded,
            finished: AuditType::AuthenticationFinalSucceeded,
        },
        CredentialKind::Mfa => Rules {
            named: Purpose::MfaLogin,
            purposes: &[Purpose::MfaLogin],
            // A passkey proves more than a second factor does, so it is offered too.
            accepts: Accepts::Both,
            token: TokenPurpose::Mfa,
            begun: AuditType::MfaAuthenticationInitSucceeded,
            finished: AuditType::MfaAuthenticationFinalSucceeded,
        },
    }
}

impl<S: Store> Passgate<S> {
    /// Begins the login of whoever the authenticator will name. Reads and writes nothing.
    pub fn begin_discoverable_login(
        &self,
        tenant: &Tenant,
        asked: &Asked,
    ) -> Result<RequestOptions, BeginLoginError> {
        let policy = tenant.config.passkeys.asked(asked, tenant.config.requests)?;
        let challenge = Challenge::new(
            Purpose::DiscoverableLogin,
            ChallengePolicy::present(policy.user_verification, asked.request_extensions.asked()),
            // Who asks for a time of its own doesn't keep it for an open page.
            self.now()
                + match asked.timeout {
                    Some(timeout) => timeout.as_duration(),
                    None => policy.timeout.as_duration().max(DISCOVERABLE_LIFETIME),
                },
            None,
            &*self.rng,
        );
        Ok(self.request_options(tenant, &policy, &challenge, asked, Vec::new())?)
    }

    /// Begins the login of a named user with a passkey, or the proof of a second factor.
    pub async fn begin_login(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        app_user_id: AppUserId,
        asked: &Asked,
        origin: &RequestOrigin,
    ) -> Result<RequestOptions, BeginLoginError> {
        let policy = tenant.config.policy(kind).asked(asked, tenant.config.requests)?;
        let now = self.now();
        let rules = rules(kind);
        let audit = self.audit(tenant.id, rules.begun, Some(app_user_id.clone()), origin, now);
        let begin = BeginLogin {
            tenant_id: tenant.id,
            app_user_id,
            accepts: rules.accepts,
            only: asked.credential.clone(),
            audit,
        };
        let (user, allowed) = match self
            .store
            .begin_login(begin)
            .instrument(tracing::info_span!("store: begin a login"))
            .await?
        {
            BegunLogin::Begun(user, allowed) => (user, allowed),
            BegunLogin::UnknownUser => return Err(BeginLoginError::UnknownUser),
            BegunLogin::NoCredentials => return Err(BeginLoginError::NoCredentials),
        };
        let challenge = Challenge {
            app_id: asked.app_id(),
            credential: asked.credential(),
            ..Challenge::new(
                rules.named,
                ChallengePolicy::present(policy.user_verification, asked.request_extensions.asked()),
                now + policy.timeout.as_duration(),
                Some(user.id),
                &*self.rng,
            )
        };
        Ok(self.request_options(tenant, &policy, &challenge, asked, allowed)?)
    }

    /// Finishes a login, or the proof of a second factor. `body` is the credential as the browser gave it.
    pub async fn finish_login(
        &self,
        tenant: &Tenant,
        kind: CredentialKind,
        body: &[u8],
        origin: &RequestOrigin,
    ) -> Result<Token, FinishLoginError> {
        let now = self.now();
        let rules = rules(kind);
        let count = |error: &FinishLoginError| self.refusals.count(tenant.id, rules.finished, error.code());
        let opened = self.open_assertion(tenant, rules.purposes, body, now).inspect_err(count)?;
        self.require_current(now)?;
        let judgement = Judgement {
            policy: tenant.config.policy(kind),
            accepts: rules.accepts,
            purpose: rules.token,
            transaction: None,
        };
        let judge = |known: &KnownCredential| self.judge_assertion(tenant, &opened, known, &judgement, now);
        let remembered = self.credentials.get(tenant.id, &opened.credential_id);
        let (judged, known) = match remembered.map(|known| (judge(&known), known)) {
            // The write asks whether the credential is still that one.
            Some((Ok(accepted), remembered)) => (Ok(accepted), remembered),
            // Nobody is refused by what is remembered.
            refused => {
                let found = self
                    .store
                    .login_credential(tenant.id, opened.credential_id.clone())
                    .instrument(tracing::info_span!("store: find the credential"))
                    .await?;
                let known = self.known(tenant, &opened.credential_id, found).await.inspect_err(count)?;
                let judged = match refused {
                    Some((judged, remembered)) if remembered == known => judged,
                    _ => judge(&known),
                };
                if judged.is_ok() {
                    self.credentials.put(tenant.id, Arc::clone(&known));
                }
                (judged, known)
            }
        };

        // From here on the challenge is spent, whatever the verdict.
        let spend = opened.challenge.spend(tenant.id);
        let audit = AuditEntry {
            credential: Some(opened.credential_id.clone()),
            ..self.audit(tenant.id, rules.finished, Some(known.user.app_id.clone()), origin, now)
        };
        let accepted = match judged {
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
        let finish = FinishLogin {
            spend,
            credential: known,
            sign_count: accepted.sign_count,
            counter_policy: tenant.config.counter,
            backup_state: accepted.backup_state,
            transaction: None,
            now,
            audit,
        };
        self.store_assertion(tenant, accepted, finish).await
    }
}
