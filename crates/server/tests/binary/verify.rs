use data_encoding::BASE64;
use passgate_authenticator::{Attestation, Authenticator, attestation_root};
use serde_json::{Value, json};

use crate::offline::{CHALLENGE, Desert, ORIGIN, Said, assertion, encode, hex, registration, w3c_vectors};

/// Verifies a response that comes on standard input, with more arguments.
fn verify(ceremony: &str, response: &Value, more: &[&str]) -> Said {
    let challenge = encode(&CHALLENGE);
    let fixed = ["verify", ceremony, "--rp-id", "example.com", "--origin", ORIGIN, "--challenge", &challenge];
    Desert::new().run_on(response.to_string().as_bytes(), &[&fixed[..], more].concat())
}

/// The verdict, which is yes.
#[track_caller]
fn accepted(said: &Said) -> Value {
    let verdict = said.json();
    assert_eq!(
        (said.code, &verdict["ok"], &verdict["error"]),
        (Some(0), &json!(true), &Value::Null),
        "{said:?}"
    );
    verdict
}

/// The code of a verdict that is no.
#[track_caller]
fn refused(said: &Said) -> String {
    let verdict = said.json();
    assert_eq!((said.code, &verdict["ok"], said.err.as_str()), (Some(1), &json!(false), ""), "{said:?}");
    let error = &verdict["error"];
    assert!(error["step"].is_string() && error["message"].is_string());
    error["code"].as_str().unwrap().to_owned()
}

/// An authenticator with a credential, and the credential's public key.
fn registered() -> (Authenticator, String) {
    let mut authenticator = Authenticator::new(1);
    let verdict = accepted(&verify("registration", &registration(&mut authenticator), &[]));
    (authenticator, verdict["public_key"].as_str().unwrap().to_owned())
}

#[test]
fn a_genuine_registration_verifies_and_is_shown_whole() {
    let mut authenticator = Authenticator::new(1);
    let response = registration(&mut authenticator);
    let said = verify("registration", &response, &[]);
    assert!(said.out.starts_with("{\n  \"ok\": true,\n  \"error\": null,\n  \"ceremony\": "), "{}", said.out);
    let verdict = accepted(&said);
    for (member, expected) in [
        ("ceremony", json!("registration")),
        ("challenge_checked", json!(true)),
        ("trust_checked", json!(false)),
        ("credential_id", response["id"].clone()),
        ("algorithm", json!("ES256")),
        ("format", json!("none")),
        ("type", json!("none")),
        ("aaguid", json!("70617373-6761-7465-2d73-6f66746b6579")),
        ("authenticator", Value::Null),
        ("counter", json!(0)),
        ("transports", json!(["hybrid", "internal"])),
        ("authenticator_attachment", json!("platform")),
        ("certificates", json!([])),
        ("extensions", Value::Null),
    ] {
        assert_eq!(verdict[member], expected, "{member}");
    }
    assert_eq!(verdict["rp_id_hash"], verdict["rp_id_hash_expected"]);
    assert_eq!(verdict["client_data"]["challenge"], encode(&CHALLENGE));
    assert_eq!(verdict["flags"]["user_verified"], true);
    assert_eq!(verdict["cose_key"]["curve"], "P-256");
}

#[test]
fn a_genuine_assertion_verifies_with_what_the_registration_said() {
    let (mut authenticator, key) = registered();
    let response = assertion(&mut authenticator);
    let more = ["--public-key", &key, "--counter", "0", "--backup-eligible", "true"];
    let verdict = accepted(&verify("assertion", &response, &more));
    assert_eq!(verdict["credential_id"], response["id"]);
    assert_eq!(verdict["user_handle"], "a2lt");
    assert_eq!(verdict["signature"], response["response"]["signature"]);
    assert_eq!((&verdict["counter"], &verdict["counter_checked"]), (&json!(1), &json!(true)));
    let unchecked = accepted(&verify("assertion", &response, &["--public-key", &key]));
    assert_eq!(
        (&unchecked["counter_checked"], &unchecked["backup_eligible_checked"]),
        (&json!(false), &json!(false))
    );
}

