//! The keys that sign a tenant's tokens, and their life.
//!
//! A key is *published* first, so that caches of the JWKS (10 minutes) learn it; it is *active*, and signs, from
//! the moment that was fixed when it was made; it is *retired* when a younger one signs, and stays in the JWKS
//! until its last token has expired. The state follows from the times alone, so that no job has to move it.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::ids::{SigningKeyId, TenantId};
use crate::rng::{Rng, random_bytes, random_uuid};
use crate::server_secret::{OpenError, Sealed, Secrets};
use crate::text::Text;
use crate::token;

/// How long a new key is published before it signs: JWKS are cached for 10 minutes, and 5 more for slow ones.
pub const PUBLISHED_FOR: Duration = Duration::from_mins(15);

/// How long a retired key still verifies: a token's life, and a minute for clocks that differ.
pub const VERIFIES_AFTER_RETIREMENT: Duration = token::LIFETIME.saturating_add(Duration::from_mins(1));

/// The algorithm of a signing key (RFC 7518, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    Rs256,
}

impl SigningAlgorithm {
    /// As JWS spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyState {
    /// In the JWKS; does not sign yet.
    Published,
    /// Signs.
    Active,
    /// Signs no more; in the JWKS while a token of its may be valid.
    Retired,
    /// Its last token has expired: it is in no JWKS.
    Expired,
}

/// A signing key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSigningKey {
    /// Its row's id.
    pub id: SigningKeyId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// Its name.
    pub name: Text<1, 128>,
    /// The id under which the JWKS lists it.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: SigningAlgorithm,
    /// The private key: PKCS#8, sealed.
    pub private_key: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign.
    pub signs_from: Timestamp,
}

/// When a key's turn to sign begins. Two may begin in the same millisecond; their ids then decide, so that one of them
/// signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// When it begins.
    pub signs_from: Timestamp,
    /// Whose turn it is.
    pub key: SigningKeyId,
}

impl From<&SealedSigningKey> for Turn {
    fn from(key: &SealedSigningKey) -> Self {
        Self { signs_from: key.signs_from, key: key.id }
    }
}

/// The state of one of a tenant's keys, given the turns of all of them.
#[must_use]
pub fn state(own: Turn, all: &[Turn], now: Timestamp) -> SigningKeyState {
    if own.signs_from > now {
        return SigningKeyState::Published;
    }
    let successor = all.iter().filter(|other| **other > own).map(|other| other.signs_from).min();
    match successor {
        Some(at) if at + VERIFIES_AFTER_RETIREMENT <= now => SigningKeyState::Expired,
        Some(at) if at <= now => SigningKeyState::Retired,
        _ => SigningKeyState::Active,
    }
}

/// Whether a key may be deleted at `now`: not while it is the one that signs, since the tenant could then issue no
/// token. For a compromise, [`crate::store::Rotation::Immediate`] makes its successor first.
#[must_use]
pub fn may_delete(key: &SealedSigningKey, all: &[SealedSigningKey], now: Timestamp) -> bool {
    let turns: Vec<Turn> = all.iter().map(Turn::from).collect();
    state(key.into(), &turns, now) != SigningKeyState::Active
}

/// A signing key that can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// It can't be unsealed.
    #[error("signing key {kid}: {error}")]
    Sealed {
        /// Which key.
        kid: String,
        /// Why.
        error: OpenError,
    },
    /// What was sealed is no private key.
    #[error("signing key {kid} is not a private key of its algorithm")]
    Malformed {
        /// Which key.
        kid: String,
    },
    /// The tenant has no key that signs.
    #[error("the tenant has no signing key that is active")]
    NoActiveKey,
}

/// The public half of a signing key, as a JWKS lists it (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The id that a token's header names.
    pub kid: String,
    /// The numbers.
    pub parameters: PublicKeyParameters,
}

/// The numbers of a public key, base64url without padding (RFC 7518, section 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKeyParameters {
    /// A point on P-256.
    P256 {
        /// The x coordinate, 32 bytes.
        x: String,
        /// The y coordinate, 32 bytes.
        y: String,
    },
    /// An RSA key.
    Rsa {
        /// The modulus.
        n: String,
        /// The public exponent.
        e: String,
    },
}

