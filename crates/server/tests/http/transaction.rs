use std::time::Duration;

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, ORIGIN, TestServer, TestTenant};

async fn begin(tenant: &TestTenant<'_>, id: &str, data: &str) -> Answer {
    let body = format!(r#"{{"user_id":"u1","transaction_id":{},"transaction_data":{data}}}"#, json!(id));
    let url = tenant.url("transaction/initialize");
    tenant.server.send(Method::POST, &url, Some(&tenant.api_key), body.into_bytes()).await
}

async fn finish(tenant: &TestTenant<'_>, credential: Value) -> Answer {
    tenant.keyed(Method::POST, "transaction/finalize", credential).await
}

#[tokio::test]
async fn what_is_listed_is_what_was_hashed_into_the_challenge_and_signed() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    let data = "{ \"to\" : \"DE89 3704\",\n \"amount\": 1.50, \"a\": [] }";
    let options = begin(&tenant, "t-1", data).await.ok();
    assert_eq!(options["publicKey"]["allowCredentials"], json!([{ "type": "public-key", "id": id }]));
    let mut listed = tenant.get("transaction/u1").await.ok();
    let compact = r#"{"to":"DE89 3704","amount":1.50,"a":[]}"#;
    assert_eq!(listed[0]["data"], compact);
    let challenge =
        BASE64URL_NOPAD.decode(options["publicKey"]["challenge"].as_str().unwrap().as_bytes()).unwrap();
    let hash = digest::digest(&digest::SHA256, format!("t-1{compact}").as_bytes());
    assert!(challenge.ends_with(hash.as_ref()));

    server.advance(Duration::from_secs(5)).await;
    let claims = tenant.verify(finish(&tenant, authenticator.get(&options, ORIGIN).unwrap()).await).await;
    assert_eq!((&claims["trans"], &claims["purpose"]), (&json!("t-1"), &json!("transaction")));
    assert!(listed[0]["id"].take().as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    assert_eq!(
        listed,
        json!([{
            "id": null, "identifier": "t-1", "data": compact, "status": "pending",
            "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
        }])
    );
    let finalized = tenant.get("transaction/u1").await.ok();
    assert_eq!(finalized[0]["status"], "finalized");
    assert_eq!(finalized[0]["finalized_at"], "2027-01-15T08:00:05Z");
}

#[tokio::test]
async fn the_authenticator_need_not_return_a_user_handle() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    authenticator.config.returns_user_handle = false;
    let options = begin(&tenant, "t-1", "{}").await.ok();
    let claims = tenant.verify(finish(&tenant, authenticator.get(&options, ORIGIN).unwrap()).await).await;
    assert_eq!(claims["sub"], "u1");
}

#[tokio::test]
async fn a_transaction_id_is_used_once_in_its_tenant() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    tenant.register("u1", &mut Authenticator::new(1)).await;
    other.register("u1", &mut Authenticator::new(1)).await;
    begin(&tenant, "t-1", "{}").await.ok();
    let again = begin(&tenant, "t-1", r#"{"other":1}"#).await;
    assert_eq!(again.error(), (409, "transaction_exists"));
    assert_eq!(again.body["title"], "transaction already exists");
    begin(&other, "t-1", "{}").await.ok();
}

#[tokio::test]
async fn who_is_unknown_or_has_no_passkey_begins_none() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    assert_eq!(begin(&tenant, "t-1", "{}").await.error(), (404, "user_not_found"));
    tenant.begin_registration("u1").await;
    assert_eq!(begin(&tenant, "t-1", "{}").await.error(), (400, "no_credentials"));
    assert_eq!(tenant.get("transaction/u1").await.ok(), json!([]));
    tenant.register("u1", &mut Authenticator::new(1)).await;
    begin(&tenant, "t-1", "{}").await.ok();
}

