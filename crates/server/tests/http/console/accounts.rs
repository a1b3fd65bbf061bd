use passgate_core::store::Store;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, COOKIE_NAME, another_authenticator, claim_link};
use crate::harness::{CONSOLE_URL, PUBLIC_URL, TestServer};

pub(crate) async fn whoever_has_the_link_claims_the_console_once(server: &TestServer<impl Store>) {
    let mut browser = Browser::new(server);
    let state = browser.get("/state").await.ok();
    assert_eq!((&state["claimed"], &state["session"]), (&json!(false), &Value::Null));
    assert_eq!(browser.post("/sign-in/begin", json!({})).await.error(), (409, "console_unclaimed"));
    assert_eq!(browser.sign_up(None, "Kim", "kim@example.com").await.error(), (403, "sign_up_closed"));
    assert_eq!(browser.sign_up(Some("pgl_x"), "Kim", "kim@example.com").await.error(), (404, "link_invalid"));

    let old = claim_link(server).await;
    let link = claim_link(server).await;
    assert_eq!(browser.sign_up(Some(&old), "Kim", "kim@example.com").await.error(), (404, "link_invalid"));
    let info = browser.post("/links/inspect", json!({ "link": link })).await.ok();
    assert_eq!(info["kind"], "claim");
    let session = browser.sign_up(Some(&link), " Kim ", "Kim@example.com").await.ok();
    assert_eq!(session["operator"]["name"], "Kim");
    assert_eq!(session["operator"]["email"], "Kim@example.com");
    assert_eq!(session["operator"]["passkeys"], 1);
    assert!(session["fresh_until"].is_string());

    let state = browser.get("/state").await.ok();
    assert_eq!(state["claimed"], true);
    assert_eq!(state["session"]["id"], session["id"]);
    assert_eq!((&state["console_url"], &state["public_url"]), (&json!(CONSOLE_URL), &json!(PUBLIC_URL)));

    let mut other = Browser::new(server);
    assert_eq!(other.sign_up(Some(&link), "Sam", "sam@example.com").await.error(), (404, "link_invalid"));
    assert!(server.passgate.make_claim_link().await.is_err(), "there is nothing left to be claimed");
    let activity = browser.get("/activity").await.ok();
    let kinds: Vec<_> =
        activity.as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"console_claimed"), "{kinds:?}");
    assert!(kinds.contains(&"webauthn_registration_final_succeeded"), "{kinds:?}");
}

pub(crate) async fn a_claim_link_is_valid_for_an_hour(server: &TestServer<impl Store>) {
    let mut browser = Browser::new(server);
    let link = claim_link(server).await;
    server.advance(Duration::from_hours(1)).await;
    assert_eq!(browser.post("/links/inspect", json!({ "link": link })).await.error(), (404, "link_invalid"));
    assert_eq!(browser.sign_up(Some(&link), "Kim", "kim@example.com").await.error(), (404, "link_invalid"));
}

pub(crate) async fn a_sign_up_that_comes_second_leaves_no_passkey_behind(server: &TestServer<impl Store>) {
    let link = claim_link(server).await;
    let mut first = Browser::new(server);
    let mut second = Browser::new(server);
    let body = json!({ "link": link, "name": "Sam", "email": "sam@example.com" });
    let begun = second.post("/sign-up/begin", body.clone()).await.ok();
    first.sign_up(Some(&link), "Kim", "kim@example.com").await.ok();
    let mut finish = body;
    finish["credential"] = second.authenticator.create(&begun["options"], CONSOLE_URL).unwrap();
    assert_eq!(second.post("/sign-up/finish", finish).await.error(), (404, "link_invalid"));
    let begun = second.post("/sign-in/begin", json!({})).await.ok();
    let credential = second.authenticator.get(&begun["options"], CONSOLE_URL).unwrap();
    let answer = second.post("/sign-in/finish", json!({ "credential": credential })).await;
    assert_eq!(answer.error(), (401, "credential_unknown"));
}

