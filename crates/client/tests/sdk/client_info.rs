//! Telling Passgate whom the backend acts for.

use std::net::IpAddr;

use passgate_client::{ClientInfo, RegistrationInitialize, TransactionInitialize};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::fake_passgate::{Answer, FakePassgate, Request};
use crate::signing_key::SigningKey;

fn jane() -> ClientInfo {
    ClientInfo {
        ip: Some("2001:db8::7".parse::<IpAddr>().expect("an address")),
        user_agent: Some("Mozilla/5.0 (Jané's phone)".to_owned()),
    }
}

/// Address and user agent, as a request names the person.
fn person(request: &Request) -> (Option<&str>, Option<&str>) {
    let header = |name| request.headers.get(name).map(|value| value.to_str().expect("ASCII"));
    (header("x-passgate-client-ip"), header("x-passgate-client-ua"))
}

#[tokio::test]
async fn every_call_on_a_persons_behalf_names_the_person() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant().on_behalf_of(&jane());
    let user = RegistrationInitialize {
        user_id: "1".to_owned(),
        username: "jane@example.com".to_owned(),
        display_name: None,
        icon: None,
    };
    let transaction = TransactionInitialize {
        user_id: "1".to_owned(),
        transaction_id: "transfer-7".to_owned(),
        transaction_data: to_raw_value(&json!({})).unwrap(),
    };
    // Nothing is scripted, so all of it is answered 404.
    assert!(tenant.registration().initialize(&user).await.is_err());
    assert!(tenant.registration().finalize(&json!({})).await.is_err());
    assert!(tenant.login().initialize().await.is_err());
    assert!(tenant.login().finalize(&json!({})).await.is_err());
    assert!(tenant.mfa().registration().initialize(&user).await.is_err());
    assert!(tenant.mfa().registration().finalize(&json!({})).await.is_err());
    assert!(tenant.mfa().login().initialize("1").await.is_err());
    assert!(tenant.mfa().login().finalize(&json!({})).await.is_err());
    assert!(tenant.transactions().initialize(&transaction).await.is_err());
    assert!(tenant.transactions().finalize(&json!({})).await.is_err());
    assert!(tenant.transactions().of_user("1").await.is_err());
    assert!(tenant.credential("abc").get().await.is_err());
    assert!(tenant.credential("abc").rename("x").await.is_err());
    assert!(tenant.credential("abc").remove().await.is_err());
    assert!(tenant.user("1").credentials().await.is_err());
    assert!(tenant.jwks().await.is_err());
    let requests = passgate.all_requests();
    assert_eq!(requests.len(), 16);
    for request in requests {
        let expected = (Some("2001:db8::7"), Some("Mozilla/5.0 (Jan?'s phone)"));
        assert_eq!(person(&request), expected, "{}", request.route);
    }
}

#[tokio::test]
async fn the_tenant_itself_and_others_on_whose_behalf_it_acts_are_left_alone() {
    let passgate = FakePassgate::start().await;
    let tenant = passgate.tenant();
    let of_jane = tenant.on_behalf_of(&jane());
    let of_joe = of_jane.on_behalf_of(&ClientInfo { ip: Some([192, 0, 2, 1].into()), user_agent: None });
    let of_nobody = of_jane.on_behalf_of(&ClientInfo::default());
    for tenant in [&tenant, &of_jane, &of_joe, &of_nobody] {
        assert!(tenant.login().initialize().await.is_err());
    }
    let people = passgate.requests("POST /login/initialize");
    let people: Vec<_> = people.iter().map(person).collect();
    let jane = (Some("2001:db8::7"), Some("Mozilla/5.0 (Jan?'s phone)"));
    assert_eq!(people, [(None, None), jane, (Some("192.0.2.1"), None), (None, None)]);
}

#[tokio::test]
async fn the_keys_are_fetched_once_for_everybody_and_on_nobodys_behalf() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    passgate.says("POST /login/finalize", [Answer::token(&key.sign(&passgate.claims("login")))]);
    let tenant = passgate.tenant();
    for _ in 0..3 {
        assert!(tenant.on_behalf_of(&jane()).login().finalize_and_verify(&json!({})).await.is_ok());
    }
    let fetches = passgate.requests("GET /.well-known/jwks.json");
    assert_eq!(fetches.iter().map(person).collect::<Vec<_>>(), [(None, None)]);
}