#[test]
fn each_expectation_is_held_against_the_response_and_the_response_is_shown_all_the_same() {
    let (mut authenticator, key) = registered();
    let login = assertion(&mut authenticator);
    authenticator.config.user_verified = false;
    let unverified = assertion(&mut authenticator);
    authenticator.hooks.client_data = Some(Box::new(|data| data.set("crossOrigin", true)));
    let framed = assertion(&mut authenticator);
    let challenge = encode(&CHALLENGE);
    let with = |response: &Value, rp_id: &str, origin: &str, challenge: &str, more: &[&str]| {
        let fixed = ["verify", "assertion", "--rp-id", rp_id, "--origin", origin, "--challenge", challenge];
        let key = ["--public-key", &key];
        let said = Desert::new().run_on(response.to_string().as_bytes(), &[&fixed[..], &key, more].concat());
        let verdict = said.json();
        assert_eq!(verdict["credential_id"], response["id"]);
        assert!(
            verdict["flags"]["user_present"].is_boolean() && verdict["client_data"]["origin"].is_string()
        );
        if said.code == Some(0) { "ok".to_owned() } else { refused(&said) }
    };
    let relaxed = ["--user-verification", "preferred"];
    let framing = [&relaxed[..], &["--allow-cross-origin"]].concat();
    let other = "https://example.net";
    for (outcome, expected) in [
        (with(&login, "example.com", ORIGIN, &challenge, &[]), "ok"),
        (with(&login, "example.net", ORIGIN, &challenge, &[]), "rp_id_mismatch"),
        (with(&login, "example.com", other, &challenge, &[]), "origin_not_allowed"),
        (with(&login, "example.com", other, &challenge, &["--origin", ORIGIN]), "ok"),
        (with(&login, "example.com", ORIGIN, "AAAA", &[]), "challenge_mismatch"),
        (with(&login, "example.com", ORIGIN, &challenge, &["--counter", "1"]), "counter_rollback"),
        (
            with(&login, "example.com", ORIGIN, &challenge, &["--backup-eligible", "false"]),
            "backup_eligibility_changed",
        ),
        (with(&unverified, "example.com", ORIGIN, &challenge, &[]), "user_verification_missing"),
        (with(&unverified, "example.com", ORIGIN, &challenge, &relaxed), "ok"),
        (with(&framed, "example.com", ORIGIN, &challenge, &relaxed), "cross_origin"),
        (with(&framed, "example.com", ORIGIN, &challenge, &framing), "ok"),
    ] {
        assert_eq!(outcome, expected);
    }
}

#[test]
fn a_changed_response_is_refused_by_name() {
    let (mut authenticator, key) = registered();
    let login = assertion(&mut authenticator);
    let changed = |change: fn(&mut Value)| {
        let mut response = login.clone();
        change(&mut response);
        refused(&verify("assertion", &response, &["--public-key", &key]))
    };
    assert_eq!(changed(|login| login["response"]["signature"] = json!("MAYCAQECAQE")), "signature_invalid");
    assert_eq!(changed(|login| login["type"] = json!("password")), "credential_type");
    assert_eq!(changed(|login| login["response"]["clientDataJSON"] = json!("AAAA")), "client_data_json");
    assert_eq!(changed(|login| login["response"] = json!({})), "response_member_missing");
    assert_eq!(changed(|login| login["response"]["more"] = "A".repeat(70_000).into()), "response_too_large");
    let other_key = refused(&verify("assertion", &login, &["--public-key", "oA"]));
    assert_eq!(other_key, "stored_public_key");
    let no_json = Desert::new().run_on(
        b"{\"id\":",
        &["verify", "registration", "--rp-id", "example.com", "--origin", ORIGIN, "--any-challenge"],
    );
    assert_eq!(refused(&no_json), "response_json");
    assert_eq!(no_json.json()["credential_id"], Value::Null);
}

#[test]
fn an_absent_user_is_accepted_of_a_conditional_registration_alone() {
    let mut authenticator = Authenticator::new(1);
    authenticator.config.user_present = false;
    let response = registration(&mut authenticator);
    assert_eq!(refused(&verify("registration", &response, &[])), "user_presence_missing");
    accepted(&verify("registration", &response, &["--conditional"]));
}

#[test]
fn a_challenge_must_be_given_or_forgone() {
    let desert = Desert::new();
    let file = desert.file("registration.json", registration(&mut Authenticator::new(1)).to_string());
    let fixed = ["verify", "registration", "--rp-id", "example.com", "--origin", ORIGIN];
    let run = |more: &[&str]| desert.run(&[&fixed[..], &[file.to_str().unwrap()], more].concat());
    assert_eq!(run(&[]).code, Some(2));
    assert_eq!(accepted(&run(&["--any-challenge"]))["challenge_checked"], false);
    assert_eq!(run(&["--any-challenge", "--challenge", "AAAA"]).code, Some(2));
}

