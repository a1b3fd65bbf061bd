//! What is sent, and what becomes of each kind of answer.

use std::time::Duration;

use passgate_client::{ApiError, Error, ErrorCode, RegistrationInitialize, ResponseProblem};
use serde_json::json;

use crate::fake_passgate::{API_KEY, Answer, FakePassgate};
use crate::signing_key::SigningKey;

#[tokio::test]
async fn ceremonies_send_what_the_contract_says_and_hand_on_what_they_get() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    let options = json!({ "publicKey": { "challenge": "AAAA", "unknown": [1, 2.5, null] } });
    passgate.says("POST /registration/initialize", [Answer::json(200, &options)]);
    passgate.says("POST /login/initialize", [Answer::json(200, &options)]);

    let user = RegistrationInitialize {
        user_id: "1".to_owned(),
        username: "john.doe@example.com".to_owned(),
        display_name: Some("John".to_owned()),
        icon: None,
    };
    assert_eq!(tenant.registration().initialize(&user).await.unwrap(), options);
    assert_eq!(tenant.login().initialize().await.unwrap(), options);
    assert_eq!(tenant.login().initialize_for("1").await.unwrap(), options);

    let registration = &passgate.requests("POST /registration/initialize")[0];
    let expected = json!({ "user_id": "1", "username": "john.doe@example.com", "display_name": "John" });
    assert_eq!(registration.body, expected);
    let bodies: Vec<_> =
        passgate.requests("POST /login/initialize").into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [json!({}), json!({ "user_id": "1" })]);
    for request in passgate.requests("POST /login/initialize").iter().chain([registration]) {
        assert_eq!(request.headers["apikey"], API_KEY);
        assert_eq!(request.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_finished_ceremony_answers_a_token_that_debug_hides() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let tenant = passgate.tenant();
    let credential = json!({ "id": "Y3JlZC0x", "response": {} });
    let login = key.sign(&passgate.claims("login"));
    passgate.says("POST /login/finalize", [Answer::token(&login)]);
    let registration = key.sign(&passgate.claims("registration"));
    passgate.says("POST /registration/finalize", [Answer::token(&registration)]);
    let token = tenant.login().finalize(&credential).await.unwrap();
    assert_eq!(format!("{token:?}"), "Token(…)");
    assert_eq!(token.expose_secret(), login);
    assert_eq!(tenant.login().finalize_and_verify(&credential).await.unwrap().user_id, "user-1");
    assert_eq!(tenant.registration().finalize_and_verify(&credential).await.unwrap().user_id, "user-1");
    assert_eq!(passgate.requests("POST /login/finalize")[0].body, credential);
}

#[tokio::test]
async fn an_error_document_becomes_a_typed_error() {
    let passgate = FakePassgate::start().await;
    let spent =
        Answer::error(401, "challenge_spent").header("x-request-id", "r-1").header("retry-after", "7");
    passgate.says("POST /login/finalize", [spent]);
    let error = passgate.tenant().login().finalize(&json!({})).await.unwrap_err();
    assert!(error.is_ceremony_refused());
    assert_eq!(error.code(), Some(&ErrorCode::CHALLENGE_SPENT));
    assert_eq!(error.to_string(), "the Passkey API answered 401 challenge_spent: Details (request r-1)");
    let Error::Api(error) = error else { panic!("{error:?}") };
    let expected = ApiError {
        status: 401,
        code: ErrorCode::CHALLENGE_SPENT,
        title: "Title".to_owned(),
        details: "Details".to_owned(),
        request_id: Some("r-1".to_owned()),
        retry_after: Some(Duration::from_secs(7)),
        signal: None,
    };
    assert_eq!(*error, expected);
}

#[tokio::test]
async fn an_answer_of_something_in_between_is_told_apart() {
    let redirect = || Answer::bytes(307, "").header("location", "/elsewhere");
    let cases = [
        (Answer::bytes(500, "<html>"), 500, ResponseProblem::NotAnErrorDocument),
        (Answer::json(404, &json!({ "message": "no" })), 404, ResponseProblem::NotAnErrorDocument),
        (redirect(), 307, ResponseProblem::NotAnErrorDocument),
        (Answer::bytes(200, "<html>"), 200, ResponseProblem::BodyMalformed),
        (Answer::json(200, &json!({ "jwt": "x" })), 200, ResponseProblem::BodyMalformed),
        (Answer::bytes(200, vec![b' '; (1 << 20) + 1]), 200, ResponseProblem::BodyTooLarge),
        (Answer::bytes(400, vec![b' '; 5 << 20]), 400, ResponseProblem::BodyTooLarge),
    ];
    for (answer, expected_status, expected_problem) in cases {
        let passgate = FakePassgate::start().await;
        passgate.says("POST /login/finalize", [answer]);
        match passgate.tenant().login().finalize(&json!({})).await {
            Err(Error::InvalidResponse { status, problem }) => {
                assert_eq!((status, problem), (expected_status, expected_problem));
            }
            other => panic!("{other:?}"),
        }
        assert!(passgate.requests("POST (outside the tenant)").is_empty(), "the redirect was not followed");
    }
}

#[tokio::test]
async fn no_error_repeats_a_body_that_may_hold_a_token() {
    let passgate = FakePassgate::start().await;
    let answer = json!({ "token": { "jwt": "eyJ-secret" } });
    passgate.says("POST /login/finalize", [Answer::json(200, &answer)]);
    let error = passgate.tenant().login().finalize(&json!({})).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("eyJ-secret"));
}
