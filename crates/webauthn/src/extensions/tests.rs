use serde_json::{Map, Value, json};

use super::{
    AppId, AskedExtensions, AuthenticatorOutputs, CreationExtensions, CreationOutputs, CredentialProtection,
    Extension, ExtensionInputError, ExtensionValueError, LargeBlobOutput, LargeBlobRequest, LargeBlobSupport,
    Occasion, PrfInputs, PrfOutput, RequestExtensions, RequestOutputs, UserVerificationMethod,
};
use crate::{base64url, options::CredentialDescriptor};

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn creation(value: &Value) -> Result<CreationExtensions, ExtensionInputError> {
    CreationExtensions::parse(&members(value))
}

/// With these credentials allowed.
fn request(value: &Value, allowed: &[u8]) -> Result<RequestExtensions, ExtensionInputError> {
    let allowed: Vec<_> = allowed.iter().map(|id| CredentialDescriptor::new(vec![*id; 16])).collect();
    RequestExtensions::parse(&members(value), &allowed)
}

fn id(byte: u8) -> String {
    base64url::encode(&[byte; 16])
}

fn of_length(length: usize) -> String {
    base64url::encode(&vec![7; length])
}

fn wrong_type(member: &'static str, expected: &'static str) -> ExtensionInputError {
    ExtensionValueError::Type { member, expected }.into()
}

const OBJECT: &str = "an object";
const BOOLEAN: &str = "true or false";
const STRING: &str = "a string";

#[test]
fn everything_that_can_be_asked_of_a_registration_goes_out_as_it_came() {
    let asked = json!({
        "credProps": true,
        "prf": {"eval": {"first": "AQ", "second": "-_8"}},
        "largeBlob": {"support": "preferred"},
        "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
        "enforceCredentialProtectionPolicy": true,
        "minPinLength": true,
        "uvm": true,
        "appidExclude": "https://example.com/app-id.json",
    });
    let parsed = creation(&asked).unwrap();
    let expected = CreationExtensions {
        credential_properties: true,
        prf: Some(Some(PrfInputs { first: vec![1], second: Some(vec![0xfb, 0xff]) })),
        large_blob: Some(LargeBlobSupport::Preferred),
        credential_protection: Some(CredentialProtection::OptionalWithCredentialIdList),
        enforce_credential_protection: true,
        minimum_pin_length: true,
        user_verification_method: true,
        app_id_exclude: AppId::parse("https://example.com/app-id.json"),
        unknown: Map::new(),
    };
    assert_eq!(parsed, expected);
    assert_eq!(Value::Object(parsed.to_json()), asked);
}

#[test]
fn everything_that_can_be_asked_of_an_authentication_goes_out_as_it_came() {
    let asked = json!({
        "prf": {"eval": {"first": "AQ"}, "evalByCredential": {id(1): {"first": "Ag", "second": "Aw"}}},
        "largeBlob": {"write": "AQID"},
        "uvm": true,
        "appid": "https://example.com",
    });
    let parsed = request(&asked, &[1]).unwrap();
    let by_credential = PrfInputs { first: vec![2], second: Some(vec![3]) };
    let expected = RequestExtensions {
        prf: Some(PrfInputs { first: vec![1], second: None }),
        prf_by_credential: [(vec![1; 16], by_credential)].into(),
        large_blob: Some(LargeBlobRequest::Write(vec![1, 2, 3])),
        user_verification_method: true,
        app_id: AppId::parse("https://example.com"),
        unknown: Map::new(),
    };
    assert_eq!(parsed, expected);
    assert_eq!(Value::Object(parsed.to_json()), asked);
    let read = json!({"largeBlob": {"read": true}});
    assert_eq!(Value::Object(request(&read, &[]).unwrap().to_json()), read);
}

