//! Listing, renaming and removing passkeys.

use passgate_client::{CredentialQuery, Error, ErrorCode, Order};
use serde_json::{Value, json};

use crate::fake_passgate::{Answer, FakePassgate};

fn credential(id: &str) -> Value {
    json!({
        "id": id,
        "name": "iCloud Keychain",
        "public_key": "pQEC",
        "attestation_type": "none",
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "last_used_at": "2026-01-02T03:04:05Z",
        "created_at": "2026-01-02T03:04:05Z",
        "transports": ["internal"],
        "backup_eligible": true,
        "backup_state": true,
        "is_mfa": false,
        "user_id": "1",
    })
}

fn page(ids: &[&str], total: usize) -> Answer {
    let credentials: Vec<Value> = ids.iter().map(|id| credential(id)).collect();
    Answer::json(200, &json!(credentials)).header("x-total-count", total.to_string())
}

#[tokio::test]
async fn a_query_is_encoded_and_answered_with_the_total() {
    let passgate = FakePassgate::start().await;
    passgate.says("GET /credentials", [page(&["a", "b"], 7)]);
    let query = CredentialQuery {
        user_id: Some("a&page=9#ü/..".to_owned()),
        page: Some(2),
        per_page: Some(2),
        order: Order::OldestFirst,
    };
    let found = passgate.tenant().credentials(&query).await.unwrap();
    let ids: Vec<_> = found.credentials.iter().map(|credential| credential.id.as_str()).collect();
    assert_eq!((ids, found.total), (vec!["a", "b"], 7));
    let all = passgate.tenant().credentials(&CredentialQuery::default()).await.unwrap();
    assert_eq!(all.total, 7);
    let queries: Vec<_> =
        passgate.requests("GET /credentials").into_iter().map(|request| request.query).collect();
    assert_eq!(queries, ["user_id=a%26page%3D9%23%C3%BC%2F..&page=2&per_page=2&order=asc", ""]);
}

#[tokio::test]
async fn a_users_passkeys_are_fetched_page_by_page() {
    let passgate = FakePassgate::start().await;
    passgate.says("GET /credentials", [page(&["a", "b"], 3), page(&["c"], 3)]);
    let found = passgate.tenant().user("1").credentials().await.unwrap();
    assert_eq!(found.iter().map(|credential| credential.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let queries: Vec<_> =
        passgate.requests("GET /credentials").into_iter().map(|request| request.query).collect();
    assert_eq!(queries, ["user_id=1&page=1", "user_id=1&page=2"]);
}

#[tokio::test]
async fn one_passkey_is_read_renamed_and_removed() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    passgate.says("GET /credentials/a-_9", [Answer::json(200, &credential("a-_9"))]);
    passgate.says("PATCH /credentials/a-_9", [Answer::bytes(204, "")]);
    passgate.says("DELETE /credentials/a-_9", [Answer::bytes(204, "")]);
    let passkey = tenant.credential("a-_9");
    assert_eq!(passkey.get().await.unwrap().user_id, "1");
    passkey.rename("Work laptop").await.unwrap();
    passkey.remove().await.unwrap();
    assert_eq!(passgate.requests("PATCH /credentials/a-_9")[0].body, json!({ "name": "Work laptop" }));

    passgate.says("GET /credentials/gone", [Answer::error(404, "credential_not_found")]);
    let error = tenant.credential("gone").get().await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::CREDENTIAL_NOT_FOUND));
}

#[tokio::test]
async fn what_can_not_be_a_credential_id_is_never_sent() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    for id in ["", ".", "..", "a/b", "a?b", "a%2e", "a b", "ü", "a="] {
        assert!(matches!(tenant.credential(id).get().await, Err(Error::CredentialIdInvalid)), "{id}");
        assert!(matches!(tenant.credential(id).rename("x").await, Err(Error::CredentialIdInvalid)), "{id}");
        assert!(matches!(tenant.credential(id).remove().await, Err(Error::CredentialIdInvalid)), "{id}");
    }
}
