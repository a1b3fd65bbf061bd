//! Identifiers, each a type of its own so that one can't stand in for another.

use std::fmt;
use std::str::FromStr;

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
    /// Something that happened. Its text form is the header `webhook-id`: the same at every attempt and at every
    /// endpoint, so that a receiver knows what it had before.
    EventId,
    /// Where a tenant wants to hear of events.
    EndpointId,
    /// One claim of deliveries by one process. Only who holds the lease may record what became of them.
    LeaseId,
}
