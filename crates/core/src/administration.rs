//! What operators do: tenants, API keys, signing keys, admin tokens, and the server secret's rotation.

use std::time::Duration;

use crate::admin_token::{self, AdminTokenRecord};
use crate::api_key::{self, ApiKeyRecord, NewApiKey};
use crate::clock::Timestamp;
use crate::config::TenantConfig;
use crate::ids::{AdminTokenId, ApiKeyId, SigningKeyId, TenantId};
use crate::key_secret::{KeyHash, KeySecret};
use crate::passgate::Passgate;
use crate::rng::random_uuid;
use crate::server_secret::{OpenError, SecretId};
use crate::signing_key::{
    self, PUBLISHED_FOR, SealedSigningKey, SigningAlgorithm, SigningKey, SigningKeyError, SigningKeyState,
    Turn,
};
use crate::store::{Changed, Inserted, KeyRoll, NewTenant, Rotation, SigningKeyDeletion, Store, StoreError};
use crate::tenant::{TenantRecord, TenantSummary};
use crate::text::Text;
use crate::webhook::{self, WebhookSecret};

/// How many signing keys are resealed in one commit.
const RESEAL_BATCH: u32 = 500;

/// A tenant that was made.
#[derive(Debug)]
pub struct CreatedTenant {
    /// Its id.
    pub id: TenantId,
    /// Its first API key, where one was asked for.
    pub api_key: Option<CreatedApiKey>,
}

/// An API key that was made, with its secret: to be shown this once.
#[derive(Debug)]
pub struct CreatedApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name.
    pub name: Text<1, 128>,
    /// The key itself.
    pub secret: KeySecret,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused; none: never.
    pub expires_at: Option<Timestamp>,
}

/// What became of an API key that was to take another's place.
#[derive(Debug)]
pub enum RolledApiKey {
    /// It was made, to replace the key of this name.
    Done(CreatedApiKey, Text<1, 128>),
    /// The tenant has a key of this name.
    NameTaken,
    /// The tenant has no key that could be replaced.
    NotFound,
}

/// An admin token that was made, with its secret: to be shown this once.
#[derive(Debug)]
pub struct CreatedAdminToken {
    /// Its id.
    pub id: AdminTokenId,
    /// Its name.
    pub name: Text<1, 128>,
    /// The token itself.
    pub secret: KeySecret,
}

/// What became of something that needs a unique name in a tenant.
#[derive(Debug)]
pub enum Created<T> {
    /// It was made.
    Done(T),
    /// The name is taken.
    NameTaken,
    /// There is no such tenant.
    UnknownTenant,
}

/// A signing key as operators see it.
#[derive(Debug, Clone)]
pub struct SigningKeyInfo {
    /// The key, its private half sealed.
    pub key: SealedSigningKey,
    /// Where it is in its life.
    pub state: SigningKeyState,
}

