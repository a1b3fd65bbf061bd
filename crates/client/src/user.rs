//! One user of the app.

use passgate_api::public::Credential;

use crate::error::Error;
use crate::listing::CredentialQuery;
use crate::transport::Transport;

/// No person has more passkeys than this; a list that goes on is a fault.
const MOST_PAGES: u32 = 50;

/// One user, by the app's own id.
#[derive(Clone, Copy)]
pub struct UserHandle<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) id: &'a str,
}

impl UserHandle<'_> {
    /// All of the user's passkeys, newest first; none for a user whom Passgate does not know. One request for
    /// twenty passkeys, and at most the newest thousand.
    pub async fn credentials(&self) -> Result<Vec<Credential>, Error> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let query = CredentialQuery {
                user_id: Some(self.id.to_owned()),
                page: Some(page),
                ..CredentialQuery::default()
            };
            let found = query.fetch(self.transport).await?;
            let ended = found.credentials.is_empty();
            all.extend(found.credentials);
            if ended || all.len() as u64 >= found.total {
                break;
            }
        }
        Ok(all)
    }
}
