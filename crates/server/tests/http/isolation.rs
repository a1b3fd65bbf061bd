//! One tenant's keys, ids and users mean nothing in another. The endpoints are those of the documents, so that none is
//! forgotten: each has to say here what it does with another tenant's ids.

use passgate_authenticator::Authenticator;
use passgate_core::administration::Created;
use passgate_core::text::Text;
use reqwest::Method;
use reqwest::header::ORIGIN as ORIGIN_HEADER;
use serde_json::{Value, json};

use crate::document::{ADMIN, Operation, PUBLIC};
use crate::harness::{ORIGIN, TestServer, TestTenant};

/// A tenant with one of everything. What is in it has `name` in its text, so that it is found in any answer.
struct Owner<'a> {
    tenant: TestTenant<'a>,
    name: &'static str,
    authenticator: Authenticator,
    security_key: Authenticator,
    credential_id: String,
    user_row_id: String,
    api_key_id: String,
    signing_key_id: String,
}

impl<'a> Owner<'a> {
    async fn new(server: &'a TestServer, name: &'static str, seed: u64) -> Self {
        let tenant = server.tenant().await;
        let (mut authenticator, mut security_key) = (Authenticator::new(seed), Authenticator::new(seed + 1));
        let credential_id = tenant.register(name, &mut authenticator).await;
        let user = json!({ "user_id": name, "username": format!("{name}@example.com") });
        let options = tenant.keyed(Method::POST, "mfa/registration/initialize", user).await.ok();
        let credential = security_key.create(&options, ORIGIN).unwrap();
        tenant.keyed(Method::POST, "mfa/registration/finalize", credential).await.ok();
        let transaction =
            json!({ "user_id": name, "transaction_id": name, "transaction_data": { "about": name } });
        tenant.keyed(Method::POST, "transaction/initialize", transaction).await.ok();
        let at = |path: &str| format!("/tenants/{}/{path}", tenant.id);
        let first = async |path: &str| -> String {
            let listed = server.admin(Method::GET, &at(path), None).await.ok();
            listed[0]["id"].as_str().unwrap().to_owned()
        };
        let (user_row_id, api_key_id) = (first("users").await, first("secrets/api").await);
        let signing_key_id = first("secrets/jwk").await;
        Self {
            tenant,
            name,
            authenticator,
            security_key,
            credential_id,
            user_row_id,
            api_key_id,
            signing_key_id,
        }
    }

    /// What must not stand in an answer to another tenant.
    fn marks(&self) -> [&str; 7] {
        [
            self.name,
            &self.tenant.id,
            &self.tenant.api_key,
            &self.credential_id,
            &self.user_row_id,
            &self.api_key_id,
            &self.signing_key_id,
        ]
    }

    /// Everything of the tenant's, to see that it is as it was.
    async fn everything(&self) -> Vec<Value> {
        let mut everything = Vec::new();
        for path in ["", "/secrets/api", "/secrets/jwk", "/users", "/audit_logs"] {
            let path = format!("/tenants/{}{path}", self.tenant.id);
            everything.push(self.tenant.server.admin(Method::GET, &path, None).await.ok());
        }
        for path in ["credentials".to_owned(), format!("transaction/{}", self.name)] {
            everything.push(self.tenant.get(&path).await.ok());
        }
        everything
    }

    /// The body of an operation's example, about this tenant's user.
    async fn body(&mut self, operation: &Operation<'_>) -> Value {
        let user = json!({ "user_id": self.name });
        let options = async |path: &str| self.tenant.keyed(Method::POST, path, user.clone()).await.ok();
        match operation.description["operationId"].as_str().unwrap() {
            "finishRegistration" => {
                Authenticator::new(90).create(&self.tenant.begin_registration("other").await, ORIGIN).unwrap()
            }
            "finishMfaRegistration" => {
                let user = json!({ "user_id": "other", "username": "other" });
                let options = self.tenant.keyed(Method::POST, "mfa/registration/initialize", user).await.ok();
                Authenticator::new(91).create(&options, ORIGIN).unwrap()
            }
            "finishLogin" => {
                let options = options("login/initialize").await;
                self.authenticator.get(&options, ORIGIN).unwrap()
            }
            "finishMfaLogin" => {
                let options = options("mfa/login/initialize").await;
                self.security_key.get(&options, ORIGIN).unwrap()
            }
            "finishTransaction" => {
                let transaction =
                    json!({ "user_id": self.name, "transaction_id": "another", "transaction_data": 1 });
                let options =
                    self.tenant.keyed(Method::POST, "transaction/initialize", transaction).await.ok();
                self.authenticator.get(&options, ORIGIN).unwrap()
            }
            // The example names no user, and then no key is needed.
            "beginLogin" => user,
            _ => {
                let content = &operation.description["requestBody"]["content"]["application/json"];
                let mut body = content["example"].clone();
                if body.get("user_id").is_some() {
                    body["user_id"] = self.name.into();
                }
                body
            }
        }
    }

