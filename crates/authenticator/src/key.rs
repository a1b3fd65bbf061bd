//! Key pairs that follow from a seed, their COSE form and their signatures.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::{
    encoding::{AsBigEndian, EcPublicKeyUncompressedBin},
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, ML_DSA_44_SIGNING,
        ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm, RSA_PKCS1_SHA256,
        RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
        RsaSignatureEncoding,
    },
};

use crate::{Algorithm, Cbor, seed::Seed};

/// Generating one takes seconds in a debug build, so a process has two, for all its RSA credentials.
static RSA_KEYS: [LazyLock<Arc<rsa::KeyPair>>; 2] = [const { LazyLock::new(generate_rsa) }; 2];

/// A private key for one algorithm.
#[derive(Debug, Clone)]
pub(crate) struct PrivateKey {
    algorithm: Algorithm,
    pair: Pair,
}

#[derive(Debug, Clone)]
enum Pair {
    Ecdsa(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
    Rsa(Arc<rsa::KeyPair>),
    MlDsa(Arc<PqdsaKeyPair>),
}

/// What is needed of an ECDSA algorithm: its name in the library, its number in COSE, the length of a
/// coordinate in bytes, and its object identifier in DER.
struct Curve {
    signing: &'static EcdsaSigningAlgorithm,
    cose_id: i64,
    coordinate_bytes: usize,
    oid: &'static [u8],
}

const P256: Curve = Curve {
    signing: &ECDSA_P256_SHA256_ASN1_SIGNING,
    cose_id: 1,
    coordinate_bytes: 32,
    oid: &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
};
const P384: Curve = Curve {
    signing: &ECDSA_P384_SHA384_ASN1_SIGNING,
    cose_id: 2,
    coordinate_bytes: 48,
    oid: &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
};
const P521: Curve = Curve {
    signing: &ECDSA_P521_SHA512_ASN1_SIGNING,
    cose_id: 3,
    coordinate_bytes: 66,
    oid: &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23],
};

impl PrivateKey {
    pub(crate) fn new(algorithm: Algorithm, seed: &mut Seed) -> Self {
        let pair = match algorithm {
            Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => {
                Pair::Ecdsa(Arc::new(ecdsa_pair(curve_of(algorithm), seed)))
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed.bytes::<32>());
                Pair::Ed25519(Arc::new(pair.expect("32 bytes are an Ed25519 seed")))
            }
            Algorithm::MlDsa44 => ml_dsa_pair(&ML_DSA_44_SIGNING, seed),
            Algorithm::MlDsa65 => ml_dsa_pair(&ML_DSA_65_SIGNING, seed),
            Algorithm::MlDsa87 => ml_dsa_pair(&ML_DSA_87_SIGNING, seed),
            _ => Pair::Rsa(Arc::clone(&RSA_KEYS[usize::from(seed.bytes::<1>()[0] & 1)])),
        };
        Self { algorithm, pair }
    }

    /// The public key as COSE has it, in canonical order.
    pub(crate) fn to_cose(&self) -> Cbor {
        let algorithm = (Cbor::Int(3), Cbor::Int(self.algorithm.cose_id()));
        let rest = match &self.pair {
            Pair::Ecdsa(pair) => {
                let curve = curve_of(self.algorithm);
                let point: EcPublicKeyUncompressedBin<'_> =
                    pair.public_key().as_be_bytes().expect("a key pair has a public key");
                let (x, y) = point.as_ref()[1..].split_at(curve.coordinate_bytes);
                vec![
                    (Cbor::Int(1), Cbor::Int(2)),
                    algorithm,
                    (Cbor::Int(-1), Cbor::Int(curve.cose_id)),
                    (Cbor::Int(-2), Cbor::Bytes(x.to_vec())),
                    (Cbor::Int(-3), Cbor::Bytes(y.to_vec())),
                ]
            }
            Pair::Ed25519(pair) => vec![
                (Cbor::Int(1), Cbor::Int(1)),
                algorithm,
                (Cbor::Int(-1), Cbor::Int(6)),
                (Cbor::Int(-2), Cbor::Bytes(pair.public_key().as_ref().to_vec())),
            ],
            Pair::Rsa(pair) => {
                let (modulus, exponent) = rsa_numbers(pair.public_key().as_ref());
                vec![
                    (Cbor::Int(1), Cbor::Int(3)),
                    algorithm,
                    (Cbor::Int(-1), Cbor::Bytes(modulus.to_vec())),
                    (Cbor::Int(-2), Cbor::Bytes(exponent.to_vec())),
                ]
            }
            Pair::MlDsa(pair) => vec![
                (Cbor::Int(1), Cbor::Int(7)),
                algorithm,
                (Cbor::Int(-1), Cbor::Bytes(pair.public_key().as_ref().to_vec())),
            ],
        };
        Cbor::Map(rest)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ecdsa(pair) => {
                pair.sign(&SystemRandom::new(), message).expect("ECDSA signs any message").as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa_encoding(self.algorithm), &SystemRandom::new(), message, &mut signature)
                    .expect("RSA signs any message");
                signature
            }
            Pair::MlDsa(pair) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                pair.sign(message, &mut signature).expect("ML-DSA signs any message");
                signature
            }
        }
    }

    /// Signs as a JWS has it (RFC 7518 §3.4): of ECDSA on P-256 both numbers, of 32 bytes each.
    pub(crate) fn sign_jws(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.sign(message);
        let Pair::Ecdsa(_) = &self.pair else { return signature };
        let (_, content, _) = read_der(&signature);
        let (_, r, rest) = read_der(content);
        let (_, s, _) = read_der(rest);
        let fixed = |number: &[u8]| {
            let bare = &number[number.iter().take_while(|byte| **byte == 0).count()..];
            [&vec![0; P256.coordinate_bytes - bare.len()], bare].concat()
        };
        [fixed(r), fixed(s)].concat()
    }

    /// The public key as certificates have it in their bit string, for ECDSA and RSA keys.
    pub(crate) fn to_public_key_bits(&self) -> Option<Vec<u8>> {
        match &self.pair {
            Pair::Ecdsa(pair) => Some(pair.public_key().as_ref().to_vec()),
            Pair::Rsa(pair) => Some(pair.public_key().as_ref().to_vec()),
            Pair::Ed25519(_) | Pair::MlDsa(_) => None,
        }
    }

    /// The private key as PKCS #8 has it, for ECDSA keys.
    pub(crate) fn to_pkcs8(&self) -> Option<Vec<u8>> {
        match &self.pair {
            Pair::Ecdsa(pair) => pair.to_pkcs8v1().ok().map(|document| document.as_ref().to_vec()),
            Pair::Ed25519(_) | Pair::Rsa(_) | Pair::MlDsa(_) => None,
        }
    }
}

