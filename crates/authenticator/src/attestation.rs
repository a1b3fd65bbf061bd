//! Attestation statements, and the certificates of a vendor that doesn't exist.

use std::sync::LazyLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DistinguishedName, DnType,
    DnValue, IsCa, KeyPair, SerialNumber, date_time_ymd,
};

use crate::{Algorithm, Attestation, Cbor, key::PrivateKey, seed::Seed};

/// `id-fido-gen-ce-aaguid` (WebAuthn §8.2.1).
const AAGUID_EXTENSION: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

static BATCH_KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::new(Algorithm::Es256, &mut Seed::new(u64::MAX)));
static BATCH_KEY_PAIR: LazyLock<KeyPair> = LazyLock::new(|| key_pair(&BATCH_KEY));
static ROOT: LazyLock<CertifiedIssuer<'static, KeyPair>> = LazyLock::new(|| {
    let key = PrivateKey::new(Algorithm::Es256, &mut Seed::new(u64::MAX - 1));
    let mut params = certificate_params("Passgate Test Attestation Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, key_pair(&key)).expect("the root certificate is well-formed")
});

/// The root certificate, in DER, that signs the certificates of [`Attestation::PackedX5c`].
#[must_use]
pub fn attestation_root() -> Vec<u8> {
    ROOT.der().to_vec()
}

/// What the certificate of [`Attestation::PackedX5c`] says, for tests to change.
#[must_use]
pub fn packed_certificate_params(aaguid: [u8; 16]) -> CertificateParams {
    let mut params = certificate_params("Passgate Test Batch Certificate");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    params.is_ca = IsCa::ExplicitNoCa;
    let value = [&[0x04, 0x10][..], &aaguid].concat();
    params.custom_extensions.push(CustomExtension::from_oid_content(&AAGUID_EXTENSION, value));
    params
}

/// Makes a certificate, in DER, for the batch key, signed by [`attestation_root`]: for
/// [`Attestation::PackedWith`].
///
/// # Panics
/// If `params` can't be a certificate.
#[must_use]
pub fn sign_attestation_certificate(params: &CertificateParams) -> Vec<u8> {
    let certificate = params.signed_by(&*BATCH_KEY_PAIR, &ROOT).expect("the certificate is well-formed");
    certificate.der().to_vec()
}

/// Format and statement (WebAuthn §8.2, §8.7). `sign` is asked for the signature.
pub(crate) fn statement(
    attestation: &Attestation,
    credential: (Algorithm, &PrivateKey),
    aaguid: [u8; 16],
    sign: impl FnOnce(&PrivateKey) -> Vec<u8>,
) -> (&'static str, Cbor) {
    let batch = |certificates: Vec<Vec<u8>>, signature| {
        let certificates = certificates.into_iter().map(Cbor::Bytes).collect();
        let mut statement = packed(Algorithm::Es256, signature);
        statement.set("x5c", Cbor::Array(certificates));
        ("packed", statement)
    };
    match attestation {
        Attestation::None => ("none", Cbor::Map(Vec::new())),
        Attestation::PackedSelf => ("packed", packed(credential.0, sign(credential.1))),
        Attestation::PackedX5c => {
            let certificate = sign_attestation_certificate(&packed_certificate_params(aaguid));
            batch(vec![certificate], sign(&BATCH_KEY))
        }
        Attestation::PackedWith(certificates) => batch(certificates.clone(), sign(&BATCH_KEY)),
    }
}

fn packed(algorithm: Algorithm, signature: Vec<u8>) -> Cbor {
    Cbor::Map(vec![("alg".into(), Cbor::Int(algorithm.cose_id())), ("sig".into(), Cbor::Bytes(signature))])
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
    let pkcs8 = key.to_pkcs8().expect("it is an ECDSA key");
    KeyPair::try_from(pkcs8).expect("PKCS #8 is read back")
}