#[test]
fn what_is_false_or_empty_is_not_asked_for() {
    let nothing = json!({"credProps": false, "uvm": false, "minPinLength": false, "largeBlob": {}});
    assert_eq!(creation(&nothing), Ok(CreationExtensions::default()));
    assert_eq!(CreationExtensions::default().to_json(), Map::new());
    let nothing = json!({"uvm": false, "largeBlob": {"read": false}, "prf": {}});
    assert_eq!(request(&nothing, &[]), Ok(RequestExtensions::default()));
    assert_eq!(RequestExtensions::default().to_json(), Map::new());
    let enabled = json!({"prf": {}});
    assert_eq!(Value::Object(creation(&enabled).unwrap().to_json()), enabled);
}

#[test]
fn base64url_may_be_padded_and_goes_out_without() {
    let asked =
        request(&json!({"prf": {"evalByCredential": {format!("{}==", id(1)): {"first": "+/8="}}}}), &[1]);
    let expected = json!({"prf": {"evalByCredential": {id(1): {"first": "-_8"}}}});
    assert_eq!(Value::Object(asked.unwrap().to_json()), expected);
}

#[test]
fn an_unknown_extension_is_refused_by_name() {
    for name in ["payment", "credprops", "hmac-secret", "credProtect", ""] {
        let unknown = ExtensionInputError::Unknown { name: name.to_owned() };
        assert_eq!(creation(&json!({name: true})), Err(unknown.clone()));
        assert_eq!(request(&json!({name: true}), &[]), Err(unknown));
    }
    let error = creation(&json!({"payment": {}})).unwrap_err();
    assert_eq!(error.to_string(), "the extension \"payment\" is not supported");
    let long = "ü".repeat(100);
    let cut = ExtensionInputError::Unknown { name: "ü".repeat(64) };
    assert_eq!(creation(&json!({long: true})), Err(cut));
}

#[test]
fn an_unknown_member_is_refused_by_name() {
    let unknown = |extension| ExtensionInputError::UnknownMember { extension, name: "more".to_owned() };
    for extension in ["prf", "largeBlob"] {
        let asked = json!({extension: {"more": 1}});
        assert_eq!(creation(&asked), Err(unknown(extension)));
        assert_eq!(request(&asked, &[]), Err(unknown(extension)));
    }
    let asked = json!({"prf": {"eval": {"first": "AQ", "more": "AQ"}}});
    assert_eq!(creation(&asked), Err(unknown("prf.eval")));
}

#[test]
fn what_belongs_in_the_other_ceremony_is_refused() {
    let other = |member| Some(ExtensionInputError::OtherCeremony { member });
    assert_eq!(creation(&json!({"appid": "https://example.com"})).err(), other("appid"));
    let by_credential = json!({"prf": {"evalByCredential": {}}});
    assert_eq!(creation(&by_credential).err(), other("prf.evalByCredential"));
    assert_eq!(creation(&json!({"largeBlob": {"read": true}})).err(), other("largeBlob.read"));
    assert_eq!(creation(&json!({"largeBlob": {"write": "AQ"}})).err(), other("largeBlob.write"));
    for member in [
        "credProps",
        "credentialProtectionPolicy",
        "enforceCredentialProtectionPolicy",
        "minPinLength",
        "appidExclude",
    ] {
        assert_eq!(request(&json!({member: true}), &[]).err(), other(member));
    }
    let support = json!({"largeBlob": {"support": "required"}});
    assert_eq!(request(&support, &[]).err(), other("largeBlob.support"));
}

