//! The server secret: the root of what is sealed at rest and of what makes challenges genuine.
//!
//! HKDF-SHA-256 (RFC 5869) derives one key for each purpose. A secret can be rotated: the current one seals,
//! the previous ones still open until `passgate secret reseal` has moved everything.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

use crate::rng::{Rng, random_bytes};

/// Names a server secret without telling it: 8 bytes derived from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId([u8; 8]);

impl SecretId {
    /// A stored id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretId({self})")
    }
}

/// One server secret with the keys derived from it.
pub struct ServerSecret {
    id: SecretId,
    sealing: LessSafeKey,
    challenges: hmac::Key,
    proofs: hmac::Key,
}

/// A text is no server secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// It is not base64url of 32 bytes.
    #[error(
        "a server secret is 32 random bytes in base64url, 43 characters; make one with `passgate secret generate`"
    )]
    NotASecret,
}

/// A sealed value can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The secret it was sealed with is not configured.
    #[error("sealed with server secret {0}, which is not configured")]
    SecretMissing(SecretId),
    /// It was altered, or belongs elsewhere.
    #[error("a sealed value was altered or does not belong here")]
    Altered,
}

/// A value sealed with a server secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The secret it was sealed with.
    pub secret_id: SecretId,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(with {})", self.secret_id)
    }
}

impl ServerSecret {
    /// A new secret's text form, to be kept safe by whoever runs the server.
    #[must_use]
    pub fn generate(rng: &dyn Rng) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(&*Zeroizing::new(random_bytes::<32>(rng))))
    }

    /// Parses the text form.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let bytes = Zeroizing::new(
            BASE64URL_NOPAD.decode(text.trim().as_bytes()).map_err(|_| InvalidSecret::NotASecret)?,
        );
        if bytes.len() != 32 {
            return Err(InvalidSecret::NotASecret);
        }
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"passgate").extract(&bytes);
        let id = derive::<8>(&root, b"secret id v1");
        let sealing = derive::<32>(&root, b"sealing key v1");
        let challenges = derive::<32>(&root, b"challenge key v1");
        let proofs = derive::<32>(&root, b"proof key v1");
        Ok(Self {
            id: SecretId(*id),
            sealing: LessSafeKey::new(
                UnboundKey::new(&AES_256_GCM, sealing.as_slice()).map_err(|_| InvalidSecret::NotASecret)?,
            ),
            challenges: hmac::Key::new(hmac::HMAC_SHA256, challenges.as_slice()),
            proofs: hmac::Key::new(hmac::HMAC_SHA256, proofs.as_slice()),
        })
    }

    /// Which secret this is.
    #[must_use]
    pub fn id(&self) -> SecretId {
        self.id
    }

    /// Shows that whoever answers holds this secret: HMAC-SHA-256 of what was asked, under a key of its own.
    #[must_use]
    pub fn prove(&self, question: &[u8]) -> [u8; 32] {
        let mut proof = [0; 32];
        proof.copy_from_slice(hmac::sign(&self.proofs, question).as_ref());
        proof
    }

    /// The key of challenges' tags.
    pub(crate) fn challenge_key(&self) -> &hmac::Key {
        &self.challenges
    }
}

impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerSecret({})", self.id)
    }
}

/// The secrets that a server knows: the first seals, all open.
#[derive(Debug)]
pub struct Secrets {
    current: ServerSecret,
    previous: Vec<ServerSecret>,
}

impl Secrets {
    /// The current secret and those it replaced.
    #[must_use]
    pub fn new(current: ServerSecret, previous: Vec<ServerSecret>) -> Self {
        Self { current, previous }
    }

    /// The secret that seals.
    #[must_use]
    pub fn current(&self) -> &ServerSecret {
        &self.current
    }

    /// All of them, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &ServerSecret> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// Whether values sealed with `id` can be opened.
    #[must_use]
    pub fn knows(&self, id: SecretId) -> bool {
        self.all().any(|secret| secret.id == id)
    }

