//! Creation options, and all of a registration but its attestation.

use passgate_authenticator::{Authenticator, AuthenticatorError, Cbor, Flags};
use passgate_webauthn::{
    Algorithm, AttestationConveyance, CreationOptions, ResidentKey, UserVerification,
    extensions::CreationExtensions,
    options::{
        AuthenticatorSelection, CredentialDescriptor, PublicKeyCredentialCreationOptions, RelyingParty,
        UserEntity,
    },
};
use serde_json::{Map, Value, json};

use super::{Outcome, client_data, credential, data, object, register, remove, signature, statement, suite};
use crate::harness::{CHALLENGE, ORIGIN, USER_HANDLE};

/// Creation options as they are sent.
fn creation_options(exclude_credentials: Vec<CredentialDescriptor>) -> Value {
    let options = CreationOptions {
        public_key: PublicKeyCredentialCreationOptions {
            rp: RelyingParty { id: "example.com".into(), name: "Example".into() },
            user: UserEntity { id: USER_HANDLE.to_vec(), name: "kim".into(), display_name: "Kim".into() },
            challenge: CHALLENGE.to_vec(),
            pub_key_cred_params: Algorithm::DEFAULT.map(Into::into).to_vec(),
            timeout: 60_000,
            exclude_credentials,
            authenticator_selection: AuthenticatorSelection {
                authenticator_attachment: None,
                resident_key: ResidentKey::Required,
                require_resident_key: true,
                user_verification: UserVerification::Required,
            },
            attestation: AttestationConveyance::None,
            attestation_formats: Vec::new(),
            extensions: Some(CreationExtensions {
                unknown: Map::from_iter([("example.extension".to_owned(), json!(true))]),
                ..CreationExtensions::default()
            }),
            hints: Vec::new(),
        },
    };
    serde_json::to_value(options).expect("options are JSON")["publicKey"].take()
}

pub(super) mod options {
    use super::*;

    fn has(options: &Value, path: &str, expected: &Value) -> Outcome {
        if options.pointer(path) == Some(expected) { Ok(()) } else { Err("options") }
    }

    suite! { "Server-ServerPublicKeyCredentialCreationOptions-Req-1"
        p_1 Ok(()) => {
            let options = creation_options(vec![]);
            assert_eq!(options["rp"], json!({"id": "example.com", "name": "Example"}));
            assert_eq!(options["user"], json!({"id": "a2lt_w", "name": "kim", "displayName": "Kim"}));
            assert!(options["challenge"].as_str().unwrap().len() > 22 && options["timeout"].is_u64());
            assert_eq!(options["pubKeyCredParams"][0], json!({"type": "public-key", "alg": -7}));
            has(&options, "/extensions/example.extension", &json!(true))
        };
        p_2 Ok(()) => has(&creation_options(vec![]), "/attestation", &json!("none"));
        p_4 Ok(()) => {
            has(&creation_options(vec![]), "/authenticatorSelection/userVerification", &json!("required"))
        };
        !left_out
        p_3 "challenges are the caller's: this crate has no randomness";
    }
}

pub(super) mod resp_1 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-1"
        p_1 Ok(()) => {
            let mut authenticator = Authenticator::new(1);
            authenticator.create(&creation_options(vec![]), ORIGIN).unwrap();
            let held = CredentialDescriptor::new(authenticator.credentials()[0].id.clone());
            let again = authenticator.create(&creation_options(vec![held]), ORIGIN);
            assert_eq!(again, Err(AuthenticatorError::Excluded));
            register(|_| {})
        };
        f_1 Err("response_member_missing") => register(credential(|value| remove(value, "id")));
        f_2 Err("response_json") => register(credential(|value| value["id"] = json!(7)));
        f_3 Err("response_base64") => register(credential(|value| value["id"] = json!("&&&&")));
        f_4 Err("response_member_missing") => register(credential(|value| remove(value, "type")));
        f_5 Err("response_json") => register(credential(|value| value["type"] = json!(7)));
        f_6 Err("credential_type") => register(credential(|value| value["type"] = json!("password")));
        f_7 Err("response_member_missing") => register(credential(|value| remove(value, "response")));
        f_8 Err("response_json") => register(credential(|value| value["response"] = json!("text")));
        f_9 Err("response_member_missing") =>
            register(credential(|value| remove(&mut value["response"], "clientDataJSON")));
        f_10 Err("response_json") =>
            register(credential(|value| value["response"]["clientDataJSON"] = json!({})));
        f_11 Err("response_member_empty") =>
            register(credential(|value| value["response"]["clientDataJSON"] = json!("")));
        f_12 Err("response_member_missing") =>
            register(credential(|value| remove(&mut value["response"], "attestationObject")));
        f_13 Err("response_json") =>
            register(credential(|value| value["response"]["attestationObject"] = json!({})));
        f_14 Err("response_member_empty") =>
            register(credential(|value| value["response"]["attestationObject"] = json!("")));
        f_15 Err("user_verification_missing") =>
            register(|ceremony| ceremony.authenticator.config.user_verified = false);
    }
}