pub(crate) async fn the_session_is_in_a_cookie_that_no_script_and_no_other_site_gets_at(
    server: &TestServer<impl Store>,
) {
    let mut browser = Browser::new(server);
    let link = claim_link(server).await;
    let answer = browser.sign_up(Some(&link), "Kim", "kim@example.com").await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    let secret = browser.cookie.clone().unwrap();
    assert!(cookie.starts_with(&format!("{COOKIE_NAME}={secret}; ")), "{cookie}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"] {
        assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}: {cookie}");
    }
    assert!(!answer.body.to_string().contains(&secret));

    let answer = browser.delete("/session").await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    browser.cookie = Some(secret);
    assert_eq!(browser.get("/session").await.error(), (401, "session_missing"));
}

pub(crate) async fn an_operator_signs_in_with_a_passkey_and_ends_sessions(server: &TestServer<impl Store>) {
    let mut browser = Browser::claimed(server).await;
    let first = browser.cookie.clone();
    let session = browser.sign_in().await.ok();
    assert_eq!(session["via"], "passkey");
    assert_ne!(browser.cookie, first);
    let sessions = browser.get("/sessions").await.ok();
    let current: Vec<_> = sessions.as_array().unwrap().iter().map(|session| &session["current"]).collect();
    assert_eq!(current.len(), 2);
    assert_eq!(current.iter().filter(|current| **current == true).count(), 1);
    assert_eq!(browser.delete("/sessions").await.ok(), json!({ "ended": 1 }));
    let second = browser.cookie.clone();
    browser.cookie = first;
    assert_eq!(browser.get("/operator").await.error(), (401, "session_missing"));
    browser.cookie = second;
    browser.get("/operator").await.ok();
    let id = session["id"].as_str().unwrap();
    assert_eq!(browser.delete("/sessions/nonsense").await.error(), (404, "session_not_found"));
    assert_eq!(browser.delete(&format!("/sessions/{id}")).await.status, 204);
    assert_eq!(browser.get("/operator").await.error(), (401, "session_missing"));
}

pub(crate) async fn a_session_ends_after_twelve_hours_without_use_and_thirty_days_with(
    server: &TestServer<impl Store>,
) {
    let mut browser = Browser::claimed(server).await;
    for _ in 0..3 {
        server.advance(Duration::from_hours(11)).await;
        browser.get("/session").await.ok();
        server.passgate.upkeep().await.unwrap();
    }
    server.advance(Duration::from_hours(12)).await;
    assert_eq!(browser.get("/session").await.error(), (401, "session_missing"));

    browser.sign_in().await.ok();
    for _ in 0..65 {
        server.advance(Duration::from_hours(11)).await;
        browser.get("/session").await.ok();
        server.passgate.upkeep().await.unwrap();
    }
    server.advance(Duration::from_hours(11)).await;
    assert_eq!(browser.get("/session").await.error(), (401, "session_missing"));
}

pub(crate) async fn what_can_not_be_undone_needs_a_passkey_shown_within_five_minutes(
    server: &TestServer<impl Store>,
) {
    let mut browser = Browser::claimed(server).await;
    browser.post("/recovery-codes", json!({})).await.ok();
    server.advance(Duration::from_mins(5)).await;
    assert_eq!(browser.get("/session").await.ok()["fresh_until"], Value::Null);
    assert_eq!(browser.post("/recovery-codes", json!({})).await.error(), (403, "fresh_passkey_needed"));
    let answer = browser.call(Method::PATCH, "/operator", Some(json!({ "name": "Kimberley" }))).await;
    assert_eq!(answer.error(), (403, "fresh_passkey_needed"));
    assert!(browser.step_up().await.ok()["fresh_until"].is_string());
    browser.post("/recovery-codes", json!({})).await.ok();
    let answer = browser.call(Method::PATCH, "/operator", Some(json!({ "name": "Kimberley" }))).await;
    assert_eq!(answer.ok()["name"], "Kimberley");
}

