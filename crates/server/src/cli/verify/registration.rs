//! The verdict over a registration (WebAuthn §7.1).

use std::path::{Path, PathBuf};

use passgate_webauthn::extensions::AskedExtensions;
use passgate_webauthn::inspect::AuthenticatorDataFields;
use passgate_webauthn::{
    AaguidPolicy, Algorithm, AttestationPolicy, AttestationType, RegistrationExpectation,
    RegistrationResponse, TrustAnchor, UserPresence, VerifiedRegistration, base64url,
};
use serde_json::Value;

use super::{Expected, Verdict};
use crate::cli::CliError;
use crate::cli::inspect::explain::{
    AttestationObject, Credential, Refusal, add_aaguid, cbor_value, certificate_list, client_data, cose_key,
    flags, hex,
};
use crate::cli::inspect::facts::Facts;
use crate::cli::inspect::input::{certificates_in_pem, read_bounded};

/// The largest file of trust anchors, in bytes.
const MAX_ANCHOR_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    expected: Expected,
    /// Certificates, one of which the attestation must lead to, in PEM or DER; may be repeated
    #[arg(long, value_name = "FILE")]
    trust_anchor: Vec<PathBuf>,
    /// The options asked for conditional mediation, so the user need not have been present
    #[arg(long)]
    conditional: bool,
}

pub(super) fn verdict(arguments: &Arguments) -> Result<Verdict, CliError> {
    let mut anchors = Vec::new();
    for path in &arguments.trust_anchor {
        anchors.extend(read_anchors(path)?);
    }
    let json = arguments.expected.read()?;
    let outcome = verify(arguments, &anchors, &json);
    let mut verdict = Verdict::new("registration", outcome.as_ref().err());
    let facts = &mut verdict.facts;
    facts.add_value("challenge_checked", arguments.expected.challenge.is_some());
    facts.add_value("trust_checked", !anchors.is_empty());
    add_parsed(facts, &arguments.expected, &json, outcome.ok().as_ref());
    Ok(verdict)
}

fn verify(
    arguments: &Arguments,
    anchors: &[TrustAnchor],
    json: &[u8],
) -> Result<VerifiedRegistration, Refusal> {
    let expected = &arguments.expected;
    let response = RegistrationResponse::parse(json)?;
    response.check_client_data(&expected.client_data(response.challenge()))?;
    let object = response.attestation_object()?;
    let attestation = match anchors {
        [] => AttestationPolicy::Any,
        anchors => AttestationPolicy::Trusted { anchors },
    };
    let user_presence =
        if arguments.conditional { UserPresence::NotRequired } else { UserPresence::Required };
    Ok(object.verify(&RegistrationExpectation {
        rp_id: &expected.rp_id,
        user_verification: expected.user_verification,
        user_presence,
        algorithms: &Algorithm::ALL,
        attestation,
        aaguids: AaguidPolicy::ANY,
        extensions: AskedExtensions::NONE,
        now_unix_seconds: expected.now(),
    })?)
}

/// Everything that could be read, whatever the verdict; null where it couldn't.
fn add_parsed(facts: &mut Facts, expected: &Expected, json: &[u8], verified: Option<&VerifiedRegistration>) {
    let credential = Credential::read(json);
    let object_bytes = credential.bytes("attestationObject").unwrap_or_default();
    let object = AttestationObject::read(&object_bytes);
    let data = AuthenticatorDataFields::read(object.authenticator_data().unwrap_or_default());
    let credential_id = data.credential_id.map(<[u8]>::to_vec).or_else(|| credential.id());
    facts.add_value("credential_id", credential_id.map(|id| base64url::encode(&id)));
    facts.add_value("public_key", data.public_key.map(base64url::encode));
    facts.add_value("algorithm", verified.map(|registration| registration.algorithm.as_str()));
    facts.add_value("format", object.format());
    facts.add_value("type", verified.map(|registration| type_name(registration.attestation_type)));
    // A U2F key's is not believed, so what was verified goes first.
    add_aaguid(facts, verified.map(|registration| registration.aaguid).or(data.aaguid));
    facts.add_value("counter", data.sign_count);
    facts.add_optional_group("flags", data.flags.map(flags));
    facts.add_value("rp_id_hash", data.rp_id_hash.map(hex));
    facts.add_value("rp_id_hash_expected", hex(expected.rp_id.hash()));
    match verified {
        // Each once, those that can't be one left out.
        Some(registration) => {
            let names = registration.transports.iter().map(|transport| Value::from(transport.as_str()));
            facts.add_value("transports", names.collect::<Value>());
        }
        None => facts.add_value("transports", credential.transports().cloned()),
    }
    credential.add_client_facts(facts);
    let client_data = credential.bytes("clientDataJSON").map(|bytes| client_data(&bytes).facts);
    facts.add_optional_group("client_data", client_data);
    facts.add_value("extensions", data.extensions.as_ref().map(cbor_value));
    facts.add_optional_group("cose_key", data.public_key.map(|key| cose_key(key).facts));
    facts.add_list("certificates", "", "", certificate_list(&object.certificates()));
}

const fn type_name(attestation_type: AttestationType) -> &'static str {
    match attestation_type {
        AttestationType::None => "none",
        AttestationType::SelfAttestation => "self",
        AttestationType::Basic => "basic",
        AttestationType::AttestationCa => "attestation_ca",
        AttestationType::AnonymizationCa => "anonymization_ca",
    }
}

/// The certificates of a file in PEM, or the one of a file in DER.
fn read_anchors(path: &Path) -> Result<Vec<TrustAnchor>, CliError> {
    let bytes = read_bounded(path, MAX_ANCHOR_BYTES)?;
    let mut ders = str::from_utf8(&bytes).map(certificates_in_pem).unwrap_or_default();
    if ders.is_empty() {
        ders.push(bytes);
    }
    let anchors = ders.iter().map(|der| TrustAnchor::from_der(der));
    anchors
        .collect::<Result<_, _>>()
        .map_err(|error| CliError::Usage(format!("--trust-anchor {}: {error}", path.display())))
}
