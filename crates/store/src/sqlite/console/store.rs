//! The methods of the trait: which read, and which write.

use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Activity, Console, Email, Link, MadeLink, NewLink, NewSession, Operator, OperatorChange, OperatorChanged,
    PasskeyRemoval, Recover, Session, SignUp, SignedUp, Store,
};
use passgate_core::ids::{OperatorId, SessionId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, CredentialChange, NewTenant, StoreError};

use super::{activities, links, operators, sessions};
use crate::sqlite::SqliteStore;

impl Store for SqliteStore {
    async fn console(&self) -> Result<Console, StoreError> {
        self.read_here(operators::console)
    }

    async fn found_console(&self, tenant: NewTenant) -> Result<TenantId, StoreError> {
        self.write(move |db| operators::found_console(db, &tenant)).await
    }

    async fn make_link(&self, link: NewLink) -> Result<MadeLink, StoreError> {
        self.write(move |db| links::make(db, &link)).await
    }

    async fn link(&self, hash: KeyHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        self.read_here(|db| links::by_hash(db, &hash, now))
    }

    async fn sign_up(&self, sign_up: SignUp) -> Result<SignedUp, StoreError> {
        self.write(move |db| operators::sign_up(db, &sign_up)).await
    }

    async fn operator(&self, id: OperatorId) -> Result<Option<Operator>, StoreError> {
        self.read_here(|db| operators::one(db, id))
    }

    async fn operator_by_email(&self, email: Email) -> Result<Option<Operator>, StoreError> {
        self.read_here(|db| operators::by_email(db, &email))
    }

    async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        self.read(operators::all).await
    }

    async fn change_operator(
        &self,
        id: OperatorId,
        change: OperatorChange,
        activity: Activity,
    ) -> Result<OperatorChanged, StoreError> {
        self.write(move |db| operators::change(db, id, &change, &activity)).await
    }

    async fn replace_recovery_codes(
        &self,
        id: OperatorId,
        codes: Vec<KeyHash>,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| operators::replace_recovery_codes(db, id, &codes, &activity)).await
    }

    async fn recover(&self, recover: Recover) -> Result<Option<(Session, Operator)>, StoreError> {
        self.write(move |db| operators::recover(db, &recover)).await
    }

    async fn remove_passkey(
        &self,
        operator_id: OperatorId,
        change: CredentialChange,
    ) -> Result<PasskeyRemoval, StoreError> {
        self.write(move |db| operators::remove_passkey(db, operator_id, &change)).await
    }

    async fn begin_session(&self, session: NewSession) -> Result<Changed, StoreError> {
        self.write(move |db| sessions::begin(db, &session)).await
    }

    async fn session(&self, hash: KeyHash) -> Result<Option<(Session, Operator)>, StoreError> {
        self.read_here(|db| sessions::by_hash(db, &hash))
    }

    async fn sessions(&self, operator_id: OperatorId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.read(move |db| sessions::list(db, operator_id, now)).await
    }

    async fn touch_sessions(&self, uses: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        self.write(move |db| sessions::touch(db, &uses)).await
    }

    async fn freshen_session(&self, id: SessionId, until: Timestamp) -> Result<Changed, StoreError> {
        self.write(move |db| sessions::freshen(db, id, until)).await
    }

    async fn end_session(&self, operator_id: OperatorId, id: SessionId) -> Result<Changed, StoreError> {
        self.write(move |db| sessions::end(db, operator_id, id)).await
    }

    async fn end_other_sessions(&self, operator_id: OperatorId, but: SessionId) -> Result<u64, StoreError> {
        self.write(move |db| sessions::end_others(db, operator_id, but)).await
    }

    async fn activities(&self, operator_id: OperatorId, limit: u32) -> Result<Vec<Activity>, StoreError> {
        self.read(move |db| activities::of_operator(db, operator_id, limit)).await
    }

    async fn purge_console(&self, now: Timestamp, forgotten: Timestamp) -> Result<(), StoreError> {
        self.write(move |db| {
            sessions::purge(db, now)?;
            links::purge(db, now)?;
            activities::purge(db, forgotten)
        })
        .await
    }
}
