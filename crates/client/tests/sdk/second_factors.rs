//! Registering and proving second factors.

use passgate_client::{Error, ErrorCode, Purpose, RegistrationInitialize, TokenError};
use serde_json::json;

use crate::fake_passgate::{API_KEY, Answer, FakePassgate};
use crate::signing_key::SigningKey;

#[tokio::test]
async fn ceremonies_of_second_factors_go_to_routes_of_their_own() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let tenant = passgate.tenant();
    let (create, get) = (json!({ "publicKey": { "a": 1 } }), json!({ "publicKey": { "b": [] } }));
    passgate.says("POST /mfa/registration/initialize", [Answer::json(200, &create)]);
    passgate.says("POST /mfa/login/initialize", [Answer::json(200, &get)]);
    let registered = key.sign(&passgate.claims("registration"));
    passgate.says("POST /mfa/registration/finalize", [Answer::token(&registered)]);
    let proof = key.sign(&passgate.claims("mfa"));
    passgate.says("POST /mfa/login/finalize", [Answer::token(&proof)]);

    let user = RegistrationInitialize {
        user_id: "user-1".to_owned(),
        username: "john.doe@example.com".to_owned(),
        display_name: None,
        icon: None,
    };
    let credential = json!({ "id": "Y3JlZC0x", "response": {} });
    let registration = tenant.mfa().registration();
    assert_eq!(registration.initialize(&user).await.unwrap(), create);
    assert_eq!(registration.finalize(&credential).await.unwrap().expose_secret(), registered);
    let claims = registration.finalize_and_verify(&credential).await.unwrap();
    assert_eq!((claims.user_id.as_str(), claims.purpose), ("user-1", Purpose::Registration));

    let login = tenant.mfa().login();
    assert_eq!(login.initialize("user-1").await.unwrap(), get);
    assert_eq!(login.finalize(&credential).await.unwrap().expose_secret(), proof);
    let claims = login.finalize_and_verify(&credential, "user-1").await.unwrap();
    assert_eq!((claims.user_id.as_str(), claims.purpose), ("user-1", Purpose::Mfa));

    for (route, body) in [
        (
            "POST /mfa/registration/initialize",
            json!({ "user_id": "user-1", "username": "john.doe@example.com" }),
        ),
        ("POST /mfa/registration/finalize", credential.clone()),
        ("POST /mfa/login/initialize", json!({ "user_id": "user-1" })),
        ("POST /mfa/login/finalize", credential),
    ] {
        let request = &passgate.requests(route)[0];
        assert_eq!(request.body, body, "{route}");
        assert_eq!(request.headers["apikey"], API_KEY, "{route}");
    }
}

#[tokio::test]
async fn a_second_factor_of_somebody_else_proves_nothing() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    passgate.says("POST /mfa/login/finalize", [Answer::token(&key.sign(&passgate.claims("mfa")))]);
    for user_id in ["user-2", "user-10", "User-1", ""] {
        let error =
            passgate.tenant().mfa().login().finalize_and_verify(&json!({}), user_id).await.unwrap_err();
        assert!(matches!(error, Error::Token(TokenError::UserMismatch)), "{user_id}: {error:?}");
        assert!(error.is_ceremony_refused(), "the person may try again with their own");
    }
}

#[tokio::test]
async fn neither_a_login_nor_a_registration_is_a_second_factor_nor_the_other_way_round() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let mfa = |found| TokenError::PurposeMismatch { expected: Purpose::Mfa, found };
    let tenant = passgate.tenant();
    for found in [Purpose::Login, Purpose::Registration, Purpose::Transaction] {
        let token = key.sign(&passgate.claims(&found.to_string()));
        passgate.says("POST /mfa/login/finalize", [Answer::token(&token)]);
        match tenant.mfa().login().finalize_and_verify(&json!({}), "user-1").await {
            Err(Error::Token(why)) => assert_eq!(why, mfa(found)),
            other => panic!("{found}: {other:?}"),
        }
    }
    let proof = Answer::token(&key.sign(&passgate.claims("mfa")));
    passgate.says("POST /mfa/registration/finalize", [proof.clone()]);
    passgate.says("POST /login/finalize", [proof]);
    for (error, expected) in [
        (tenant.mfa().registration().finalize_and_verify(&json!({})).await, Purpose::Registration),
        (tenant.login().finalize_and_verify(&json!({})).await, Purpose::Login),
    ] {
        match error {
            Err(Error::Token(why)) => {
                assert_eq!(why, TokenError::PurposeMismatch { expected, found: Purpose::Mfa });
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn who_has_no_second_factor_is_told_apart_by_the_code() {
    let passgate = FakePassgate::start().await;
    for (status, code) in [(404, ErrorCode::USER_NOT_FOUND), (400, ErrorCode::NO_CREDENTIALS)] {
        passgate.says("POST /mfa/login/initialize", [Answer::error(status, &code.to_string())]);
        let error = passgate.tenant().mfa().login().initialize("1").await.unwrap_err();
        assert_eq!(error.code(), Some(&code));
    }
}