/// A signing key ready to sign: parsed once, used many times.
pub struct SigningKey {
    kid: String,
    pair: Pair,
    /// The JOSE header, encoded: the same for every token.
    header: String,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl SigningKey {
    /// Makes a new key for a tenant and seals it.
    ///
    /// # Panics
    /// If aws-lc can't generate a key, which means that the operating system has no randomness.
    #[must_use]
    pub fn generate(
        tenant_id: TenantId,
        algorithm: SigningAlgorithm,
        name: Text<1, 128>,
        created_at: Timestamp,
        signs_from: Timestamp,
        secrets: &Secrets,
        rng: &dyn Rng,
    ) -> SealedSigningKey {
        let pkcs8 = match algorithm {
            SigningAlgorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .and_then(|pair| pair.to_pkcs8v1())
                .map(|document| Zeroizing::new(document.as_ref().to_vec())),
            SigningAlgorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).and_then(|pair| {
                AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair)
                    .map(|der| Zeroizing::new(der.as_ref().to_vec()))
            }),
        }
        // Fails for want of randomness only; see above.
        .expect("aws-lc generates a key pair");
        let kid = BASE64URL_NOPAD.encode(&random_bytes::<16>(rng));
        let private_key = secrets.seal(&pkcs8, &seal_context(tenant_id, &kid), rng);
        let id = SigningKeyId::new(random_uuid(rng));
        SealedSigningKey { id, tenant_id, name, kid, algorithm, private_key, created_at, signs_from }
    }

    /// Opens and parses a stored key.
    pub fn load(sealed: &SealedSigningKey, secrets: &Secrets) -> Result<Self, SigningKeyError> {
        let kid = sealed.kid.clone();
        let pkcs8 = open(sealed, secrets)?;
        let pair = match sealed.algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map(Pair::Es256)
            }
            SigningAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(&pkcs8).map(Pair::Rs256),
        }
        .map_err(|_| SigningKeyError::Malformed { kid: kid.clone() })?;
        let header =
            serde_json::json!({ "alg": sealed.algorithm.as_str(), "kid": kid, "typ": "JWT" }).to_string();
        Ok(Self { kid, pair, header: BASE64URL_NOPAD.encode(header.as_bytes()) })
    }

    /// Seals a stored key again with the current secret.
    pub fn reseal(
        sealed: &SealedSigningKey,
        secrets: &Secrets,
        rng: &dyn Rng,
    ) -> Result<SealedSigningKey, SigningKeyError> {
        let pkcs8 = open(sealed, secrets)?;
        let private_key = secrets.seal(&pkcs8, &seal_context(sealed.tenant_id, &sealed.kid), rng);
        Ok(SealedSigningKey { private_key, ..sealed.clone() })
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let parameters = match &self.pair {
            Pair::Es256(pair) => {
                // An uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1, section 2.3.3).
                let point = pair.public_key().as_ref();
                PublicKeyParameters::P256 { x: encode(&point[1..33]), y: encode(&point[33..65]) }
            }
            Pair::Rs256(pair) => {
                let public = pair.public_key();
                PublicKeyParameters::Rsa {
                    n: encode(public.modulus().big_endian_without_leading_zero()),
                    e: encode(public.exponent().big_endian_without_leading_zero()),
                }
            }
        };
        PublicKey { kid: self.kid.clone(), parameters }
    }

    /// Signs claims as a compact JWS (RFC 7515, section 3.1).
    pub(crate) fn sign(&self, claims: &[u8]) -> Result<String, aws_lc_rs::error::Unspecified> {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 360);
        token.push_str(&self.header);
        token.push('.');
        BASE64URL_NOPAD.encode_append(claims, &mut token);
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, token.as_bytes())?.as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, token.as_bytes(), &mut signature)?;
                signature
            }
        };
        token.push('.');
        BASE64URL_NOPAD.encode_append(&signature, &mut token);
        Ok(token)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