#[test]
fn each_input_has_its_type() {
    for name in ["credProps", "enforceCredentialProtectionPolicy", "minPinLength", "uvm"] {
        for value in [json!(null), json!("true"), json!(1), json!({})] {
            assert_eq!(creation(&json!({name: value})), Err(wrong_type(name, BOOLEAN)));
        }
    }
    for name in ["prf", "largeBlob"] {
        for value in [json!(null), json!(true), json!([])] {
            assert_eq!(creation(&json!({name: value})), Err(wrong_type(name, OBJECT)));
            assert_eq!(request(&json!({name: value}), &[]), Err(wrong_type(name, OBJECT)));
        }
    }
    for name in ["credentialProtectionPolicy", "appidExclude"] {
        assert_eq!(creation(&json!({name: 1})), Err(wrong_type(name, STRING)));
    }
    assert_eq!(
        creation(&json!({"largeBlob": {"support": true}})),
        Err(wrong_type("largeBlob.support", STRING))
    );
    assert_eq!(creation(&json!({"prf": {"eval": "AQ"}})), Err(wrong_type("prf.eval", OBJECT)));
    assert_eq!(creation(&json!({"prf": {"eval": {}}})), Err(wrong_type("prf.eval.first", STRING)));
    let second = json!({"prf": {"eval": {"first": "AQ", "second": null}}});
    assert_eq!(creation(&second), Err(wrong_type("prf.eval.second", STRING)));
    for (asked, member, expected) in [
        (json!({"uvm": 1}), "uvm", BOOLEAN),
        (json!({"appid": true}), "appid", STRING),
        (json!({"largeBlob": {"read": 1}}), "largeBlob.read", BOOLEAN),
        (json!({"largeBlob": {"write": 1}}), "largeBlob.write", STRING),
        (json!({"prf": {"evalByCredential": []}}), "prf.evalByCredential", OBJECT),
    ] {
        assert_eq!(request(&asked, &[1]), Err(wrong_type(member, expected)));
    }
}

#[test]
fn prf_inputs_have_1_to_1024_bytes_in_base64url() {
    for length in [1, 32, 1024] {
        assert!(creation(&json!({"prf": {"eval": {"first": of_length(length)}}})).is_ok());
    }
    for length in [0, 1025] {
        let size = |member| Err(ExtensionValueError::Size { member, minimum: 1, maximum: 1024 }.into());
        let first = json!({"prf": {"eval": {"first": of_length(length)}}});
        assert_eq!(creation(&first), size("prf.eval.first"));
        let second = json!({"prf": {"eval": {"first": "AQ", "second": of_length(length)}}});
        assert_eq!(creation(&second), size("prf.eval.second"));
    }
    let first = json!({"prf": {"eval": {"first": "a b"}}});
    let error = ExtensionValueError::Base64 { member: "prf.eval.first" };
    assert_eq!(creation(&first), Err(error.into()));
}

#[test]
fn prf_inputs_by_credential_are_for_credentials_that_are_allowed() {
    let by = |ids: &[String]| {
        let inputs: Map<String, Value> = ids.iter().map(|id| (id.clone(), json!({"first": "AQ"}))).collect();
        json!({"prf": {"evalByCredential": inputs}})
    };
    assert_eq!(request(&by(&[id(1), id(2)]), &[1, 2, 3]).unwrap().prf_by_credential.len(), 2);
    let refused = Err(ExtensionInputError::PrfCredential);
    assert_eq!(request(&by(&[id(1)]), &[]), refused);
    assert_eq!(request(&by(&[id(1), id(4)]), &[1, 2, 3]), refused);
    assert_eq!(request(&by(&[String::new()]), &[1]), refused);
    assert_eq!(request(&by(&[id(1), format!("{}==", id(1))]), &[1]), refused);
    let error = ExtensionValueError::Base64 { member: "prf.evalByCredential" };
    assert_eq!(request(&by(&["not base64".to_owned()]), &[1]), Err(error.into()));
}

#[test]
fn a_large_blob_is_read_or_written_to_one_credential() {
    let both = json!({"largeBlob": {"read": true, "write": "AQ"}});
    assert_eq!(request(&both, &[1]), Err(ExtensionInputError::LargeBlobOperation));
    assert_eq!(request(&json!({"largeBlob": {}}), &[1]).unwrap().large_blob, None);
    let write = |length| json!({"largeBlob": {"write": of_length(length)}});
    for allowed in [&[][..], &[1, 2]] {
        assert_eq!(request(&write(1), allowed), Err(ExtensionInputError::LargeBlobCredential));
    }
    assert!(request(&write(4096), &[1]).is_ok());
    for length in [0, 4097] {
        let size = ExtensionValueError::Size { member: "largeBlob.write", minimum: 1, maximum: 4096 };
        assert_eq!(request(&write(length), &[1]), Err(size.into()));
    }
    let debug = format!("{:?}", request(&write(9), &[1]).unwrap().large_blob);
    assert_eq!(debug, "Some(Write(9 bytes))");
}