    /// Seals `plain` with the current secret. `context` says what it is and whose; only the same context opens it.
    ///
    /// # Panics
    /// If `plain` is larger than AES-GCM takes (64 GiB).
    #[must_use]
    pub fn seal(&self, plain: &[u8], context: &[u8], rng: &dyn Rng) -> Sealed {
        // Random nonces: a server seals a few values per tenant and rotation, far below the 2^32 that SP 800-38D
        // allows under one key.
        let nonce = random_bytes::<NONCE_LEN>(rng);
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(plain);
        let tag = self
            .current
            .sealing
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut bytes[NONCE_LEN..],
            )
            // Fails for inputs over AES-GCM's bound only.
            .expect("a key fits into AES-GCM");
        bytes.extend_from_slice(tag.as_ref());
        Sealed { secret_id: self.current.id, bytes }
    }

    /// Opens what [`Self::seal`] made with any of the known secrets.
    pub fn open(&self, sealed: &Sealed, context: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let secret = self
            .all()
            .find(|secret| secret.id == sealed.secret_id)
            .ok_or(OpenError::SecretMissing(sealed.secret_id))?;
        let (nonce, ciphertext) = sealed.bytes.split_at_checked(NONCE_LEN).ok_or(OpenError::Altered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::Altered)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = secret
            .sealing
            .open_in_place(nonce, Aad::from(context), &mut buffer)
            .map_err(|_| OpenError::Altered)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

fn derive<const N: usize>(root: &hkdf::Prk, info: &[u8]) -> Zeroizing<[u8; N]> {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut bytes = Zeroizing::new([0; N]);
    root.expand(&[info], Length(N))
        .and_then(|key| key.fill(bytes.as_mut_slice()))
        // Fails for outputs over 255 hashes only (RFC 5869, section 2.3).
        .expect("HKDF expands to 32 bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SystemRng;

    fn secret() -> ServerSecret {
        ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_context_only() {
        let secrets = Secrets::new(secret(), vec![]);
        let sealed = secrets.seal(b"key", b"tenant a", &SystemRng);
        assert_eq!(secrets.open(&sealed, b"tenant a").unwrap().as_slice(), b"key");
        assert_eq!(secrets.open(&sealed, b"tenant b"), Err(OpenError::Altered));
    }

    #[test]
    fn an_altered_value_does_not_open() {
        let secrets = Secrets::new(secret(), vec![]);
        let sealed = secrets.seal(b"key", b"", &SystemRng);
        for at in 0..sealed.bytes.len() {
            let mut altered = sealed.clone();
            altered.bytes[at] ^= 1;
            assert_eq!(secrets.open(&altered, b""), Err(OpenError::Altered), "byte {at}");
        }
        for length in 0..sealed.bytes.len() {
            let short = Sealed { bytes: sealed.bytes[..length].to_vec(), ..sealed.clone() };
            assert_eq!(secrets.open(&short, b""), Err(OpenError::Altered), "length {length}");
        }
    }

    #[test]
    fn a_rotated_secret_still_opens_and_a_forgotten_one_is_named() {
        let text = ServerSecret::generate(&SystemRng);
        let old = Secrets::new(ServerSecret::parse(&text).unwrap(), vec![]);
        let sealed = old.seal(b"key", b"", &SystemRng);
        let rotated = Secrets::new(secret(), vec![ServerSecret::parse(&text).unwrap()]);
        assert_eq!(rotated.open(&sealed, b"").unwrap().as_slice(), b"key");
        let forgotten = Secrets::new(secret(), vec![]);
        assert_eq!(forgotten.open(&sealed, b""), Err(OpenError::SecretMissing(sealed.secret_id)));
    }

    #[test]
    fn a_secret_is_32_bytes_of_base64url() {
        for wrong in ["", "short", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43)] {
            assert!(ServerSecret::parse(wrong).is_err(), "{wrong}");
        }
        assert!(ServerSecret::parse(&format!(" {}\n", "A".repeat(43))).is_ok());
    }

    #[test]
    fn debug_output_names_a_secret_without_telling_it() {
        let text = ServerSecret::generate(&SystemRng);
        let secret = ServerSecret::parse(&text).unwrap();
        assert_eq!(format!("{secret:?}"), format!("ServerSecret({})", secret.id()));
    }
}
