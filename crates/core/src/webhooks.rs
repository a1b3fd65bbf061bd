//! What operators do with a tenant's webhooks.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::credential::{Page, PageRequest};
use crate::event::EventType;
use crate::ids::{EndpointId, EventId, TenantId};
use crate::passgate::Passgate;
use crate::rng::{random_bytes, random_uuid};
use crate::server_secret::{OpenError, Sealed};
use crate::store::{Changed, Store, StoreError};
use crate::text::Text;
use crate::webhook::{
    DeliveryRecord, EndpointChange, EndpointInserted, EndpointState, WebhookEndpoint, WebhookSecret,
    seal_context,
};

/// How long a secret that was replaced still signs beside its successor, unless told otherwise.
const SECRET_OVERLAP: Duration = Duration::from_hours(24);

/// An endpoint that was made, or whose secret was replaced, with the new secret: to be shown this once.
#[derive(Debug)]
pub struct NewWebhookSecret {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// The secret's 32 bytes.
    pub secret: Zeroizing<[u8; 32]>,
}

/// When a secret that is replaced signs no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretOverlap {
    /// After a day, in which both sign.
    Day,
    /// At once, for a secret that got out.
    None,
}

impl<S: Store> Passgate<S> {
    /// A tenant's endpoints, oldest first; `None` if there is no such tenant.
    pub async fn webhook_endpoints(
        &self,
        tenant_id: TenantId,
    ) -> Result<Option<Vec<WebhookEndpoint>>, StoreError> {
        if self.find_tenant(tenant_id).await?.is_none() {
            return Ok(None);
        }
        self.store.webhook_endpoints(tenant_id).await.map(Some)
    }

    /// Makes an endpoint.
    pub async fn create_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        url: Text<1, 2048>,
        description: Text<0, 256>,
        events: Vec<EventType>,
    ) -> Result<(EndpointInserted, NewWebhookSecret), StoreError> {
        let now = self.now();
        let id = EndpointId::new(random_uuid(&*self.rng));
        let endpoint = WebhookEndpoint {
            id,
            url,
            description,
            events,
            state: EndpointState::Enabled,
            failures: 0,
            paused_until: None,
            created_at: now,
            updated_at: now,
        };
        let (new, stored) = self.new_webhook_secret(tenant_id, id);
        let inserted = self.store.create_webhook_endpoint(tenant_id, endpoint, stored).await?;
        Ok((inserted, new))
    }

    /// Changes an endpoint.
    pub async fn change_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
        change: EndpointChange,
    ) -> Result<Changed, StoreError> {
        self.store.change_webhook_endpoint(tenant_id, id, change, self.now()).await
    }

    /// Deletes an endpoint with its deliveries.
    pub async fn delete_webhook_endpoint(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
    ) -> Result<Changed, StoreError> {
        self.store.delete_webhook_endpoint(tenant_id, id).await
    }

    /// Replaces an endpoint's secret; the old one signs beside it for a while, so that the receiver can change over.
    /// `None` if there is no such endpoint.
    pub async fn replace_webhook_secret(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
        overlap: SecretOverlap,
    ) -> Result<Option<NewWebhookSecret>, StoreError> {
        let (new, stored) = self.new_webhook_secret(tenant_id, id);
        let old_until = match overlap {
            SecretOverlap::Day => stored.created_at + SECRET_OVERLAP,
            SecretOverlap::None => stored.created_at,
        };
        Ok(match self.store.replace_webhook_secret(stored, old_until).await? {
            Changed::Done => Some(new),
            Changed::NotFound => None,
        })
    }

    /// A page of an endpoint's deliveries; `None` if there is no such endpoint.
    pub async fn webhook_deliveries(
        &self,
        tenant_id: TenantId,
        id: EndpointId,
        page: PageRequest,
    ) -> Result<Option<Page<DeliveryRecord>>, StoreError> {
        self.store.webhook_deliveries(tenant_id, id, page).await
    }

    /// Makes a delivery due again, whatever became of it.
    pub async fn redeliver(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        event_id: EventId,
    ) -> Result<Changed, StoreError> {
        self.store.redeliver(tenant_id, endpoint_id, event_id, self.now()).await
    }

    /// Opens a secret that signs for an endpoint.
    pub fn open_webhook_secret(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.secrets.open(sealed, &seal_context(tenant_id, endpoint_id))
    }

    fn new_webhook_secret(
        &self,
        tenant_id: TenantId,
        endpoint_id: EndpointId,
    ) -> (NewWebhookSecret, WebhookSecret) {
        let secret = Zeroizing::new(random_bytes::<32>(&*self.rng));
        let stored = WebhookSecret {
            tenant_id,
            endpoint_id,
            created_at: self.now(),
            expires_at: None,
            sealed: self.secrets.seal(&*secret, &seal_context(tenant_id, endpoint_id), &*self.rng),
        };
        (NewWebhookSecret { endpoint_id, secret }, stored)
    }
}