#[test]
fn values_are_spelled_as_the_specifications_spell_them() {
    for policy in CredentialProtection::ALL {
        let asked = creation(&json!({"credentialProtectionPolicy": policy.as_str()})).unwrap();
        assert_eq!(asked.credential_protection, Some(policy));
    }
    let spelling = |member| Err(ExtensionInputError::Spelling { member });
    let asked = json!({"credentialProtectionPolicy": "userVerificationrequired"});
    assert_eq!(creation(&asked), spelling("credentialProtectionPolicy"));
    assert_eq!(creation(&json!({"largeBlob": {"support": "Required"}})), spelling("largeBlob.support"));
    let required = creation(&json!({"largeBlob": {"support": "required"}})).unwrap();
    assert_eq!(required.large_blob, Some(LargeBlobSupport::Required));
}

#[test]
fn a_policy_to_enforce_must_be_named() {
    let asked = json!({"enforceCredentialProtectionPolicy": true});
    assert_eq!(creation(&asked), Err(ExtensionInputError::NothingToEnforce));
    assert!(creation(&json!({"enforceCredentialProtectionPolicy": false})).is_ok());
}

#[test]
fn an_app_id_that_is_no_https_url_is_refused() {
    for url in ["http://example.com", "example.com", ""] {
        let refused = |member| Some(ExtensionInputError::AppId { member });
        assert_eq!(creation(&json!({"appidExclude": url})).err(), refused("appidExclude"));
        assert_eq!(request(&json!({"appid": url}), &[]).err(), refused("appid"));
    }
}

/// Asks for everything that has a client output.
fn all_of_a_registration() -> CreationExtensions {
    creation(&json!({
        "credProps": true, "prf": {}, "largeBlob": {"support": "preferred"}, "uvm": true,
        "appidExclude": "https://example.com",
    }))
    .unwrap()
}

fn created(results: &Value) -> Result<CreationOutputs, ExtensionValueError> {
    CreationOutputs::parse(&members(results), all_of_a_registration().asked())
}

fn all_of_an_authentication(large_blob: &Value) -> RequestExtensions {
    let asked = json!({
        "prf": {"evalByCredential": {id(1): {"first": "AQ"}}}, "largeBlob": large_blob, "uvm": true,
        "appid": "https://example.com",
    });
    request(&asked, &[1]).unwrap()
}

fn requested(results: &Value) -> Result<RequestOutputs, ExtensionValueError> {
    let asked = all_of_an_authentication(&json!({"read": true}));
    RequestOutputs::parse(&members(results), asked.asked(), asked.app_id.as_ref().map(AppId::hash))
}

#[test]
fn answers_are_read() {
    let secret = of_length(32);
    let outputs = created(&json!({
        "credProps": {"rk": true},
        "prf": {"enabled": true, "results": {"first": secret}},
        "largeBlob": {"supported": false},
        "uvm": [[2, 4, 2], [4, 4, 1]],
        "appidExclude": true,
    }));
    let first = UserVerificationMethod { method: 2, key_protection: 4, matcher_protection: 2 };
    let second = UserVerificationMethod { method: 4, key_protection: 4, matcher_protection: 1 };
    let expected = CreationOutputs {
        discoverable: Some(true),
        prf: Some(PrfOutput { enabled: Some(true), sent_secrets: true }),
        large_blob_supported: Some(false),
        user_verification_methods: Some(vec![first, second]),
        app_id_exclude: Some(true),
    };
    assert_eq!(outputs, Ok(expected));
    let outputs = requested(&json!({
        "prf": {"results": {"first": secret, "second": secret}},
        "largeBlob": {"blob": "AQID"},
        "uvm": [[2, 4, 2]],
        "appid": false,
    }));
    let expected = RequestOutputs {
        prf: Some(PrfOutput { enabled: None, sent_secrets: true }),
        large_blob: Some(LargeBlobOutput::Read(vec![1, 2, 3])),
        user_verification_methods: Some(vec![first]),
        app_id: Some(false),
    };
    assert_eq!(outputs, Ok(expected.clone()));
    assert_eq!(format!("{:?}", expected.large_blob), "Some(Read(3 bytes))");
    let asked = all_of_an_authentication(&json!({"write": "AQ"}));
    let written = members(&json!({"largeBlob": {"written": true}}));
    let outputs = RequestOutputs::parse(&written, asked.asked(), None);
    assert_eq!(outputs.unwrap().large_blob, Some(LargeBlobOutput::Written(true)));
}

