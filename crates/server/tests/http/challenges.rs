//! A challenge is good for one ceremony of one tenant, once, and never for less than it was made for.

use std::time::Duration;

use passgate_authenticator::Authenticator;
use serde_json::json;

use crate::harness::{ORIGIN, TestServer, config, config_with};

#[tokio::test]
async fn a_challenge_is_refused_at_another_route_than_its_own() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    // What the authenticator signs names the ceremony too, so each is made to fit the route it is sent to.
    let mut options = tenant.begin_login().await;
    options["publicKey"]["challenge"] =
        tenant.begin_registration("u1").await["publicKey"]["challenge"].take();
    let assertion = authenticator.get(&options, ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_invalid"));

    let mut other = Authenticator::new(2);
    for mut login in [tenant.begin_login().await, tenant.begin_login_of("u1").await] {
        let mut options = tenant.begin_registration("u2").await;
        options["publicKey"]["challenge"] = login["publicKey"]["challenge"].take();
        let credential = other.create(&options, ORIGIN).unwrap();
        assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_invalid"));
    }
}

#[tokio::test]
async fn a_challenge_is_refused_for_another_tenant() {
    let server = TestServer::start().await;
    let (one, two) = (server.tenant().await, server.tenant().await);
    let credential = Authenticator::new(1).create(&one.begin_registration("u1").await, ORIGIN).unwrap();
    assert_eq!(two.finish_registration(&credential).await.error(), (400, "challenge_invalid"));
    // The same passkey in both, as an app has that keeps two tenants for one domain.
    let (mut here, mut there) = (Authenticator::new(2), Authenticator::new(2));
    one.register("u1", &mut here).await;
    two.register("u1", &mut there).await;
    let assertion = there.get(&one.begin_login().await, ORIGIN).unwrap();
    assert_eq!(two.finish_login(&assertion).await.error(), (401, "challenge_invalid"));
}

#[tokio::test]
async fn a_used_challenge_is_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let credential = authenticator.create(&tenant.begin_registration("u1").await, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_spent"));
    let assertion = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    tenant.finish_login(&assertion).await.ok();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_spent"));
}

#[tokio::test]
async fn who_repeats_a_response_writes_nothing() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let credential = authenticator.create(&tenant.begin_registration("u1").await, ORIGIN).unwrap();
    tenant.finish_registration(&credential).await.ok();
    let accepted = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    tenant.finish_login(&accepted).await.ok();
    let mut refused = authenticator.get(&tenant.begin_login().await, ORIGIN).unwrap();
    refused["response"]["signature"] = accepted["response"]["signature"].clone();
    assert_eq!(tenant.finish_login(&refused).await.error(), (401, "signature_invalid"));
    let before = server.row_counts();
    for _ in 0..10 {
        assert_eq!(tenant.finish_login(&accepted).await.error(), (401, "challenge_spent"));
        assert_eq!(tenant.finish_login(&refused).await.error(), (401, "signature_invalid"));
        assert_eq!(tenant.finish_registration(&credential).await.error(), (400, "challenge_spent"));
    }
    assert_eq!(server.row_counts(), before);
}

#[tokio::test]
async fn a_challenge_made_elsewhere_is_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    for challenge in ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AQ"] {
        let mut options = tenant.begin_login().await;
        options["publicKey"]["challenge"] = json!(challenge);
        let assertion = authenticator.get(&options, ORIGIN).unwrap();
        let (status, code) = (401, "challenge_invalid");
        assert_eq!(tenant.finish_login(&assertion).await.error(), (status, code), "{challenge:?}");
    }
}

#[tokio::test]
async fn a_policy_that_was_sealed_is_enforced_though_the_tenant_has_loosened_its_own() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let login = tenant.begin_login().await;
    let registration = tenant.begin_registration("u2").await;
    tenant.configure(config_with("user_verification", "discouraged")).await;
    authenticator.config.user_verified = false;
    let assertion = authenticator.get(&login, ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "user_verification_missing"));
    let mut other = Authenticator::new(2);
    other.config.user_verified = false;
    let credential = other.create(&registration, ORIGIN).unwrap();
    assert_eq!(tenant.finish_registration(&credential).await.error(), (422, "user_verification_missing"));
}

#[tokio::test]
async fn a_policy_that_the_tenant_has_tightened_since_is_enforced() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("user_verification", "discouraged")).await;
    let mut authenticator = Authenticator::new(1);
    authenticator.config.user_verified = false;
    tenant.register("u1", &mut authenticator).await;
    let login = tenant.begin_login().await;
    tenant.configure(config()).await;
    let assertion = authenticator.get(&login, ORIGIN).unwrap();
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "user_verification_missing"));
}

#[tokio::test]
async fn spent_challenges_are_forgotten_after_their_expiry_and_still_refused() {
    let server = TestServer::start().await;
    let tenant = server.tenant_with(config_with("timeout", 10_000)).await;
    let mut authenticator = Authenticator::new(1);
    tenant.register("u1", &mut authenticator).await;
    let assertion = authenticator.get(&tenant.begin_login_of("u1").await, ORIGIN).unwrap();
    tenant.finish_login(&assertion).await.ok();
    assert_eq!(server.row_counts()["spent_challenges"], 2);
    server.advance(Duration::from_secs(10 + 600)).await;
    assert_eq!(
        server.passgate.upkeep().await.unwrap().forgotten_challenges,
        0,
        "ten minutes after expiry they are still there"
    );
    server.advance(Duration::from_millis(1)).await;
    assert_eq!(server.passgate.upkeep().await.unwrap().forgotten_challenges, 2);
    assert_eq!(server.row_counts()["spent_challenges"], 0);
    assert_eq!(tenant.finish_login(&assertion).await.error(), (401, "challenge_expired"));
}
