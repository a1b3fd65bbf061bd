//! Client data (WebAuthn §5.8.1).

use serde_json::{Map, Value};

/// The members of the client data, in the order in which they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientData(Vec<(String, Value)>);

impl ClientData {
    pub(crate) fn new(ceremony: &str, challenge: &str, origin: &str) -> Self {
        let mut data = Self(Vec::new());
        data.set("type", ceremony);
        data.set("challenge", challenge);
        data.set("origin", origin);
        data.set("crossOrigin", false);
        data
    }

    /// Puts a member at the end, or in the place of the one of its name.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(member) => member.1 = value.into(),
            None => self.0.push((name.to_owned(), value.into())),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// The JSON, as a browser writes it (§5.8.1.1).
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let members: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| {
                // Written as an object of one member, so that the order stays.
                let object = Value::Object(Map::from_iter([(name.clone(), value.clone())])).to_string();
                object[1..object.len() - 1].to_owned()
            })
            .collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::ClientData;

    #[test]
    fn members_keep_their_order() {
        let mut data = ClientData::new("webauthn.get", "AAAA", "https://example.com");
        data.set("extra", "a\"b");
        data.remove("challenge");
        assert_eq!(
            String::from_utf8(data.to_json()).unwrap(),
            r#"{"type":"webauthn.get","origin":"https://example.com","crossOrigin":false,"extra":"a\"b"}"#
        );
    }
}
