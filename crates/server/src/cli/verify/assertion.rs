//! The verdict over an assertion (WebAuthn §7.2).

use passgate_webauthn::extensions::AskedExtensions;
use passgate_webauthn::inspect::{AuthenticatorDataFields, check_cose_key};
use passgate_webauthn::{
    Algorithm, AssertionExpectation, AuthenticationResponse, BackupEligibilityPolicy, CounterVerdict,
    CredentialPublicKey, VerifiedAssertion, base64url, check_counter,
};

use super::{Bytes, Expected, Verdict, bytes};
use crate::cli::CliError;
use crate::cli::inspect::explain::{Credential, Refusal, cbor_value, client_data, flags, hex};
use crate::cli::inspect::facts::Facts;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    expected: Expected,
    /// The credential's stored public key: COSE, in base64url
    #[arg(long, value_name = "BASE64URL", allow_hyphen_values = true, value_parser = bytes)]
    public_key: Bytes,
    /// The credential's stored signature counter, which must have grown [default: not checked]
    #[arg(long, value_name = "COUNT")]
    counter: Option<u32>,
    /// The credential's stored backup eligibility, which must not have changed [default: not checked]
    #[arg(long, value_name = "true|false")]
    backup_eligible: Option<bool>,
}

pub(super) fn verdict(arguments: &Arguments) -> Result<Verdict, CliError> {
    let json = arguments.expected.read()?;
    let outcome = verify(arguments, &json);
    let mut verdict = Verdict::new("assertion", outcome.as_ref().err());
    let facts = &mut verdict.facts;
    facts.add_value("challenge_checked", arguments.expected.challenge.is_some());
    facts.add_value("counter_checked", arguments.counter.is_some());
    facts.add_value("backup_eligible_checked", arguments.backup_eligible.is_some());
    add_parsed(facts, arguments, &json);
    Ok(verdict)
}

fn verify(arguments: &Arguments, json: &[u8]) -> Result<VerifiedAssertion, Refusal> {
    let expected = &arguments.expected;
    let response = AuthenticationResponse::parse(json)?;
    response.check_client_data(&expected.client_data(response.challenge()))?;
    let backup_eligibility_policy = match arguments.backup_eligible {
        Some(_) => BackupEligibilityPolicy::Strict,
        None => BackupEligibilityPolicy::Warn,
    };
    let assertion = response.verify(&AssertionExpectation {
        rp_id: &expected.rp_id,
        user_verification: expected.user_verification,
        public_key: &CredentialPublicKey::new(&*arguments.public_key.0),
        backup_eligible: arguments.backup_eligible.unwrap_or_default(),
        backup_eligibility_policy,
        extensions: AskedExtensions::NONE,
        app_id: None,
    })?;
    match arguments.counter.map(|stored| check_counter(stored, assertion.sign_count)) {
        None | Some(CounterVerdict::Ok) => Ok(assertion),
        Some(CounterVerdict::Rollback) => Err(Refusal {
            code: "counter_rollback",
            step: "§7.2 step 22",
            message: "the signature counter did not grow".to_owned(),
        }),
    }
}

/// Everything that could be read, whatever the verdict; null where it couldn't.
fn add_parsed(facts: &mut Facts, arguments: &Arguments, json: &[u8]) {
    let credential = Credential::read(json);
    let data_bytes = credential.bytes("authenticatorData").unwrap_or_default();
    let data = AuthenticatorDataFields::read(&data_bytes);
    let encoded = |bytes: Option<Vec<u8>>| bytes.map(|bytes| base64url::encode(&bytes));
    facts.add_value("credential_id", encoded(credential.id()));
    facts.add_value("user_handle", encoded(credential.bytes("userHandle")));
    let Bytes(public_key) = &arguments.public_key;
    facts.add_value("algorithm", check_cose_key(public_key).ok().map(Algorithm::as_str));
    facts.add_value("counter", data.sign_count);
    facts.add_value("counter_stored", arguments.counter);
    facts.add_optional_group("flags", data.flags.map(flags));
    facts.add_value("rp_id_hash", data.rp_id_hash.map(hex));
    facts.add_value("rp_id_hash_expected", hex(arguments.expected.rp_id.hash()));
    facts.add_value("signature", encoded(credential.bytes("signature")));
    credential.add_client_facts(facts);
    let client_data = credential.bytes("clientDataJSON").map(|bytes| client_data(&bytes).facts);
    facts.add_optional_group("client_data", client_data);
    facts.add_value("extensions", data.extensions.as_ref().map(cbor_value));
}