#[test]
fn a_missing_answer_is_none() {
    assert_eq!(created(&json!({})), Ok(CreationOutputs::default()));
    assert_eq!(created(&json!({"credProps": {}, "largeBlob": {}})), Ok(CreationOutputs::default()));
    assert_eq!(requested(&json!({"largeBlob": {}})), Ok(RequestOutputs::default()));
    let silent = created(&json!({"prf": {"enabled": false, "results": {}}})).unwrap();
    assert_eq!(silent.prf, Some(PrfOutput { enabled: Some(false), sent_secrets: false }));
}

#[test]
fn what_was_not_asked_for_is_ignored_whatever_it_is() {
    let results = members(&json!({
        "credProps": 1, "prf": "secrets", "largeBlob": [], "uvm": {}, "appid": 0, "appidExclude": 0, "more": null,
    }));
    let nothing = CreationExtensions::default().asked();
    assert_eq!(CreationOutputs::parse(&results, nothing), Ok(CreationOutputs::default()));
    assert_eq!(CreationOutputs::read(b"[]", nothing), Ok(CreationOutputs::default()));
    let nothing = RequestExtensions::default().asked();
    assert_eq!(RequestOutputs::parse(&results, nothing, None), Ok(RequestOutputs::default()));
    assert_eq!(RequestOutputs::read(b"[]", nothing, None), Ok(RequestOutputs::default()));
}

#[test]
fn each_answer_has_its_type() {
    let wrong = |member, expected| Some(ExtensionValueError::Type { member, expected });
    for (results, member, expected) in [
        (json!({"credProps": true}), "credProps", OBJECT),
        (json!({"credProps": {"rk": "true"}}), "credProps.rk", BOOLEAN),
        (json!({"prf": true}), "prf", OBJECT),
        (json!({"prf": {"enabled": 1}}), "prf.enabled", BOOLEAN),
        (json!({"prf": {"results": "AQ"}}), "prf.results", OBJECT),
        (json!({"prf": {"results": {"first": 1}}}), "prf.results.first", STRING),
        (json!({"largeBlob": {"supported": "yes"}}), "largeBlob.supported", BOOLEAN),
        (json!({"appidExclude": {}}), "appidExclude", BOOLEAN),
    ] {
        assert_eq!(created(&results).err(), wrong(member, expected));
    }
    let uvm = "one to three lists of three numbers";
    for value in
        [json!(true), json!([]), json!([1]), json!([[1, 2]]), json!([[1, 2, 3, 4]]), json!([[1, 2, -3]])]
    {
        assert_eq!(created(&json!({"uvm": value})).err(), wrong("uvm", uvm), "{value}");
    }
    let four = json!({"uvm": [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]});
    assert_eq!(requested(&four).err(), wrong("uvm", uvm));
    assert_eq!(requested(&json!({"uvm": [[1, 2, 4_294_967_296_u64]]})).err(), wrong("uvm", uvm));
    assert_eq!(requested(&json!({"appid": "yes"})).err(), wrong("appid", BOOLEAN));
    assert_eq!(requested(&json!({"largeBlob": {"blob": []}})).err(), wrong("largeBlob.blob", STRING));
    let secret = |length| json!({"prf": {"results": {"first": of_length(32), "second": of_length(length)}}});
    for length in [0, 31, 33] {
        let size = ExtensionValueError::Size { member: "prf.results.second", minimum: 32, maximum: 32 };
        assert_eq!(requested(&secret(length)).err(), Some(size));
    }
    let blob = json!({"largeBlob": {"blob": of_length(16 * 1024 + 1)}});
    let size = ExtensionValueError::Size { member: "largeBlob.blob", minimum: 0, maximum: 16 * 1024 };
    assert_eq!(requested(&blob).err(), Some(size));
    let broken = ExtensionValueError::Base64 { member: "largeBlob.blob" };
    assert_eq!(requested(&json!({"largeBlob": {"blob": "%"}})).err(), Some(broken));
}

