//! §7.1 steps 5 to 11, §7.2 steps 8 to 14.

use passgate_authenticator::ClientData;
use passgate_webauthn::{ClientDataError, ResponseError};
use serde_json::{Value, json};

use crate::harness::{Ceremony, Failure, origin};

/// The outcome of both ceremonies, where `change` changes the client data and `expect` what is expected.
fn both(
    expect: impl Fn(&mut Ceremony),
    change: impl Fn(&mut ClientData) + Clone + Send + 'static,
) -> (Result<(), Failure>, Result<(), Failure>) {
    let registration = Ceremony::register_after(|ceremony| {
        expect(ceremony);
        ceremony.authenticator.hooks.client_data = Some(Box::new(change.clone()));
    });
    let assertion = Ceremony::log_in_after(|ceremony| {
        expect(ceremony);
        ceremony.authenticator.hooks.client_data = Some(Box::new(change));
    });
    (registration.map(drop), assertion.map(drop))
}

fn assert_both_accept(
    expect: impl Fn(&mut Ceremony),
    change: impl Fn(&mut ClientData) + Clone + Send + 'static,
) {
    assert_eq!(both(expect, change), (Ok(()), Ok(())));
}

fn assert_both_refuse(
    error: ClientDataError,
    expect: impl Fn(&mut Ceremony),
    change: impl Fn(&mut ClientData) + Clone + Send + 'static,
) {
    assert_eq!(both(expect, change), (Err(Failure::ClientData(error)), Err(Failure::ClientData(error))));
}

fn assert_both_misread(error: ResponseError, change: impl Fn(&mut ClientData) + Clone + Send + 'static) {
    assert_eq!(both(|_| {}, change), (Err(Failure::Response(error)), Err(Failure::Response(error))));
}

/// The outcome of both ceremonies, where `change` changes the JSON of the client data.
fn both_by_json(change: fn(&mut Vec<u8>)) -> (Result<(), Failure>, Result<(), Failure>) {
    let hook = move |ceremony: &mut Ceremony| {
        ceremony.authenticator.hooks.client_data_json = Some(Box::new(change));
    };
    (Ceremony::register_after(hook).map(drop), Ceremony::log_in_after(hook).map(drop))
}

#[test]
fn a_byte_order_mark_is_stripped() {
    let outcome = both_by_json(|json| drop(json.splice(0..0, *b"\xef\xbb\xbf")));
    assert_eq!(outcome, (Ok(()), Ok(())));
}

#[test]
fn what_is_not_utf8_is_refused() {
    let change = |json: &mut Vec<u8>| {
        json.pop();
        json.extend_from_slice(b",\"x\":\"\xff\"}");
    };
    let error = || Err(Failure::Response(ResponseError::ClientDataUtf8));
    assert_eq!(both_by_json(change), (error(), error()));
}

#[test]
fn what_is_not_json_is_refused() {
    let error = || Err(Failure::Response(ResponseError::ClientDataJson));
    for change in [
        |json: &mut Vec<u8>| json.truncate(json.len() - 1),
        |json: &mut Vec<u8>| json.push(b'}'),
        |json: &mut Vec<u8>| *json = b"null".to_vec(),
        |json: &mut Vec<u8>| *json = b"[]".to_vec(),
        // An array of the members in order.
        |json: &mut Vec<u8>| {
            let whole: serde_json::Value = serde_json::from_slice(json).unwrap();
            let members = [&whole["type"], &whole["challenge"], &whole["origin"]];
            *json = serde_json::to_vec(&members).unwrap();
        },
    ] {
        assert_eq!(both_by_json(change), (error(), error()));
    }
}

#[test]
fn a_member_that_comes_twice_is_refused() {
    let change = |json: &mut Vec<u8>| {
        json.pop();
        json.extend_from_slice(b",\"challenge\":\"AAAA\"}");
    };
    let error = || Err(Failure::Response(ResponseError::ClientDataJson));
    assert_eq!(both_by_json(change), (error(), error()));
}

#[test]
fn members_may_be_added() {
    assert_both_accept(|_| {}, |data| data.set("extraData", json!({"a": [1, null]})));
}

#[test]
fn members_may_be_written_with_escapes() {
    let outcome = both_by_json(|json| {
        let text = String::from_utf8(std::mem::take(json)).expect("client data is UTF-8");
        *json = text.replace("https://", "https:\\/\\/").replace("webauthn", "web\\u0061uthn").into_bytes();
    });
    assert_eq!(outcome, (Ok(()), Ok(())));
}

#[test]
fn type_challenge_and_origin_must_be_there_and_not_empty() {
    for member in ["type", "challenge", "origin"] {
        assert_both_misread(ResponseError::ClientDataMember { member }, move |data| data.remove(member));
        assert_both_misread(ResponseError::ClientDataJson, move |data| data.set(member, 7));
    }
    for member in ["challenge", "origin"] {
        assert_both_misread(ResponseError::ClientDataMember { member }, move |data| data.set(member, ""));
    }
}

#[test]
fn cross_origin_must_be_a_boolean() {
    assert_both_misread(ResponseError::ClientDataJson, |data| data.set("crossOrigin", "false"));
    assert_both_misread(ResponseError::ClientDataJson, |data| data.set("topOrigin", 1));
    assert_both_accept(|_| {}, |data| data.remove("crossOrigin"));
}

