//! What a browser is told, so that devices offer the passkeys that are accepted, and what it is not told.

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, RP_ID, TestServer, TestTenant, config, config_with};

fn handle(options: &Value) -> Value {
    options["publicKey"]["user"]["id"].clone()
}

#[tokio::test]
async fn everything_that_is_accepted_is_told_under_the_users_handle() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let first = tenant.register("u1", &mut Authenticator::new(1)).await;
    server.advance(std::time::Duration::from_secs(1)).await;
    let body = json!({ "user_id": "u1", "username": "kim", "display_name": "Kim" });
    let options = tenant.keyed(Method::POST, "mfa/registration/initialize", body).await.ok();
    let factor = Authenticator::new(2).create(&options, ORIGIN).unwrap();
    tenant.keyed(Method::POST, "mfa/registration/finalize", factor.clone()).await.ok();
    tenant.register("u2", &mut Authenticator::new(3)).await;
    let expected = json!({
        "all_accepted_credentials": [{
            "rpId": RP_ID,
            "userId": handle(&options),
            "allAcceptedCredentialIds": [factor["id"], first],
        }],
        "current_user_details": [{
            "rpId": RP_ID, "userId": handle(&options), "name": "kim", "displayName": "Kim",
        }],
    });
    assert_eq!(tenant.get("users/u1/signals").await.ok(), expected);
    assert_eq!(tenant.get("users/nobody/signals").await.error(), (404, "user_not_found"));
}

#[tokio::test]
async fn signals_are_read_from_the_database_each_time() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let id = tenant.register("u1", &mut Authenticator::new(1)).await;
    let ids = async || {
        let signals = tenant.get("users/u1/signals").await.ok();
        signals["all_accepted_credentials"][0]["allAcceptedCredentialIds"].clone()
    };
    assert_eq!(ids().await, json!([id]));
    tenant.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await;
    assert_eq!(ids().await, json!([]), "an empty list has the browser delete all of them");
}

#[tokio::test]
async fn all_of_a_users_credentials_are_deleted_at_once() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    tenant.register("u1", &mut Authenticator::new(2)).await;
    let kept = tenant.register("u2", &mut Authenticator::new(3)).await;
    let delete = async |user: &str| {
        tenant.keyed(Method::DELETE, &format!("users/{user}/credentials"), json!({})).await
    };
    assert_eq!(delete("u1").await.ok(), json!({ "deleted": 2 }));
    assert_eq!(delete("u1").await.ok(), json!({ "deleted": 0 }));
    assert_eq!(delete("nobody").await.error(), (404, "user_not_found"));
    assert_eq!(tenant.get("credentials").await.ok()[0]["id"], kept);
    assert_eq!(tenant.login(&mut authenticator).await.error(), (401, "credential_revoked"));
    let deleted = ("webauthn_credential_deleted".to_owned(), None, Some("u1".to_owned()));
    let logged = server.audit(&tenant).into_iter().filter(|row| *row == deleted).count();
    assert_eq!(logged, 2, "on behalf of the user");
}

/// A login with a passkey that this tenant never saw.
async fn login_from_elsewhere(server: &TestServer, tenant: &TestTenant<'_>) -> Value {
    let elsewhere = server.tenant_with(elsewhere()).await;
    let mut authenticator = Authenticator::new(9);
    elsewhere.register("u1", &mut authenticator).await;
    server.admin(Method::DELETE, &format!("/tenants/{}", elsewhere.id), None).await;
    let answer = tenant.login(&mut authenticator).await;
    assert_eq!(answer.error(), (401, "credential_unknown"));
    answer.body["signal"].clone()
}

/// Another tenant's configuration, of the same RP ID.
fn elsewhere() -> Value {
    config()
}

#[tokio::test]
async fn a_deleted_credential_comes_with_what_the_browser_takes() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    tenant.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await;
    let answer = tenant.login(&mut authenticator).await;
    assert_eq!(answer.error(), (401, "credential_revoked"));
    assert_eq!(answer.body["signal"], json!({ "rpId": RP_ID, "credentialId": id }));
}