#[tokio::test]
async fn a_transaction_is_confirmed_once_and_by_its_own_route() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let assertion = authenticator.get(&begin(&tenant, "t-1", "{}").await.ok(), ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_invalid"));
    finish(&tenant, assertion.clone()).await.ok();
    assert_eq!(finish(&tenant, assertion).await.error(), (401, "challenge_spent"));
    let login = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    assert_eq!(finish(&tenant, login).await.error(), (401, "challenge_invalid"));
}

#[tokio::test]
async fn data_that_was_changed_in_the_database_is_not_confirmed() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let options = begin(&tenant, "t-1", r#"{"amount":1}"#).await.ok();
    let db = rusqlite::Connection::open(&server.database).unwrap();
    db.execute(r#"UPDATE transactions SET data = '{"amount":1000000}'"#, []).unwrap();
    let assertion = authenticator.get(&options, ORIGIN).unwrap();
    assert_eq!(finish(&tenant, assertion).await.error(), (401, "transaction_mismatch"));
}

#[tokio::test]
async fn another_user_can_not_confirm_it() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let (mut own, mut other) = (Authenticator::new(1), Authenticator::new(2));
    tenant.register("u1", &mut own).await;
    let theirs = tenant.register("u2", &mut other).await;
    let mut options = begin(&tenant, "t-1", "{}").await.ok();
    options["publicKey"]["allowCredentials"] = json!([{ "type": "public-key", "id": theirs }]);
    let assertion = other.get(&options, ORIGIN).unwrap();
    assert_eq!(finish(&tenant, assertion).await.error(), (401, "user_mismatch"));
    assert_eq!(tenant.get("transaction/u1").await.ok()[0]["status"], "pending");
}

#[tokio::test]
async fn a_list_is_of_the_apps_user_id_or_else_the_rows() {
    let server = TestServer::start().await;
    let (tenant, other) = (server.tenant().await, server.tenant().await);
    tenant.register("u1", &mut Authenticator::new(1)).await;
    for id in ["t-1", "t-2"] {
        begin(&tenant, id, "{}").await.ok();
        server.advance(Duration::from_secs(1)).await;
    }
    let users = server.admin(Method::GET, &format!("/tenants/{}/users", tenant.id), None).await.ok();
    let by_row = tenant.get(&format!("transaction/{}", users[0]["id"].as_str().unwrap())).await.ok();
    assert_eq!(by_row, tenant.get("transaction/u1").await.ok());
    assert_eq!((&by_row[0]["identifier"], &by_row[1]["identifier"]), (&json!("t-2"), &json!("t-1")));
    assert_eq!(tenant.get("transaction/nobody").await.ok(), json!([]));
    assert_eq!(other.get("transaction/u1").await.ok(), json!([]));
}

#[tokio::test]
async fn users_may_be_called_as_the_routes_are() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (seed, user) in [(1, "initialize"), (2, "finalize")] {
        tenant.register(user, &mut Authenticator::new(seed)).await;
        let body = json!({ "user_id": user, "transaction_id": user, "transaction_data": {} });
        tenant.keyed(Method::POST, "transaction/initialize", body).await.ok();
        assert_eq!(tenant.get(&format!("transaction/{user}")).await.ok()[0]["identifier"], user);
    }
}

#[tokio::test]
async fn bounds_of_the_body_are_named() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for (body, member) in [
        (json!({ "transaction_id": "t", "transaction_data": {} }), "user_id"),
        (json!({ "user_id": "u1", "transaction_data": {} }), "transaction_id"),
        (json!({ "user_id": "u1", "transaction_id": "t" }), "transaction_data"),
        (json!({ "user_id": "u1", "transaction_id": "t", "transaction_data": null }), "transaction_data"),
        (json!({ "user_id": "u1", "transaction_id": "", "transaction_data": 1 }), "transaction_id"),
        (
            json!({ "user_id": "u1", "transaction_id": "x".repeat(129), "transaction_data": 1 }),
            "transaction_id",
        ),
    ] {
        let answer = tenant.keyed(Method::POST, "transaction/initialize", body.clone()).await;
        assert_eq!(answer.error().0, 400, "{body}");
        assert!(answer.body["details"].as_str().unwrap().contains(member), "{}", answer.body);
    }
}
