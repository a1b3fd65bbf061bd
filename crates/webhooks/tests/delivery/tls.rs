//! Receivers over TLS.

use std::sync::Arc;

use passgate_webhooks::{DeliverySettings, PlainHttp, TrustedRoots};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::harness::{Harness, Names, on_loopback};

/// A receiver that says 204 over TLS, with a certificate for `receiver.test`; its port, and the root that vouches for it.
async fn receiver() -> (u16, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["receiver.test".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // Who doesn't trust the certificate breaks off.
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = connection.shutdown().await;
        }
    });
    (port, root.der().to_vec())
}

async fn error_at(host: &str, port: u16, trusted_roots: TrustedRoots) -> Option<String> {
    let names =
        Names::default().with("receiver.test", &[&["127.0.0.1"]]).with("other.test", &[&["127.0.0.1"]]);
    let mut settings = DeliverySettings { trusted_roots, ..on_loopback() };
    settings.destinations.plain_http = PlainHttp::Refused;
    let harness = Harness::new();
    harness.add_endpoint(&format!("https://{host}:{port}/"));
    let event = harness.add_event();
    harness.deliverer_by(settings, Arc::new(names)).deliver_due().await.unwrap();
    harness.outbox.standing(event).last_error
}

#[tokio::test]
async fn a_receiver_is_known_by_its_name_whatever_address_it_has() {
    let (port, root) = receiver().await;
    assert_eq!(error_at("receiver.test", port, TrustedRoots::Only(vec![root])).await, None);
}

#[tokio::test]
async fn a_certificate_for_another_name_or_by_an_unknown_authority_is_refused() {
    let (port, root) = receiver().await;
    let (_, other_root) = receiver().await;
    for (host, roots) in [
        ("other.test", TrustedRoots::Only(vec![root.clone()])),
        ("127.0.0.1", TrustedRoots::Only(vec![root])),
        ("receiver.test", TrustedRoots::Only(vec![other_root])),
        ("receiver.test", TrustedRoots::System),
    ] {
        let error = error_at(host, port, roots.clone()).await;
        assert_eq!(error.as_deref(), Some("tls_failed"), "{host}, {roots:?}");
    }
}

#[tokio::test]
async fn a_receiver_without_tls_is_refused() {
    let plain = crate::harness::Receiver::start(|_| crate::harness::Reply::Status(204)).await;
    let (_, root) = receiver().await;
    let error = error_at("receiver.test", plain.port, TrustedRoots::Only(vec![root])).await;
    assert_eq!(error.as_deref(), Some("tls_failed"));
    assert!(plain.received().is_empty());
}
