//! Identifiers, each a type of its own so that one can't stand in for another.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])+ $name:ident,)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID inside.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(Uuid::try_parse(text)?))
            }
        }
    )+};
}

uuid_ids! {
    /// A tenant: one relying party with its own users, keys and policy.
    TenantId,
    /// A user's row. Random, and never told to the app, whose own id of the user is [`crate::user::AppUserId`].
    UserId,
    /// An API key.
    ApiKeyId,
    /// A signing key's row; the JWKS knows it by its `kid`.
    SigningKeyId,
    /// An admin token.
    AdminTokenId,
    /// A row of the audit log.
    AuditId,
    /// A database, told from every other by a random id that it was made with.
    DatabaseId,
    /// Something that webhooks tell of. Its text form is the header `webhook-id`: the same at every attempt and at every
    /// endpoint, so that a receiver knows what it had before.
    EventId,
    /// Where a tenant wants to hear of events.
    EndpointId,
    /// One claim of deliveries by one process. Only who holds the lease may record what became of them.
    LeaseId,
    /// A transaction's row; the app knows it by its own identifier.
    TransactionId,
    /// A person who signs in to the console. Its text form is the person's user id in the console's own tenant.
    OperatorId,
    /// A session of an operator's.
    SessionId,
    /// A link that lets its holder do one thing once: claim the console, recover an account, join an organization.
    LinkId,
    /// Operators who share projects.
    OrganizationId,
    /// An app with its environments.
    ProjectId,
    /// A row of what operators did.
    ActivityId,
}

impl AuditId {
    /// The id `number` places further in a series that begins with this one.
    #[must_use]
    pub fn offset(self, number: u32) -> Self {
        Self(Uuid::from_u128(self.0.as_u128() ^ u128::from(number)))
    }
}

impl EventId {
    /// The id of the event of this number, from 0, that is stored with an audit row. Audit rows' ids are random, and so
    /// these are.
    #[must_use]
    pub fn with(row: AuditId, number: u32) -> Self {
        Self(*row.offset(number).as_uuid())
    }
}

/// A credential id as the authenticator chose it: 1 to 1023 bytes (WebAuthn Level 3, §4).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Box<[u8]>);

/// A text or byte string is no credential id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a credential id is 1 to 1023 bytes, in base64url")]
pub struct InvalidCredentialId;

impl CredentialId {
    /// The longest a credential id may be, in bytes.
    pub const MAX_LENGTH: usize = 1023;

    /// Wraps the raw bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidCredentialId> {
        if bytes.is_empty() || bytes.len() > Self::MAX_LENGTH {
            return Err(InvalidCredentialId);
        }
        Ok(Self(bytes.into()))
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({self})")
    }
}

impl FromStr for CredentialId {
    type Err = InvalidCredentialId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Longer text can't decode to a valid id; checked first so that a long path costs no decoding.
        if text.len() > Self::MAX_LENGTH * 2 {
            return Err(InvalidCredentialId);
        }
        let bytes = passgate_webauthn::base64url::decode(text).map_err(|_| InvalidCredentialId)?;
        Self::new(&bytes)
    }
}

/// The user handle that passkeys carry (WebAuthn Level 3, §5.4.3): 1 to 64 bytes, random, and no personal data.
/// Passgate's own are 32 bytes; imported users keep theirs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserHandle(Box<[u8]>);

/// A byte string is no user handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user handle is 1 to 64 bytes")]
pub struct InvalidUserHandle;

impl UserHandle {
    /// Wraps the raw bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidUserHandle> {
        if bytes.is_empty() || bytes.len() > 64 {
            return Err(InvalidUserHandle);
        }
        Ok(Self(bytes.into()))
    }

    /// A new random handle, 32 bytes.
    #[must_use]
    pub fn random(rng: &dyn crate::rng::Rng) -> Self {
        Self(Box::new(crate::rng::random_bytes::<32>(rng)))
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserHandle({})", BASE64URL_NOPAD.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credential_ids_are_1_to_1023_bytes() {
        assert_eq!(CredentialId::new(&[]), Err(InvalidCredentialId));
        assert!(CredentialId::new(&[7; 1023]).is_ok());
        assert_eq!(CredentialId::new(&[7; 1024]), Err(InvalidCredentialId));
    }

    #[test]
    fn a_credential_id_survives_its_text_form() {
        let id = CredentialId::new(&[0xfb, 0xff, 0x00]).unwrap();
        assert_eq!(id.to_string(), "-_8A");
        assert_eq!("-_8A".parse(), Ok(id));
    }

    #[test]
    fn user_handles_are_1_to_64_bytes() {
        assert_eq!(UserHandle::new(&[]), Err(InvalidUserHandle));
        assert!(UserHandle::new(&[1; 64]).is_ok());
        assert_eq!(UserHandle::new(&[1; 65]), Err(InvalidUserHandle));
    }
}
