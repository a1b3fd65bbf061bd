//! The FIDO Metadata Service's list: fetched by the process from a file or over TLS, kept across a kill, replaced while
//! it runs.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use passgate_authenticator::rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use passgate_authenticator::{
    Algorithm, Attestation, AttestationCa, Authenticator, Config, MetadataSigner, attestation_root,
    ca_certificate_params, metadata_certificate_params,
};
use passgate_webauthn::mds::FIDO_SIGNER;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::harness::{Caller, Place, Server, Tenant};

/// How long a change may take: it is looked for every five seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// A metadata service whose root lies in the place's folder.
struct Service(MetadataSigner);

impl Service {
    fn beside(place: &Place) -> Self {
        let root = AttestationCa::new_root(ca_certificate_params("Passgate Test Metadata Root"));
        std::fs::write(place.folder.path().join("root.pem"), pem(&root.der())).unwrap();
        Self(MetadataSigner::new(Algorithm::Es256, &root, &metadata_certificate_params(FIDO_SIGNER)))
    }

    fn list(&self, number: u64, status: &str) -> String {
        self.0.sign(&json!({
            "no": number,
            "nextUpdate": "2100-01-01",
            "entries": [{
                "aaguid": "70617373-6761-7465-2d73-6f66746b6579",
                "metadataStatement": {
                    "description": "A software authenticator",
                    "attestationTypes": ["basic_full"],
                    "attestationRootCertificates": [BASE64.encode(&attestation_root())],
                },
                "statusReports": [{ "status": status }],
            }],
        }))
    }
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(der))
}

fn kept(place: &Place) -> Value {
    place.json(&["--metadata-root", "root.pem", "metadata", "show"])
}

/// Waits until the database keeps the list of this number; returns what is shown of it.
fn wait_for(place: &Place, server: &Server, number: u64) -> Value {
    let begun = Instant::now();
    loop {
        let shown = kept(place);
        if shown["number"] == number {
            return shown;
        }
        assert!(begun.elapsed() < PATIENCE, "{shown}: {}", server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a registration with a certified attestation comes to.
async fn register(server: &Server, tenant: &Tenant, seed: u64) -> (u16, Value) {
    let config = Config { attestation: Attestation::PackedX5c, ..Config::default() };
    let caller = Caller::new(server, tenant);
    let mut authenticator = Authenticator::with_config(seed, config);
    let body = caller.prepare_registration("u1", &mut authenticator).await.unwrap();
    caller.post("registration/finalize", &body).await.unwrap()
}

/// Has the tenant trust what the metadata service lists.
async fn trust_metadata(place: &Place, tenant: &Tenant, token: &str) {
    let url = format!("http://127.0.0.1:{}/tenants/{}", place.admin, tenant.id);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut shown: Value = client.get(&url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    let config = &mut shown["config"];
    config["webauthn"]["attestation_preference"] = "direct".into();
    config["webauthn"]["attestation_trust"] = json!({ "policy": "trusted", "metadata": true });
    let put = client.put(format!("{url}/config")).bearer_auth(token).json(&*config).send().await.unwrap();
    assert_eq!(put.status(), 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_taken_from_a_file_kept_across_a_kill_and_replaced_when_the_file_changes() {
    let place = Place::new();
    let service = Service::beside(&place);
    let file = place.folder.path().join("blob.jwt");
    let tenant = place.create_tenant();
    let token =
        place.json(&["admin-token", "create", "--name", "test"])["token"].as_str().unwrap().to_owned();
    assert_eq!(kept(&place), Value::Null);
    std::fs::write(&file, service.list(7, "FIDO_CERTIFIED_L1")).unwrap();
    let arguments = ["--metadata-blob", "blob.jwt", "--metadata-root", "root.pem"];

    let mut server = place.serve_with(&arguments);
    let shown = wait_for(&place, &server, 7);
    assert_eq!(
        (&shown["entries"], &shown["source"], &shown["next_update"], &shown["problem"]),
        (&json!(1), &json!("blob.jwt"), &json!("2100-01-01 00:00:00 UTC"), &Value::Null)
    );
    trust_metadata(&place, &tenant, &token).await;
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    // Commands on the database know the list, where they have the server's configuration.
    let warnings = |arguments: &[&str]| {
        place.json(&[arguments, &["tenant", "show", &tenant.id]].concat())["warnings"][0]["code"].clone()
    };
    assert_eq!(warnings(&["--metadata-root", "root.pem"]), Value::Null);
    assert_eq!(warnings(&[]), "metadata_missing");

    // Nothing to fetch: what was kept decides, from the first request on.
    std::fs::remove_file(&file).unwrap();
    let server = place.serve_with(&arguments);
    let (status, body) = register(&server, &tenant, 1).await;
    assert_eq!(status, 200, "{body}");

    std::fs::write(&file, service.list(8, "REVOKED")).unwrap();
    wait_for(&place, &server, 8);
    // It is in force once it is kept, or a moment later.
    let begun = Instant::now();
    let mut seed = 2;
    while register(&server, &tenant, seed).await.1["code"] != "attestation_model_revoked" {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        seed += 1;
    }
    // An older one is refused, and the log says so.
    std::fs::write(&file, service.list(6, "FIDO_CERTIFIED_L1")).unwrap();
    while !server.log().contains("metadata_blob_serial_went_back") {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(kept(&place)["number"], 8);
}

/// Answers each request with the list, over TLS; its port, and the root that vouches for it.
async fn serve_over_tls(list: Arc<Mutex<String>>) -> (u16, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // Who doesn't trust the certificate breaks off.
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", list.lock().unwrap());
            let _ = connection.write_all(answer.as_bytes()).await;
            let _ = connection.shutdown().await;
        }
    });
    (port, root.der().to_vec())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_fetched_over_tls_from_a_server_that_the_machine_trusts() {
    let place = Place::new();
    let service = Service::beside(&place);
    drop(place.create_tenant());
    let (port, root) = serve_over_tls(Arc::new(Mutex::new(service.list(7, "FIDO_CERTIFIED")))).await;
    let url = format!("https://localhost:{port}/");
    let arguments = ["--metadata-blob", &url, "--metadata-root", "root.pem"];
    // The machine's CA certificates don't vouch for it.
    let mut server = place.serve_with(&arguments);
    let begun = Instant::now();
    while !server.log().contains("did not take") {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(kept(&place), Value::Null);
    server.child.kill().unwrap();
    server.child.wait().unwrap();

    let trusted = place.folder.path().join("trusted.pem");
    std::fs::write(&trusted, pem(&root)).unwrap();
    let server = place.serve_in(&arguments, &[("SSL_CERT_FILE", trusted.to_str().unwrap())]);
    assert_eq!(wait_for(&place, &server, 7)["source"], url);
}

#[test]
fn a_list_without_a_root_and_a_root_that_is_none_are_refused() {
    let place = Place::new();
    let refused = |arguments: &[&str]| {
        let output = place.run(arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let error = refused(&["--metadata-blob", "blob.jwt", "serve"]);
    assert!(error.contains("metadata_root: must be set with metadata_blob"), "{error}");
    let error = refused(&["--metadata-root", "nowhere.pem", "serve"]);
    assert!(error.contains("metadata_root: can't read nowhere.pem"), "{error}");
    std::fs::write(place.folder.path().join("root.pem"), "nothing").unwrap();
    let error = refused(&["--metadata-root", "root.pem", "serve"]);
    assert!(error.contains("metadata_root: root.pem has no X.509 certificates"), "{error}");
    let error = refused(&["metadata", "show"]);
    assert!(error.contains("metadata_root is not set"), "{error}");
}