    fn path(&self, operation: &Operation<'_>, tenant: &TestTenant<'_>, user_id: &str) -> String {
        let secret =
            if operation.path.contains("/secrets/jwk") { &self.signing_key_id } else { &self.api_key_id };
        let ids = [
            ("{tenant_id}", tenant.id.as_str()),
            ("{credential_id}", &self.credential_id),
            ("{secret_id}", secret),
            ("{user_id}", user_id),
        ];
        ids.iter().fold(operation.path.to_owned(), |path, (name, id)| path.replace(name, id))
    }
}

fn method(operation: &Operation<'_>) -> Method {
    operation.method.parse().unwrap()
}

/// Whether an operation can be called by those only who prove who they are.
fn needs_proof(operation: &Operation<'_>) -> bool {
    let schemes = operation.description["security"].as_array().unwrap();
    // A login of a named user does; see `Owner::body`.
    operation.description["operationId"] == "beginLogin"
        || !schemes.is_empty() && !schemes.iter().any(|scheme| *scheme == json!({}))
}

async fn revoked_key(tenant: &TestTenant<'_>) -> String {
    let path = format!("/tenants/{}/secrets/api", tenant.id);
    let key = tenant.server.admin(Method::POST, &path, Some(json!({ "name": "to revoke" }))).await.ok();
    let id = key["id"].as_str().unwrap();
    let secret = key["secret"].as_str().unwrap().to_owned();
    let listed = tenant.server.send(Method::GET, &tenant.url("credentials"), Some(&secret), vec![]).await;
    assert_eq!(listed.status, 200, "the key works before it is revoked");
    assert_eq!(tenant.server.admin(Method::DELETE, &format!("{path}/{id}"), None).await.status, 204);
    secret
}

#[track_caller]
fn assert_tells_nothing(of: &Owner<'_>, answer: &Value, place: &str) {
    let text = answer.to_string();
    for mark in of.marks() {
        assert!(!text.contains(mark), "{place} tells {mark}: {text}");
    }
}

#[tokio::test]
async fn every_keyed_endpoint_refuses_every_key_but_the_tenants_own() {
    let server = TestServer::start().await;
    let mut owner = Owner::new(&server, "the-owners-user", 1).await;
    let other = server.tenant().await;
    let revoked = revoked_key(&owner.tenant).await;
    let cut = owner.tenant.api_key[..owner.tenant.api_key.len() - 1].to_owned();
    let keys = [
        (None, "api_key_missing"),
        (Some(""), "api_key_invalid"),
        (Some("wrong"), "api_key_invalid"),
        (Some(cut.as_str()), "api_key_invalid"),
        (Some(revoked.as_str()), "api_key_invalid"),
        (Some(other.api_key.as_str()), "api_key_invalid"),
        (Some(server.admin_token()), "api_key_invalid"),
    ];
    let mut operations: Vec<_> = PUBLIC.operations().filter(needs_proof).collect();
    // With its own key each does what it does; what is deleted is gone for the others.
    operations.sort_by_key(|operation| operation.method == "DELETE");
    for operation in &operations {
        let body = owner.body(operation).await.to_string().into_bytes();
        let path = owner.path(operation, &owner.tenant, owner.name);
        let before = server.row_counts();
        for (key, code) in keys {
            let url = server.public_url(&path);
            let answer = server.send(method(operation), &url, key, body.clone()).await;
            let place = format!("{} {} with {key:?}", operation.method, operation.path);
            assert_eq!(answer.error(), (401, code), "{place}");
            assert_tells_nothing(&owner, &answer.body, &place);
        }
        assert_eq!(server.row_counts(), before, "{} {}", operation.method, operation.path);
        let url = server.public_url(&path);
        let answer = server.send(method(operation), &url, Some(&owner.tenant.api_key), body).await;
        let is_taken = (200..300).contains(&answer.status);
        assert!(is_taken, "{} {} with its own key: {}", operation.method, operation.path, answer.body);
    }
    println!("{} endpoints × {} keys", operations.len(), keys.len());
}

