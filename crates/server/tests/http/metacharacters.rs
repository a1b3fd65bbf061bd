//! What means something to a database, a path or a page is text to every parameter.

use passgate_authenticator::Authenticator;
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::{ADMIN, PUBLIC};
use crate::harness::TestServer;

/// Texts that name nothing here, whatever they would do to a statement that they were joined into.
const TEXTS: [&str; 14] = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "x'; DROP TABLE credentials; --",
    "1; DELETE FROM users",
    "') UNION SELECT secret, 1 FROM api_keys --",
    "%",
    "__",
    "\\",
    "$1",
    "?1",
    ":id",
    "\u{0}",
    "<script>alert(1)</script>",
];

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[tokio::test]
async fn every_parameter_of_every_endpoint_takes_them_for_text() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let credential_id = tenant.register("u1", &mut Authenticator::new(1)).await;
    let before = server.row_counts();
    let mut sent = 0;
    for (contract, is_admin) in [(&PUBLIC, false), (&ADMIN, true)] {
        for operation in contract.operations() {
            let method: Method = operation.method.parse().unwrap();
            let parameters = operation.description["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in parameters.iter().filter(|parameter| parameter["in"] != "header") {
                let name = parameter["name"].as_str().unwrap();
                for text in TEXTS {
                    let own = |other: &str| match other {
                        "tenant_id" => tenant.id.clone(),
                        "credential_id" => credential_id.clone(),
                        _ => uuid::Uuid::nil().to_string(),
                    };
                    let filled = |path: String, other: &Value| {
                        let other = other["name"].as_str().unwrap();
                        let value = if other == name { encoded(text) } else { own(other) };
                        path.replace(&format!("{{{other}}}"), &value)
                    };
                    let mut path = parameters.iter().fold(operation.path.to_owned(), filled);
                    if parameter["in"] == "query" {
                        path = format!("{path}?{name}={}", encoded(text));
                    }
                    // No body: what needs one is refused for that, if not for the parameter before.
                    let answer = if is_admin {
                        server.admin(method.clone(), &path, None).await
                    } else {
                        server
                            .send(method.clone(), &server.public_url(&path), Some(&tenant.api_key), vec![])
                            .await
                    };
                    let place = format!("{method} {path} answered {}: {}", answer.status, answer.body);
                    match answer.status {
                        // A list of nothing, or an export of it.
                        200 => assert!(answer.body == json!([]) || answer.body == Value::Null, "{place}"),
                        status => assert!((400..500).contains(&status), "{place}"),
                    }
                    sent += 1;
                }
            }
        }
    }
    assert_eq!(server.row_counts(), before, "nothing was written, and nothing deleted");
    println!("{sent} requests");
}

#[tokio::test]
async fn every_text_of_a_body_comes_back_as_it_was_sent() {
    let server = TestServer::start().await;
    for (seed, text) in TEXTS.into_iter().enumerate().filter(|(_, text)| *text != "\u{0}") {
        let body =
            json!({ "display_name": text, "config": crate::harness::config(), "create_api_key": true });
        let created = server.admin(Method::POST, "/tenants", Some(body)).await.ok();
        let id = created["id"].as_str().unwrap().to_owned();
        let api_key = created["api_key"]["secret"].as_str().unwrap().to_owned();
        let tenant = crate::harness::TestTenant { server: &server, id, api_key };
        let at = |path: &str| format!("/tenants/{}{path}", tenant.id);
        assert_eq!(server.admin(Method::GET, &at(""), None).await.ok()["display_name"], text);
        for path in ["/secrets/api", "/secrets/jwk"] {
            server.admin(Method::POST, &at(path), Some(json!({ "name": text }))).await.ok();
            let listed = server.admin(Method::GET, &at(path), None).await.ok();
            assert!(listed.as_array().unwrap().iter().any(|key| key["name"] == text), "{path}: {listed}");
        }
        let user = json!({ "user_id": text, "username": text, "display_name": text });
        let options = tenant.keyed(Method::POST, "registration/initialize", user).await.ok();
        assert_eq!(options["publicKey"]["user"]["name"], text);
        let mut authenticator = Authenticator::new(seed as u64);
        let credential_id = tenant.register(text, &mut authenticator).await;
        let path = format!("credentials/{credential_id}");
        assert_eq!(tenant.keyed(Method::PATCH, &path, json!({ "name": text })).await.status, 204);
        assert_eq!(tenant.get(&path).await.ok()["name"], text);
        let transaction = json!({ "user_id": text, "transaction_id": text, "transaction_data": text });
        tenant.keyed(Method::POST, "transaction/initialize", transaction).await.ok();
        let listed = tenant.get(&format!("transaction/{}", encoded(text))).await.ok();
        assert_eq!(
            (&listed[0]["identifier"], &listed[0]["data"]),
            (&json!(text), &json!(json!(text).to_string()))
        );
    }
}
