//! A user id is any text of the app's. It is never taken for anything else.

use passgate_authenticator::{Authenticator, Config};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, TestServer, TestTenant};

/// Ids of 1 to 64 characters in many scripts, of exactly 16 bytes, like UUIDs, addresses, numbers, paths and SQL, and
/// longer ones.
fn ids() -> Vec<String> {
    let long = "x".repeat(1024);
    let scripts = [
        "ä",
        "я",
        "你",
        "あ",
        "한",
        "ก",
        "ع",
        "ש",
        "ह",
        "Ω",
        "ა",
        "አ",
        "🧑",
        "👩🏽\u{200d}🚀",
        "e\u{301}",
        "\u{202e}",
        "\u{feff}",
    ];
    let of_64 = ["я", "你", "ع", "🧑"].map(|letter| letter.repeat(64));
    let fixed = [
        "a",
        " ",
        "0",
        "null",
        "true",
        "{}",
        "[]",
        "\"",
        // 16 bytes, as text of one and of two bytes a character, and as hex.
        "sixteen-bytes-id",
        "éééééééé",
        "00112233445566ff",
        "9b2c1f1e-4a3d-4c5b-8e6f-7a8b9c0d1e2f",
        "9B2C1F1E-4A3D-4C5B-8E6F-7A8B9C0D1E2F",
        "9b2c1f1e4a3d4c5b8e6f7a8b9c0d1e2f",
        "00000000-0000-0000-0000-000000000000",
        "kim@example.com",
        "Kim.O'Neil+tag@example.com",
        "auth0|5f7c8ec7c33c6c004bbafe82",
        "a/b",
        "a%2Fb",
        "a?b=c&d#e",
        "a+b",
        "initialize",
        "finalize",
        "'; DROP TABLE users; --",
        "100%_'\"\\",
        "line\nbreak\ttab",
    ];
    let mut ids: Vec<_> = fixed.into_iter().chain(scripts).map(str::to_owned).collect();
    ids.extend(of_64);
    ids.extend(["x".repeat(65), "x".repeat(255), "x".repeat(256), long]);
    ids
}

fn encoded(text: &str) -> String {
    // The query's encoding has + for a space, which in a path is a plus.
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Every ceremony and every list, for one user.
async fn everything_works_for(tenant: &TestTenant<'_>, id: &str, seed: u64) {
    let key =
        Config { user_verified: false, backup_eligible: false, backup_state: false, ..Config::default() };
    let (mut passkey, mut security_key) =
        (Authenticator::new(seed), Authenticator::with_config(seed + 1, key));
    let post = async |path: &str, body: Value| tenant.keyed(Method::POST, path, body).await.ok();
    let user = json!({ "user_id": id, "username": "kim" });
    let subject = async |answer| tenant.verify(answer).await["sub"].clone();

    let options = post("registration/initialize", user.clone()).await;
    let credential = passkey.create(&options, ORIGIN).unwrap();
    assert_eq!(subject(tenant.finish_registration(&credential).await).await, id);
    assert_eq!(subject(tenant.login(&mut passkey).await).await, id, "discoverable");
    let assertion = passkey.get(&tenant.begin_login_of(id).await, ORIGIN).unwrap();
    assert_eq!(subject(tenant.finish_login(&assertion).await).await, id, "named");

    let options = post("mfa/registration/initialize", user).await;
    let second = security_key.create(&options, ORIGIN).unwrap();
    let answer = tenant.keyed(Method::POST, "mfa/registration/finalize", second.clone()).await;
    assert_eq!(subject(answer).await, id, "second factor");
    let options = post("mfa/login/initialize", json!({ "user_id": id })).await;
    let assertion = security_key.get(&options, ORIGIN).unwrap();
    let answer = tenant.keyed(Method::POST, "mfa/login/finalize", assertion).await;
    assert_eq!(subject(answer).await, id, "login with it");

    let transaction =
        json!({ "user_id": id, "transaction_id": format!("t-{seed}"), "transaction_data": { "of": id } });
    let assertion = passkey.get(&post("transaction/initialize", transaction).await, ORIGIN).unwrap();
    let answer = tenant.keyed(Method::POST, "transaction/finalize", assertion).await;
    assert_eq!(subject(answer).await, id, "transaction");

    let transactions = tenant.get(&format!("transaction/{}", encoded(id))).await.ok();
    assert_eq!(transactions.as_array().unwrap().len(), 1);
    assert_eq!(transactions[0]["identifier"], format!("t-{seed}"));
    let listed = tenant.get(&format!("credentials?user_id={}", encoded(id))).await.ok();
    let mut listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|row| (row["id"].clone(), row["user_id"].clone())).collect();
    listed.sort_by_key(|(id, _)| id.to_string());
    let mut own = vec![(credential["id"].clone(), json!(id)), (second["id"].clone(), json!(id))];
    own.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(listed, own);

    let rows = tenant.get(&format!("audit_logs?per_page=100&actor_user_id={}", encoded(id))).await.ok();
    let of_user = rows.as_array().unwrap().iter().filter(|row| row["actor_user_id"] == id).count();
    // Two for each ceremony, but that the beginning of a discoverable login is none.
    assert_eq!(of_user, 11, "{rows}");
}

#[tokio::test]
async fn ids_of_any_form_work_in_every_ceremony_and_every_list() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let ids = ids();
    for (index, id) in ids.iter().enumerate() {
        everything_works_for(&tenant, id, 1_000 + 2 * index as u64).await;
    }
    // Each is a user of its own: none was taken for another.
    let mut seen = Vec::new();
    let path = format!("/tenants/{}/users?per_page=100", tenant.id);
    for user in server.admin(Method::GET, &path, None).await.ok().as_array().unwrap() {
        seen.push(user["user_id"].as_str().unwrap().to_owned());
        let row = user["id"].as_str().unwrap();
        let details =
            server.admin(Method::GET, &format!("/tenants/{}/users/{row}", tenant.id), None).await.ok();
        assert_eq!(details["user_id"], user["user_id"]);
        assert_eq!(
            (
                details["credentials"].as_array().unwrap().len(),
                details["transactions"].as_array().unwrap().len()
            ),
            (2, 1)
        );
    }
    let mut expected = ids.clone();
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    println!("{} ids × 7 ceremonies and 5 lists", ids.len());
}

#[tokio::test]
async fn an_id_is_not_empty_has_no_nul_and_at_most_1024_characters() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    for id in ["", "a\u{0}b", &"x".repeat(1025)] {
        for path in [
            "registration/initialize",
            "mfa/registration/initialize",
            "login/initialize",
            "mfa/login/initialize",
        ] {
            let body = json!({ "user_id": id, "username": "kim" });
            let answer = tenant.keyed(Method::POST, path, body).await;
            assert_eq!(answer.error(), (400, "validation_failed"), "{path} of {} bytes", id.len());
        }
    }
}