pub(super) mod resp_2 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-2"
        f_1 Err("client_data_member_missing") => register(client_data(|data| data.remove("type")));
        f_2 Err("client_data_json") => register(client_data(|data| data.set("type", 7)));
        f_3 Err("client_data_type") => register(client_data(|data| data.set("type", "")));
        f_4 Err("client_data_type") => register(client_data(|data| data.set("type", "webauthn.made")));
        f_5 Err("client_data_type") => register(client_data(|data| data.set("type", "webauthn.get")));
        f_6 Err("client_data_member_missing") => register(client_data(|data| data.remove("challenge")));
        f_7 Err("client_data_json") => register(client_data(|data| data.set("challenge", 7)));
        f_8 Err("client_data_member_missing") => register(client_data(|data| data.set("challenge", "")));
        f_9 Err("response_base64") => register(client_data(|data| data.set("challenge", "&&&&")));
        f_10 Err("challenge_mismatch") => register(client_data(|data| data.set("challenge", "AAAA")));
        f_11 Err("client_data_member_missing") => register(client_data(|data| data.remove("origin")));
        f_12 Err("client_data_json") => register(client_data(|data| data.set("origin", 7)));
        f_13 Err("client_data_member_missing") => register(client_data(|data| data.set("origin", "")));
        f_14 Err("origin_not_allowed") =>
            register(client_data(|data| data.set("origin", "https://evil.example")));
        f_15 Err("client_data_json") => register(client_data(|data| data.set("tokenBinding", "text")));
        f_16 Err("client_data_json") =>
            register(client_data(|data| data.set("tokenBinding", json!({"id": "AAAA"}))));
        f_17 Err("client_data_json") =>
            register(client_data(|data| data.set("tokenBinding", json!({"status": "bound"}))));
    }
}

pub(super) mod resp_3 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-3"
        p_1 Ok(()) => register(data(|data| {
            data.flags.set(Flags::EXTENSION_DATA, true);
            data.extensions = Cbor::Map(vec![("credProtect".into(), Cbor::Int(2))]).encode();
        }));
        f_1 Err("cbor_unexpected_type") => register(object(|object| *object = Cbor::Array(vec![])));
        f_2 Err("attestation_object_member_missing") => register(object(|object| object.remove("fmt")));
        f_3 Err("cbor_unexpected_type") => register(object(|object| object.set("fmt", Cbor::Int(7))));
        f_4 Err("attestation_object_member_missing") => register(object(|object| object.remove("attStmt")));
        f_5 Err("attestation_statement_malformed") =>
            register(object(|object| object.set("attStmt", Cbor::Array(vec![]))));
        f_6 Err("attestation_object_member_missing") => register(object(|object| object.remove("authData")));
        f_7 Err("cbor_unexpected_type") => register(object(|object| object.set("authData", "text".into())));
        f_8 Err("authenticator_data_truncated") =>
            register(object(|object| object.set("authData", Cbor::Bytes(vec![]))));
        f_9 Err("authenticator_data_trailing_bytes") =>
            register(data(|data| data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, false)));
        f_10 Err("attested_credential_data_missing") => register(data(|data| {
            data.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, false);
            data.attested_credential_data.clear();
        }));
        f_11 Err("authenticator_data_truncated") =>
            register(data(|data| data.attested_credential_data.clear()));
        f_12 Err("authenticator_data_trailing_bytes") => register(data(|data| data.extensions = vec![0; 8]));
        f_13 Err("attestation_statement_member_missing") =>
            register(object(|object| object.set("attStmt", Cbor::Map(vec![]))));
        f_14 Err("attestation_statement_member_missing") =>
            register(statement(|statement| statement.remove("alg")));
        f_15 Err("attestation_statement_malformed") =>
            register(statement(|statement| statement.set("alg", "ES256".into())));
        // Without metadata it is the certificate's key that the algorithm doesn't fit.
        f_16 Err("attestation_signature_invalid") =>
            register(statement(|statement| statement.set("alg", Cbor::Int(-257))));
        f_17 Err("attestation_statement_member_missing") =>
            register(statement(|statement| statement.remove("sig")));
        f_18 Err("attestation_statement_malformed") =>
            register(statement(|statement| statement.set("sig", "text".into())));
        f_19 Err("attestation_signature_invalid") => register(signature(Vec::clear));
    }
}