#[tokio::test]
async fn every_endpoint_of_operators_refuses_everything_but_an_admin_token() {
    let server = TestServer::start().await;
    let mut owner = Owner::new(&server, "the-owners-user", 1).await;
    let created = server.passgate.create_admin_token(Text::new("to revoke").unwrap()).await.unwrap();
    let Created::Done(revoked) = created else { panic!("{created:?}") };
    server.passgate.delete_admin_token(revoked.id).await.unwrap();
    let revoked = revoked.secret.expose_secret().to_owned();
    let api_key = owner.tenant.api_key.clone();
    let own = server.admin_token().to_owned();
    // A token, and the page that sends it.
    let cases = [
        (None, None, (401, "admin_token_missing")),
        (Some("wrong"), None, (401, "admin_token_invalid")),
        (Some(revoked.as_str()), None, (401, "admin_token_invalid")),
        (Some(api_key.as_str()), None, (401, "admin_token_invalid")),
        (Some(own.as_str()), Some(ORIGIN), (403, "web_page_refused")),
        (Some(own.as_str()), Some("null"), (403, "web_page_refused")),
    ];
    let before = owner.everything().await;
    let operations: Vec<_> = ADMIN.operations().filter(needs_proof).collect();
    for operation in &operations {
        let path = owner.path(operation, &owner.tenant, &owner.user_row_id);
        let body = owner.body(operation).await;
        for (token, page, expected) in cases {
            let mut request = server.client.request(method(operation), server.admin_url(&path)).json(&body);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if let Some(page) = page {
                request = request.header(ORIGIN_HEADER, page);
            }
            let answer = server.answer(&operation.method, request.send().await.unwrap()).await;
            let place = format!("{} {} with {token:?} of {page:?}", operation.method, operation.path);
            assert_eq!(answer.error(), expected, "{place}");
            assert_tells_nothing(&owner, &answer.body, &place);
        }
    }
    assert_eq!(owner.everything().await, before, "nothing happened");
    println!("{} endpoints × {} cases", operations.len(), cases.len());
}

/// What an operation answers, with the tenant's own key, to ids of another tenant.
fn foreign(operation: &Operation<'_>) -> (u16, Option<&'static str>) {
    let id = operation.description["operationId"].as_str().unwrap();
    match id {
        // A user id is its tenant's: here it is another user. Lists are empty: see the test.
        "beginRegistration"
        | "beginMfaRegistration"
        | "listCredentials"
        | "listTransactions"
        | "listAuditLogs"
        | "exportAuditLogs" => (200, None),
        "finishRegistration" | "finishMfaRegistration" => (400, Some("challenge_invalid")),
        "beginLogin"
        | "beginMfaLogin"
        | "beginTransaction"
        | "getUser"
        | "deleteUser"
        | "getSignals"
        | "deleteCredentialsOfUser" => (404, Some("user_not_found")),
        "finishLogin" | "finishMfaLogin" | "finishTransaction" => (401, Some("challenge_invalid")),
        "getCredential" | "renameCredential" | "deleteCredential" => (404, Some("credential_not_found")),
        "deleteApiKey" | "rollApiKey" => (404, Some("api_key_not_found")),
        "deleteSigningKey" => (404, Some("signing_key_not_found")),
        _ => panic!("say here what {id} does with another tenant's ids"),
    }
}

/// The queries that name something of another tenant's.
fn queries(operation: &Operation<'_>, of: &Owner<'_>) -> Vec<String> {
    let parameters = operation.description["parameters"].as_array().unwrap();
    let named: Vec<_> = parameters
        .iter()
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| parameter["name"].as_str().unwrap())
        .filter(|name| matches!(*name, "user_id" | "actor_user_id" | "q"))
        .map(|name| format!("?{name}={}", of.name))
        .collect();
    if named.is_empty() { vec![String::new()] } else { named }
}