#[test]
fn wrong_use_is_told_from_a_verdict() {
    let desert = Desert::new();
    let fixed = ["verify", "assertion", "--rp-id", "example.com", "--origin", ORIGIN, "--any-challenge"];
    let key = ["--public-key", "oA"];
    for more in [
        &[][..],
        &["--public-key", "&"],
        &[&key[..], &["--user-verification", "maybe"]].concat(),
        &[&key[..], &["--now", "yesterday"]].concat(),
        &[&key[..], &["--counter", "-1"]].concat(),
        &[&key[..], &["--top-origin", "https://example.com"]].concat(),
        &[&key[..], &["--origin", "example.com"]].concat(),
        &[&key[..], &["missing.json"]].concat(),
    ] {
        let said = desert.run(&[&fixed[..], more].concat());
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{more:?}");
        assert!(said.err.contains("error"), "{more:?}");
    }
    let anchor = desert.file("anchor", "no certificate");
    let response = registration(&mut Authenticator::new(1));
    let said = verify("registration", &response, &["--trust-anchor", anchor.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--trust-anchor"), "{}", said.err);
}

#[test]
fn an_attestation_is_traced_to_a_given_anchor_at_a_given_time() {
    let desert = Desert::new();
    let root = attestation_root();
    let armoured =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(&root));
    let (der, pem) = (desert.file("root.der", &root), desert.file("root.pem", armoured));
    let mut authenticator = Authenticator::new(1);
    authenticator.config.attestation = Attestation::PackedX5c;
    let response = registration(&mut authenticator);
    for anchor in [&der, &pem] {
        let verdict =
            accepted(&verify("registration", &response, &["--trust-anchor", anchor.to_str().unwrap()]));
        assert_eq!((&verdict["type"], &verdict["trust_checked"]), (&json!("basic"), &json!(true)));
        let certificate = &verdict["certificates"][0];
        assert_eq!(certificate["not_before"], "2020-01-01T00:00:00Z");
        assert_eq!(certificate["sha256"].as_str().unwrap().len(), 64);
        assert!(certificate["subject"].as_str().unwrap().contains("O=Passgate"));
    }
    let at =
        |now| verify("registration", &response, &["--trust-anchor", der.to_str().unwrap(), "--now", now]);
    assert_eq!(refused(&at("2019-12-31T23:59:59Z")), "attestation_path_not_yet_valid");
    assert_eq!(refused(&at("4733510401")), "attestation_path_expired");
    let none = registration(&mut Authenticator::new(1));
    let untrusted = verify("registration", &none, &["--trust-anchor", pem.to_str().unwrap()]);
    assert_eq!(refused(&untrusted), "attestation_not_certified");
    assert_eq!(untrusted.json()["type"], Value::Null);
}

#[test]
fn the_specification_s_vectors_verify_to_their_root_but_the_one_of_ed448() {
    let Some(file) = w3c_vectors() else { return };
    let desert = Desert::new();
    let root = desert.file("root.der", hex(&file["attestationRoot"]["attestation_ca_cert"]));
    let (mut verified, mut trusted) = (0, 0);
    for vector in file["vectors"].as_array().unwrap() {
        let bytes = |ceremony: &str, member: &str| encode(&hex(&vector[ceremony][member]));
        let id = bytes("registration", "credential_id");
        let registration = json!({"id": id, "type": "public-key", "response": {
            "clientDataJSON": bytes("registration", "clientDataJSON"),
            "attestationObject": bytes("registration", "attestationObject"),
        }});
        let run = |ceremony: &str, response: &Value, more: &[&str]| {
            let challenge =
                bytes(if ceremony == "registration" { ceremony } else { "authentication" }, "challenge");
            let fixed = ["verify", ceremony, "--rp-id", "example.org", "--origin", "https://example.org"];
            let framing = ["--allow-cross-origin", "--top-origin", "https://example.com"];
            let policy = ["--user-verification", "preferred", "--challenge", &challenge];
            let arguments = [&fixed[..], &framing, &policy, more].concat();
            desert.run_on(response.to_string().as_bytes(), &arguments)
        };
        let anchored = run("registration", &registration, &["--trust-anchor", root.to_str().unwrap()]);
        trusted += usize::from(anchored.code == Some(0));
        let verdict = run("registration", &registration, &[]).json();
        // The COSE key is shown of one that is refused for its algorithm, too.
        let key = verdict["public_key"].as_str().unwrap().to_owned();
        assert_eq!(key, encode(&hex(&vector["credentialPublicKeyCose"])));
        let assertion = json!({"id": id, "type": "public-key", "response": {
            "clientDataJSON": bytes("authentication", "clientDataJSON"),
            "authenticatorData": bytes("authentication", "authenticatorData"),
            "signature": bytes("authentication", "signature"),
        }});
        let said = run("assertion", &assertion, &["--public-key", &key]);
        assert_eq!(verdict["ok"], said.json()["ok"], "{}", vector["name"]);
        if verdict["ok"] == true {
            verified += 1;
            assert_eq!(verdict["format"], vector["fmt"]);
        } else {
            assert_eq!(verdict["error"]["code"], "algorithm_ed448_unsupported");
            assert_eq!(refused(&said), "stored_public_key");
        }
    }
    eprintln!("passgate verify: {verified} of 15 pairs, {trusted} to the root");
    assert_eq!((verified, trusted), (14, 9));
}
