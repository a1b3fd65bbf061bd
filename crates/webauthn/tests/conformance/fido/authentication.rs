//! Request options and assertions.

use passgate_authenticator::{Cbor, Counter, Flags};
use passgate_webauthn::{
    RequestOptions, UserVerification,
    extensions::RequestExtensions,
    options::{CredentialDescriptor, PublicKeyCredentialRequestOptions},
};
use serde_json::{Map, json};

use super::{client_data, credential, data, flip_last, log_in, remove, signature, suite};
use crate::harness::{CHALLENGE, Ceremony};

pub(super) mod options {
    use super::*;

    suite! { "Server-ServerPublicKeyCredentialGetOptionsResponse-Req-1"
        p_1 Ok(()) => {
            let options = RequestOptions {
                public_key: PublicKeyCredentialRequestOptions {
                    challenge: CHALLENGE.to_vec(),
                    timeout: 60_000,
                    rp_id: "example.com".into(),
                    allow_credentials: vec![CredentialDescriptor::new(vec![1, 2, 3])],
                    user_verification: UserVerification::Required,
                    extensions: Some(RequestExtensions {
                unknown: Map::from_iter([("example.extension".to_owned(), json!(true))]),
                ..RequestExtensions::default()
            }),
                    hints: Vec::new(),
                },
            };
            let options = serde_json::to_value(options).unwrap();
            assert_eq!(options, json!({"publicKey": {
                "challenge": passgate_webauthn::base64url::encode(&CHALLENGE),
                "timeout": 60_000,
                "rpId": "example.com",
                "allowCredentials": [{"type": "public-key", "id": "AQID"}],
                "userVerification": "required",
                "extensions": {"example.extension": true},
            }}));
            Ok::<(), &str>(())
        };
        !left_out
        p_2 "challenges are the caller's: this crate has no randomness";
    }
}

pub(super) mod resp_1 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAssertionResponse-Resp-1"
        p_1 Ok(()) => log_in(|_| {});
        f_1 Err("response_member_missing") => log_in(credential(|value| remove(value, "id")));
        f_2 Err("response_json") => log_in(credential(|value| value["id"] = json!(7)));
        f_3 Err("response_base64") => log_in(credential(|value| value["id"] = json!("&&&&")));
        f_4 Err("response_member_missing") => log_in(credential(|value| remove(value, "type")));
        f_5 Err("response_json") => log_in(credential(|value| value["type"] = json!(7)));
        f_6 Err("credential_type") => log_in(credential(|value| value["type"] = json!("password")));
        f_7 Err("response_member_missing") => log_in(credential(|value| remove(value, "response")));
        f_8 Err("response_json") => log_in(credential(|value| value["response"] = json!("text")));
        f_9 Err("response_member_missing") =>
            log_in(credential(|value| remove(&mut value["response"], "clientDataJSON")));
        f_10 Err("response_json") =>
            log_in(credential(|value| value["response"]["clientDataJSON"] = json!({})));
        f_11 Err("response_member_empty") =>
            log_in(credential(|value| value["response"]["clientDataJSON"] = json!("")));
        f_12 Err("response_member_missing") =>
            log_in(credential(|value| remove(&mut value["response"], "authenticatorData")));
        f_13 Err("response_json") =>
            log_in(credential(|value| value["response"]["authenticatorData"] = json!({})));
        f_14 Err("response_base64") =>
            log_in(credential(|value| value["response"]["authenticatorData"] = json!("&&&&")));
        f_15 Err("response_member_empty") =>
            log_in(credential(|value| value["response"]["authenticatorData"] = json!("")));
        f_16 Err("response_member_missing") =>
            log_in(credential(|value| remove(&mut value["response"], "signature")));
        f_17 Err("response_json") => log_in(credential(|value| value["response"]["signature"] = json!({})));
        f_18 Err("response_base64") =>
            log_in(credential(|value| value["response"]["signature"] = json!("&&&&")));
        f_19 Err("response_member_empty") =>
            log_in(credential(|value| value["response"]["signature"] = json!("")));
        f_20 Err("signature_invalid") => log_in(signature(flip_last));
        f_21 Err("response_json") =>
            log_in(credential(|value| value["response"]["userHandle"] = json!({})));
    }
}

