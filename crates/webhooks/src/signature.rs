//! The signature by which a receiver knows that a message is Passgate's, whole, and of now.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use passgate_core::clock::Timestamp;

use crate::signing_secret::SigningSecret;
use passgate_core::ids::EventId;

/// The header with the event's id.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the moment of the attempt, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// The value of `webhook-signature` (Standard Webhooks 1.0.0, "Signature scheme"): for each secret `v1,` and the base64
/// of HMAC-SHA-256 over `<id>.<seconds>.<body>`. Several secrets are in use while one is being replaced.
#[must_use]
pub fn sign(id: EventId, attempted_at: Timestamp, body: &str, secrets: &[SigningSecret]) -> String {
    let before_body = format!("{id}.{}.", attempted_at.as_seconds());
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let mut context = hmac::Context::with_key(&secret.key());
            context.update(before_body.as_bytes());
            context.update(body.as_bytes());
            format!("v1,{}", BASE64.encode(context.sign().as_ref()))
        })
        .collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_signature_is_over_id_time_and_body() {
        let secret = SigningSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").unwrap();
        let id = EventId::new(Uuid::from_u128(1));
        let at = Timestamp::from_millis(1_700_000_000_999);
        // printf '00000000-0000-0000-0000-000000000001.1700000000.{"a":"ü"}' |
        //   openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1617 -binary | base64
        let expected = "v1,mMXWr96YyZxhnkLFcvK76BPfsnCSZWtyGPahZg1XdaA=";
        assert_eq!(sign(id, at, r#"{"a":"ü"}"#, &[secret]), expected);
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let [old, new] = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"]
            .map(|body| SigningSecret::parse(&format!("whsec_{body}")).unwrap());
        let (id, at) = (EventId::new(Uuid::from_u128(1)), Timestamp::from_millis(0));
        let alone = [&new, &old].map(|secret| sign(id, at, "{}", std::slice::from_ref(secret)));
        assert_ne!(alone[0], alone[1]);
        assert_eq!(sign(id, at, "{}", &[new, old]), alone.join(" "));
    }
}
