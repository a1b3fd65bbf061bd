//! A browser with the console open: it has an authenticator, keeps its cookie, and says where its requests come from.

use std::sync::atomic::{AtomicU64, Ordering};

use passgate_authenticator::Authenticator;
use passgate_core::store::Store;
use passgate_store::sqlite::SqliteStore;
use reqwest::Method;
use reqwest::header::{COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

use crate::harness::{Answer, CONSOLE_URL, TestServer};

pub(crate) const API: &str = "/console/api";
pub(crate) const COOKIE_NAME: &str = "__Host-passgate_console";

pub(crate) struct Browser<'a, S = SqliteStore> {
    pub(crate) server: &'a TestServer<S>,
    pub(crate) authenticator: Authenticator,
    /// The session's secret.
    pub(crate) cookie: Option<String>,
}

impl<'a, S: Store> Browser<'a, S> {
    pub(crate) fn new(server: &'a TestServer<S>) -> Self {
        Self { server, authenticator: another_authenticator(), cookie: None }
    }

    /// One whose operator has claimed the console.
    pub(crate) async fn claimed(server: &'a TestServer<S>) -> Self {
        let mut browser = Self::new(server);
        let link = claim_link(server).await;
        browser.sign_up(Some(&link), "Kim", "kim@example.com").await.ok();
        browser
    }

    pub(crate) async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, CONSOLE_URL.parse().unwrap());
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        self.call_with(headers, method, path, body.map(|body| ("application/json", body.to_string()))).await
    }

    pub(crate) async fn call_with(
        &mut self,
        headers: HeaderMap,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
    ) -> Answer {
        let url = self.server.admin_url(&format!("{API}{path}"));
        let mut request = self.server.client.request(method.clone(), url).headers(headers);
        if let Some(secret) = &self.cookie {
            request = request.header(COOKIE, format!("{COOKIE_NAME}={secret}"));
        }
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        let answer = self.server.answer(method.as_str(), request.send().await.unwrap()).await;
        if let Some(set) = answer.headers.get(SET_COOKIE) {
            let value = set.to_str().unwrap();
            let secret = value.split(';').next().unwrap().split_once('=').unwrap().1;
            self.cookie = (!secret.is_empty()).then(|| secret.to_owned());
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    pub(crate) async fn sign_up(&mut self, link: Option<&str>, name: &str, email: &str) -> Answer {
        let mut body = json!({ "name": name, "email": email });
        if let Some(link) = link {
            body["link"] = link.into();
        }
        let begun = self.post("/sign-up/begin", body.clone()).await;
        if begun.status != 200 {
            return begun;
        }
        body["credential"] = self.authenticator.create(&begun.body["options"], CONSOLE_URL).unwrap();
        self.post("/sign-up/finish", body).await
    }

    pub(crate) async fn sign_in(&mut self) -> Answer {
        let begun = self.post("/sign-in/begin", json!({})).await.ok();
        let credential = self.authenticator.get(&begun["options"], CONSOLE_URL).unwrap();
        self.post("/sign-in/finish", json!({ "credential": credential })).await
    }

    pub(crate) async fn step_up(&mut self) -> Answer {
        let begun = self.post("/step-up/begin", json!({})).await.ok();
        let credential = self.authenticator.get(&begun["options"], CONSOLE_URL).unwrap();
        self.post("/step-up/finish", json!({ "credential": credential })).await
    }

    /// Adds a passkey on another authenticator; returns its id.
    pub(crate) async fn add_passkey(&mut self, authenticator: &mut Authenticator) -> Answer {
        let begun = self.post("/passkeys/begin", json!({})).await;
        if begun.status != 200 {
            return begun;
        }
        let credential = authenticator.create(&begun.body["options"], CONSOLE_URL).unwrap();
        self.post("/passkeys/finish", json!({ "credential": credential, "name": "Second" })).await
    }
}

/// An authenticator that is like no other of the test.
pub(crate) fn another_authenticator() -> Authenticator {
    static MADE: AtomicU64 = AtomicU64::new(1);
    Authenticator::new(MADE.fetch_add(1, Ordering::Relaxed))
}

/// A link that claims the console, as `passgate console claim` makes it.
pub(crate) async fn claim_link(server: &TestServer<impl Store>) -> String {
    server.passgate.make_claim_link().await.unwrap().expose_secret().to_owned()
}

/// An organization with a project, and a member of each role.
pub(crate) struct Team<'a, S = SqliteStore> {
    pub(crate) organization: String,
    pub(crate) project: String,
    /// The development environment.
    pub(crate) tenant: String,
    pub(crate) owner: Browser<'a, S>,
    pub(crate) admin: Browser<'a, S>,
    pub(crate) developer: Browser<'a, S>,
    pub(crate) viewer: Browser<'a, S>,
}

impl<'a, S: Store> Team<'a, S> {
    /// Of a console that anybody may sign up at.
    pub(crate) async fn new(server: &'a TestServer<S>, name: &str, mut owner: Browser<'a, S>) -> Self {
        let made = owner.post("/organizations", json!({ "name": name })).await.ok();
        let organization = made["id"].as_str().unwrap().to_owned();
        let body = json!({ "name": format!("{name} app"), "app_url": "http://localhost:5173" });
        let project = owner.post(&format!("/organizations/{organization}/projects"), body).await.ok();
        let mut members = Vec::new();
        for role in ["admin", "developer", "viewer"] {
            let path = format!("/organizations/{organization}/invitations");
            let invited = owner.post(&path, json!({ "role": role })).await.ok();
            let link = invited["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
            let mut member = Browser::new(server);
            member.sign_up(Some(&link), role, &format!("{role}@{name}.example")).await.ok();
            members.push(member);
        }
        let viewer = members.pop().unwrap();
        let developer = members.pop().unwrap();
        let admin = members.pop().unwrap();
        Self {
            organization,
            project: project["id"].as_str().unwrap().to_owned(),
            tenant: project["environments"][0]["tenant_id"].as_str().unwrap().to_owned(),
            owner,
            admin,
            developer,
            viewer,
        }
    }

    pub(crate) fn member(&mut self, role: &str) -> &mut Browser<'a, S> {
        match role {
            "owner" => &mut self.owner,
            "admin" => &mut self.admin,
            "developer" => &mut self.developer,
            "viewer" => &mut self.viewer,
            other => panic!("no role is {other}"),
        }
    }

    /// A path of the API with this team's ids in the place of its parameters.
    pub(crate) fn filled(&self, path: &str) -> String {
        let other = "0b6a7f4e-5a0c-4f8b-9a55-3f3f4c5d6e7f";
        [
            ("{organization_id}", self.organization.as_str()),
            ("{project_id}", &self.project),
            ("{tenant_id}", &self.tenant),
            ("{credential_id}", "AAAA"),
            ("{operator_id}", other),
            ("{invitation_id}", other),
            ("{session_id}", other),
            ("{secret_id}", other),
            ("{webhook_id}", other),
            ("{event_id}", other),
            ("{user_id}", other),
        ]
        .iter()
        .fold(path.strip_prefix(API).unwrap().to_owned(), |path, (name, id)| path.replace(name, id))
    }
}