#[tokio::test]
async fn a_deleted_credential_is_not_signalled_while_another_tenant_with_the_rp_id_accepts_it() {
    let server = TestServer::start().await;
    let (tenant, twin) = (server.tenant().await, server.tenant().await);
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    // As an export of the one has it that the other imports.
    let blob = |tenant: &TestTenant<'_>| format!("x'{}'", tenant.id.replace('-', ""));
    for table in ["users", "user_handles", "credentials"] {
        let place = if table == "credentials" { ", place = place + 1" } else { "" };
        server.execute(&format!(
            "CREATE TEMP TABLE copied AS SELECT * FROM {table} WHERE tenant_id = {};
             UPDATE copied SET tenant_id = {}{place};
             INSERT INTO {table} SELECT * FROM copied",
            blob(&tenant),
            blob(&twin)
        ));
    }
    tenant.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await;
    let refused = tenant.login(&mut authenticator).await;
    assert_eq!(refused.error(), (401, "credential_revoked"));
    assert_eq!(refused.body["signal"], Value::Null);
    twin.login(&mut authenticator).await.ok();
    twin.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await;
    let refused = tenant.login(&mut authenticator).await;
    assert_eq!(refused.body["signal"], json!({ "rpId": RP_ID, "credentialId": id }));
}

#[tokio::test]
async fn a_credential_that_is_not_as_it_is_remembered_is_not_signalled() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    tenant.login(&mut authenticator).await.ok();
    // As if the tenant had been deleted and imported again, with another row of its user.
    server.execute(
        "PRAGMA foreign_keys = off;
         UPDATE users SET id = zeroblob(16);
         UPDATE user_handles SET user_id = zeroblob(16);
         UPDATE credentials SET user_id = zeroblob(16)",
    );
    let refused = tenant.login(&mut authenticator).await;
    assert_eq!((refused.error(), &refused.body["signal"]), ((401, "credential_revoked"), &Value::Null));
    tenant.login(&mut authenticator).await.ok();
}

#[tokio::test]
async fn an_unknown_credential_is_signalled_only_where_the_tenant_asks_for_it() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    assert_eq!(login_from_elsewhere(&server, &tenant).await, Value::Null);
    tenant.configure(config_with("unknown_credentials", "signal")).await;
    assert_eq!(login_from_elsewhere(&server, &tenant).await["rpId"], RP_ID);
}

#[tokio::test]
async fn an_unknown_credential_is_not_signalled_where_another_tenant_has_the_rp_id() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("unknown_credentials", "signal")).await;
    let twin = server.tenant().await;
    assert_eq!(login_from_elsewhere(&server, &tenant).await, Value::Null);
    server.admin(Method::DELETE, &format!("/tenants/{}", twin.id), None).await;
    assert_eq!(login_from_elsewhere(&server, &tenant).await["rpId"], RP_ID);
}

#[tokio::test]
async fn nothing_is_signalled_while_an_import_is_unfinished() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("unknown_credentials", "signal")).await;
    tenant.register("u1", &mut Authenticator::new(1)).await;
    let set_importing = async |value: &str| {
        let db = rusqlite::Connection::open(&server.database).unwrap();
        let sql =
            format!("UPDATE tenants SET import_began_at = {value}; UPDATE version SET value = value + 1");
        db.execute_batch(&sql).unwrap();
        server.passgate.poll_version().await.unwrap();
    };
    set_importing("1").await;
    assert_eq!(tenant.get("users/u1/signals").await.error(), (409, "signals_import_unfinished"));
    assert_eq!(login_from_elsewhere(&server, &tenant).await, Value::Null);
    set_importing("NULL").await;
    tenant.get("users/u1/signals").await.ok();
    assert_eq!(login_from_elsewhere(&server, &tenant).await["rpId"], RP_ID);
}

#[tokio::test]
async fn signals_are_withheld_where_another_tenants_user_has_the_handle() {
    let server = TestServer::start().await;
    let (tenant, twin) = (server.tenant().await, server.tenant().await);
    tenant.register("u1", &mut Authenticator::new(1)).await;
    twin.register("u1", &mut Authenticator::new(2)).await;
    tenant.get("users/u1/signals").await.ok();
    // As an import of the same users into both would have it.
    let db = rusqlite::Connection::open(&server.database).unwrap();
    db.execute_batch("UPDATE user_handles SET handle = x'7531'").unwrap();
    assert_eq!(tenant.get("users/u1/signals").await.error(), (409, "signals_handle_shared"));
    let mut elsewhere = config();
    elsewhere["webauthn"]["relying_party"]["id"] = json!("app.example.com");
    twin.configure(elsewhere).await;
    tenant.get("users/u1/signals").await.ok();
}
