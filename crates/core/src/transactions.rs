//! Confirming a transaction with a passkey.

use passgate_webauthn::RequestOptions;

use tracing::Instrument;

use crate::asked::Asked;
use crate::assertion::{BeginLoginError, FinishLoginError, Judgement};
use crate::audit::{AuditEntry, AuditType, RequestOrigin};
use crate::challenge::{Challenge, ChallengePolicy, Purpose};
use crate::credential::Accepts;
use crate::ids::TransactionId;
use crate::passgate::Passgate;
use crate::rng::{random_bytes, random_uuid};
use crate::store::{BeginTransaction, BegunTransaction, FailCeremony, FinishLogin, Store, StoreError};
use crate::tenant_cache::Tenant;
use crate::token::{Token, TokenPurpose};
use crate::transaction::{self, Transaction, TransactionData, TransactionIdentifier};
use crate::user::AppUserId;

/// Why a transaction can't begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginTransactionError {
    /// As with any authentication of a named user.
    #[error(transparent)]
    Login(#[from] BeginLoginError),
    /// The tenant has a transaction of this id.
    #[error("transaction already exists")]
    Exists,
}

impl From<StoreError> for BeginTransactionError {
    fn from(error: StoreError) -> Self {
        Self::Login(error.into())
    }
}

impl<S: Store> Passgate<S> {
    /// Begins a transaction: keeps what it is about, and binds it into the challenge.
    pub async fn begin_transaction(
        &self,
        tenant: &Tenant,
        app_user_id: AppUserId,
        identifier: TransactionIdentifier,
        data: TransactionData,
        asked: &Asked,
        origin: &RequestOrigin,
    ) -> Result<RequestOptions, BeginTransactionError> {
        let policy =
            tenant.config.passkeys.asked(asked, tenant.config.requests).map_err(BeginLoginError::from)?;
        let now = self.now();
        let audit = AuditEntry {
            transaction: Some(identifier.clone()),
            ..self.audit(
                tenant.id,
                AuditType::TransactionInitSucceeded,
                Some(app_user_id.clone()),
                origin,
                now,
            )
        };
        let hash = transaction::hash(&identifier, &data);
        // The row is found by the challenge's nonce later, so it is drawn before the row is stored.
        let nonce = crate::challenge::Nonce(random_bytes(&*self.rng));
        let begin = BeginTransaction {
            tenant_id: tenant.id,
            app_user_id,
            accepts: Accepts::Passkeys,
            only: asked.credential.clone(),
            id: TransactionId::new(random_uuid(&*self.rng)),
            identifier,
            data,
            nonce,
            now,
            audit,
        };
        let (user, allowed) = match self
            .store
            .begin_transaction(begin)
            .instrument(tracing::info_span!("store: begin a transaction"))
            .await?
        {
            BegunTransaction::Begun(user, allowed) => (user, allowed),
            BegunTransaction::UnknownUser => return Err(BeginLoginError::UnknownUser.into()),
            BegunTransaction::NoCredentials => return Err(BeginLoginError::NoCredentials.into()),
            BegunTransaction::Exists => return Err(BeginTransactionError::Exists),
        };
        let challenge = Challenge {
            purpose: Purpose::Transaction,
            policy: ChallengePolicy::present(policy.user_verification, asked.request_extensions.asked()),
            expires_at: now + policy.timeout.as_duration(),
            nonce,
            subject: Some(user.id),
            transaction: Some(hash),
            app_id: asked.app_id(),
            credential: asked.credential(),
        };
        let options = self.request_options(tenant, &policy, &challenge, asked, allowed);
        Ok(options.map_err(BeginLoginError::from)?)
    }

    /// Finishes a transaction. `body` is the credential as the browser gave it. The user is the challenge's, so it does
    /// not matter whether the authenticator returns a user handle.
    pub async fn finish_transaction(
        &self,
        tenant: &Tenant,
        body: &[u8],
        origin: &RequestOrigin,
    ) -> Result<Token, FinishLoginError> {
        let now = self.now();
        let finished = AuditType::TransactionFinalSucceeded;
        let count = |error: &FinishLoginError| self.refusals.count(tenant.id, finished, error.code());
        let opened = self.open_assertion(tenant, &[Purpose::Transaction], body, now).inspect_err(count)?;
        self.require_current(now)?;
        let (lookup, stored) = self
            .store
            .transaction_credential(tenant.id, opened.credential_id.clone(), opened.challenge.nonce)
            .instrument(tracing::info_span!("store: find the credential and the transaction"))
            .await?;
        let known = self.known(tenant, &opened.credential_id, lookup).await.inspect_err(count)?;

        // From here on the challenge is spent, whatever the verdict.
        let spend = opened.challenge.spend(tenant.id);
        let audit = AuditEntry {
            transaction: stored.as_ref().map(|transaction| transaction.identifier.clone()),
            credential: Some(opened.credential_id.clone()),
            ..self.audit(tenant.id, finished, Some(known.user.app_id.clone()), origin, now)
        };
        let judged = confirm(&opened.challenge, stored).and_then(|transaction| {
            let judgement = Judgement {
                policy: &tenant.config.passkeys,
                accepts: Accepts::Passkeys,
                purpose: TokenPurpose::Transaction,
                transaction: Some(&transaction.identifier),
            };
            let accepted = self.judge_assertion(tenant, &opened, &known, &judgement, now)?;
            Ok((accepted, transaction.id))
        });
        let (accepted, transaction) = match judged {
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
            transaction: Some(transaction),
            now,
            audit,
        };
        self.store_assertion(tenant, accepted, finish).await
    }

    /// A user's transactions, newest first. `user` is the app's own id, or else the row's; empty if there is neither.
    pub async fn transactions(
        &self,
        tenant: &Tenant,
        user: AppUserId,
    ) -> Result<Vec<Transaction>, StoreError> {
        self.store.transactions(tenant.id, user).await
    }
}

/// The stored transaction, if it is the one whose hash was signed and whose user the challenge names.
fn confirm(challenge: &Challenge, stored: Option<Transaction>) -> Result<Transaction, FinishLoginError> {
    stored
        .filter(|stored| challenge.subject == Some(stored.user_id))
        .filter(|stored| challenge.transaction == Some(transaction::hash(&stored.identifier, &stored.data)))
        .ok_or(FinishLoginError::TransactionMismatch)
}