#[test]
fn results_are_an_object_or_missing() {
    let asked = AskedExtensions::NONE.with(Extension::Prf);
    let app_id = AppId::parse("https://example.com");
    assert_eq!(CreationOutputs::read(b"", asked), Ok(CreationOutputs::default()));
    assert_eq!(RequestOutputs::read(b"", asked, None), Ok(RequestOutputs::default()));
    let wrong = ExtensionValueError::Type { member: "clientExtensionResults", expected: OBJECT };
    for results in [&b"[]"[..], b"null", b"\"prf\"", b"1"] {
        assert_eq!(CreationOutputs::read(results, asked), Err(wrong));
        assert_eq!(
            RequestOutputs::read(results, AskedExtensions::NONE, app_id.as_ref().map(AppId::hash)),
            Err(wrong)
        );
    }
}

#[test]
fn secrets_that_a_page_lost_on_the_way_are_not_there() {
    let lost = created(&json!({"prf": {"enabled": true, "results": {"first": {}}}})).unwrap();
    assert_eq!(lost.prf, Some(PrfOutput { enabled: Some(true), sent_secrets: false }));
}

#[test]
fn what_is_put_together_is_checked_like_what_is_read() {
    let creation =
        CreationExtensions { enforce_credential_protection: true, ..CreationExtensions::default() };
    assert_eq!(creation.check(), Err(ExtensionInputError::NothingToEnforce));
    let blob = Some(LargeBlobRequest::Write(vec![1]));
    let request = RequestExtensions { large_blob: blob, ..RequestExtensions::default() };
    assert_eq!(request.check(&[]), Err(ExtensionInputError::LargeBlobCredential));
    assert_eq!(request.check(&[CredentialDescriptor::new(vec![1])]), Ok(()));
    let inputs = PrfInputs { first: vec![1], second: None };
    let request =
        RequestExtensions { prf_by_credential: [(vec![1], inputs)].into(), ..RequestExtensions::default() };
    assert_eq!(request.check(&[CredentialDescriptor::new(vec![2])]), Err(ExtensionInputError::PrfCredential));
    assert_eq!(request.check(&[CredentialDescriptor::new(vec![1])]), Ok(()));
}

#[test]
fn what_is_unknown_here_is_sent_beside_what_is_known_and_does_not_take_its_place() {
    let unknown = members(&json!({"example.extension": [1], "uvm": "other"}));
    let asked = CreationExtensions {
        user_verification_method: true,
        unknown: unknown.clone(),
        ..CreationExtensions::default()
    };
    assert_eq!(Value::Object(asked.to_json()), json!({"example.extension": [1], "uvm": true}));
    let asked = RequestExtensions { unknown, ..RequestExtensions::default() };
    assert_eq!(Value::Object(asked.to_json()), json!({"example.extension": [1], "uvm": "other"}));
}

#[test]
fn what_was_asked_for_is_a_set() {
    let set = |extensions: &[Extension]| {
        extensions.iter().fold(AskedExtensions::NONE, |set, extension| set.with(*extension))
    };
    let everything = creation(&json!({
        "credProps": true, "prf": {}, "largeBlob": {"support": "preferred"}, "uvm": true, "minPinLength": true,
        "credentialProtectionPolicy": "userVerificationRequired", "appidExclude": "https://example.com",
    }));
    let expected = set(&[
        Extension::CredentialProperties,
        Extension::Prf,
        Extension::LargeBlobSupport,
        Extension::UserVerificationMethod,
        Extension::MinimumPinLength,
        Extension::CredentialProtection,
        Extension::AppIdExclude,
    ]);
    assert_eq!(everything.unwrap().asked(), expected);
    let read = all_of_an_authentication(&json!({"read": true})).asked();
    let base = [Extension::Prf, Extension::UserVerificationMethod];
    assert_eq!(read, set(&base).with(Extension::LargeBlobRead));
    let write = all_of_an_authentication(&json!({"write": "AQ"})).asked();
    assert_eq!(write, set(&base).with(Extension::LargeBlobWrite));
    assert_eq!(RequestExtensions::default().asked(), AskedExtensions::NONE);
}

