//! Where runs begin: what is genuine, of each kind.

use std::collections::BTreeMap;

use passgate_authenticator::{Algorithm, Attestation, Authenticator, Cbor, Flags, attestation_root};
use passgate_webauthn::base64url;
use serde_json::{Value, json};

use crate::relying_party::{ORIGIN, creation_options, genuine_client_data, request_options};

/// Extension outputs as authenticators write them.
const EXTENSIONS: &[u8] = b"\xa3\x6bcredProtect\x02\x6bhmac-secret\xf5\x6cminPinLength\x04";

/// Genuine inputs, by target.
#[must_use]
pub fn genuine() -> BTreeMap<&'static str, Vec<Vec<u8>>> {
    let registrations = registrations();
    let assertions = assertions();
    let member = |responses: &[Value], name: &str| {
        let texts = responses.iter().filter_map(|response| response["response"][name].as_str());
        texts.map(|text| base64url::decode(text).expect("base64url")).collect::<Vec<_>>()
    };
    let texts = |responses: &[Value]| responses.iter().map(|json| json.to_string().into_bytes()).collect();
    let certificates = registrations.iter().flat_map(certificates).chain([attestation_root()]).collect();
    let data =
        [member(&registrations, "authenticatorData"), member(&assertions, "authenticatorData")].concat();
    BTreeMap::from([
        ("client_data", client_data()),
        ("authenticator_data", data),
        ("attestation_object", member(&registrations, "attestationObject")),
        ("cose_key", keys()),
        ("certificate", certificates),
        ("registration_json", texts(&registrations)),
        ("assertion_json", texts(&assertions)),
        // One for each purpose: `sealed_challenge` makes a challenge of such a description.
        ("sealed_challenge", (0..6).map(|purpose| [&[purpose][..], &[7; 48]].concat()).collect()),
        ("metadata_blob", vec![metadata()]),
    ])
}

fn registrations() -> Vec<Value> {
    let attestations = [
        (Algorithm::Es256, Attestation::None),
        (Algorithm::EdDsa, Attestation::PackedSelf),
        (Algorithm::Es384, Attestation::PackedX5c),
        (Algorithm::Es256, Attestation::FidoU2f),
        (Algorithm::Es256, Attestation::Tpm),
        (Algorithm::Rs256, Attestation::Tpm),
        (Algorithm::Es256, Attestation::AndroidKey),
        (Algorithm::Es256, Attestation::Apple),
        (Algorithm::Es512, Attestation::Compound(vec![Attestation::PackedSelf, Attestation::Tpm])),
        (Algorithm::Ps256, Attestation::None),
    ];
    let made = attestations.into_iter().map(|(algorithm, attestation)| {
        let mut authenticator = Authenticator::new(1);
        authenticator.config.algorithm = algorithm;
        authenticator.config.attestation = attestation;
        if algorithm == Algorithm::Ps256 {
            authenticator.hooks.authenticator_data = Some(Box::new(|data| {
                data.extensions = EXTENSIONS.to_vec();
                data.flags.set(Flags::EXTENSION_DATA, true);
            }));
        }
        let mut created = authenticator.create(&creation_options(), ORIGIN).expect("a credential");
        created["clientExtensionResults"] = json!({
            "credProps": {"rk": true}, "prf": {"enabled": true}, "largeBlob": {"supported": true},
            "uvm": [[2, 4, 2]], "appidExclude": true,
        });
        created
    });
    made.collect()
}

fn assertions() -> Vec<Value> {
    let mut authenticator = Authenticator::new(1);
    authenticator.create(&creation_options(), ORIGIN).expect("a credential");
    let plain = authenticator.get(&request_options(), ORIGIN).expect("an assertion");
    authenticator.hooks.authenticator_data = Some(Box::new(|data| {
        data.extensions = b"\xa1\x63uvm\x81\x83\x02\x04\x02".to_vec();
        data.flags.set(Flags::EXTENSION_DATA, true);
    }));
    let mut extended = authenticator.get(&request_options(), ORIGIN).expect("an assertion");
    extended["clientExtensionResults"] = json!({
        "prf": {"results": {"first": base64url::encode(&[7; 32])}}, "largeBlob": {"blob": "AAAA", "written": true},
        "uvm": [[2, 4, 2]], "appid": false,
    });
    vec![plain, extended]
}

fn client_data() -> Vec<Vec<u8>> {
    let genuine = ["webauthn.create", "webauthn.get"].map(genuine_client_data);
    let framed = String::from_utf8_lossy(&genuine[1]).replace(
        "\"crossOrigin\":false",
        "\"crossOrigin\":true,\"topOrigin\":\"https://login.example.com\",\
         \"tokenBinding\":{\"status\":\"supported\"},\"other\":[{}]",
    );
    let escaped = String::from_utf8_lossy(&genuine[0]).replace("https", "\\u0068ttps");
    let marked = [b"\xef\xbb\xbf", &genuine[0][..]].concat();
    genuine.into_iter().chain([framed.into_bytes(), escaped.into_bytes(), marked]).collect()
}

/// The COSE keys of all algorithms.
fn keys() -> Vec<Vec<u8>> {
    let made = Algorithm::ALL.into_iter().map(|algorithm| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut authenticator = Authenticator::new(1);
        authenticator.config.algorithm = algorithm;
        authenticator.hooks.public_key = Some(Box::new(move |key: &mut Cbor| {
            // Who receives is there as long as this is called.
            let _ = sender.send(key.encode());
        }));
        authenticator.create(&creation_options(), ORIGIN).expect("a credential");
        receiver.recv().expect("a key was made")
    });
    made.collect()
}

/// What in an attestation object looks like a certificate: a sequence of two bytes' length in a byte string of that.
fn certificates(registration: &Value) -> Vec<Vec<u8>> {
    let text = registration["response"]["attestationObject"].as_str().expect("a text");
    let object = base64url::decode(text).expect("base64url");
    let mut found = Vec::new();
    for (start, header) in object.windows(5).enumerate() {
        let [0x59, high, low, 0x30, 0x82] = *header else { continue };
        let length = usize::from(u16::from_be_bytes([high, low]));
        found.extend(object.get(start + 3..start + 3 + length).map(<[u8]>::to_vec));
    }
    found
}

fn metadata() -> Vec<u8> {
    json!({
        "legalHeader": "",
        "no": 7,
        "nextUpdate": "2030-01-01",
        "entries": [
            {
                "aaguid": "70617373-6761-7465-2d73-6f66746b6579",
                "timeOfLastStatusChange": "2020-01-01",
                "statusReports": [
                    {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2020-01-01"},
                    {"status": "REVOKED", "effectiveDate": "2021-01-01", "authenticatorVersion": 3},
                ],
                "metadataStatement": {
                    "description": "Passgate Test Authenticator",
                    "protocolFamily": "fido2",
                    "attestationTypes": ["basic_full"],
                    "attestationRootCertificates": [data_encoding::BASE64.encode(&attestation_root())],
                    "icon": "data:image/png;base64,AAAA",
                },
            },
            {
                "attestationCertificateKeyIdentifiers": ["0102030405060708090a0b0c0d0e0f1011121314"],
                "timeOfLastStatusChange": "2020-01-01",
                "statusReports": [],
            },
        ],
    })
    .to_string()
    .into_bytes()
}
