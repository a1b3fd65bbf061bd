//! One passkey.

use passgate_api::public::{Credential, CredentialUpdate};

use crate::error::Error;
use crate::transport::{Call, Transport};

/// One passkey of the tenant, by its credential id.
///
/// An id that is not there is [`ErrorCode::CREDENTIAL_NOT_FOUND`](crate::ErrorCode::CREDENTIAL_NOT_FOUND); one
/// that can't be a credential id is [`Error::CredentialIdInvalid`], and nothing is sent.
///
/// The API key reaches every user's passkeys: before you rename or remove one for a person, check that
/// [`Credential::user_id`] is theirs.
#[derive(Clone, Copy)]
pub struct CredentialHandle<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) id: &'a str,
}

impl CredentialHandle<'_> {
    /// The passkey as Passgate knows it.
    pub async fn get(&self) -> Result<Credential, Error> {
        self.transport.send(Call::get(&["credentials", self.id()?])).await?.json()
    }

    /// Gives it another name: 1 to 128 characters.
    pub async fn rename(&self, name: &str) -> Result<(), Error> {
        let update = CredentialUpdate { name: name.to_owned() };
        self.transport.send(Call::patch(&["credentials", self.id()?], &update)).await?;
        Ok(())
    }

    /// Deletes it: nobody logs in with it again. The person's device still offers it until told otherwise.
    ///
    /// ```no_run
    /// # async fn example(tenant: passgate_client::Tenant) -> Result<(), passgate_client::Error> {
    /// let passkey = tenant.credential("Xs1tVRlmX3xqkOAmqTaUzg");
    /// if passkey.get().await?.user_id == "42" {
    ///     passkey.remove().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove(&self) -> Result<(), Error> {
        self.transport.send(Call::delete(&["credentials", self.id()?])).await?;
        Ok(())
    }

    /// The id as a path segment. One like `..` or the empty one would address another resource.
    fn id(&self) -> Result<&str, Error> {
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let possible = !self.id.is_empty() && self.id.bytes().all(base64url);
        if possible { Ok(self.id) } else { Err(Error::CredentialIdInvalid) }
    }
}
