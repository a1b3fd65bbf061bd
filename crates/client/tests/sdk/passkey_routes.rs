//! The tutorial's two routes, called as its pages call them.

use std::future::ready;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::AppendHeaders;
use passgate_client::RegistrationInitialize;
use passgate_client::axum::{PasskeyApp, passkey_routes};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::fake_passgate::{Answer, FakePassgate};
use crate::signing_key::SigningKey;

const JWKS: &str = "GET /.well-known/jwks.json";
const REMOVE: &str = "DELETE /credentials/Y3JlZC0x";

/// Knows `user-1`, and takes the header `x-session` for a session.
#[derive(Default)]
struct App {
    broken: AtomicBool,
    /// Whether it says where requests come from.
    tells_addresses: bool,
}

impl App {
    fn answer<T>(&self, answer: T) -> Result<T, &'static str> {
        if self.broken.load(Ordering::SeqCst) { Err("the app's database is down") } else { Ok(answer) }
    }
}

impl PasskeyApp for App {
    type User = String;
    type Session = AppendHeaders<[(HeaderName, String); 1]>;
    type Error = &'static str;

    fn session_user_id(
        &self,
        request: &HeaderMap,
    ) -> impl Future<Output = Result<Option<String>, Self::Error>> + Send {
        let session = request.get("x-session").and_then(|value| value.to_str().ok());
        ready(Ok(session.map(str::to_owned)))
    }

    fn find_user(&self, user_id: &str) -> impl Future<Output = Result<Option<String>, Self::Error>> + Send {
        ready(self.answer((user_id == "user-1").then(|| user_id.to_owned())))
    }

    fn describe_user(&self, user: &String) -> RegistrationInitialize {
        RegistrationInitialize {
            user_id: user.clone(),
            username: "john.doe@example.com".to_owned(),
            display_name: None,
            icon: None,
        }
    }

    fn start_session(
        &self,
        user: &String,
        _: &HeaderMap,
    ) -> impl Future<Output = Result<Self::Session, Self::Error>> + Send {
        ready(self.answer(AppendHeaders([(header::SET_COOKIE, format!("session-of={user}"))])))
    }

    fn client_ip(&self, request: &Parts) -> Option<IpAddr> {
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>()?;
        self.tells_addresses.then(|| peer.0.ip())
    }
}

struct Story {
    key: SigningKey,
    passgate: FakePassgate,
    app_url: String,
    http: reqwest::Client,
}

impl Story {
    async fn begin() -> Self {
        Self::begin_with(App::default()).await
    }

    async fn begin_with(app: App) -> Self {
        let key = SigningKey::es256("k");
        let passgate = FakePassgate::with_key(&key).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let app_url = format!("http://{}", listener.local_addr().expect("bound"));
        let router = passkey_routes(passgate.tenant(), app);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await.expect("serves") });
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { key, passgate, app_url, http }
    }

    /// Passgate finishes `ceremony` with a token for `user_id`.
    fn passgate_accepts(&self, ceremony: &str, purpose: &str, user_id: &str) {
        let mut claims = self.passgate.claims(purpose);
        claims["sub"] = user_id.into();
        let answer = Answer::token(&self.key.sign(&claims));
        self.passgate.says(&format!("POST /{ceremony}/finalize"), [answer]);
    }

    fn passgate_refuses(&self, ceremony: &str, status: u16, code: &str) {
        self.passgate.says(&format!("POST /{ceremony}/finalize"), [Answer::error(status, code)]);
    }

    async fn register(&self, body: &Value) -> (u16, Value) {
        self.register_as(Some("user-1"), body).await
    }

    async fn register_as(&self, user_id: Option<&str>, body: &Value) -> (u16, Value) {
        let mut request = self.http.post(format!("{}/passkeys/register", self.app_url)).json(body);
        if let Some(user_id) = user_id {
            request = request.header("x-session", user_id);
        }
        read(request.send().await.expect("an answer")).await
    }

    async fn login(&self, body: &Value) -> (u16, Value) {
        read(self.login_response(body).await).await
    }

    async fn login_response(&self, body: &Value) -> Response {
        let request = self.http.post(format!("{}/passkeys/login", self.app_url)).json(body);
        request.send().await.expect("an answer")
    }
}

