//! Which server certificates are believed.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::url::{PostgresUrl, SslMode};

/// The certificates to trust can't be read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The file named by `sslrootcert` can't be.
    #[error("can't read {path} (sslrootcert): {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: String,
    },
    /// It has none.
    #[error("{path} (sslrootcert) has no certificate")]
    NoneInFile {
        /// The file.
        path: PathBuf,
    },
    /// The system has none, or they can't be read.
    #[error("the system has no root certificates that can be read: name some with sslrootcert")]
    NoneInSystem,
    /// The cryptography library has no protocol version to offer.
    #[error("TLS can't be set up: {0}")]
    Tls(#[from] Error),
}

/// What a URL's `sslmode` asks of a server. For `disable` there is nothing to ask.
pub(crate) fn client_config(url: &PostgresUrl) -> Result<ClientConfig, CertificateError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match url.ssl_mode() {
        SslMode::VerifyFull => builder.with_root_certificates(roots(url)?),
        SslMode::VerifyCa => {
            let judge = Judge { provider, roots: Some(roots(url)?) };
            builder.dangerous().with_custom_certificate_verifier(Arc::new(judge))
        }
        SslMode::Disable | SslMode::Prefer | SslMode::Require => {
            let judge = Judge { provider, roots: None };
            builder.dangerous().with_custom_certificate_verifier(Arc::new(judge))
        }
    };
    Ok(builder.with_no_client_auth())
}

fn roots(url: &PostgresUrl) -> Result<RootCertStore, CertificateError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = url.root_certificates() {
        let unreadable = |error: &dyn std::fmt::Display| CertificateError::File {
            path: path.into(),
            error: error.to_string(),
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
            let certificate = certificate.map_err(|error| unreadable(&error))?;
            roots.add(certificate).map_err(|error| unreadable(&error))?;
        }
        if roots.is_empty() {
            return Err(CertificateError::NoneInFile { path: path.into() });
        }
    } else {
        // A certificate of the system's that can't be read only makes fewer servers trusted.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(CertificateError::NoneInSystem);
        }
    }
    Ok(roots)
}

/// libpq's modes that don't look at the name: that the peer has the certificate's key is checked in all of them.
#[derive(Debug)]
struct Judge {
    provider: Arc<CryptoProvider>,
    /// Where the certificate must lead to; nowhere in `prefer` and `require`.
    roots: Option<RootCertStore>,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            verify_server_cert_signed_by_trust_anchor(
                &ParsedCertificate::try_from(end_entity)?,
                roots,
                intermediates,
                now,
                self.provider.signature_verification_algorithms.all,
            )?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
