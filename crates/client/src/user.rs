//! One user of the app.

use passgate_api::public::{Credential, CredentialsDeleted, Signals};

use crate::error::Error;
use crate::listing::CredentialQuery;
use crate::transport::{Call, Transport};

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

    /// Deletes all of the user's passkeys, and second factors too; returns how many there were. For a user whom
    /// Passgate does not know: [`ErrorCode::USER_NOT_FOUND`](crate::ErrorCode::USER_NOT_FOUND).
    pub async fn remove_credentials(&self) -> Result<u64, Error> {
        let path = ["users", self.id()?, "credentials"];
        Ok(self.transport.send(Call::delete(&path)).await?.json::<CredentialsDeleted>()?.deleted)
    }

    /// What the page hands to the browser's `signalAllAcceptedCredentials` and `signalCurrentUserDetails` after a change,
    /// so that the person's devices offer what is accepted, under its current name. As JSON it is what they take.
    ///
    /// Withheld where a browser could delete a passkey that is good
    /// ([`ErrorCode::SIGNALS_HANDLE_SHARED`](crate::ErrorCode::SIGNALS_HANDLE_SHARED),
    /// [`ErrorCode::SIGNALS_IMPORT_UNFINISHED`](crate::ErrorCode::SIGNALS_IMPORT_UNFINISHED)): then tell it nothing.
    pub async fn signals(&self) -> Result<Signals, Error> {
        self.transport.send(Call::get(&["users", self.id()?, "signals"])).await?.json()
    }

    /// The id as a path segment. `.`, `..` and the empty one would address another resource.
    fn id(&self) -> Result<&str, Error> {
        if matches!(self.id, "" | "." | "..") { Err(Error::UserIdInvalid) } else { Ok(self.id) }
    }
}