/// Sealed values can't be moved to the current server secret.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// A signing key can't be opened.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// A webhook's secret can't be opened.
    #[error("a webhook's secret can't be opened: {0}")]
    WebhookSecret(#[from] OpenError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Passgate<S> {
    /// All tenants.
    pub async fn list_tenants(&self) -> Result<Vec<TenantSummary>, StoreError> {
        self.store.tenants().await
    }

    /// A tenant as stored, past the cache: operators see what they just wrote.
    pub async fn find_tenant(&self, id: TenantId) -> Result<Option<TenantRecord>, StoreError> {
        Ok(self.store.tenant(id).await?.tenant)
    }

    /// Makes a tenant, with a signing key that signs at once: no cache can hold an older JWKS of it.
    pub async fn create_tenant(
        &self,
        display_name: Text<1, 128>,
        config: TenantConfig,
        algorithm: SigningAlgorithm,
        api_key_name: Option<Text<1, 128>>,
    ) -> Result<CreatedTenant, StoreError> {
        let now = self.now();
        let id = TenantId::new(random_uuid(&*self.rng));
        let signing_key = self.new_signing_key(id, algorithm, default_key_name(now), now, now);
        let api_key = api_key_name.map(|name| self.new_api_key(name, now, None));
        self.store
            .create_tenant(NewTenant {
                id,
                display_name,
                config,
                api_key: api_key.as_ref().map(stored_api_key),
                signing_key,
                now,
            })
            .await?;
        self.poll_version().await?;
        Ok(CreatedTenant { id, api_key })
    }

    /// Gives a tenant another name.
    pub async fn rename_tenant(&self, id: TenantId, name: Text<1, 128>) -> Result<Changed, StoreError> {
        let changed = self.store.rename_tenant(id, name, self.now()).await?;
        self.poll_version().await?;
        Ok(changed)
    }

    /// Gives a tenant another configuration.
    pub async fn configure_tenant(&self, id: TenantId, config: TenantConfig) -> Result<Changed, StoreError> {
        let changed = self.store.configure_tenant(id, config, self.now()).await?;
        self.poll_version().await?;
        Ok(changed)
    }

    /// Deletes a tenant with everything of its.
    pub async fn delete_tenant(&self, id: TenantId) -> Result<Changed, StoreError> {
        let changed = self.store.delete_tenant(id).await?;
        self.poll_version().await?;
        Ok(changed)
    }

    /// A tenant's API keys; `None` if there is no such tenant.
    pub async fn list_api_keys(&self, tenant_id: TenantId) -> Result<Option<Vec<ApiKeyRecord>>, StoreError> {
        if self.find_tenant(tenant_id).await?.is_none() {
            return Ok(None);
        }
        self.store.api_keys(tenant_id).await.map(Some)
    }

    /// Makes an API key, which may end by itself.
    pub async fn create_api_key(
        &self,
        tenant_id: TenantId,
        name: Text<1, 128>,
        expires_at: Option<Timestamp>,
    ) -> Result<Created<CreatedApiKey>, StoreError> {
        let key = self.new_api_key(name, self.now(), expires_at);
        let inserted = self.store.create_api_key(tenant_id, stored_api_key(&key)).await?;
        self.poll_version().await?;
        Ok(created(inserted, key))
    }

    /// Makes an API key in place of another, which goes on for a while. Without a name, it has the other's with a number.
    pub async fn roll_api_key(
        &self,
        tenant_id: TenantId,
        replaced: ApiKeyId,
        overlap: Duration,
        name: Option<Text<1, 128>>,
        expires_at: Option<Timestamp>,
    ) -> Result<RolledApiKey, StoreError> {
        let keys = self.store.api_keys(tenant_id).await?;
        let Some(old) = keys.iter().find(|key| key.id == replaced) else { return Ok(RolledApiKey::NotFound) };
        let name = name.unwrap_or_else(|| api_key::next_name(&old.name, &keys));
        let now = self.now();
        let key = self.new_api_key(name, now, expires_at);
        let rolled =
            self.store.roll_api_key(tenant_id, replaced, now + overlap, stored_api_key(&key)).await?;
        self.poll_version().await?;
        Ok(match rolled {
            KeyRoll::Done => RolledApiKey::Done(key, old.name.clone()),
            KeyRoll::NameTaken => RolledApiKey::NameTaken,
            KeyRoll::NotFound => RolledApiKey::NotFound,
        })
    }

    /// Revokes an API key: from the next request on here, within a second on other nodes.
    pub async fn delete_api_key(&self, tenant_id: TenantId, id: ApiKeyId) -> Result<Changed, StoreError> {
        let changed = self.store.delete_api_key(tenant_id, id).await?;
        self.poll_version().await?;
        Ok(changed)
    }

    /// A tenant's signing keys, oldest first; `None` if there is no such tenant.
    pub async fn list_signing_keys(
        &self,
        tenant_id: TenantId,
    ) -> Result<Option<Vec<SigningKeyInfo>>, StoreError> {
        let now = self.now();
        Ok(self.find_tenant(tenant_id).await?.map(|tenant| {
            let turns: Vec<Turn> = tenant.signing_keys.iter().map(Turn::from).collect();
            let inform = |key: SealedSigningKey| {
                let state = signing_key::state((&key).into(), &turns, now);
                SigningKeyInfo { key, state }
            };
            tenant.signing_keys.into_iter().map(inform).collect()
        }))
    }

    /// Makes a tenant's next signing key. `None` if there is no such tenant. Without an algorithm, that of the
    /// youngest key.
    pub async fn rotate_signing_key(
        &self,
        tenant_id: TenantId,
        algorithm: Option<SigningAlgorithm>,
        name: Option<Text<1, 128>>,
        rotation: Rotation,
    ) -> Result<Option<SigningKeyInfo>, StoreError> {
        let now = self.now();
        let Some(tenant) = self.find_tenant(tenant_id).await? else { return Ok(None) };
        let algorithm = algorithm
            .or_else(|| tenant.signing_keys.last().map(|key| key.algorithm))
            .unwrap_or(SigningAlgorithm::Es256);
        let (signs_from, state) = match rotation {
            Rotation::Graceful => (now + PUBLISHED_FOR, SigningKeyState::Published),
            Rotation::Immediate => (now, SigningKeyState::Active),
        };
        let name = name.unwrap_or_else(|| default_key_name(now));
        let key = self.new_signing_key(tenant_id, algorithm, name, now, signs_from);
        let changed = self.store.rotate_signing_key(tenant_id, key.clone(), rotation, now).await?;
        self.poll_version().await?;
        Ok(match changed {
            Changed::Done => Some(SigningKeyInfo { key, state }),
            Changed::NotFound => None,
        })
    }

    /// Deletes a signing key that does not sign; tokens that it signed are refused from then on, as soon as caches
    /// of the JWKS let go of it.
    pub async fn delete_signing_key(
        &self,
        tenant_id: TenantId,
        id: SigningKeyId,
    ) -> Result<SigningKeyDeletion, StoreError> {
        let deletion = self.store.delete_signing_key(tenant_id, id, self.now()).await?;
        self.poll_version().await?;
        Ok(deletion)
    }

    /// Makes an admin token.
    pub async fn create_admin_token(
        &self,
        name: Text<1, 128>,
    ) -> Result<Created<CreatedAdminToken>, StoreError> {
        let id = AdminTokenId::new(random_uuid(&*self.rng));
        let secret = KeySecret::generate(admin_token::PREFIX, &*self.rng);
        let record = AdminTokenRecord {
            id,
            name: name.clone(),
            hash: secret.hash(),
            hint: secret.hint(),
            created_at: self.now(),
        };
        let inserted = self.store.create_admin_token(record).await?;
        Ok(created(inserted, CreatedAdminToken { id, name, secret }))
    }

    /// Whether an admin token was presented. Read from the database each time: a revoked one is refused at once.
    pub async fn is_admin(&self, presented: &str) -> Result<bool, StoreError> {
        Ok(self.store.admin_token(KeyHash::of(presented)).await?.is_some())
    }

    /// All admin tokens, without their secrets.
    pub async fn list_admin_tokens(&self) -> Result<Vec<AdminTokenRecord>, StoreError> {
        self.store.admin_tokens().await
    }

    /// Revokes an admin token.
    pub async fn delete_admin_token(&self, id: AdminTokenId) -> Result<Changed, StoreError> {
        self.store.delete_admin_token(id).await
    }

    /// The server secrets that sealed values need and that are not configured.
    pub async fn missing_secrets(&self) -> Result<Vec<SecretId>, StoreError> {
        let in_use = self.store.secrets_in_use().await?;
        Ok(in_use.into_iter().filter(|id| !self.secrets.knows(*id)).collect())
    }

    /// Moves every sealed value to the current server secret; `progress` is told how many are done after each commit.
    /// Returns how many were moved. Can be interrupted and run again.
    pub async fn reseal(&self, mut progress: impl FnMut(u64)) -> Result<u64, ResealError> {
        let current = self.secrets.current().id();
        let mut moved = 0;
        loop {
            let batch = self.store.signing_keys_to_reseal(current, RESEAL_BATCH).await?;
            if batch.is_empty() {
                break;
            }
            let resealed = batch
                .iter()
                .map(|key| SigningKey::reseal(key, &self.secrets, &*self.rng))
                .collect::<Result<_, _>>()?;
            moved += self.store.reseal_signing_keys(resealed).await?;
            progress(moved);
        }
        loop {
            let batch = self.store.webhook_secrets_to_reseal(current, RESEAL_BATCH).await?;
            if batch.is_empty() {
                return Ok(moved);
            }
            let resealed =
                batch.iter().map(|secret| self.reseal_webhook_secret(secret)).collect::<Result<_, _>>()?;
            moved += self.store.reseal_webhook_secrets(resealed).await?;
            progress(moved);
        }
    }

    fn reseal_webhook_secret(&self, secret: &WebhookSecret) -> Result<WebhookSecret, OpenError> {
        let context = webhook::seal_context(secret.tenant_id, secret.endpoint_id);
        let plain = self.secrets.open(&secret.sealed, &context)?;
        Ok(WebhookSecret { sealed: self.secrets.seal(&plain, &context, &*self.rng), ..secret.clone() })
    }

    fn new_api_key(
        &self,
        name: Text<1, 128>,
        created_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> CreatedApiKey {
        let id = ApiKeyId::new(random_uuid(&*self.rng));
        let secret = KeySecret::generate(api_key::PREFIX, &*self.rng);
        CreatedApiKey { id, name, secret, created_at, expires_at }
    }

    /// A signing key for a tenant that is imported, which signs at once: no cache can hold an older JWKS of it.
    #[must_use]
    pub fn imported_signing_key(&self, tenant_id: TenantId, algorithm: SigningAlgorithm) -> SealedSigningKey {
        let now = self.now();
        self.new_signing_key(tenant_id, algorithm, default_key_name(now), now, now)
    }

    pub(crate) fn new_signing_key(
        &self,
        tenant_id: TenantId,
        algorithm: SigningAlgorithm,
        name: Text<1, 128>,
        now: Timestamp,
        signs_from: Timestamp,
    ) -> SealedSigningKey {
        SigningKey::generate(tenant_id, algorithm, name, now, signs_from, &self.secrets, &*self.rng)
    }
}

fn stored_api_key(key: &CreatedApiKey) -> NewApiKey {
    NewApiKey {
        id: key.id,
        name: key.name.clone(),
        hash: key.secret.hash(),
        hint: key.secret.hint(),
        created_at: key.created_at,
        expires_at: key.expires_at,
    }
}

fn created<T>(inserted: Inserted, made: T) -> Created<T> {
    match inserted {
        Inserted::Stored => Created::Done(made),
        Inserted::NameTaken => Created::NameTaken,
        Inserted::UnknownTenant => Created::UnknownTenant,
    }
}

pub(crate) fn default_key_name(now: Timestamp) -> Text<1, 128> {
    let date = now.to_date_time().date();
    // A date is short text without NUL.
    Text::new(format!("Signing key of {date}")).expect("a date is short text")
}
