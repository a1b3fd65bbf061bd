//! The hosted document of related origins, fetched over TLS from a server of the test's.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use passgate_authenticator::rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use passgate_webhooks::{DestinationPolicy, FetchSettings, Fetcher, Resolution, Resolve, TrustedRoots};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::browser::{Browser, Team};
use crate::harness::TestServer;

/// A host of `example.com` that answers as it is told.
struct Host {
    port: u16,
    root: Vec<u8>,
    answer: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Host {
    async fn start() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf =
            CertificateParams::new(["example.com".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
        let chain = vec![leaf.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answer, asked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let (answers, heard) = (Arc::clone(&answer), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let Ok(mut connection) = acceptor.accept(connection).await else { continue };
                let mut request = vec![0; 4096];
                let read = connection.read(&mut request).await.unwrap_or_default();
                heard.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
                let answer = answers.lock().unwrap().clone();
                let _ = connection.write_all(&answer).await;
                let _ = connection.shutdown().await;
            }
        });
        Self { port, root: root.der().to_vec(), answer, asked }
    }

    fn answers(&self, status: &str, kind: &str, body: &str) {
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}");
        *self.answer.lock().unwrap() = answer.into_bytes();
    }

    /// Fetches from here, whatever the name, if loopback is `allowed`.
    fn fetcher(&self, allowed: &str) -> Fetcher {
        let destinations = DestinationPolicy {
            allowed_networks: vec![allowed.parse().unwrap()],
            ..DestinationPolicy::default()
        };
        let settings = FetchSettings {
            destinations,
            trusted_roots: TrustedRoots::Only(vec![self.root.clone()]),
            port: self.port,
            total_timeout: Duration::from_secs(5),
            ..FetchSettings::default()
        };
        Fetcher::new(settings, Arc::new(Loopback)).unwrap()
    }
}

struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, host: &str) -> Resolution {
        let found: io::Result<Vec<IpAddr>> = match host {
            "example.com" | "other.example" => Ok(vec!["127.0.0.1".parse().unwrap()]),
            _ => Ok(vec![]),
        };
        Box::pin(async { found })
    }
}

/// Gives the team's environment an RP ID and origins.
async fn configure(team: &mut Team<'_>, rp_id: &str, origins: &[&str]) {
    let path = format!("/environments/{}/config", team.tenant);
    let mut config = team.admin.get(&path).await.ok()["config"].clone();
    config["webauthn"]["relying_party"]["id"] = rp_id.into();
    config["webauthn"]["relying_party"]["origins"] = json!(origins);
    config["cors"]["allowed_origins"] = json!(origins);
    team.admin.call(Method::PUT, &path, Some(config)).await.ok();
}

fn codes(check: &Value) -> Vec<(&str, Option<&str>)> {
    let findings = check["findings"].as_array().unwrap().iter();
    findings.map(|finding| (finding["code"].as_str().unwrap(), finding["origin"].as_str())).collect()
}

#[tokio::test]
async fn the_hosted_document_is_fetched_and_judged() {
    let host = Host::start().await;
    let server = TestServer::start_with_fetcher(host.fetcher("127.0.0.0/8")).await;
    let kim = Browser::claimed(&server).await;
    let mut team = Team::new(&server, "ours", kim).await;
    let origins = ["https://example.com", "https://example.co.uk", "https://example.de"];
    configure(&mut team, "example.com", &origins).await;
    let path = format!("/environments/{}/related-origins/check", team.tenant);

    // What Passgate says is to be hosted is well.
    let document = team.viewer.get(&format!("/environments/{}/related-origins", team.tenant)).await.ok();
    host.answers("200 OK", "application/json", &document.to_string());
    let check = team.developer.get(&path).await.ok();
    assert_eq!(check["findings"], json!([]));
    assert_eq!(check["url"], "https://example.com/.well-known/webauthn");
    assert_eq!(check["needed"], true);
    assert_eq!(check["expected"], json!(["https://example.co.uk", "https://example.de"]));
    assert_eq!((&check["status"], &check["content_type"]), (&json!(200), &json!("application/json")));
    assert_eq!((&check["labels"], &check["label_limit"]), (&json!(["example"]), &json!(5)));
    let asked = host.asked.lock().unwrap().pop().unwrap();
    assert!(asked.starts_with("GET /.well-known/webauthn HTTP/1.1\r\n"), "{asked}");
    assert!(!asked.to_lowercase().contains("cookie"), "{asked}");

    host.answers("200 OK", "text/html", r#"{"origins":["https://example.de"]}"#);
    let check = team.developer.get(&path).await.ok();
    assert_eq!(
        codes(&check),
        [("content_type_unexpected", None), ("origin_missing", Some("https://example.co.uk"))]
    );
    host.answers("404 Not Found", "text/html", "");
    assert_eq!(codes(&team.developer.get(&path).await.ok()), [("status_unexpected", None)]);
    host.answers("301 Moved Permanently\r\nlocation: http://127.0.0.1:1/", "text/html", "");
    let check = team.developer.get(&path).await.ok();
    assert_eq!((codes(&check), &check["status"]), (vec![("redirected", None)], &json!(301)));
    host.answers("200 OK", "application/json", &" ".repeat((64 << 10) + 1));
    assert_eq!(codes(&team.developer.get(&path).await.ok()), [("too_large", None)]);
    host.answers("200 OK", "application/json", "{");
    assert_eq!(codes(&team.developer.get(&path).await.ok()), [("not_json", None)]);

    configure(&mut team, "other.example", &["https://other.example"]).await;
    let check = team.developer.get(&path).await.ok();
    assert_eq!((codes(&check), &check["needed"]), (vec![("tls_failed", None)], &json!(false)));
    configure(&mut team, "nowhere.example", &["https://nowhere.example"]).await;
    assert_eq!(codes(&team.developer.get(&path).await.ok()), [("unreachable", None)]);
    assert_eq!(team.viewer.get(&path).await.error(), (403, "role_insufficient"));
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_asked() {
    let host = Host::start().await;
    let server = TestServer::start_with_fetcher(host.fetcher("192.0.2.0/24")).await;
    let kim = Browser::claimed(&server).await;
    let mut team = Team::new(&server, "ours", kim).await;
    configure(&mut team, "example.com", &["https://example.com", "https://example.de"]).await;
    let check =
        team.developer.get(&format!("/environments/{}/related-origins/check", team.tenant)).await.ok();
    assert_eq!((codes(&check), check.get("status")), (vec![("address_forbidden", None)], None));
    assert_eq!(*host.asked.lock().unwrap(), Vec::<String>::new());
}