#[test]
fn a_token_binding_must_make_sense() {
    for status in ["present", "supported", "not-supported"] {
        assert_both_accept(|_| {}, move |data| data.set("tokenBinding", json!({"status": status})));
    }
    for nonsense in [json!("present"), json!({}), json!({"status": "other"}), json!({"status": 1})] {
        let change = move |data: &mut ClientData| data.set("tokenBinding", nonsense.clone());
        assert_both_misread(ResponseError::ClientDataJson, change);
    }
    assert_both_accept(|_| {}, |data| data.set("tokenBinding", Value::Null));
}

#[test]
fn the_type_must_be_the_ceremony_s() {
    for wrong in ["", "webauthn.other", "Webauthn.create", "webauthn.get "] {
        let (registration, assertion) = both(|_| {}, move |data| data.set("type", wrong));
        let error = |expected| Err(Failure::ClientData(ClientDataError::Type { expected }));
        assert_eq!((registration, assertion), (error("webauthn.create"), error("webauthn.get")), "{wrong}");
    }
}

#[test]
fn a_registration_s_client_data_is_no_authentication_s_nor_the_reverse() {
    let (registration, _) = both(|_| {}, |data| data.set("type", "webauthn.get"));
    assert_eq!(registration, Err(Failure::ClientData(ClientDataError::Type { expected: "webauthn.create" })));
    let (_, assertion) = both(|_| {}, |data| data.set("type", "webauthn.create"));
    assert_eq!(assertion, Err(Failure::ClientData(ClientDataError::Type { expected: "webauthn.get" })));
}

#[test]
fn the_challenge_must_be_the_very_same() {
    for expected in [vec![0x42; 31], vec![0x42; 33], vec![0x43; 32], vec![]] {
        assert_both_refuse(
            ClientDataError::ChallengeMismatch,
            move |ceremony| ceremony.challenge.clone_from(&expected),
            |_| {},
        );
    }
}

#[test]
fn the_challenge_must_be_base64url_without_padding() {
    for wrong in ["QkJC Qg", "QkJCQg==", "+/8", "Q", "é"] {
        let error = ResponseError::Base64 { member: "response.clientDataJSON.challenge" };
        assert_both_misread(error, move |data| data.set("challenge", wrong));
    }
}

#[test]
fn the_origin_must_be_one_that_is_expected() {
    assert_both_accept(|_| {}, |data| data.set("origin", "https://example.com"));
    for wrong in [
        "https://evil.example.com",
        "https://example.com:8443",
        "https://example.com/",
        "http://example.com",
        "HTTPS://example.com",
        "https://example.com.evil.net",
        "null",
    ] {
        assert_both_refuse(ClientDataError::OriginNotAllowed, |_| {}, move |data| data.set("origin", wrong));
    }
    assert_both_refuse(ClientDataError::OriginNotAllowed, |ceremony| ceremony.origins.clear(), |_| {});
}

#[test]
fn an_android_app_s_origin_is_compared_like_any_other() {
    const APP: &str = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_both_refuse(ClientDataError::OriginNotAllowed, |_| {}, |data| data.set("origin", APP));
    assert_both_accept(|ceremony| ceremony.origins.push(origin(APP)), |data| data.set("origin", APP));
}

#[test]
fn a_cross_origin_frame_is_refused_unless_it_is_expected() {
    let cross_origin = |data: &mut ClientData| data.set("crossOrigin", true);
    assert_both_refuse(ClientDataError::CrossOrigin, |_| {}, cross_origin);
    assert_both_accept(|ceremony| ceremony.top_origins = Some(vec![]), cross_origin);
    assert_both_accept(|ceremony| ceremony.top_origins = Some(vec![]), |_| {});
}

#[test]
fn a_top_origin_must_be_one_that_is_expected() {
    let framed = |data: &mut ClientData| {
        data.set("crossOrigin", true);
        data.set("topOrigin", "https://shop.example.net");
    };
    let allow =
        |top: &'static str| move |ceremony: &mut Ceremony| ceremony.top_origins = Some(vec![origin(top)]);
    assert_both_accept(allow("https://shop.example.net"), framed);
    assert_both_refuse(ClientDataError::TopOriginNotAllowed, allow("https://example.net"), framed);
    assert_both_refuse(ClientDataError::CrossOrigin, |_| {}, framed);
    // Without `crossOrigin` it still says that the page was framed.
    let only_top = |data: &mut ClientData| data.set("topOrigin", "https://shop.example.net");
    assert_both_refuse(ClientDataError::CrossOrigin, |_| {}, only_top);
}

#[test]
fn a_page_on_top_that_is_not_named_is_refused_where_it_must_be() {
    let require = |ceremony: &mut Ceremony| {
        ceremony.top_origins = Some(vec![origin("https://shop.example.net")]);
        ceremony.top_origin_required = true;
    };
    let framed = |data: &mut ClientData| data.set("crossOrigin", true);
    let named = |data: &mut ClientData| {
        data.set("crossOrigin", true);
        data.set("topOrigin", "https://shop.example.net");
    };
    let by_another = |data: &mut ClientData| data.set("topOrigin", "https://evil.example");
    assert_both_accept(require, |_| {});
    assert_both_accept(require, named);
    assert_both_refuse(ClientDataError::TopOriginNotAllowed, require, framed);
    assert_both_refuse(ClientDataError::TopOriginNotAllowed, require, by_another);
}
