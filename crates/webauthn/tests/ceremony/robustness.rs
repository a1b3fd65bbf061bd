//! Whatever arrives, nothing panics, and what was changed is not accepted.

use std::sync::LazyLock;

use passgate_authenticator::{Attestation, Cbor, Flags, attestation_root};
use passgate_webauthn::{
    AttestationPolicy, AuthenticationResponse, Origin, RegistrationResponse, RpId, TrustAnchor, base64url,
    extensions::{AppId, AskedExtensions},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    attesting::with_content,
    harness::Ceremony,
    metadata_service::{Service, entry, payload},
};

/// One for all cases.
static METADATA_SERVICE: LazyLock<Service> = LazyLock::new(Service::new);

/// One change of bytes: at a place, from 0 to 1 of their length.
#[derive(Debug, Clone)]
enum Mutation {
    Flip(f64, u8),
    Remove(f64),
    Insert(f64, u8),
    Truncate(f64),
    Duplicate(f64, usize),
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a share of a short length, and any place will do"
        )]
        let place = |share: &f64, length: usize| (share * length as f64) as usize;
        let length = bytes.len();
        if length == 0 {
            return;
        }
        match self {
            Self::Flip(share, mask) => bytes[place(share, length).min(length - 1)] ^= mask,
            Self::Remove(share) => drop(bytes.remove(place(share, length).min(length - 1))),
            Self::Insert(share, byte) => bytes.insert(place(share, length), *byte),
            Self::Truncate(share) => bytes.truncate(place(share, length)),
            Self::Duplicate(share, count) => {
                let start = place(share, length);
                let copy = bytes[start..(start + count).min(length)].to_vec();
                bytes.splice(start..start, copy);
            }
        }
    }
}

fn attestation() -> impl Strategy<Value = Attestation> {
    prop_oneof![
        Just(Attestation::None),
        Just(Attestation::PackedSelf),
        Just(Attestation::PackedX5c),
        Just(Attestation::FidoU2f),
        Just(Attestation::Tpm),
        Just(Attestation::AndroidKey),
        Just(Attestation::Apple),
        Just(Attestation::Compound(vec![Attestation::AndroidKey, Attestation::Tpm])),
    ]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (0.0..1.0, 1_u8..).prop_map(|(share, mask)| Mutation::Flip(share, mask)),
        (0.0..1.0).prop_map(Mutation::Remove),
        (0.0..1.0, any::<u8>()).prop_map(|(share, byte)| Mutation::Insert(share, byte)),
        (0.0..1.0).prop_map(Mutation::Truncate),
        (0.0..1.0, 1_usize..16).prop_map(|(share, count)| Mutation::Duplicate(share, count)),
    ]
}

/// Everything that can be done with bytes that claim to be a response.
fn exercise(ceremony: &Ceremony, bytes: &[u8]) {
    if let Ok(response) = RegistrationResponse::parse(bytes) {
        let _ = (response.challenge(), response.attestation_object());
    }
    if let Ok(response) = AuthenticationResponse::parse(bytes) {
        let _ = (response.challenge(), response.credential_id(), response.user_handle());
    }
    if let Ok(credential) = serde_json::from_slice::<Value>(bytes) {
        let _ = ceremony.verify_registration(&credential);
    }
}

