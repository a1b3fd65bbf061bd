//! Listing a tenant's passkeys.

use passgate_api::public::Credential;

use crate::error::{Error, ResponseProblem};
use crate::transport::{Call, Transport};

/// Which passkeys to list, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialQuery {
    /// The app's own id of a user; all of the tenant's where absent.
    pub user_id: Option<String>,
    /// Counted from 1. Default: 1.
    pub page: Option<u32>,
    /// Default: 20.
    pub per_page: Option<u32>,
    /// Default: newest first.
    pub order: Order,
}

/// Which end a list starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By time of registration, the latest first.
    #[default]
    NewestFirst,
    /// By time of registration, the earliest first.
    OldestFirst,
}

/// One page of passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialPage {
    /// Those on this page.
    pub credentials: Vec<Credential>,
    /// How many there are on all pages.
    pub total: u64,
}

impl CredentialQuery {
    pub(crate) async fn fetch(&self, transport: &Transport) -> Result<CredentialPage, Error> {
        let mut call = Call::get(&["credentials"]);
        if let Some(user_id) = &self.user_id {
            call = call.query("user_id", user_id.clone());
        }
        if let Some(page) = self.page {
            call = call.query("page", page.to_string());
        }
        if let Some(per_page) = self.per_page {
            call = call.query("per_page", per_page.to_string());
        }
        if self.order == Order::OldestFirst {
            call = call.query("order", "asc".to_owned());
        }
        let answer = transport.send(call).await?;
        let total = answer.headers.get("x-total-count").and_then(|count| count.to_str().ok()?.parse().ok());
        let malformed = Error::InvalidResponse { status: 200, problem: ResponseProblem::BodyMalformed };
        Ok(CredentialPage { credentials: answer.json()?, total: total.ok_or(malformed)? })
    }
}
