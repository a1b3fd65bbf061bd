//! `seed`: a tenant with millions of passkeys as a file that `passgate import` takes, made without a server.
//!
//! What is written follows from the seed, and so logins can be made with it. Records come in the order of their ids, as
//! a sorted file would: a database that keeps them in order then only appends. It is the tenant of a service that is in use:
//! its passkeys have been used before, lately, as nearly all are that log in where many do.

use std::io::{self, Write};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use passgate_authenticator::Passkeys;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::accounts::{Accounts, Crowd, Population, Tenant};

/// When everything was made.
const MADE_AT: &str = "2026-01-01T00:00:00.000Z";
/// How often each passkey was used.
const USES: u32 = 12;

/// A tenant's worth of passkeys.
#[derive(Debug, Clone)]
pub struct Seeding {
    /// How passkeys follow from their numbers.
    pub crowd: Crowd,
    /// The tenant's id.
    pub tenant: Uuid,
    /// A key that the tenant is to have, where somebody will want to register there.
    pub api_key: Option<String>,
    /// How many users, each with a passkey.
    pub count: u64,
    /// When each passkey was last used.
    pub last_used: OffsetDateTime,
}

impl Seeding {
    /// Writes the file.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let passkeys = Passkeys::new(self.crowd.seed, self.crowd.keys);
        let last_used =
            self.last_used.to_offset(UtcOffset::UTC).format(&Rfc3339).map_err(io::Error::other)?;
        self.write_head(out)?;
        let mut line = Vec::new();
        for number in self.in_order(&passkeys) {
            line.clear();
            write_records(number, &passkeys, &last_used, &mut line)?;
            out.write_all(&line)?;
        }
        let keys = u8::from(self.api_key.is_some());
        let counts = json!({
            "api_key": keys, "audit_log": 0, "credential": self.count, "tombstone": 0, "transaction": 0,
            "user": self.count,
        });
        writeln!(out, "{}", json!({ "kind": "end", "counts": counts }))?;
        out.flush()
    }

    /// By which a run logs in.
    #[must_use]
    pub fn population(&self) -> Population {
        Population {
            crowd: self.crowd.clone(),
            tenants: vec![Tenant { id: self.tenant, api_key: self.api_key.clone() }],
            accounts: Accounts::Seeded(self.count),
        }
    }

    fn write_head(&self, out: &mut impl Write) -> io::Result<()> {
        let Crowd { rp_id, origin, .. } = &self.crowd;
        let config = json!({
            "cors": { "allowed_origins": [origin], "allow_unsafe_wildcard": false },
            "webauthn": {
                "relying_party": { "id": rp_id, "display_name": "Seeded", "origins": [origin] },
                "timeout": 300_000,
                "user_verification": "preferred",
                "attestation_preference": "none",
                "resident_key_requirement": "required",
            },
        });
        let tenant = json!({
            "id": self.tenant, "display_name": "Seeded", "signing_algorithm": "ES256", "config": config,
        });
        let head =
            json!({ "format": "passgate-tenant", "version": 1, "exported_at": MADE_AT, "tenant": tenant });
        writeln!(out, "{head}")?;
        let Some(key) = &self.api_key else { return Ok(()) };
        let key = json!({
            "kind": "api_key", "id": self.tenant, "name": "Seeded",
            "sha256": BASE64URL_NOPAD.encode(digest(&SHA256, key.as_bytes()).as_ref()),
            "hint": key.chars().take(8).collect::<String>(), "created_at": MADE_AT,
        });
        writeln!(out, "{key}")
    }

    /// All numbers, in the order of their credential ids.
    fn in_order(&self, passkeys: &Passkeys) -> Vec<u64> {
        let mut ids: Vec<(u64, u64)> = (0..self.count)
            .map(|number| {
                let mut prefix = [0; 8];
                prefix.copy_from_slice(&passkeys.credential_id(number)[..8]);
                (u64::from_be_bytes(prefix), number)
            })
            .collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, number)| number).collect()
    }
}

/// A user and their passkey. Nothing in them needs an escape, so that millions are written without a serializer.
fn write_records(number: u64, passkeys: &Passkeys, last_used: &str, line: &mut Vec<u8>) -> io::Result<()> {
    let (user, id) = (passkeys.user_id(number), passkeys.credential_id(number));
    let mut row = [0; 16];
    row.copy_from_slice(&id[..16]);
    let row = uuid::Builder::from_random_bytes(row).into_uuid();
    let (handle, id) = (passkeys.user_handle_text(number), BASE64URL_NOPAD.encode(&id));
    let key = BASE64URL_NOPAD.encode(passkeys.public_key(number));
    writeln!(
        line,
        "{{\"kind\":\"user\",\"id\":\"{row}\",\"user_id\":\"{user}\",\"name\":\"{user}\",\"handles\":[\"{handle}\"],\
         \"created_at\":\"{MADE_AT}\",\"updated_at\":\"{MADE_AT}\"}}"
    )?;
    writeln!(
        line,
        "{{\"kind\":\"credential\",\"id\":\"{id}\",\"user_id\":\"{user}\",\"is_mfa\":false,\"name\":\"Seeded\",\
         \"public_key\":\"{key}\",\"attestation_type\":\"none\",\
         \"aaguid\":\"00000000-0000-0000-0000-000000000000\",\"sign_count\":0,\
         \"transports\":[\"hybrid\",\"internal\"],\"backup_eligible\":true,\"backup_state\":true,\
         \"created_at\":\"{MADE_AT}\",\"last_used_at\":\"{last_used}\",\"use_count\":{USES}}}"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use time::Duration;

    use super::*;

    #[test]
    fn records_are_in_order_counted_and_bear_what_logins_will_show() {
        let crowd =
            Crowd { seed: 7, keys: 2, rp_id: "example.com".into(), origin: "https://example.com".into() };
        let api_key = Some("pgk_key".to_owned());
        let last_used = OffsetDateTime::UNIX_EPOCH + Duration::days(365 * 50);
        let seeding = Seeding { crowd, tenant: Uuid::from_u128(1), api_key, count: 50, last_used };
        let mut file = Vec::new();
        seeding.write(&mut file).unwrap();
        let lines: Vec<Value> = String::from_utf8(file)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["tenant"]["id"], Uuid::from_u128(1).to_string());
        assert_eq!(lines[1]["kind"], "api_key");
        let end = lines.last().unwrap();
        assert_eq!((&end["counts"]["user"], &end["counts"]["credential"]), (&json!(50), &json!(50)));
        let of = |kind| lines.iter().filter(move |line| line["kind"] == kind);
        let ids: Vec<_> = of("credential")
            .map(|line| BASE64URL_NOPAD.decode(line["id"].as_str().unwrap().as_bytes()).unwrap())
            .collect();
        assert!(ids.is_sorted() && ids.len() == 50);
        assert!(of("credential").all(|line| line["last_used_at"] == "2019-12-20T00:00:00Z"));
        let passkeys = Passkeys::new(7, 2);
        let users: Vec<_> = of("user").collect();
        for number in 0..50 {
            let place = ids.iter().position(|id| *id == passkeys.credential_id(number)).unwrap();
            assert_eq!(users[place]["user_id"], passkeys.user_id(number));
            assert_eq!(users[place]["handles"], json!([passkeys.user_handle_text(number)]));
        }
    }
}