/// Everything that an authenticator can answer.
const OF_AUTHENTICATORS: AskedExtensions = AskedExtensions::NONE
    .with(Extension::CredentialProtection)
    .with(Extension::MinimumPinLength)
    .with(Extension::Prf)
    .with(Extension::UserVerificationMethod);

/// A map of one text key of less than 24 bytes, and a value.
fn extension(name: &str, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(name.len()).expect("a short name");
    [&[0xa1, 0x60 | length], name.as_bytes(), value].concat()
}

#[test]
fn an_authenticators_answers_are_read() {
    let map = [
        &[0xa4, 0x63][..],
        b"uvm",
        &[0x81, 0x83, 2, 4, 2, 0x6b],
        b"credProtect",
        &[3, 0x6b],
        b"hmac-secret",
        &[0xf5, 0x6c],
        b"minPinLength",
        &[8],
    ]
    .concat();
    let method = UserVerificationMethod { method: 2, key_protection: 4, matcher_protection: 2 };
    let expected = AuthenticatorOutputs {
        credential_protection: Some(CredentialProtection::Required),
        minimum_pin_length: Some(8),
        derives_secrets: Some(true),
        user_verification_methods: Some(vec![method]),
    };
    let read = |asked, occasion| AuthenticatorOutputs::parse(Some(&map), asked, occasion);
    assert_eq!(read(OF_AUTHENTICATORS, Occasion::Registration), Ok(expected.clone()));
    let at_authentication = AuthenticatorOutputs {
        user_verification_methods: expected.user_verification_methods,
        ..AuthenticatorOutputs::default()
    };
    assert_eq!(read(OF_AUTHENTICATORS, Occasion::Authentication), Ok(at_authentication));
    assert_eq!(read(AskedExtensions::NONE, Occasion::Registration), Ok(AuthenticatorOutputs::default()));
    let missing = AuthenticatorOutputs::parse(None, OF_AUTHENTICATORS, Occasion::Registration);
    assert_eq!(missing, Ok(AuthenticatorOutputs::default()));
}

#[test]
fn each_of_an_authenticators_answers_has_its_type() {
    let uvm = "one to three lists of three numbers";
    for (name, values, expected) in [
        ("credProtect", &[&[0x00][..], &[0x04], &[0x20], &[0x61, b'1']][..], "1, 2 or 3"),
        ("minPinLength", &[&[0x18, 64], &[0x20], &[0xf5]], "a number up to 63"),
        ("hmac-secret", &[&[0x01], &[0x41, 1]], BOOLEAN),
        (
            "uvm",
            &[
                &[0xf5],
                &[0x80],
                &[0x81, 0x01],
                &[0x81, 0x82, 1, 1],
                &[0x81, 0x83, 1, 1, 0x20],
                &[0x84, 0x83, 1, 1, 1, 0x83, 1, 1, 1, 0x83, 1, 1, 1, 0x83, 1, 1, 1],
                &[0x81, 0x83, 1, 1, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0],
            ],
            uvm,
        ),
    ] {
        for value in values {
            let map = extension(name, value);
            let read = |asked| AuthenticatorOutputs::parse(Some(&map), asked, Occasion::Registration);
            let refused = Err(ExtensionValueError::Type { member: name, expected });
            assert_eq!(read(OF_AUTHENTICATORS), refused, "{name} {value:x?}");
            assert_eq!(read(AskedExtensions::NONE), Ok(AuthenticatorOutputs::default()));
        }
    }
}
