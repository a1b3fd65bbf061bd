//! What the page tells the browser after a change, and forgetting a user's passkeys.

use passgate_client::{Error, ErrorCode, UnknownCredentialSignal};
use serde_json::json;

use crate::fake_passgate::{Answer, FakePassgate};

#[tokio::test]
async fn signals_are_handed_on_in_the_form_that_browsers_take() {
    let passgate = FakePassgate::start().await;
    let signals = json!({
        "all_accepted_credentials": [{
            "rpId": "localhost", "userId": "aGFuZGxl", "allAcceptedCredentialIds": ["a", "b"],
        }],
        "current_user_details": [{
            "rpId": "localhost", "userId": "aGFuZGxl", "name": "kim", "displayName": "Kim",
        }],
    });
    passgate.says("GET /users/a%2Fb/signals", [Answer::json(200, &signals)]);
    let handed_on = passgate.tenant().user("a/b").signals().await.unwrap();
    assert_eq!(serde_json::to_value(handed_on).unwrap(), signals);
}

#[tokio::test]
async fn signals_that_are_withheld_are_told_apart_by_their_code() {
    let passgate = FakePassgate::start().await;
    passgate.says("GET /users/1/signals", [Answer::error(409, "signals_import_unfinished")]);
    let error = passgate.tenant().user("1").signals().await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::SIGNALS_IMPORT_UNFINISHED));
}

#[tokio::test]
async fn all_of_a_users_passkeys_are_removed_once() {
    let passgate = FakePassgate::start().await;
    passgate.says("DELETE /users/1/credentials", [Answer::json(200, &json!({ "deleted": 2 }))]);
    assert_eq!(passgate.tenant().user("1").remove_credentials().await.unwrap(), 2);
    assert_eq!(passgate.requests("DELETE /users/1/credentials").len(), 1);
}

#[tokio::test]
async fn an_id_that_would_name_another_resource_is_never_sent() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    for id in ["", ".", ".."] {
        assert!(matches!(tenant.user(id).signals().await, Err(Error::UserIdInvalid)), "{id}");
        assert!(matches!(tenant.user(id).remove_credentials().await, Err(Error::UserIdInvalid)), "{id}");
    }
}

#[tokio::test]
async fn a_login_with_a_deleted_passkey_comes_with_what_the_browser_takes() {
    let passgate = FakePassgate::start().await;
    let refused = json!({
        "title": "Login refused", "details": "the credential was deleted", "status": 401,
        "code": "credential_revoked", "signal": { "rpId": "localhost", "credentialId": "YQ" },
    });
    passgate.says("POST /login/finalize", [Answer::json(401, &refused)]);
    let error = passgate.tenant().login().finalize(&json!({})).await.unwrap_err();
    let Error::Api(error) = error else { panic!("{error:?}") };
    let expected = UnknownCredentialSignal { rp_id: "localhost".to_owned(), credential_id: "YQ".to_owned() };
    assert_eq!(error.signal.as_deref(), Some(&expected));
}