#[tokio::test]
async fn another_tenants_ids_name_nothing_in_path_body_or_query() {
    let server = TestServer::start().await;
    let mut owner = Owner::new(&server, "the-owners-user", 1).await;
    let mut sent = 0;
    // What anybody may ask names no user: the keys that verify tokens, the related origins.
    let is_about_users = |operation: &Operation<'_>| {
        operation.path.contains("{tenant_id}") && operation.description["security"] != json!([])
    };
    let operations: Vec<_> = PUBLIC.operations().filter(is_about_users).collect();
    for operation in &operations {
        let body = owner.body(operation).await;
        // Whoever asks has nothing, so that a list of anything is a leak.
        let asking = server.tenant().await;
        let before = owner.everything().await;
        for query in queries(operation, &owner) {
            let user_ids = if operation.path.contains("{user_id}") {
                vec![owner.name, &owner.user_row_id]
            } else {
                vec![owner.name]
            };
            for user_id in user_ids {
                let url = server.public_url(&(owner.path(operation, &asking, user_id) + &query));
                let bytes = body.to_string().into_bytes();
                let answer = server.send(method(operation), &url, Some(&asking.api_key), bytes).await;
                let place =
                    format!("{} {}{query} answered {}", operation.method, operation.path, answer.body);
                let (status, code) = foreign(operation);
                assert_eq!((answer.status, answer.body["code"].as_str()), (status, code), "{place}");
                if answer.body.is_array() {
                    assert_eq!(answer.body, json!([]), "{place}");
                    assert!(matches!(answer.header("x-total-count"), None | Some("0")), "{place}");
                }
                // The name comes back where it was sent: as the username of a new user of this tenant.
                let sent_back = answer.body["publicKey"]["user"]["name"].as_str().is_some();
                if sent_back {
                    assert_eq!(answer.body["publicKey"].get("excludeCredentials"), None, "{place}");
                    assert!(!answer.body.to_string().contains(&owner.credential_id), "{place}");
                } else {
                    assert_tells_nothing(&owner, &answer.body, &place);
                }
                sent += 1;
            }
        }
        assert_eq!(owner.everything().await, before, "{} {}", operation.method, operation.path);
    }
    println!("{} endpoints, {sent} requests with another tenant's ids", operations.len());
}

#[tokio::test]
async fn rows_of_another_tenant_are_not_found_by_operators_either() {
    let server = TestServer::start().await;
    let mut owner = Owner::new(&server, "the-owners-user", 1).await;
    let asking = server.tenant().await;
    let before = owner.everything().await;
    let by_row = |path: &str| path.contains("{user_id}") || path.contains("{secret_id}");
    let operations: Vec<_> = ADMIN.operations().filter(|operation| by_row(operation.path)).collect();
    for operation in &operations {
        let path = owner.path(operation, &asking, &owner.user_row_id);
        let takes_body = operation.description["requestBody"].is_object();
        let body = if takes_body { Some(owner.body(operation).await) } else { None };
        let answer = server.admin(method(operation), &path, body).await;
        let place = format!("{} {} answered {}", operation.method, operation.path, answer.body);
        let (status, code) = foreign(operation);
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, code), "{place}");
        assert_tells_nothing(&owner, &answer.body, &place);
    }
    assert_eq!(owner.everything().await, before);
    println!("{} endpoints", operations.len());
}

#[tokio::test]
async fn a_credential_of_another_tenant_is_unknown_here() {
    let server = TestServer::start().await;
    let mut owner = Owner::new(&server, "the-owners-user", 1).await;
    let asking = server.tenant().await;
    let assertion = owner.authenticator.get(&asking.begin_login().await, ORIGIN).unwrap();
    let answer = asking.finish_login(&assertion).await;
    assert_eq!(answer.error(), (401, "credential_unknown"));
    assert_tells_nothing(&owner, &answer.body, "login/finalize");
}

#[tokio::test]
async fn a_bearer_token_is_an_api_key_too() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let request = server.client.get(tenant.url("credentials")).bearer_auth(&tenant.api_key);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let request = server.client.get(tenant.url("credentials")).bearer_auth("wrong");
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_deleted_tenant_is_gone_with_everything() {
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let empty = {
        let mut counts = server.row_counts();
        for table in ["tenants", "api_keys", "signing_keys"] {
            counts.insert(table.to_owned(), 0);
        }
        counts
    };
    let mut authenticator = Authenticator::new(1);
    let id = tenant.register("u1", &mut authenticator).await;
    tenant.keyed(Method::DELETE, &format!("credentials/{id}"), json!({})).await;
    tenant.register("u1", &mut Authenticator::new(2)).await;
    assert_eq!(server.admin(Method::DELETE, &format!("/tenants/{}", tenant.id), None).await.status, 204);
    assert_eq!(tenant.get("credentials").await.error(), (404, "tenant_not_found"));
    let mut left = server.row_counts();
    // Spent challenges are purged by their time, and name nobody.
    left.insert("spent_challenges".to_owned(), 0);
    assert_eq!(left, empty);
}
