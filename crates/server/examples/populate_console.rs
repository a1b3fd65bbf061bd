//! Claims the console of a running server, makes an organization with a project, and prints their ids as JSON. What tries
//! every endpoint of the console's API needs something to find there.
//!
//! ```sh
//! cargo run -p passgate --example populate_console -- http://127.0.0.1:8001 http://localhost:8001 "$link"
//! ```
//!
//! The first URL is where the admin listener is, the second what it is called (`console_url`), and the link what
//! `passgate console claim` prints.

#![expect(clippy::print_stdout, reason = "what it made is what it is run for")]

use std::error::Error;

use passgate_authenticator::Authenticator;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response};
use serde_json::{Value, json};

struct Console {
    client: Client,
    url: String,
    origin: String,
    cookie: String,
}

impl Console {
    async fn send(&self, path: &str, body: &Value) -> Result<Response, Box<dyn Error>> {
        let request =
            self.client.post(format!("{}/console/api{path}", self.url)).header(ORIGIN, &self.origin);
        let response = request.header(COOKIE, &self.cookie).json(body).send().await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        Err(format!("{path} was answered {status}: {}", response.text().await?).into())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        Ok(self.send(path, body).await?.json().await?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(origin), Some(link)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("give the URL of the admin listener, the console's own, and a link that claims it".into());
    };
    let link = link.rsplit('#').next().unwrap_or_default().to_owned();
    let client = Client::builder().no_proxy().build()?;
    let mut console = Console { client, url, origin, cookie: String::new() };
    let mut account = json!({ "link": link, "name": "Kim", "email": "kim@example.com" });
    let begun = console.post("/sign-up/begin", &account).await?;
    account["credential"] = Authenticator::new(3).create(&begun["options"], &console.origin)?;
    let signed_up = console.send("/sign-up/finish", &account).await?;
    let cookie = signed_up.headers().get(SET_COOKIE).ok_or("there is no session")?.to_str()?;
    console.cookie = cookie.split(';').next().unwrap_or_default().to_owned();

    let organization = console.post("/organizations", &json!({ "name": "Ours" })).await?;
    let id = organization["id"].as_str().unwrap_or_default();
    let app = json!({ "name": "App", "app_url": "https://app.example.com" });
    let project = console.post(&format!("/organizations/{id}/projects"), &app).await?;
    let environments = &project["environments"];
    let made = json!({
        "organization_id": organization["id"],
        "project_id": project["id"],
        "tenant_id": environments[1]["tenant_id"],
    });
    println!("{made}");
    Ok(())
}
