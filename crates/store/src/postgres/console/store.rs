//! The methods of the trait: which are one statement, and which a transaction.

use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Activity, Console, Email, Link, MadeLink, NewLink, NewSession, Operator, OperatorChange, OperatorChanged,
    PasskeyRemoval, Recover, Session, SignUp, SignedUp, Store,
};
use passgate_core::ids::{OperatorId, SessionId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, CredentialChange, NewTenant, StoreError};

use super::{activities, links, operators, sessions};
use crate::postgres::fault::Fault;
use crate::postgres::store::transaction;
use crate::postgres::{ATTEMPTS, BEGIN, PostgresStore};

impl Store for PostgresStore {
    async fn console(&self) -> Result<Console, StoreError> {
        Ok(operators::console(&self.session().await?).await?)
    }

    async fn found_console(&self, tenant: NewTenant) -> Result<TenantId, StoreError> {
        transaction!(self, db => operators::found_console(db, &tenant))
    }

    async fn make_link(&self, link: NewLink) -> Result<MadeLink, StoreError> {
        transaction!(self, db => links::make(db, &link))
    }

    async fn link(&self, hash: KeyHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        Ok(links::by_hash(&self.session().await?, &hash, now).await?)
    }

    async fn sign_up(&self, sign_up: SignUp) -> Result<SignedUp, StoreError> {
        transaction!(self, db => operators::sign_up(db, &sign_up))
    }

    async fn operator(&self, id: OperatorId) -> Result<Option<Operator>, StoreError> {
        Ok(operators::one(&self.session().await?, id).await?)
    }

    async fn operator_by_email(&self, email: Email) -> Result<Option<Operator>, StoreError> {
        Ok(operators::by_email(&self.session().await?, &email).await?)
    }

    async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        Ok(operators::all(&self.session().await?).await?)
    }

    async fn change_operator(
        &self,
        id: OperatorId,
        change: OperatorChange,
        activity: Activity,
    ) -> Result<OperatorChanged, StoreError> {
        transaction!(self, db => operators::change(db, id, &change, &activity))
    }

    async fn replace_recovery_codes(
        &self,
        id: OperatorId,
        codes: Vec<KeyHash>,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => operators::replace_recovery_codes(db, id, &codes, &activity))
    }

    async fn recover(&self, recover: Recover) -> Result<Option<(Session, Operator)>, StoreError> {
        transaction!(self, db => operators::recover(db, &recover))
    }

    async fn remove_passkey(
        &self,
        operator_id: OperatorId,
        change: CredentialChange,
    ) -> Result<PasskeyRemoval, StoreError> {
        transaction!(self, db => operators::remove_passkey(db, operator_id, &change))
    }

    async fn begin_session(&self, session: NewSession) -> Result<Changed, StoreError> {
        transaction!(self, db => sessions::begin(db, &session))
    }

    async fn session(&self, hash: KeyHash) -> Result<Option<(Session, Operator)>, StoreError> {
        Ok(sessions::by_hash(&self.session().await?, &hash).await?)
    }

    async fn sessions(&self, operator_id: OperatorId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(sessions::list(&self.session().await?, operator_id, now).await?)
    }

    async fn touch_sessions(&self, uses: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        transaction!(self, db => sessions::touch(db, &uses))
    }

    async fn freshen_session(&self, id: SessionId, until: Timestamp) -> Result<Changed, StoreError> {
        transaction!(self, db => sessions::freshen(db, id, until))
    }

    async fn end_session(&self, operator_id: OperatorId, id: SessionId) -> Result<Changed, StoreError> {
        transaction!(self, db => sessions::end(db, operator_id, id))
    }

    async fn end_other_sessions(&self, operator_id: OperatorId, but: SessionId) -> Result<u64, StoreError> {
        transaction!(self, db => sessions::end_others(db, operator_id, but))
    }

    async fn activities(&self, operator_id: OperatorId, limit: u32) -> Result<Vec<Activity>, StoreError> {
        Ok(activities::of_operator(&self.session().await?, operator_id, limit).await?)
    }

    async fn purge_console(&self, now: Timestamp, forgotten: Timestamp) -> Result<(), StoreError> {
        let db = self.session().await?;
        sessions::purge(&db, now).await?;
        links::purge(&db, now).await?;
        Ok(activities::purge(&db, forgotten).await?)
    }
}