fn curve_of(algorithm: Algorithm) -> &'static Curve {
    match algorithm {
        Algorithm::Es384 => &P384,
        Algorithm::Es512 => &P521,
        _ => &P256,
    }
}

fn ecdsa_pair(curve: &Curve, seed: &mut Seed) -> EcdsaKeyPair {
    let mut scalar = vec![0; curve.coordinate_bytes];
    seed.fill(&mut scalar);
    // Below the order of the curve: the orders of P-256 and P-384 begin with 0xff, P-521's with 0x01ff.
    scalar[0] = if curve.coordinate_bytes == P521.coordinate_bytes { 0 } else { scalar[0] & 0x7f };
    // RFC 5915 §3: version 1, the scalar, and the curve's name in a field tagged [0].
    let octets = u8::try_from(scalar.len()).expect("a scalar is at most 66 bytes");
    let name = u8::try_from(curve.oid.len()).expect("an object identifier is short");
    let content = [&[0x02, 0x01, 0x01, 0x04, octets][..], &scalar, &[0xa0, name], curve.oid].concat();
    let length = u8::try_from(content.len()).expect("an EC private key is short");
    let der = [&[0x30, length][..], &content].concat();
    EcdsaKeyPair::from_private_key_der(curve.signing, &der).expect("the scalar is in range")
}

fn ml_dsa_pair(algorithm: &'static PqdsaSigningAlgorithm, seed: &mut Seed) -> Pair {
    let pair = PqdsaKeyPair::from_seed(algorithm, &seed.bytes::<32>());
    Pair::MlDsa(Arc::new(pair.expect("32 bytes are an ML-DSA seed")))
}

fn generate_rsa() -> Arc<rsa::KeyPair> {
    Arc::new(rsa::KeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be generated"))
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 §A.1.1), without leading zeros.
fn rsa_numbers(der: &[u8]) -> (&[u8], &[u8]) {
    let (_, content, _) = read_der(der);
    let (_, modulus, rest) = read_der(content);
    let (_, exponent, _) = read_der(rest);
    let bare = |number: &'_ [u8]| number.iter().take_while(|byte| **byte == 0).count();
    (&modulus[bare(modulus)..], &exponent[bare(exponent)..])
}

/// Tag, content and what follows of the DER item that `der` begins with.
fn read_der(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (header, length) = match der[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        long => {
            let octets = usize::from(long & 0x7f);
            let length = der[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
            (2 + octets, length)
        }
    };
    (der[0], &der[header..header + length], &der[header + length..])
}

fn rsa_encoding(algorithm: Algorithm) -> &'static RsaSignatureEncoding {
    match algorithm {
        Algorithm::Rs384 => &RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &RSA_PSS_SHA256,
        Algorithm::Ps384 => &RSA_PSS_SHA384,
        Algorithm::Ps512 => &RSA_PSS_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}
