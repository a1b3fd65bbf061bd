//! §5.1: the JSON around a ceremony.

use passgate_webauthn::{AuthenticationResponse, MAX_RESPONSE_BYTES, RegistrationResponse, ResponseError};
use serde_json::{Value, json};

use crate::harness::{Ceremony, Failure};

/// Genuine credentials of a registration and of an authentication.
fn genuine() -> (Value, Value) {
    let mut ceremony = Ceremony::new();
    (ceremony.create(), ceremony.get())
}

fn parse_registration(credential: &Value) -> Option<ResponseError> {
    RegistrationResponse::parse(credential.to_string().as_bytes()).err()
}

fn parse_assertion(credential: &Value) -> Option<ResponseError> {
    AuthenticationResponse::parse(credential.to_string().as_bytes()).err()
}

/// Puts a member, named by its path, into a credential, or takes it out.
fn changed(credential: &Value, path: &str, value: Option<Value>) -> Value {
    let mut credential = credential.clone();
    let (object, name) = match path.split_once('.') {
        Some((object, name)) => (&mut credential[object], name),
        None => (&mut credential, path),
    };
    let members = object.as_object_mut().expect("an object");
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value)),
        None => drop(members.remove(name)),
    }
    credential
}

#[test]
fn each_member_must_be_there_with_its_type() {
    let (registration, assertion) = genuine();
    for member in ["id", "type", "response", "response.clientDataJSON", "response.attestationObject"] {
        let error = parse_registration(&changed(&registration, member, None));
        assert_eq!(error, Some(ResponseError::MissingMember { member }));
        let error = parse_registration(&changed(&registration, member, Some(json!(7))));
        assert!(matches!(error, Some(ResponseError::Json { .. })), "{member}");
    }
    for member in [
        "id",
        "type",
        "response",
        "response.clientDataJSON",
        "response.authenticatorData",
        "response.signature",
    ] {
        let error = parse_assertion(&changed(&assertion, member, None));
        assert_eq!(error, Some(ResponseError::MissingMember { member }));
        let error = parse_assertion(&changed(&assertion, member, Some(json!(7))));
        assert!(matches!(error, Some(ResponseError::Json { .. })), "{member}");
    }
    let error = parse_assertion(&changed(&assertion, "response.userHandle", Some(json!(7))));
    assert!(matches!(error, Some(ResponseError::Json { .. })));
}

#[test]
fn each_member_must_be_base64_and_not_empty() {
    let (registration, assertion) = genuine();
    for member in ["id", "response.clientDataJSON", "response.attestationObject"] {
        let error = parse_registration(&changed(&registration, member, Some(json!(""))));
        assert_eq!(error, Some(ResponseError::Empty { member }));
        let error = parse_registration(&changed(&registration, member, Some(json!("&"))));
        assert_eq!(error, Some(ResponseError::Base64 { member }));
    }
    for member in ["id", "response.clientDataJSON", "response.authenticatorData", "response.signature"] {
        let error = parse_assertion(&changed(&assertion, member, Some(json!(""))));
        assert_eq!(error, Some(ResponseError::Empty { member }));
        let error = parse_assertion(&changed(&assertion, member, Some(json!("&"))));
        assert_eq!(error, Some(ResponseError::Base64 { member }));
    }
    let error = parse_assertion(&changed(&assertion, "response.userHandle", Some(json!("&"))));
    assert_eq!(error, Some(ResponseError::Base64 { member: "response.userHandle" }));
}

#[test]
fn a_response_of_the_other_ceremony_is_refused() {
    let (registration, assertion) = genuine();
    assert_eq!(
        parse_registration(&assertion),
        Some(ResponseError::MissingMember { member: "response.attestationObject" })
    );
    // A browser's registration response has authenticator data as well, so it is the signature that lacks.
    assert_eq!(
        parse_assertion(&registration),
        Some(ResponseError::MissingMember { member: "response.signature" })
    );
}

#[test]
fn the_type_must_be_public_key() {
    let (registration, assertion) = genuine();
    for wrong in ["", "password", "Public-Key"] {
        let wrong = Some(json!(wrong));
        let error = parse_registration(&changed(&registration, "type", wrong.clone()));
        assert_eq!(error, Some(ResponseError::CredentialType));
        let error = parse_assertion(&changed(&assertion, "type", wrong));
        assert_eq!(error, Some(ResponseError::CredentialType));
    }
}

#[test]
fn id_and_raw_id_must_be_the_same_whatever_their_alphabet() {
    let mut ceremony = Ceremony::new();
    let credential = ceremony.create();
    let id = credential["id"].as_str().unwrap().to_owned();
    let standard = format!("{}=", id.replace('-', "+").replace('_', "/"));
    for raw_id in [None, Some(json!(id)), Some(json!(standard)), Some(Value::Null)] {
        let same = changed(&credential, "rawId", raw_id);
        assert!(ceremony.verify_registration(&same).is_ok());
    }
    for raw_id in ["AAAA", &id[1..]] {
        let other = changed(&credential, "rawId", Some(json!(raw_id)));
        let error = parse_registration(&other).unwrap();
        assert!(matches!(error, ResponseError::IdMismatch | ResponseError::Base64 { member: "rawId" }));
    }
}

