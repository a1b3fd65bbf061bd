//! Authenticator data (WebAuthn §6.1).

use passgate_webauthn::RpId;
use passgate_webauthn::inspect::{AuthenticatorDataFields, Flags, check_authenticator_data};

use super::{Explanation, Refusal, add_aaguid, add_verifier, cbor, cose_key, hex, yes_no};
use crate::cli::inspect::facts::Facts;

/// The RP ID of nearly every developer's machine.
const LOCALHOST: &str = "localhost";

/// Authenticator data, whose RP ID may be one of `rp_ids`.
pub(crate) fn authenticator_data(bytes: &[u8], rp_ids: &[&str]) -> Explanation {
    let fields = AuthenticatorDataFields::read(bytes);
    let mut explanation = Explanation::new();
    if let Some(hash) = fields.rp_id_hash {
        let is_of = |text: &&str| RpId::parse(text).is_ok_and(|rp_id| rp_id.hash()[..] == *hash);
        let rp_id = rp_ids.iter().copied().chain([LOCALHOST]).find(is_of);
        let text = match rp_id {
            Some(rp_id) => format!("{} (of {rp_id:?})", hex(hash)),
            None if rp_ids.is_empty() => hex(hash),
            None => format!("{} (not of the origin's host, nor of a domain above it)", hex(hash)),
        };
        explanation.facts.add("rp_id_hash", "RP ID hash", hex(hash), text);
        explanation.facts.add_value("rp_id", rp_id);
    }
    if let Some(byte) = fields.flags {
        let set = Flags::NAMES.iter().map(|(name, _)| *name).filter(|name| byte.has(name));
        let names = set.collect::<Vec<_>>().join(" ");
        let text = format!("0x{:02x}  {names}", byte.as_byte());
        explanation.facts.add_group("flags", "Flags", text.trim_end(), flags(byte));
    }
    if let Some(count) = fields.sign_count {
        let text = if count == 0 {
            "0 (none is kept, or none was counted yet)".to_owned()
        } else {
            count.to_string()
        };
        explanation.facts.add("counter", "Signature counter", count, text);
    }
    if fields.aaguid.is_some() {
        add_aaguid(&mut explanation.facts, fields.aaguid);
    }
    if let Some(id) = fields.credential_id {
        explanation.bytes("credential_id", "Credential id", id);
    }
    if let Some(key) = fields.public_key {
        let text = super::bytes_text(key);
        let mut inner = cose_key(key);
        // It was read as CBOR on the way here.
        inner.problems.clear();
        explanation.nest("public_key", "Public key", text, inner);
    }
    if let Some(extensions) = &fields.extensions {
        cbor::add(&mut explanation.facts, "extensions", "Extension outputs", extensions);
    }
    let refusal = check_authenticator_data(bytes).err().map(Refusal::from);
    add_verifier(&mut explanation.facts, None, refusal.as_ref());
    explanation.stopped(fields.stop);
    explanation
}

/// Each flag in words; reserved ones where they are set.
pub(crate) fn flags(flags: Flags) -> Facts {
    let mut facts = Facts::new();
    facts.add_value("value", flags.as_byte());
    for (name, words) in Flags::NAMES {
        let is_set = flags.has(name);
        let label = if words == "reserved" && !is_set { String::new() } else { format!("{name} {words}") };
        let text = if label.is_empty() { "" } else { yes_no(is_set) };
        facts.add(key_of(name), label, is_set, text);
    }
    facts
}

fn key_of(name: &'static str) -> &'static str {
    match name {
        "UP" => "user_present",
        "UV" => "user_verified",
        "BE" => "backup_eligible",
        "BS" => "backup_state",
        "AT" => "attested_credential_data",
        "ED" => "extension_data",
        "RFU1" => "reserved_1",
        _ => "reserved_2",
    }
}

/// The hosts that an origin could have credentials of: its own and the domains above it.
pub(super) fn rp_ids_of(origin: &str) -> Vec<&str> {
    let Some((_, rest)) = origin.split_once("://") else { return Vec::new() };
    let host = rest.split([':', '/']).next().unwrap_or_default();
    let above = host.match_indices('.').map(|(index, _)| &host[index + 1..]);
    std::iter::once(host).chain(above).filter(|host| !host.is_empty()).collect()
}
