use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use passgate_authenticator::{Attestation, Authenticator, attestation_root};
use serde_json::{Value, json};

use crate::harness::{Caller, Place};
use crate::offline::{Desert, assertion, creation_options, registration, request_options};

fn decode(value: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// Every kind, by name.
fn every_kind() -> Vec<(&'static str, Vec<u8>)> {
    let mut authenticator = Authenticator::new(1);
    authenticator.config.attestation = Attestation::PackedX5c;
    let registration = registration(&mut authenticator);
    let assertion = assertion(&mut authenticator);
    let data = decode(&registration["response"]["authenticatorData"]);
    // After the hash, flags, counter, AAGUID and the length of a credential id of 32 bytes, and the id.
    let key = data[32 + 1 + 4 + 16 + 2 + usize::from(data[54])..].to_vec();
    vec![
        ("registration", registration.to_string().into_bytes()),
        ("assertion", assertion.to_string().into_bytes()),
        ("creation-options", creation_options().to_string().into_bytes()),
        ("request-options", request_options()["publicKey"].to_string().into_bytes()),
        ("client-data", decode(&assertion["response"]["clientDataJSON"])),
        ("attestation-object", decode(&registration["response"]["attestationObject"])),
        ("authenticator-data", data),
        ("authenticator-data", decode(&assertion["response"]["authenticatorData"])),
        ("cose-key", key),
        ("certificate", attestation_root()),
        ("cbor", vec![0xa1, 0x18, 0x2a, 0x82, 0xf5, 0x41, 0x07]),
    ]
}

#[test]
fn every_kind_is_recognised_in_every_encoding_wherever_it_comes_from() {
    let desert = Desert::new();
    for (kind, bytes) in every_kind() {
        let raw = if bytes[0] == b'{' { "JSON" } else { "raw bytes" };
        let file = desert.file("input", &bytes);
        let contents = [
            (raw, desert.run(&["inspect", "--json", file.to_str().unwrap()])),
            (raw, desert.run_on(&bytes, &["inspect", "--json"])),
            ("hexadecimal", desert.run_on(HEXLOWER.encode(&bytes).as_bytes(), &["inspect", "--json", "-"])),
            ("hexadecimal", desert.run(&["inspect", "--json", &format!("0x{}", HEXUPPER.encode(&bytes))])),
            ("base64url", desert.run(&["inspect", "--json", "--", &BASE64URL_NOPAD.encode(&bytes)])),
            (
                "base64",
                desert.run_on(format!("\"{}\"\n", BASE64.encode(&bytes)).as_bytes(), &["inspect", "--json"]),
            ),
            ("base64", desert.run(&["inspect", "--json", "--", &BASE64URL.encode(&bytes)])),
        ]
        .map(|(encoding, said)| {
            assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{kind} {encoding}: {said:?}");
            let told = said.json();
            assert_eq!((&told["kind"], &told["guessed"]), (&json!(kind), &json!(true)), "{encoding}");
            // Without a character of its own alphabet or padding, base64 may as well be base64url.
            if !encoding.starts_with("base64") {
                assert_eq!(told["encoding"], encoding, "{kind}");
            }
            assert_eq!(told["length"], bytes.len());
            told["content"].clone()
        });
        assert!(contents.iter().all(|content| *content == contents[0]), "{kind}");
        let text = desert.run_on(&bytes, &["inspect"]);
        assert!(text.code == Some(0) && text.out.lines().count() > 2, "{text:?}");
        let told = desert.run_on(&bytes, &["inspect", "--json", "--as", kind]).json();
        assert_eq!((&told["guessed"], &told["content"]), (&json!(false), &contents[0]), "{kind}");
    }
}

#[test]
fn a_registration_is_explained_field_by_field() {
    let mut authenticator = Authenticator::new(1);
    authenticator.config.aaguid = 0xfbfc_3007_154e_4ecc_8c0b_6e02_0557_d7bd_u128.to_be_bytes();
    authenticator.config.attestation = Attestation::PackedX5c;
    let response = registration(&mut authenticator).to_string();
    let said = Desert::new().run_on(response.as_bytes(), &["inspect"]);
    let lines: Vec<Vec<&str>> =
        said.out.lines().map(|line| line.trim().splitn(2, "  ").map(str::trim).collect()).collect();
    for (label, value) in [
        ("Type", "webauthn.create (a registration)"),
        ("Origin", "https://login.example.com"),
        ("Cross-origin", "no"),
        ("Format", "packed (§8.2)"),
        ("Algorithm", "ES256 (-7)"),
        ("Flags", "0x5d  UP UV BE BS AT"),
        ("UV user verified", "yes"),
        ("AAGUID", "fbfc3007-154e-4ecc-8c0b-6e020557d7bd (iCloud Keychain)"),
        ("Valid from", "2020-01-01 00:00:00 UTC"),
        ("-1 curve", "1 (P-256)"),
        ("Passgate's verifier", "takes it as a key for ES256"),
        ("Client extension results", "none"),
    ] {
        assert!(lines.contains(&vec![label, value]), "{label}: {}", said.out);
    }
    assert!(said.out.contains(" (of \"example.com\")"), "the RP ID is found from the origin: {}", said.out);
    assert!(said.out.starts_with("Registration response (a guess; --as says otherwise), "), "{}", said.out);
}

#[test]
fn where_reading_stopped_is_said_with_what_came_before() {
    let desert = Desert::new();
    let kinds = every_kind();
    let bytes = |kind| kinds.iter().find(|(name, _)| *name == kind).unwrap().1.clone();
    let object = bytes("attestation-object");
    let cut = desert.run_on(&object[..object.len() - 80], &["inspect", "--json"]);
    assert_eq!(cut.code, Some(1));
    let told = cut.json();
    assert_eq!(told["kind"], "attestation-object");
    assert_eq!(told["content"]["format"], "packed");
    assert_eq!(told["content"]["authenticator_data"]["flags"]["user_present"], true);
    assert_eq!(told["problems"][0]["message"], "a CBOR string is longer than what is left");
    let in_data = &told["problems"][1];
    assert_eq!((&in_data["place"], in_data["offset"].is_u64()), (&json!("authenticator_data"), true));

    let data = bytes("authenticator-data");
    let cut = desert.run(&["inspect", &HEXLOWER.encode(&data[..50])]);
    assert_eq!(cut.code, Some(1));
    let end = "Malformed: flag AT is set, and the data ends within the AAGUID, at byte 37\n";
    assert!(cut.out.ends_with(end), "{}", cut.out);
    assert!(cut.out.contains("authenticator_data_truncated; §6.1"), "{}", cut.out);

    let key = bytes("cose-key");
    let followed = desert.run_on(&[&key[..], &[0]].concat(), &["inspect", "--json"]).json();
    assert_eq!(
        followed["problems"][0],
        json!({"place": "", "offset": key.len(), "message": "bytes follow the CBOR item"})
    );

    let broken = desert.run(&["inspect", "{\"type\":\"webauthn.get\",\"chall"]);
    assert_eq!(broken.code, Some(1));
    assert!(
        broken.out.contains("Client data") && broken.out.contains("Malformed: not JSON: "),
        "{}",
        broken.out
    );
    let half = r#"{"type":"webauthn.get","challenge":"&","origin":7}"#;
    let told = desert.run(&["inspect", "--json", half]).json();
    let places: Vec<_> =
        told["problems"].as_array().unwrap().iter().map(|problem| &problem["place"]).collect();
    assert_eq!(places, ["challenge", "origin"]);
}

#[test]
fn what_the_verifier_would_refuse_is_marked() {
    // Backed up, and not eligible for backup; and a key with a member that does not belong there.
    let data = [&[9; 32][..], &[0x11, 0, 0, 0, 0]].concat();
    let told = Desert::new().run(&["inspect", "--json", &HEXLOWER.encode(&data)]);
    assert_eq!(told.code, Some(0), "it can be read");
    assert_eq!(told.json()["content"]["verifier"]["error"]["code"], "backup_state_without_eligibility");
    let key = Desert::new().run(&["inspect", "a3010203260405"]);
    assert!(key.out.contains("4 (does not belong there)"), "{}", key.out);
    assert!(key.out.contains("public_key_parameter_unexpected"), "{}", key.out);
}

#[test]
fn what_is_not_understood_is_said() {
    let desert = Desert::new();
    for input in ["hello", "{\"a\":1}", "", "ff00"] {
        let said = desert.run_on(input.as_bytes(), &["inspect", "--json"]);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{input}");
        let error: Value = serde_json::from_str(&said.err).unwrap();
        assert_eq!(error["error"]["code"], "not_understood");
    }
    assert!(desert.run(&["inspect", "ff00"]).err.contains("as hexadecimal: 2 bytes, ff00"));
    assert_eq!(desert.run(&["inspect", "--as", "poem", "ff00"]).code, Some(2));
    assert_eq!(desert.run_on(&vec![b'a'; 600_000], &["inspect"]).code, Some(2));
}

#[test]
fn a_kind_that_is_told_goes_before_the_guess() {
    let told = Desert::new().run(&["inspect", "--json", "--as", "cbor", "a2010203260405"]).json();
    assert_eq!((&told["kind"], &told["guessed"]), (&json!("cbor"), &json!(false)));
    assert_eq!(told["content"]["cbor"], json!({"1": 2, "3": -7}));
    let wrong = Desert::new().run(&["inspect", "--as", "client-data", "a10102"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.out.contains("Malformed: not a JSON object"), "{}", wrong.out);
}

#[test]
fn nothing_in_the_input_drives_the_terminal_or_looks_like_lines_of_ours() {
    let origin = "https://a\u{1b}]0;owned\u{7}\u{202e}\nOrigin  https://example.com";
    let data =
        json!({"type": "webauthn.get", "challenge": "AAAA", "origin": origin, "a\u{1b}[2J\nb": "\u{9b}2J"});
    for arguments in [&["inspect"][..], &["inspect", "--json"]] {
        let said = Desert::new().run_on(data.to_string().as_bytes(), arguments);
        assert_eq!(said.code, Some(0));
        let drives = |character: char| {
            (character.is_control() && character != '\n') || ('\u{202a}'..='\u{202e}').contains(&character)
        };
        assert!(!said.out.contains(drives), "{:?}", said.out);
        assert!(
            !said.out.lines().any(|line| line.starts_with("Origin  https://example.com")),
            "{}",
            said.out
        );
    }
    let said = Desert::new().run_on(data.to_string().as_bytes(), &["inspect", "--json"]);
    assert_eq!(said.json()["content"]["origin"], origin);
}

#[tokio::test]
async fn a_challenge_of_passgate_s_is_named() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let server = place.serve();
    let caller = Caller::new(&server, &tenant);
    let body = json!({ "user_id": "u1", "username": "kim" });
    let (_, options) = caller.post("registration/initialize", &body).await.unwrap();
    let text = Desert::new().run_on(options.to_string().as_bytes(), &["inspect"]).out;
    assert!(text.starts_with("Creation options"), "{text}");
    assert!(text.contains("(58 bytes; the form of a sealed challenge of Passgate's, version 1"), "{text}");
    let told = Desert::new().run_on(options.to_string().as_bytes(), &["inspect", "--json"]).json();
    assert_eq!(told["content"]["passgate_challenge"], true);
    let other = Desert::new().run(&["inspect", "--json", &creation_options().to_string()]).json();
    assert_eq!(other["content"]["passgate_challenge"], false);
}