fn open(sealed: &SealedSigningKey, secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, SigningKeyError> {
    secrets
        .open(&sealed.private_key, &seal_context(sealed.tenant_id, &sealed.kid))
        .map_err(|error| SigningKeyError::Sealed { kid: sealed.kid.clone(), error })
}

fn seal_context(tenant_id: TenantId, kid: &str) -> Vec<u8> {
    [b"signing key v1".as_slice(), tenant_id.as_uuid().as_bytes(), kid.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::SigningKeyState::{Active, Expired, Published, Retired};
    use super::*;
    use crate::rng::SystemRng;
    use crate::server_secret::ServerSecret;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn secrets() -> Secrets {
        Secrets::new(ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap(), vec![])
    }

    fn key(secrets: &Secrets, tenant: u128, signs_from: Timestamp) -> SealedSigningKey {
        SigningKey::generate(
            TenantId::new(Uuid::from_u128(tenant)),
            SigningAlgorithm::Es256,
            Text::new("key").unwrap(),
            NOW,
            signs_from,
            secrets,
            &SystemRng,
        )
    }

    #[test]
    fn a_key_is_published_then_active_then_retired_then_expired() {
        let secrets = secrets();
        let first = key(&secrets, 1, NOW);
        let next = key(&secrets, 1, NOW + PUBLISHED_FOR);
        let all = [Turn::from(&first), Turn::from(&next)];
        let states = |now| (state(all[0], &all, now), state(all[1], &all, now));
        assert_eq!(states(NOW), (Active, Published));
        let turn = NOW + PUBLISHED_FOR;
        assert_eq!(states(turn - Duration::from_millis(1)), (Active, Published));
        assert_eq!(states(turn), (Retired, Active));
        assert_eq!(states(turn + token::LIFETIME), (Retired, Active));
        assert_eq!(states(turn + VERIFIES_AFTER_RETIREMENT), (Expired, Active));
    }

    #[test]
    fn at_any_moment_exactly_one_key_signs_even_if_two_begin_together() {
        let secrets = secrets();
        let all = [NOW, NOW, NOW + PUBLISHED_FOR].map(|at| Turn::from(&key(&secrets, 1, at)));
        for minutes in 0..40 {
            let now = NOW + Duration::from_mins(minutes);
            let active = all.iter().filter(|turn| state(**turn, &all, now) == Active).count();
            assert_eq!(active, 1, "after {minutes} minutes");
        }
    }

    #[test]
    fn the_key_that_signs_can_not_be_deleted_and_the_others_can() {
        let secrets = secrets();
        let all = [key(&secrets, 1, NOW), key(&secrets, 1, NOW + PUBLISHED_FOR)];
        assert!(!may_delete(&all[0], &all, NOW));
        assert!(may_delete(&all[1], &all, NOW));
        assert!(may_delete(&all[0], &all, NOW + PUBLISHED_FOR));
    }

    #[test]
    fn a_sealed_key_opens_for_its_own_tenant_and_kid_only() {
        let secrets = secrets();
        let sealed = key(&secrets, 1, NOW);
        assert!(SigningKey::load(&sealed, &secrets).is_ok());
        let moved = SealedSigningKey { tenant_id: TenantId::new(Uuid::from_u128(2)), ..sealed.clone() };
        assert!(matches!(SigningKey::load(&moved, &secrets), Err(SigningKeyError::Sealed { .. })));
        let renamed = SealedSigningKey { kid: "other".to_owned(), ..sealed };
        assert!(matches!(SigningKey::load(&renamed, &secrets), Err(SigningKeyError::Sealed { .. })));
    }

    #[test]
    fn a_resealed_key_is_the_same_key_under_the_current_secret() {
        let text = ServerSecret::generate(&SystemRng);
        let old = Secrets::new(ServerSecret::parse(&text).unwrap(), vec![]);
        let sealed = key(&old, 1, NOW);
        let new = ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap();
        let current = new.id();
        let rotated = Secrets::new(new, vec![ServerSecret::parse(&text).unwrap()]);
        let resealed = SigningKey::reseal(&sealed, &rotated, &SystemRng).unwrap();
        assert_eq!(resealed.private_key.secret_id, current);
        assert_eq!(
            SigningKey::load(&resealed, &rotated).unwrap().public_key(),
            SigningKey::load(&sealed, &old).unwrap().public_key()
        );
    }
}