pub(crate) async fn a_passkey_of_another_operator_does_not_count(server: &TestServer<impl Store>) {
    let mut kim = Browser::claimed(server).await;
    let mut sam = Browser::new(server);
    sam.sign_up(None, "Sam", "sam@example.com").await.ok();
    // Kim's page has Sam show a passkey.
    let begun = kim.post("/sign-in/begin", json!({})).await.ok();
    let credential = sam.authenticator.get(&begun["options"], CONSOLE_URL).unwrap();
    let answer = kim.post("/step-up/finish", json!({ "credential": credential })).await;
    assert_eq!(answer.error(), (403, "operator_mismatch"));
    // Nor does a ceremony that was begun for somebody else add a passkey.
    let begun = sam.post("/passkeys/begin", json!({})).await.ok();
    let credential = another_authenticator().create(&begun["options"], CONSOLE_URL).unwrap();
    let answer = kim.post("/passkeys/finish", json!({ "credential": credential })).await;
    assert_eq!(answer.error(), (403, "operator_mismatch"));
    assert_eq!(sam.get("/passkeys").await.ok().as_array().unwrap().len(), 1);
    let body = json!({ "name": "Eve", "email": "eve@example.com", "credential": credential });
    assert_eq!(kim.post("/sign-up/finish", body).await.error(), (403, "operator_mismatch"));
}

pub(crate) async fn an_email_is_taken_once_whatever_its_case(server: &TestServer<impl Store>) {
    let mut kim = Browser::claimed(server).await;
    let mut sam = Browser::new(server);
    assert_eq!(sam.sign_up(None, "Sam", "KIM@example.com").await.error(), (409, "email_taken"));
    sam.sign_up(None, "Sam", "sam@example.com").await.ok();
    let change = json!({ "email": "Sam@Example.com" });
    assert_eq!(kim.call(Method::PATCH, "/operator", Some(change)).await.error(), (409, "email_taken"));
    let change = json!({ "email": "KIM@example.com" });
    assert_eq!(kim.call(Method::PATCH, "/operator", Some(change)).await.ok()["email"], "KIM@example.com");
    let malformed = json!({ "name": "Sam", "email": "nobody" });
    assert_eq!(sam.post("/sign-up/begin", malformed).await.error(), (400, "validation_failed"));
}

pub(crate) async fn passkeys_are_added_renamed_and_removed_but_never_the_last(
    server: &TestServer<impl Store>,
) {
    let mut browser = Browser::claimed(server).await;
    let first = browser.get("/passkeys").await.ok()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(browser.delete(&format!("/passkeys/{first}")).await.error(), (409, "last_passkey"));
    let mut key = another_authenticator();
    let second = browser.add_passkey(&mut key).await.ok();
    assert_eq!(second["name"], "Second");
    let path = format!("/passkeys/{}", second["id"].as_str().unwrap());
    let renamed = browser.call(Method::PATCH, &path, Some(json!({ "name": "In the safe" }))).await.ok();
    assert_eq!(renamed["name"], "In the safe");
    let elsewhere = browser.cookie.clone();
    browser.sign_in().await.ok();
    assert_eq!(browser.delete(&path).await.status, 204);
    assert_eq!(browser.delete(&path).await.error(), (404, "credential_not_found"));
    let here = std::mem::replace(&mut browser.cookie, elsewhere);
    assert_eq!(browser.get("/passkeys").await.error(), (401, "session_missing"), "other sessions end");
    browser.cookie = here;
    // With recovery codes, the last one may go.
    browser.post("/recovery-codes", json!({})).await.ok();
    assert_eq!(browser.delete(&format!("/passkeys/{first}")).await.status, 204);
}

pub(crate) async fn an_operator_changes_no_passkey_of_another(server: &TestServer<impl Store>) {
    let mut kim = Browser::claimed(server).await;
    let mut sam = Browser::new(server);
    sam.sign_up(None, "Sam", "sam@example.com").await.ok();
    let of_kim = kim.get("/passkeys").await.ok()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/passkeys/{of_kim}");
    let answer = sam.call(Method::PATCH, &path, Some(json!({ "name": "Mine" }))).await;
    assert_eq!(answer.error(), (404, "credential_not_found"));
    assert_eq!(sam.delete(&path).await.error(), (404, "credential_not_found"));
}