fn mutate_member(credential: &mut Value, member: &str, mutations: &[Mutation]) {
    let value = &mut credential["response"][member];
    let mut bytes = base64url::decode(value.as_str().expect("a text")).expect("base64url");
    for mutation in mutations {
        mutation.apply(&mut bytes);
    }
    *value = json!(base64url::encode(&bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        exercise(&Ceremony::new(), &bytes);
    }

    #[test]
    fn arbitrary_text_is_no_origin_or_rp_id_that_panics(text in "\\PC{0,80}") {
        let _ = (Origin::parse(&text), RpId::parse(&text), base64url::decode(&text));
        let _ = Origin::parse(&format!("https://{text}"));
    }

    #[test]
    fn arbitrary_members_do_not_panic(
        client_data in proptest::collection::vec(any::<u8>(), 0..128),
        other in proptest::collection::vec(any::<u8>(), 0..256),
    ) {
        let (client_data, other) = (base64url::encode(&client_data), base64url::encode(&other));
        let credential = json!({"id": "AAAA", "type": "public-key", "response": {
            "clientDataJSON": client_data, "attestationObject": other, "authenticatorData": other, "signature": other,
        }});
        exercise(&Ceremony::new(), credential.to_string().as_bytes());
    }

    #[test]
    fn mutated_json_does_not_panic(mutations in proptest::collection::vec(mutation(), 1..6)) {
        let mut ceremony = Ceremony::new();
        for credential in [ceremony.create(), ceremony.get()] {
            let mut bytes = credential.to_string().into_bytes();
            for mutation in &mutations {
                mutation.apply(&mut bytes);
            }
            exercise(&ceremony, &bytes);
        }
    }

    #[test]
    fn a_mutated_registration_is_refused_or_means_the_same(
        mutations in proptest::collection::vec(mutation(), 1..4),
        member in prop_oneof![Just("clientDataJSON"), Just("attestationObject")],
        attestation in attestation(),
    ) {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.attestation = attestation.clone();
        let genuine = ceremony.create();
        let root = [TrustAnchor::from_der(&attestation_root()).expect("a certificate")];
        let policy = match attestation {
            Attestation::None | Attestation::PackedSelf => AttestationPolicy::Any,
            _ => AttestationPolicy::Trusted { anchors: &root },
        };
        let verify = |credential: &Value| ceremony.verify_registration_under(credential, policy, 1_800_000_000);
        let expected = verify(&genuine).expect("the registration is without fault");
        let mut credential = genuine.clone();
        mutate_member(&mut credential, member, &mutations);
        match (verify(&credential), &attestation) {
            // Without a signature a mutation may go unnoticed.
            (Err(_), _) | (Ok(_), Attestation::None) => {}
            // A U2F key signs neither its flags nor its counter (§8.6 step 5).
            (Ok(registration), Attestation::FidoU2f) => {
                prop_assert_eq!(registration.credential_id, expected.credential_id);
                prop_assert_eq!(registration.public_key, expected.public_key);
                prop_assert_eq!(registration.trust_path, expected.trust_path);
            }
            // Where one part's certificates no longer lead to the root, the other's still do.
            (Ok(mut registration), Attestation::Compound(_)) => {
                registration.attestation_type = expected.attestation_type;
                registration.trust_path.clone_from(&expected.trust_path);
                prop_assert_eq!(registration, expected);
            }
            (Ok(registration), _) => prop_assert_eq!(registration, expected),
        }
    }

    #[test]
    fn what_an_attestation_key_signed_may_be_anything_and_does_not_panic(
        attestation in attestation(),
        mutations in proptest::collection::vec(mutation(), 1..4),
        arbitrary in proptest::option::weighted(0.2, proptest::collection::vec(any::<u8>(), 0..128)),
    ) {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.attestation = attestation.clone();
        let expected = ceremony.register().expect("the registration is without fault");
        let change = move |bytes: &mut Vec<u8>| {
            for mutation in &mutations {
                mutation.apply(bytes);
            }
            if let Some(arbitrary) = &arbitrary {
                bytes.clone_from(arbitrary);
            }
        };
        let hooks = &mut ceremony.authenticator.hooks;
        hooks.public_area = Some(Box::new(change.clone()));
        hooks.certificate_info = Some(Box::new(change.clone()));
        hooks.attestation_certificate = Some(Box::new(move |params| {
            for extension in &mut params.custom_extensions {
                let mut content = extension.content().to_vec();
                change(&mut content);
                *extension = with_content(extension, content);
            }
        }));
        if let Ok(registration) = ceremony.register() {
            prop_assert_eq!(registration.attestation_type, expected.attestation_type);
        }
    }

    #[test]
    fn a_mutated_certificate_is_no_anchor_that_panics(mutations in proptest::collection::vec(mutation(), 0..4)) {
        let mut der = attestation_root();
        for mutation in &mutations {
            mutation.apply(&mut der);
        }
        let _ = TrustAnchor::from_der(&der);
    }

    #[test]
    fn a_mutated_metadata_blob_is_refused_or_means_the_same(
        mutations in proptest::collection::vec(mutation(), 1..4),
    ) {
        let service = &*METADATA_SERVICE;
        let genuine = service.signer.sign(&payload(&[entry(&["REVOKED"])]));
        let mut bytes = genuine.clone().into_bytes();
        for mutation in &mutations {
            mutation.apply(&mut bytes);
        }
        if let Ok(text) = String::from_utf8(bytes)
            && let Ok(blob) = service.verify(&text)
        {
            prop_assert_eq!(Ok(blob), service.verify(&genuine));
        }
    }

    #[test]
    fn what_the_metadata_service_signed_may_be_anything_and_does_not_panic(
        mutations in proptest::collection::vec(mutation(), 1..4),
    ) {
        let service = &*METADATA_SERVICE;
        let mut list = payload(&[entry(&["REVOKED"]), json!({"statusReports": []})]).to_string().into_bytes();
        for mutation in &mutations {
            mutation.apply(&mut list);
        }
        let _ = service.verify(&service.signer.sign_with(&service.signer.header(), &list));
    }

    #[test]
    fn what_client_and_authenticator_say_of_extensions_may_be_anything_and_does_not_panic(
        mutations in proptest::collection::vec(mutation(), 1..6),
    ) {
        let mut ceremony = Ceremony::new();
        let registration = ceremony.register().expect("the registration is without fault");
        ceremony.extensions = AskedExtensions::from_bits(0x1ff).expect("every extension");
        ceremony.app_id = AppId::parse("https://example.com");
        let mut results = json!({
            "credProps": {"rk": true}, "prf": {"enabled": true, "results": {"first": "AAAA"}}, "uvm": [[2, 4, 2]],
            "largeBlob": {"supported": true, "blob": "AAAA", "written": true}, "appid": false, "appidExclude": true,
        })
        .to_string()
        .into_bytes();
        let mut outputs = Cbor::Map(vec![
            ("uvm".into(), Cbor::Array(vec![Cbor::Array([2, 4, 2].map(Cbor::Int).to_vec())])),
            ("credProtect".into(), Cbor::Int(3)),
            ("hmac-secret".into(), Cbor::Bool(true)),
            ("minPinLength".into(), Cbor::Int(6)),
        ])
        .encode();
        for mutation in &mutations {
            mutation.apply(&mut results);
            mutation.apply(&mut outputs);
        }
        ceremony.authenticator.hooks.authenticator_data = Some(Box::new(move |data| {
            data.flags.set(Flags::EXTENSION_DATA, true);
            data.extensions.clone_from(&outputs);
        }));
        let results = String::from_utf8_lossy(&results).into_owned();
        for credential in [ceremony.create(), ceremony.get()] {
            // What is no JSON is put in as it is.
            let json = credential.to_string();
            let json = json.replace("\"clientExtensionResults\":{}", &format!("\"clientExtensionResults\":{results}"));
            exercise(&ceremony, json.as_bytes());
            if let Ok(credential) = serde_json::from_str(&json) {
                let _ = ceremony.verify_assertion(&credential, &registration);
            }
        }
    }

    #[test]
    fn a_mutated_assertion_is_refused(
        mutations in proptest::collection::vec(mutation(), 1..4),
        member in prop_oneof![Just("clientDataJSON"), Just("authenticatorData"), Just("signature")],
    ) {
        let mut ceremony = Ceremony::new();
        let registration = ceremony.register().expect("the registration is without fault");
        let genuine = ceremony.get();
        let mut credential = genuine.clone();
        mutate_member(&mut credential, member, &mutations);
        let accepted = ceremony.verify_assertion(&credential, &registration).is_ok();
        prop_assert_eq!(accepted, credential == genuine);
    }
}