#[test]
fn members_may_be_standard_base64_with_padding() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    let mut credential = ceremony.get();
    for path in
        ["/id", "/rawId", "/response/clientDataJSON", "/response/authenticatorData", "/response/signature"]
    {
        let value = credential.pointer_mut(path).unwrap();
        let text = value.as_str().unwrap().replace('-', "+").replace('_', "/");
        *value = json!(format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4)));
    }
    assert!(ceremony.verify_assertion(&credential, &registration).is_ok());
    // PHP writes `\/` for `/`.
    let escaped = credential.to_string().replace('/', "\\/");
    assert!(AuthenticationResponse::parse(escaped.as_bytes()).is_ok());
}

#[test]
fn unknown_members_are_tolerated_and_repeated_ones_refused() {
    let (registration, assertion) = genuine();
    for (path, value) in [
        ("more", json!({"a": 1})),
        ("response.more", json!([])),
        ("clientExtensionResults", json!({"prf": {}})),
    ] {
        assert_eq!(parse_registration(&changed(&registration, path, Some(value.clone()))), None);
        assert_eq!(parse_assertion(&changed(&assertion, path, Some(value))), None);
    }
    let repeated = format!("{{\"id\":\"AAAA\",{}", &assertion.to_string()[1..]);
    assert!(matches!(AuthenticationResponse::parse(repeated.as_bytes()), Err(ResponseError::Json { .. })));
}

#[test]
fn an_array_of_the_members_in_order_is_no_credential() {
    let (registration, assertion) = genuine();
    let inner = &registration["response"];
    let as_array = json!([inner["clientDataJSON"], inner["attestationObject"], null]);
    let error = parse_registration(&changed(&registration, "response", Some(as_array)));
    assert!(matches!(error, Some(ResponseError::Json { .. })), "{error:?}");
    let inner = &assertion["response"];
    let as_array =
        json!([inner["clientDataJSON"], inner["authenticatorData"], inner["signature"], inner["userHandle"]]);
    let error = parse_assertion(&changed(&assertion, "response", Some(as_array)));
    assert!(matches!(error, Some(ResponseError::Json { .. })), "{error:?}");
    let whole = json!([assertion["id"], assertion["rawId"], "public-key", null, null, inner]);
    assert!(matches!(parse_assertion(&whole), Some(ResponseError::Json { .. })));
}

#[test]
fn transports_come_in_the_response_or_at_the_top() {
    let mut ceremony = Ceremony::new();
    let transports = |ceremony: &Ceremony, credential: &Value| -> Vec<String> {
        let registration =
            ceremony.verify_registration(credential).expect("the registration is without fault");
        registration.transports.iter().map(|transport| transport.as_str().to_owned()).collect()
    };
    let credential = changed(&ceremony.create(), "transports", Some(json!(["usb"])));
    assert_eq!(transports(&ceremony, &credential), ["hybrid", "internal"]);
    let legacy = changed(&credential, "response.transports", None);
    assert_eq!(transports(&ceremony, &legacy), ["usb"]);
    let none = changed(&legacy, "transports", None);
    assert_eq!(transports(&ceremony, &none), Vec::<String>::new());
}

#[test]
fn what_is_too_large_is_not_read() {
    let (_, assertion) = genuine();
    let padding = " ".repeat(MAX_RESPONSE_BYTES);
    let json = format!("{assertion}{padding}");
    assert_eq!(AuthenticationResponse::parse(json.as_bytes()).err(), Some(ResponseError::TooLarge));
    assert!(AuthenticationResponse::parse(&json.as_bytes()[..MAX_RESPONSE_BYTES]).is_ok());
}

#[test]
fn ids_and_user_handles_have_a_greatest_length() {
    let (registration, assertion) = genuine();
    let long = |bytes: usize| Some(json!("A".repeat(bytes * 4 / 3)));
    let too_long = changed(&changed(&registration, "id", long(1026)), "rawId", None);
    assert_eq!(parse_registration(&too_long), Some(ResponseError::CredentialIdTooLong));
    let too_long = changed(&changed(&assertion, "id", long(1026)), "rawId", None);
    assert_eq!(parse_assertion(&too_long), Some(ResponseError::CredentialIdTooLong));
    let too_long = changed(&assertion, "response.userHandle", long(66));
    assert_eq!(parse_assertion(&too_long), Some(ResponseError::UserHandleTooLong));
}

#[test]
fn an_assertion_of_another_id_is_the_lookup_s_to_refuse() {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().unwrap();
    let credential = ceremony.get();
    let renamed = changed(&changed(&credential, "id", Some(json!("AAAA"))), "rawId", None);
    let response = AuthenticationResponse::parse(renamed.to_string().as_bytes()).unwrap();
    assert_eq!(response.credential_id(), [0, 0, 0]);
    // The id isn't signed: whoever looks up by it gets the key that the signature must fit.
    assert_eq!(ceremony.verify_assertion(&renamed, &registration).map(drop), Ok::<(), Failure>(()));
}