async fn read(response: Response) -> (u16, Value) {
    assert_eq!(response.headers()["cache-control"], "no-store");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

fn start() -> Value {
    json!({ "start": true, "finish": false, "credential": null })
}

fn finish_registration() -> Value {
    json!({ "start": false, "finish": true, "credential": { "id": "Y3JlZC0x" } })
}

fn finish_login() -> Value {
    json!({ "start": false, "finish": true, "options": { "id": "Y3JlZC0x" } })
}

#[tokio::test]
async fn a_registration_succeeds_for_the_user_who_is_logged_in() {
    let story = Story::begin().await;
    let options = json!({ "publicKey": { "challenge": "AAAA" } });
    story.passgate.says("POST /registration/initialize", [Answer::json(200, &options)]);
    story.passgate_accepts("registration", "registration", "user-1");

    assert_eq!(story.register(&start()).await, (200, json!({ "createOptions": options })));
    let initialized = &story.passgate.requests("POST /registration/initialize")[0].body;
    assert_eq!(initialized, &json!({ "user_id": "user-1", "username": "john.doe@example.com" }));

    let answer = story.register(&finish_registration()).await;
    assert_eq!(answer, (200, json!({ "message": "Registration successful" })));
    let finalized = &story.passgate.requests("POST /registration/finalize")[0].body;
    assert_eq!(finalized, &json!({ "id": "Y3JlZC0x" }));
}

#[tokio::test]
async fn nobody_registers_without_a_session_and_no_user_who_is_gone() {
    let story = Story::begin().await;
    let unauthorized = json!({ "message": "Unauthorized: log in first" });
    for body in [start(), finish_registration(), json!({})] {
        assert_eq!(story.register_as(None, &body).await, (401, unauthorized.clone()));
    }
    let gone = story.register_as(Some("user-2"), &start()).await;
    assert_eq!(gone, (404, json!({ "message": "User not found" })));
    assert!(story.passgate.requests("POST /registration/initialize").is_empty());
    assert!(story.passgate.requests("POST /registration/finalize").is_empty());
}

#[tokio::test]
async fn a_registration_whose_token_is_another_users_is_refused_and_undone() {
    let story = Story::begin().await;
    story.passgate_accepts("registration", "registration", "user-2");
    story.passgate.says(REMOVE, [Answer::bytes(204, "")]);
    let (status, body) = story.register(&finish_registration()).await;
    assert_eq!((status, &body["code"]), (403, &json!("user_mismatch")));
    assert_eq!(story.passgate.requests(REMOVE).len(), 1);

    story.passgate.says(REMOVE, [Answer::error(503, "unavailable")]);
    assert_eq!(story.register(&finish_registration()).await.0, 500);
}

#[tokio::test]
async fn a_registration_for_another_user_is_undone_though_the_caller_hangs_up() {
    let story = Story::begin().await;
    story.passgate_accepts("registration", "registration", "user-2");
    story.passgate.says(JWKS, [Answer::jwks(&[&story.key]).after(Duration::from_millis(100))]);
    story.passgate.says(REMOVE, [Answer::bytes(204, "")]);
    let finish = finish_registration();
    tokio::select! {
        answer = story.register(&finish) => panic!("answered without keys: {answer:?}"),
        () = story.passgate.is_asked(JWKS) => {}
    }
    story.passgate.is_asked(REMOVE).await;
}

#[tokio::test]
async fn a_registration_for_another_user_is_undone_once_the_keys_can_be_had() {
    let story = Story::begin().await;
    story.passgate_accepts("registration", "registration", "user-2");
    story.passgate.says(JWKS, [Answer::error(500, "internal"), Answer::jwks(&[&story.key])]);
    story.passgate.says(REMOVE, [Answer::bytes(204, "")]);
    let message = "Your passkey was made, but could not be checked. Please try later whether it works.";
    let answer = story.register(&finish_registration()).await;
    assert_eq!(answer, (500, json!({ "message": message })));
    assert!(story.passgate.requests(REMOVE).is_empty());
    story.passgate.is_asked(REMOVE).await;
}

#[tokio::test]
async fn no_passkey_is_removed_on_the_word_of_a_token_that_is_refused() {
    let story = Story::begin().await;
    let mut claims = story.passgate.claims("registration");
    claims["sub"] = "user-2".into();
    let forged = SigningKey::es256("k").sign(&claims);
    story.passgate.says("POST /registration/finalize", [Answer::token(&forged)]);
    let message = json!({ "message": "An error occurred during the passkey registration process." });
    assert_eq!(story.register(&finish_registration()).await, (500, message));
    assert!(story.passgate.requests(REMOVE).is_empty());
}

#[tokio::test]
async fn a_login_or_a_foreign_token_is_no_registration() {
    let story = Story::begin().await;
    story.passgate_accepts("registration", "login", "user-1");
    assert_eq!(story.register(&finish_registration()).await.0, 500);

    let forged = SigningKey::es256("k").sign(&story.passgate.claims("registration"));
    story.passgate.says("POST /registration/finalize", [Answer::token(&forged)]);
    assert_eq!(story.register(&finish_registration()).await.0, 500);
}

#[tokio::test]
async fn a_refused_registration_says_what_the_person_can_do() {
    let story = Story::begin().await;
    for (status, code, hint) in [
        (422, "user_verification_missing", "Set up a PIN or a screen lock"),
        (400, "challenge_expired", "took too long"),
        (400, "challenge_spent", "took too long"),
        (400, "credential_already_registered", "already registered"),
        (400, "signature_invalid", "could not be registered"),
    ] {
        story.passgate_refuses("registration", status, code);
        let (answered, body) = story.register(&finish_registration()).await;
        assert_eq!((answered, &body["code"]), (status, &json!(code)));
        assert!(body["message"].as_str().unwrap().contains(hint), "{code}: {body}");
    }
}

#[tokio::test]
async fn a_registration_that_fails_through_no_fault_of_the_person_is_a_500() {
    let story = Story::begin().await;
    let message = json!({ "message": "An error occurred during the passkey registration process." });
    for (status, code) in [(500, "internal"), (503, "unavailable"), (401, "api_key_invalid")] {
        story.passgate_refuses("registration", status, code);
        assert_eq!(story.register(&finish_registration()).await, (500, message.clone()), "{code}");
    }
    // Nothing is scripted for the first step: 404 route_not_found.
    assert_eq!(story.register(&start()).await, (500, message));
}

#[tokio::test]
async fn a_login_starts_a_session() {
    let story = Story::begin().await;
    let options = json!({ "publicKey": { "challenge": "AAAA" } });
    story.passgate.says("POST /login/initialize", [Answer::json(200, &options)]);
    story.passgate_accepts("login", "login", "user-1");

    assert_eq!(story.login(&start()).await, (200, json!({ "loginOptions": options })));
    let response = story.login_response(&finish_login()).await;
    assert_eq!(response.headers()["set-cookie"], "session-of=user-1");
    assert_eq!(read(response).await, (200, json!({ "message": "Passkey Login successful" })));
    assert_eq!(story.passgate.requests("POST /login/finalize")[0].body, json!({ "id": "Y3JlZC0x" }));
}

#[tokio::test]
async fn a_refused_login_starts_no_session() {
    let story = Story::begin().await;
    for code in ["credential_revoked", "challenge_expired", "signature_invalid", "counter_rollback"] {
        story.passgate_refuses("login", 401, code);
        let response = story.login_response(&finish_login()).await;
        assert!(!response.headers().contains_key("set-cookie"));
        assert_eq!(read(response).await, (401, json!({ "message": "Invalid user", "code": code })));
    }
}

#[tokio::test]
async fn a_login_with_a_bad_token_or_of_an_unknown_user_is_refused() {
    let story = Story::begin().await;
    let invalid = json!({ "message": "Invalid user" });
    for (purpose, user_id) in [("login", "user-2"), ("registration", "user-1"), ("mfa", "user-1")] {
        story.passgate_accepts("login", purpose, user_id);
        assert_eq!(story.login(&finish_login()).await, (401, invalid.clone()), "{purpose} {user_id}");
    }
    let forged = SigningKey::es256("k").sign(&story.passgate.claims("login"));
    story.passgate.says("POST /login/finalize", [Answer::token(&forged)]);
    assert_eq!(story.login(&finish_login()).await, (401, invalid));
}

#[tokio::test]
async fn a_login_that_fails_through_no_fault_of_the_person_is_a_500() {
    let message = json!({ "message": "An error occurred during the passkey login process." });
    let story = Story::begin().await;
    for (status, code) in [(500, "internal"), (503, "unavailable"), (404, "tenant_not_found")] {
        story.passgate_refuses("login", status, code);
        assert_eq!(story.login(&finish_login()).await, (500, message.clone()), "{code}");
        story.passgate.says("POST /login/initialize", [Answer::error(status, code)]);
        assert_eq!(story.login(&start()).await, (500, message.clone()), "{code}");
    }

    let story = Story::begin_with(App { broken: AtomicBool::new(true), ..App::default() }).await;
    story.passgate_accepts("login", "login", "user-1");
    assert_eq!(story.login(&finish_login()).await, (500, message));
}

#[tokio::test]
async fn passgate_is_told_who_asks_as_far_as_the_app_knows() {
    for (tells_addresses, ip) in [(true, Some("127.0.0.1")), (false, None)] {
        let story = Story::begin_with(App { tells_addresses, ..App::default() }).await;
        let options = json!({ "publicKey": { "challenge": "AAAA" } });
        story.passgate.says("POST /registration/initialize", [Answer::json(200, &options)]);
        story.passgate.says("POST /login/initialize", [Answer::json(200, &options)]);
        story.passgate_accepts("registration", "registration", "user-2");
        story.passgate.says(REMOVE, [Answer::bytes(204, "")]);
        story.passgate_accepts("login", "login", "user-1");
        for (route, body) in [
            ("register", start()),
            ("register", finish_registration()),
            ("login", start()),
            ("login", finish_login()),
        ] {
            let request = story.http.post(format!("{}/passkeys/{route}", story.app_url)).json(&body);
            let request =
                request.header("x-session", "user-1").header("user-agent", &b"Jan\xe9's browser"[..]);
            request.send().await.expect("an answer");
        }

        for route in [
            "POST /registration/initialize",
            "POST /registration/finalize",
            REMOVE,
            "POST /login/initialize",
            "POST /login/finalize",
        ] {
            let request = &story.passgate.requests(route)[0];
            let header = |name| request.headers.get(name).map(|value| value.to_str().expect("ASCII"));
            assert_eq!(header("x-passgate-client-ip"), ip, "{route}");
            assert_eq!(header("x-passgate-client-ua"), Some("Jan?'s browser"), "{route}");
        }
    }
}

#[tokio::test]
async fn what_is_neither_step_is_an_invalid_request() {
    let story = Story::begin().await;
    let invalid = json!({ "message": "Invalid request" });
    for body in [
        json!({}),
        json!([]),
        json!({ "start": false, "finish": false }),
        json!({ "start": true, "finish": true, "credential": {} }),
        json!({ "start": false, "finish": true, "credential": null }),
        json!({ "start": "yes" }),
    ] {
        assert_eq!(story.login(&body).await, (400, invalid.clone()), "{body}");
        assert_eq!(story.register(&body).await, (400, invalid.clone()), "{body}");
    }
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json_and_be_of_bounded_size() {
    let story = Story::begin().await;
    let url = format!("{}/passkeys/login", story.app_url);
    for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let request = story.http.post(&url).header("content-type", content_type).body(start().to_string());
        assert_eq!(request.send().await.unwrap().status(), 415, "{content_type}");
    }
    let broken = story.http.post(&url).header("content-type", "application/json").body("{");
    assert_eq!(broken.send().await.unwrap().status(), 400);
    let huge = json!({ "finish": true, "options": "x".repeat(64 * 1024) });
    assert_eq!(story.login(&huge).await, (413, json!({ "message": "Invalid request" })));
    assert!(story.passgate.requests("POST /login/initialize").is_empty());
}