pub(super) mod resp_2 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAssertionResponse-Resp-2"
        f_1 Err("client_data_member_missing") => log_in(client_data(|data| data.remove("type")));
        f_2 Err("client_data_json") => log_in(client_data(|data| data.set("type", 7)));
        f_3 Err("client_data_type") => log_in(client_data(|data| data.set("type", "")));
        f_4 Err("client_data_type") => log_in(client_data(|data| data.set("type", "webauthn.got")));
        f_5 Err("client_data_type") => log_in(client_data(|data| data.set("type", "webauthn.create")));
        f_6 Err("client_data_member_missing") => log_in(client_data(|data| data.remove("challenge")));
        f_7 Err("client_data_json") => log_in(client_data(|data| data.set("challenge", 7)));
        f_8 Err("client_data_member_missing") => log_in(client_data(|data| data.set("challenge", "")));
        f_9 Err("response_base64") => log_in(client_data(|data| data.set("challenge", "&&&&")));
        f_10 Err("challenge_mismatch") => log_in(client_data(|data| data.set("challenge", "AAAA")));
        f_11 Err("client_data_member_missing") => log_in(client_data(|data| data.remove("origin")));
        f_12 Err("client_data_json") => log_in(client_data(|data| data.set("origin", 7)));
        f_13 Err("client_data_member_missing") => log_in(client_data(|data| data.set("origin", "")));
        f_14 Err("origin_not_allowed") =>
            log_in(client_data(|data| data.set("origin", "https://evil.example")));
        f_15 Err("client_data_json") => log_in(client_data(|data| data.set("tokenBinding", "text")));
        f_16 Err("client_data_json") =>
            log_in(client_data(|data| data.set("tokenBinding", json!({"id": "AAAA"}))));
        f_17 Err("client_data_json") =>
            log_in(client_data(|data| data.set("tokenBinding", json!({"status": "bound"}))));
    }
}

pub(super) mod resp_3 {
    use super::*;

    fn verification(required: UserVerification, verified: bool) -> impl FnOnce(&mut Ceremony) {
        move |ceremony| {
            ceremony.user_verification = required;
            ceremony.authenticator.config.user_verified = verified;
        }
    }

    suite! { "Server-ServerAuthenticatorAssertionResponse-Resp-3"
        p_1 Ok(()) => log_in(|ceremony| ceremony.authenticator.config.counter = Counter::AlwaysZero);
        p_2 Ok(()) => log_in(verification(UserVerification::Required, true));
        p_3 Ok(()) => log_in(verification(UserVerification::Preferred, false));
        p_4 Ok(()) => log_in(verification(UserVerification::Preferred, true));
        p_5 Ok(()) => log_in(verification(UserVerification::Discouraged, false));
        p_6 Ok(()) => log_in(verification(UserVerification::Discouraged, true));
        p_7 Ok(()) => log_in(data(|data| {
            data.flags.set(Flags::EXTENSION_DATA, true);
            data.extensions = Cbor::Map(vec![("example.extension".into(), Cbor::Bool(true))]).encode();
        }));
        f_1 Err("authenticator_data_trailing_bytes") => log_in(data(|data| data.extensions = vec![0; 8]));
        f_2 Err("rp_id_mismatch") => log_in(data(|data| data.rp_id_hash[0] ^= 1));
        f_3 Err("signature_invalid") => log_in(|ceremony| {
            ceremony.authenticator.hooks.signed = Some(Box::new(flip_last));
        });
        f_4 Err("counter_rollback") => {
            let mut ceremony = Ceremony::new();
            ceremony.authenticator.hooks.authenticator_data = Some(Box::new(|data| data.sign_count = 7));
            let registration = ceremony.register().unwrap();
            super::super::log_in_with(&mut ceremony, &registration)
        };
        f_5 Err("user_verification_missing") => log_in(verification(UserVerification::Required, false));
    }
}
