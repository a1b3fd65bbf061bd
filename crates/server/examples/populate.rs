//! Makes a tenant at a running server, with a user who has a passkey, a second factor and a transaction, and prints
//! their ids and the API key as JSON. What tries every endpoint needs something to find there.
//!
//! ```sh
//! PASSGATE_ADMIN_TOKEN=… cargo run -p passgate --example populate -- http://localhost:8000 http://127.0.0.1:8001
//! ```

#![expect(clippy::print_stdout, reason = "what it made is what it is run for")]

use std::error::Error;

use passgate_authenticator::Authenticator;
use reqwest::{Client, Method};
use serde_json::{Value, json};

const ORIGIN: &str = "https://app.example.com";
/// The user that the documents' examples name.
const USER: &str = "user-7";

struct Server {
    client: Client,
    public: String,
    admin: String,
    admin_token: String,
}

impl Server {
    async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Box<dyn Error>> {
        let request =
            self.client.request(method, format!("{}{path}", self.admin)).bearer_auth(&self.admin_token);
        answer(body.iter().fold(request, reqwest::RequestBuilder::json)).await
    }

    async fn post(&self, tenant: &Value, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let id = tenant["id"].as_str().unwrap_or_default();
        let key = tenant["api_key"]["secret"].as_str().unwrap_or_default();
        let request = self.client.post(format!("{}/{id}/{path}", self.public)).header("apiKey", key);
        answer(request.json(body)).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value, Box<dyn Error>> {
    let response = request.send().await?;
    let (status, url) = (response.status(), response.url().clone());
    let body: Value = response.json().await?;
    if status.is_success() { Ok(body) } else { Err(format!("{url} answered {status}: {body}").into()) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(public), Some(admin)) = (arguments.next(), arguments.next()) else {
        return Err("give the URLs of the public and of the admin API".into());
    };
    let admin_token = std::env::var("PASSGATE_ADMIN_TOKEN")?;
    let server = Server { client: Client::builder().no_proxy().build()?, public, admin, admin_token };
    // A request may ask for anything, so that none is refused for what another tenant would allow.
    let config = json!({
        "cors": { "allowed_origins": [ORIGIN] },
        "webauthn": {
            "relying_party": { "id": "example.com", "display_name": "My app", "origins": [ORIGIN] },
            "timeout": 3_600_000,
            "attestation_preference": "none",
            "request_overrides": "any",
        },
        "mfa": { "timeout": 3_600_000, "attestation_preference": "none" },
    });
    let body = json!({ "display_name": "My app", "config": config, "create_api_key": true });
    let tenant = server.admin(Method::POST, "/tenants", Some(body)).await?;
    let user = json!({ "user_id": USER, "username": "kim@example.com" });
    let mut ids = Vec::new();
    for (seed, ceremony) in [(1, "registration"), (2, "mfa/registration")] {
        let options = server.post(&tenant, &format!("{ceremony}/initialize"), &user).await?;
        let credential = Authenticator::new(seed).create(&options, ORIGIN)?;
        server.post(&tenant, &format!("{ceremony}/finalize"), &credential).await?;
        ids.push(credential["id"].clone());
    }
    let transaction =
        json!({ "user_id": USER, "transaction_id": "payment-1", "transaction_data": { "amount": "1" } });
    server.post(&tenant, "transaction/initialize", &transaction).await?;
    let at_tenant = |path: &str| format!("/tenants/{}{path}", tenant["id"].as_str().unwrap_or_default());
    let users = server.admin(Method::GET, &at_tenant("/users"), None).await?;
    let signing_keys = server.admin(Method::GET, &at_tenant("/secrets/jwk"), None).await?;
    let made = json!({
        "tenant_id": tenant["id"],
        "api_key": tenant["api_key"]["secret"],
        "api_key_id": tenant["api_key"]["id"],
        "signing_key_id": signing_keys[0]["id"],
        "user_id": USER,
        "user_row_id": users[0]["id"],
        "credential_id": ids[0],
        "mfa_credential_id": ids[1],
    });
    println!("{made}");
    Ok(())
}
