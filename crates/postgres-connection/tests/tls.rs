//! Each `sslmode` against a real server, with a certificate that is trusted or not, and names the host or not.

#![expect(clippy::unwrap_used, reason = "a test fails where something it needs is missing")]

use passgate_postgres_connection::{ConnectError, PostgresUrl};
use passgate_postgres_fixture::{PostgresServer, ServerCertificate};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// A root, as PEM, and the certificate and key of a server under it that has a name.
fn certificates(server_name: &str) -> (String, String, String) {
    let mut root = CertificateParams::new(vec![]).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server =
        CertificateParams::new(vec![server_name.to_owned()]).unwrap().signed_by(&key, &root).unwrap();
    (root.pem(), server.pem(), key.serialize_pem())
}

/// Whether the connection is encrypted, or why there is none.
async fn encrypted(url: &str) -> Result<bool, String> {
    let connection = match PostgresUrl::parse(url).unwrap().connect().await {
        Ok(connection) => connection,
        Err(ConnectError::Postgres(error)) => return Err(ConnectError::Postgres(error).to_string()),
        Err(error) => panic!("{error}"),
    };
    let row = connection
        .client()
        .query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])
        .await
        .unwrap();
    Ok(row.get(0))
}

#[tokio::test]
async fn a_server_is_believed_as_far_as_its_sslmode_says() {
    let folder = tempfile::tempdir().unwrap();
    let (root, chain, key) = certificates("localhost");
    let (stranger, _, _) = certificates("localhost");
    let write = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.display().to_string()
    };
    let (trusted, foreign) = (write("root.pem", &root), write("stranger.pem", &stranger));
    let server = PostgresServer::start_with_tls(&ServerCertificate { chain: &chain, key: &key });
    let by_address = server.create_database("tls");
    let address = server.address().to_string();
    let by_name = format!("{}?hostaddr={address}", by_address.replace(&address, "localhost"));

    assert_eq!(encrypted(&format!("{by_address}?sslmode=disable")).await, Ok(false));
    assert_eq!(encrypted(&by_address).await, Ok(true));
    assert_eq!(encrypted(&format!("{by_address}?sslmode=require")).await, Ok(true));
    assert_eq!(encrypted(&format!("{by_address}?sslmode=verify-ca&sslrootcert={trusted}")).await, Ok(true));
    assert_eq!(encrypted(&format!("{by_name}&sslmode=verify-full&sslrootcert={trusted}")).await, Ok(true));

    let refused = |result: Result<bool, String>, cause: &str| {
        let error = result.unwrap_err();
        assert!(error.contains(cause), "{error}");
    };
    let with_foreign_root = format!("{by_name}&sslmode=verify-full&sslrootcert={foreign}");
    // Both roots have one name, so that the foreign one is tried.
    refused(encrypted(&with_foreign_root).await, "BadSignature");
    let with_foreign_root = format!("{by_address}?sslmode=verify-ca&sslrootcert={foreign}");
    refused(encrypted(&with_foreign_root).await, "BadSignature");
    let by_wrong_name = format!("{by_address}?sslmode=verify-full&sslrootcert={trusted}");
    refused(encrypted(&by_wrong_name).await, "not valid for name");
    let by_system_roots = format!("{by_name}&sslmode=verify-full");
    refused(encrypted(&by_system_roots).await, "UnknownIssuer");
}

#[tokio::test]
async fn a_server_without_tls_is_taken_by_prefer_alone() {
    let server = PostgresServer::start();
    let url = server.create_database("plain");
    assert_eq!(encrypted(&format!("{url}?sslmode=prefer")).await, Ok(false));
    for mode in ["require", "verify-full"] {
        let error = encrypted(&format!("{url}?sslmode={mode}")).await.unwrap_err();
        assert!(error.contains("does not support TLS"), "{error}");
    }
}

#[tokio::test]
async fn roots_that_cannot_be_read_are_an_error_and_not_a_server_believed() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for path in [empty, folder.path().join("missing.pem")] {
        let url = format!("postgresql://127.0.0.1:1/d?sslmode=verify-ca&sslrootcert={}", path.display());
        let error = PostgresUrl::parse(&url).unwrap().connect().await.unwrap_err();
        assert!(matches!(error, ConnectError::Certificates(_)), "{error}");
    }
}
