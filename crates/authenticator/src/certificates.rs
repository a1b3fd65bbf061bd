//! The certificates of a vendor that doesn't exist.

use std::{fmt, sync::LazyLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CustomExtension,
    DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData, RevokedCertParams, SanType, SerialNumber, SignatureAlgorithm,
    date_time_ymd,
};

use crate::{
    Algorithm, KeyDescription,
    der::{self, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, UTF8_STRING},
    key::PrivateKey,
    seed::Seed,
};

/// `id-fido-gen-ce-aaguid` (WebAuthn §8.2.1).
const AAGUID_EXTENSION: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
/// Android's key description (WebAuthn §8.4.1).
const KEY_DESCRIPTION_EXTENSION: [u64; 10] = [1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
/// Apple's nonce (WebAuthn §8.8).
const NONCE_EXTENSION: [u64; 7] = [1, 2, 840, 113_635, 100, 8, 2];
const SUBJECT_ALTERNATIVE_NAME: [u64; 4] = [2, 5, 29, 17];
/// `tcg-kp-AIKCertificate` (WebAuthn §8.3.1).
const AIK_CERTIFICATE_USAGE: [u64; 5] = [2, 23, 133, 8, 3];

/// The key that signs the attestations of all authenticators of the vendor.
pub(crate) static BATCH_KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::new(Algorithm::Es256, &mut Seed::new(u64::MAX)));
static ROOT: LazyLock<AttestationCa> = LazyLock::new(|| {
    let key = PrivateKey::new(Algorithm::Es256, &mut Seed::new(u64::MAX - 1));
    let params = ca_certificate_params("Passgate Test Attestation Root");
    let issuer = CertifiedIssuer::self_signed(params, key_pair(&key));
    AttestationCa { issuer: issuer.expect("the root certificate is well-formed"), chain: Vec::new() }
});

/// A certification authority of the vendor.
pub struct AttestationCa {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its own certificate and those above it, without the root's.
    chain: Vec<Vec<u8>>,
}

impl AttestationCa {
    /// The one whose certificate [`attestation_root`] is.
    #[must_use]
    pub fn root() -> &'static Self {
        &ROOT
    }

    /// A root of its own, with a new key.
    ///
    /// # Panics
    /// If `params` can't be a certificate.
    #[must_use]
    pub fn new_root(params: CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key can be generated");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("the certificate is well-formed");
        Self { issuer, chain: Vec::new() }
    }

    /// A CA below this one, with a new key.
    ///
    /// # Panics
    /// If `params` can't be a certificate.
    #[must_use]
    pub fn intermediate(&self, params: CertificateParams) -> Self {
        self.intermediate_with(params, &PKCS_ECDSA_P256_SHA256)
    }

    /// A CA below this one, with a new key that signs like this.
    ///
    /// # Panics
    /// If `params` can't be a certificate, or no such key can be generated.
    #[must_use]
    pub fn intermediate_with(
        &self,
        params: CertificateParams,
        algorithm: &'static SignatureAlgorithm,
    ) -> Self {
        let key = KeyPair::generate_for(algorithm).expect("a key can be generated");
        let issuer = CertifiedIssuer::signed_by(params, key, &self.issuer);
        let issuer = issuer.expect("the certificate is well-formed");
        let mut chain = vec![issuer.der().to_vec()];
        chain.extend(self.chain.iter().cloned());
        Self { issuer, chain }
    }

    /// Makes a certificate, in DER, for the batch key.
    ///
    /// # Panics
    /// If `params` can't be a certificate.
    #[must_use]
    pub fn issue(&self, params: &CertificateParams) -> Vec<u8> {
        self.issue_for(params, &BATCH_KEY)
    }

    /// Its certificate, in DER.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// Its certificate and those above it, without the root's.
    #[must_use]
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The same, but its certificates come with another chain: that of a CA whose name it bears, say.
    #[must_use]
    pub fn with_chain(self, chain: Vec<Vec<u8>>) -> Self {
        Self { chain, ..self }
    }

    /// A list of certificates that it revoked, in DER.
    ///
    /// # Panics
    /// If `params` can't be a list.
    #[must_use]
    pub fn revoke(&self, params: &CertificateRevocationListParams) -> Vec<u8> {
        params.signed_by(&self.issuer).expect("the list is well-formed").der().to_vec()
    }

    pub(crate) fn issue_to(&self, params: &CertificateParams, key: &impl PublicKeyData) -> Vec<u8> {
        params.signed_by(key, &self.issuer).expect("the certificate is well-formed").der().to_vec()
    }

    pub(crate) fn issue_for(&self, params: &CertificateParams, key: &PrivateKey) -> Vec<u8> {
        let certificate = params.signed_by(&key_pair(key), &self.issuer);
        certificate.expect("the certificate is well-formed").der().to_vec()
    }
}

impl fmt::Debug for AttestationCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttestationCa").finish_non_exhaustive()
    }
}

/// The root certificate, in DER, above all that [`AttestationCa::root`] issued.
#[must_use]
pub fn attestation_root() -> Vec<u8> {
    ROOT.der()
}

