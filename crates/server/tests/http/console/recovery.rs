use passgate_core::console::Email;
use passgate_core::store::Store;
use serde_json::{Value, json};

use super::browser::{Browser, another_authenticator};
use crate::harness::TestServer;

fn kinds(activity: &Value) -> Vec<&str> {
    activity.as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap()).collect()
}

pub(crate) async fn a_recovery_code_lets_in_once_ends_other_sessions_and_is_in_the_log(
    server: &TestServer<impl Store>,
) {
    let mut lost = Browser::claimed(server).await;
    let codes = lost.post("/recovery-codes", json!({})).await.ok();
    let codes: Vec<_> =
        codes["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10);

    let mut browser = Browser::new(server);
    let wrong = json!({ "email": "kim@example.com", "code": "0000-0000-0000-0000" });
    assert_eq!(browser.post("/recovery/code", wrong).await.error(), (401, "recovery_code_invalid"));
    let stranger = json!({ "email": "sam@example.com", "code": codes[0] });
    assert_eq!(browser.post("/recovery/code", stranger).await.error(), (401, "recovery_code_invalid"));
    let typed = codes[0].to_lowercase().replace('-', " ");
    let session =
        browser.post("/recovery/code", json!({ "email": "KIM@example.com", "code": typed })).await.ok();
    assert_eq!(session["via"], "recovery_code");
    assert_eq!(session["operator"]["recovery_codes_left"], 9);
    assert_eq!(lost.get("/session").await.error(), (401, "session_missing"));

    let again = json!({ "email": "kim@example.com", "code": codes[0] });
    assert_eq!(
        Browser::new(server).post("/recovery/code", again).await.error(),
        (401, "recovery_code_invalid")
    );
    let mut key = another_authenticator();
    browser.add_passkey(&mut key).await.ok();
    browser.authenticator = key;
    browser.sign_in().await.ok();
    assert!(kinds(&browser.get("/activity").await.ok()).contains(&"console_recovery_code_used"));
}

pub(crate) async fn new_codes_take_the_place_of_old_ones(server: &TestServer<impl Store>) {
    let mut browser = Browser::claimed(server).await;
    let old = browser.post("/recovery-codes", json!({})).await.ok();
    let new = browser.post("/recovery-codes", json!({})).await.ok();
    let mut other = Browser::new(server);
    let with = |codes: &Value| json!({ "email": "kim@example.com", "code": codes["codes"][3] });
    assert_eq!(other.post("/recovery/code", with(&old)).await.error(), (401, "recovery_code_invalid"));
    other.post("/recovery/code", with(&new)).await.ok();
}

pub(crate) async fn the_machines_owner_lets_an_operator_in_by_a_link(server: &TestServer<impl Store>) {
    let mut lost = Browser::claimed(server).await;
    let make = async |email: &str| server.passgate.make_recovery_link(Email::new(email).unwrap()).await;
    assert!(make("sam@example.com").await.is_err());
    let (_, replaced) = make("kim@example.com").await.unwrap();
    let (_, link) = make("Kim@Example.com").await.unwrap();

    let mut browser = Browser::new(server);
    let with = |secret: &str| json!({ "link": secret });
    let info = browser.post("/links/inspect", with(link.expose_secret())).await.ok();
    assert_eq!((&info["kind"], &info["email"]), (&json!("recovery"), &json!("kim@example.com")));
    assert_eq!(
        browser.post("/recovery/link", with(replaced.expose_secret())).await.error(),
        (404, "link_invalid")
    );
    // It lets nobody sign up.
    let sign_up = browser.sign_up(Some(link.expose_secret()), "Sam", "sam@example.com").await;
    assert_eq!(sign_up.error(), (404, "link_invalid"));
    let session = browser.post("/recovery/link", with(link.expose_secret())).await.ok();
    assert_eq!(session["via"], "recovery_link");
    assert_eq!(lost.get("/session").await.error(), (401, "session_missing"));
    let again = Browser::new(server).post("/recovery/link", with(link.expose_secret())).await;
    assert_eq!(again.error(), (404, "link_invalid"));
    assert!(kinds(&browser.get("/activity").await.ok()).contains(&"console_recovery_link_used"));
}
