//! Confirming transactions, and listing them.

use passgate_client::{
    Error, ErrorCode, Purpose, ResponseProblem, TokenError, TransactionInitialize, TransactionStatus,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::fake_passgate::{API_KEY, Answer, FakePassgate, TENANT_ID};
use crate::signing_key::SigningKey;

fn transfer(data: &str) -> TransactionInitialize {
    TransactionInitialize {
        user_id: "user-1".to_owned(),
        transaction_id: "transfer-7".to_owned(),
        transaction_data: RawValue::from_string(data.to_owned()).expect("JSON"),
    }
}

/// What Passgate answers to the second step: a token for a transaction of this id.
fn confirmed(passgate: &FakePassgate, key: &SigningKey, transaction_id: Value) -> Answer {
    let mut claims = passgate.claims("transaction");
    claims["trans"] = transaction_id;
    Answer::token(&key.sign(&claims))
}

#[tokio::test]
async fn a_transaction_is_sent_as_the_app_wrote_it_and_confirmed_by_its_token() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let tenant = passgate.tenant();
    let options = json!({ "publicKey": { "challenge": "AAAA" } });
    passgate.says("POST /transaction/initialize", [Answer::json(200, &options)]);
    passgate.says("POST /transaction/finalize", [confirmed(&passgate, &key, json!("transfer-7"))]);

    // Neither the order of members nor the spelling of a number may change: the person signs these bytes.
    let data = r#"{"z":1.10,"a":{"amount":100000000000000000001e0,"to":"Jané"}}"#;
    assert_eq!(tenant.transactions().initialize(&transfer(data)).await.unwrap(), options);
    let sent = &passgate.requests("POST /transaction/initialize")[0];
    let expected =
        format!(r#"{{"user_id":"user-1","transaction_id":"transfer-7","transaction_data":{data}}}"#);
    assert_eq!(sent.text, expected);
    assert_eq!(sent.headers["apikey"], API_KEY);

    let credential = json!({ "id": "Y3JlZC0x" });
    let token = tenant.transactions().finalize(&credential).await.unwrap();
    assert_eq!(format!("{token:?}"), "Token(…)");
    let claims = tenant.transactions().finalize_and_verify(&credential, "transfer-7").await.unwrap();
    assert_eq!(claims.user_id, "user-1");
    assert_eq!(claims.purpose, Purpose::Transaction);
    assert_eq!(claims.transaction_id.as_deref(), Some("transfer-7"));
    assert_eq!(passgate.requests("POST /transaction/finalize")[1].body, credential);
}

#[tokio::test]
async fn the_confirmation_of_another_transaction_or_of_none_is_refused() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    for transaction_id in
        [json!("transfer-8"), json!("transfer-70"), json!("Transfer-7"), json!(""), Value::Null]
    {
        passgate.says("POST /transaction/finalize", [confirmed(&passgate, &key, transaction_id.clone())]);
        let tenant = passgate.tenant();
        let error = tenant.transactions().finalize_and_verify(&json!({}), "transfer-7").await.unwrap_err();
        assert!(
            matches!(error, Error::Token(TokenError::TransactionMismatch)),
            "{transaction_id}: {error:?}"
        );
        assert!(error.is_ceremony_refused());
    }
}

#[tokio::test]
async fn what_else_a_passkey_signed_confirms_no_transaction() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    for found in [Purpose::Registration, Purpose::Login, Purpose::Mfa] {
        let mut claims = passgate.claims(&found.to_string());
        claims["trans"] = json!("transfer-7");
        passgate.says("POST /transaction/finalize", [Answer::token(&key.sign(&claims))]);
        match passgate.tenant().transactions().finalize_and_verify(&json!({}), "transfer-7").await {
            Err(Error::Token(why)) => {
                assert_eq!(why, TokenError::PurposeMismatch { expected: Purpose::Transaction, found });
            }
            other => panic!("{found}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_id_that_is_used_up_is_the_apps_matter_and_not_the_persons() {
    let passgate = FakePassgate::start().await;
    passgate.says("POST /transaction/initialize", [Answer::error(409, "transaction_exists")]);
    let error = passgate.tenant().transactions().initialize(&transfer("{}")).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::TRANSACTION_EXISTS));
    assert!(!error.is_ceremony_refused());
}

fn listed(id: usize, status: &str) -> Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{id:012}"),
        "identifier": format!("transfer-{id}"),
        "data": r#"{"amount":1.10}"#,
        "status": status,
        "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:06Z",
    })
}

#[tokio::test]
async fn a_users_transactions_are_listed_with_where_they_are() {
    let passgate = FakePassgate::start().await;
    let mut finalized = listed(2, "finalized");
    finalized["finalized_at"] = json!("2026-01-02T03:04:06Z");
    passgate.says("GET /transaction/user-1", [Answer::json(200, &json!([listed(3, "pending"), finalized]))]);
    let transactions = passgate.tenant().transactions().of_user("user-1").await.unwrap();
    let found: Vec<_> = transactions
        .iter()
        .map(|found| (found.identifier.as_str(), found.status, found.finalized_at == Some(found.updated_at)))
        .collect();
    let expected = [
        ("transfer-3", TransactionStatus::Pending, false),
        ("transfer-2", TransactionStatus::Finalized, true),
    ];
    assert_eq!(found, expected);
    assert_eq!(transactions[0].data, r#"{"amount":1.10}"#);
}

#[tokio::test]
async fn any_user_id_reaches_its_own_list_and_no_other_resource() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    for (user_id, path) in [
        ("a/../b", "a%2F..%2Fb"),
        ("a\tb\r\nc", "a%09b%0D%0Ac"),
        ("a?x=1#y", "a%3Fx%3D1%23y"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("jané doe@example.com", "jan%C3%A9%20doe%40example.com"),
        ("\\", "%5C"),
        ("a+b~c_d-e", "a%2Bb~c_d-e"),
    ] {
        let route = format!("GET /transaction/{path}");
        passgate.says(&route, [Answer::json(200, &json!([]))]);
        assert_eq!(tenant.transactions().of_user(user_id).await.unwrap(), [], "{user_id}");
        assert_eq!(passgate.requests(&route).len(), 1, "{user_id}");
    }
    for user_id in ["", ".", ".."] {
        assert!(
            matches!(tenant.transactions().of_user(user_id).await, Err(Error::UserIdInvalid)),
            "{user_id}"
        );
    }
    for elsewhere in ["GET /transaction", "GET /transaction/", "GET /", "GET (outside the tenant)"] {
        assert!(passgate.requests(elsewhere).is_empty(), "{elsewhere} of {TENANT_ID}");
    }
}

#[tokio::test]
async fn a_long_list_is_taken_and_an_endless_one_is_not() {
    let passgate = FakePassgate::start().await;
    let many: Vec<Value> = (0..10_000).map(|id| listed(id, "pending")).collect();
    passgate.says("GET /transaction/user-1", [Answer::json(200, &json!(many))]);
    assert_eq!(passgate.tenant().transactions().of_user("user-1").await.unwrap().len(), 10_000);

    passgate.says("GET /transaction/user-1", [Answer::bytes(200, vec![b' '; (32 << 20) + 1])]);
    match passgate.tenant().transactions().of_user("user-1").await {
        Err(Error::InvalidResponse { problem, .. }) => assert_eq!(problem, ResponseProblem::BodyTooLarge),
        other => panic!("{other:?}"),
    }
}