/// Makes a certificate, in DER, for the batch key, signed by [`attestation_root`]: for
/// [`Attestation::PackedWith`](crate::Attestation::PackedWith).
///
/// # Panics
/// If `params` can't be a certificate.
#[must_use]
pub fn sign_attestation_certificate(params: &CertificateParams) -> Vec<u8> {
    ROOT.issue(params)
}

/// What the certificate of a CA says, for tests to change.
#[must_use]
pub fn ca_certificate_params(common_name: &str) -> CertificateParams {
    let mut params = certificate_params(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// What the certificate of [`Attestation::PackedX5c`](crate::Attestation::PackedX5c) says, for tests to change.
#[must_use]
pub fn packed_certificate_params(aaguid: [u8; 16]) -> CertificateParams {
    let mut params = certificate_params("Passgate Test Batch Certificate");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    params.is_ca = IsCa::ExplicitNoCa;
    let value = der::item(OCTET_STRING, &aaguid);
    params.custom_extensions.push(CustomExtension::from_oid_content(&AAGUID_EXTENSION, value));
    params
}

/// What the certificate of a [`MetadataSigner`](crate::MetadataSigner) of this DNS name says, for tests to change.
///
/// # Panics
/// If the name isn't ASCII.
#[must_use]
pub fn metadata_certificate_params(name: &str) -> CertificateParams {
    let mut params = certificate_params("Passgate Test Metadata Service");
    params.is_ca = IsCa::ExplicitNoCa;
    params.subject_alt_names = vec![SanType::DnsName(name.try_into().expect("the name is ASCII"))];
    params
}

/// A list that revokes the certificates of these serial numbers, for tests to change; valid from 2020 to 2119.
#[must_use]
pub fn revocation_list_params(serials: &[u64]) -> CertificateRevocationListParams {
    let revoked = serials.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from(*serial),
        revocation_time: date_time_ymd(2020, 1, 1),
        reason_code: None,
        invalidity_date: None,
    });
    CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2120, 1, 1),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

/// What the certificate of a U2F key says.
pub(crate) fn u2f_certificate_params() -> CertificateParams {
    certificate_params("Passgate Test U2F Certificate")
}

/// What the certificate of a TPM's attestation key says (WebAuthn §8.3.1).
pub(crate) fn aik_certificate_params() -> CertificateParams {
    let mut params = certificate_params("");
    params.distinguished_name = DistinguishedName::new();
    params.is_ca = IsCa::ExplicitNoCa;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(AIK_CERTIFICATE_USAGE.to_vec())];
    params.custom_extensions = vec![tpm_name(&["id:FFFFF1D0", "Passgate Test TPM", "id:00020008"])];
    params
}

/// The alternative name of a TPM: the values of manufacturer, model and version, or the first of them.
#[must_use]
pub fn tpm_name(values: &[&str]) -> CustomExtension {
    let attributes = values.iter().zip(1..).map(|(value, last)| {
        let oid = der::item(OBJECT_IDENTIFIER, &[0x67, 0x81, 0x05, 0x02, last]);
        let text = der::item(UTF8_STRING, value.as_bytes());
        der::item(SET, &der::item(SEQUENCE, &[oid, text].concat()))
    });
    let name = der::item(SEQUENCE, &attributes.flatten().collect::<Vec<_>>());
    // A directory name is the fifth kind of general name.
    let names = der::item(SEQUENCE, &der::explicit(4, &name));
    let mut extension = CustomExtension::from_oid_content(&SUBJECT_ALTERNATIVE_NAME, names);
    extension.set_criticality(true);
    extension
}

/// What the certificate of a key in Android's key store says.
pub(crate) fn android_certificate_params(description: &KeyDescription) -> CertificateParams {
    let mut params = certificate_params("Android Keystore Key");
    let extension = CustomExtension::from_oid_content(&KEY_DESCRIPTION_EXTENSION, description.encode());
    params.custom_extensions.push(extension);
    params
}

/// What the certificate of a credential of Apple's says.
pub(crate) fn apple_certificate_params(nonce: &[u8]) -> CertificateParams {
    let mut params = certificate_params("Passgate Test Anonymous Certificate");
    let value = der::item(SEQUENCE, &der::explicit(1, &der::item(OCTET_STRING, nonce)));
    params.custom_extensions.push(CustomExtension::from_oid_content(&NONCE_EXTENSION, value));
    params
}

fn certificate_params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let country = "SE".try_into().expect("letters are printable");
    params.distinguished_name.push(DnType::CountryName, DnValue::PrintableString(country));
    params.distinguished_name.push(DnType::OrganizationName, "Passgate");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params.serial_number = Some(SerialNumber::from(1_u64));
    params
}

fn key_pair(key: &PrivateKey) -> KeyPair {
    let pkcs8 = key.to_pkcs8().expect("certificates are for ECDSA keys");
    KeyPair::try_from(pkcs8).expect("PKCS #8 is read back")
}
