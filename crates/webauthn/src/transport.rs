//! How a client reaches an authenticator (§5.8.4): hints, never proof.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest transport name that is kept, in bytes.
pub(crate) const MAX_TRANSPORT_BYTES: usize = 32;
/// The most transports that are kept of one credential.
pub(crate) const MAX_TRANSPORTS: usize = 8;

/// One way to reach an authenticator. §5.8.4 asks relying parties to keep values that they don't know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AuthenticatorTransport {
    /// Removable USB.
    Usb,
    /// Near field communication.
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// ISO/IEC 7816 smart card with contacts.
    SmartCard,
    /// Another device, by a mixture of transports (a phone, by QR code).
    Hybrid,
    /// Part of the client's device.
    Internal,
    /// A name unknown here.
    Other(UnknownTransport),
}

/// A transport's name that is unknown here: 1 to 32 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownTransport(Box<str>);

impl AuthenticatorTransport {
    /// The transport of this name; `None` where it is empty, longer than 32 bytes or not printable ASCII
    /// (own check: such a name is no use to anyone).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "usb" => Self::Usb,
            "nfc" => Self::Nfc,
            "ble" => Self::Ble,
            "smart-card" => Self::SmartCard,
            "hybrid" => Self::Hybrid,
            "internal" => Self::Internal,
            _ if name.is_empty() || name.len() > MAX_TRANSPORT_BYTES => return None,
            _ if !name.bytes().all(|byte| byte.is_ascii_graphic()) => return None,
            _ => Self::Other(UnknownTransport(name.into())),
        })
    }

    /// The name as the specification spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::SmartCard => "smart-card",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
            Self::Other(UnknownTransport(name)) => name,
        }
    }

    /// The transports a client reported, each once, in its order. What can't be a transport, and what comes
    /// after the eighth, is left out: they are hints, no reason to refuse a credential.
    pub(crate) fn collect<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let mut transports = Vec::new();
        for transport in names.into_iter().filter_map(Self::parse) {
            if transports.len() < MAX_TRANSPORTS && !transports.contains(&transport) {
                transports.push(transport);
            }
        }
        transports
    }
}

impl Serialize for AuthenticatorTransport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AuthenticatorTransport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom("not an authenticator transport"))
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthenticatorTransport as Transport, MAX_TRANSPORTS};

    #[test]
    fn known_names_are_values_and_unknown_ones_are_kept() {
        let names = ["internal", "hybrid", "cable", "usb", "nfc", "ble", "smart-card"];
        let transports = Transport::collect(names);
        assert_eq!(transports.iter().map(Transport::as_str).collect::<Vec<_>>(), names);
        assert!(matches!(transports[2], Transport::Other(_)));
    }

    #[test]
    fn repeated_overlong_and_surplus_names_are_left_out() {
        assert_eq!(Transport::collect(["usb", "usb", "", "a b", &"x".repeat(33)]), [Transport::Usb]);
        let many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(Transport::collect(many.iter().map(String::as_str)).len(), MAX_TRANSPORTS);
    }
}
