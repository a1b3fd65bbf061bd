//! Sealed challenges: what a ceremony needs to remember travels in the challenge itself, so that nothing is stored
//! until it matters.
//!
//! Layout, 58 bytes and 32 for each hash, integers big-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | purpose: the ceremony and its mode |
//! | 2 | policy: what this request asked for, and which hashes follow |
//! | 6 | expiry, milliseconds since the epoch |
//! | 16 | nonce |
//! | 16 | subject: the user's row id, zero for a discoverable login |
//! | 16 | tag |
//! | 32 | the hash of the `AppID` that the options have; absent otherwise |
//! | 32 | the hash of the id of the one credential that is allowed; absent otherwise |
//! | 32 | a transaction's hash; absent otherwise |
//!
//! The tag is HMAC-SHA-256 over the tenant id and all the rest, cut to 16 bytes (NIST SP 800-107 allows as much),
//! compared in constant time. The nonce alone has the 16 random bytes that WebAuthn Level 3, §13.4.3 asks for.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use passgate_webauthn::UserPresence;
use passgate_webauthn::extensions::{AppIdHash, AskedExtensions};
use passgate_webauthn::options::UserVerification;
use subtle::ConstantTimeEq;

use crate::clock::Timestamp;
use crate::ids::{CredentialId, TenantId, UserId};
use crate::rng::{Rng, random_bytes};
use crate::server_secret::{Secrets, ServerSecret};
use crate::store::ChallengeSpend;

const VERSION: u8 = 1;
const BODY_LENGTH: usize = 1 + 1 + 2 + 6 + 16 + 16;
const TAG_LENGTH: usize = 16;
const LENGTH: usize = BODY_LENGTH + TAG_LENGTH;
const HASH_LENGTH: usize = 32;

/// The random part of a challenge: what makes it one of its kind, and what is stored once it is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce(pub [u8; 16]);

/// The ceremony, and the mode, that a challenge was made for. Each finalize route accepts its own only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Registering a passkey.
    Registration,
    /// Logging in whoever the authenticator names.
    DiscoverableLogin,
    /// Logging in a named user.
    UserLogin,
    /// Registering a second factor.
    MfaRegistration,
    /// Proving a second factor.
    MfaLogin,
    /// Confirming a transaction.
    Transaction,
}

impl Purpose {
    const fn code(self) -> u8 {
        match self {
            Self::Registration => 1,
            Self::DiscoverableLogin => 2,
            Self::UserLogin => 3,
            Self::MfaRegistration => 4,
            Self::MfaLogin => 5,
            Self::Transaction => 6,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Registration,
            2 => Self::DiscoverableLogin,
            3 => Self::UserLogin,
            4 => Self::MfaRegistration,
            5 => Self::MfaLogin,
            6 => Self::Transaction,
            _ => return None,
        })
    }
}

/// What the request that made the challenge asked for, and finalize must enforce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChallengePolicy {
    /// Whether the person must prove that it is them.
    pub user_verification: UserVerification,
    /// Whether the person must be present.
    pub user_presence: UserPresence,
    /// The extensions whose outputs are read; others' are ignored.
    pub extensions: AskedExtensions,
}

/// From this bit on lie the extensions.
const EXTENSIONS_SHIFT: u32 = 3;
/// The bits of the policy that say which hashes follow the tag.
const APP_ID_BIT: u16 = 1 << 14;
const CREDENTIAL_BIT: u16 = 1 << 15;

const fn bit_if(is_set: bool, bit: u16) -> u16 {
    if is_set { bit } else { 0 }
}

impl ChallengePolicy {
    /// Of a ceremony at which the person must be present.
    #[must_use]
    pub const fn present(user_verification: UserVerification, extensions: AskedExtensions) -> Self {
        Self { user_verification, user_presence: UserPresence::Required, extensions }
    }

    /// Bits 0 and 1: user verification. Bit 2: the person need not be present. Bits 3 to 13: extensions.
    const fn bits(self) -> u16 {
        let user_verification = match self.user_verification {
            UserVerification::Discouraged => 0,
            UserVerification::Preferred => 1,
            UserVerification::Required => 2,
        };
        let policy = match self.user_presence {
            UserPresence::Required => user_verification,
            UserPresence::NotRequired => user_verification | 0b100,
        };
        policy | self.extensions.bits() << EXTENSIONS_SHIFT
    }

    fn from_bits(bits: u16) -> Option<Self> {
        let user_verification = match bits & 0b11 {
            0 => UserVerification::Discouraged,
            1 => UserVerification::Preferred,
            2 => UserVerification::Required,
            _ => return None,
        };
        let user_presence =
            if bits & 0b100 == 0 { UserPresence::Required } else { UserPresence::NotRequired };
        let extensions = AskedExtensions::from_bits(bits >> EXTENSIONS_SHIFT)?;
        Some(Self { user_verification, user_presence, extensions })
    }
}

/// A challenge's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// What it was made for.
    pub purpose: Purpose,
    /// What it was made to enforce.
    pub policy: ChallengePolicy,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its random part.
    pub nonce: Nonce,
    /// Whose ceremony it is; none for a discoverable login.
    pub subject: Option<UserId>,
    /// What a transaction is about: there if, and only if, that is the purpose.
    pub transaction: Option<TransactionHash>,
    /// The `AppID` of the options' `appid`.
    pub app_id: Option<AppIdHash>,
    /// The one credential that is allowed, where the request named it.
    pub credential: Option<CredentialHash>,
}

/// SHA-256 of a transaction's id and data: what the person confirms by signing the challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionHash(pub [u8; HASH_LENGTH]);

/// SHA-256 of a credential id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialHash([u8; HASH_LENGTH]);

impl CredentialHash {
    /// Of this credential id.
    #[must_use]
    pub fn of(id: &CredentialId) -> Self {
        let mut hash = [0; HASH_LENGTH];
        hash.copy_from_slice(digest::digest(&digest::SHA256, id.as_bytes()).as_ref());
        Self(hash)
    }
}

/// A sealed challenge: the bytes that the authenticator signs over.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedChallenge(Vec<u8>);

impl SealedChallenge {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for SealedChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedChallenge(…)")
    }
}

/// Why a challenge is refused before anything else is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// It was not made here, not for this tenant, or was altered.
    #[error("the challenge was not issued by this tenant")]
    NotOurs,
    /// It was made for another route.
    #[error("the challenge was issued for another ceremony")]
    OtherPurpose,
    /// Its time is over.
    #[error("the challenge has expired")]
    Expired,
}

impl Challenge {
    /// A new challenge, about no transaction and bound to no hash.
    #[must_use]
    pub fn new(
        purpose: Purpose,
        policy: ChallengePolicy,
        expires_at: Timestamp,
        subject: Option<UserId>,
        rng: &dyn Rng,
    ) -> Self {
        let nonce = Nonce(random_bytes(rng));
        Self {
            purpose,
            policy,
            expires_at,
            nonce,
            subject,
            transaction: None,
            app_id: None,
            credential: None,
        }
    }

    /// Seals it for a tenant.
    #[must_use]
    pub fn seal(&self, tenant_id: TenantId, secrets: &Secrets) -> SealedChallenge {
        let hashes = [
            self.app_id.map(|hash| hash.0),
            self.credential.map(|hash| hash.0),
            self.transaction.map(|hash| hash.0),
        ];
        let mut bytes = Vec::with_capacity(LENGTH + hashes.len() * HASH_LENGTH);
        let mut body = [0; BODY_LENGTH];
        body[0] = VERSION;
        body[1] = self.purpose.code();
        let policy = self.policy.bits()
            | bit_if(self.app_id.is_some(), APP_ID_BIT)
            | bit_if(self.credential.is_some(), CREDENTIAL_BIT);
        body[2..4].copy_from_slice(&policy.to_be_bytes());
        body[4..10].copy_from_slice(&self.expires_at.as_millis().to_be_bytes()[2..]);
        body[10..26].copy_from_slice(&self.nonce.0);
        if let Some(subject) = &self.subject {
            body[26..42].copy_from_slice(subject.as_uuid().as_bytes());
        }
        bytes.resize(LENGTH, 0);
        bytes.extend(hashes.iter().flatten().flatten());
        let tag = compute_tag(secrets.current(), tenant_id, &body, &bytes[LENGTH..]);
        bytes[..BODY_LENGTH].copy_from_slice(&body);
        bytes[BODY_LENGTH..LENGTH].copy_from_slice(&tag);
        SealedChallenge(bytes)
    }

    /// Opens a challenge that came back: its tag, then its purpose, then its expiry. Writes and reads nothing.
    pub fn open(
        bytes: &[u8],
        tenant_id: TenantId,
        accepted: &[Purpose],
        now: Timestamp,
        secrets: &Secrets,
    ) -> Result<Self, ChallengeError> {
        let (sealed, hashes) = bytes.split_at_checked(LENGTH).ok_or(ChallengeError::NotOurs)?;
        let (body, tag) = sealed.split_at(BODY_LENGTH);
        let genuine = secrets
            .all()
            .any(|secret| bool::from(compute_tag(secret, tenant_id, body, hashes).as_slice().ct_eq(tag)));
        if !genuine || body[0] != VERSION {
            return Err(ChallengeError::NotOurs);
        }
        let purpose = Purpose::from_code(body[1]).ok_or(ChallengeError::NotOurs)?;
        let bits = u16::from_be_bytes([body[2], body[3]]);
        let policy = ChallengePolicy::from_bits(bits & !(APP_ID_BIT | CREDENTIAL_BIT))
            .ok_or(ChallengeError::NotOurs)?;
        let (hashes, rest) = hashes.as_chunks::<HASH_LENGTH>();
        let mut hashes = hashes.iter().copied();
        let mut next =
            |is_there: bool| is_there.then(|| hashes.next().ok_or(ChallengeError::NotOurs)).transpose();
        let app_id = next(bits & APP_ID_BIT != 0)?.map(AppIdHash);
        let credential = next(bits & CREDENTIAL_BIT != 0)?.map(CredentialHash);
        let transaction = next(purpose == Purpose::Transaction)?.map(TransactionHash);
        // A hash where none belongs is not what we made.
        if hashes.next().is_some() || !rest.is_empty() {
            return Err(ChallengeError::NotOurs);
        }
        if !accepted.contains(&purpose) {
            return Err(ChallengeError::OtherPurpose);
        }
        let mut expiry = [0; 8];
        expiry[2..].copy_from_slice(&body[4..10]);
        let expires_at = Timestamp::from_millis(i64::from_be_bytes(expiry));
        if expires_at <= now {
            return Err(ChallengeError::Expired);
        }
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&body[10..26]);
        let mut subject = [0; 16];
        subject.copy_from_slice(&body[26..42]);
        let subject = (subject != [0; 16]).then(|| UserId::new(uuid::Uuid::from_bytes(subject)));
        let nonce = Nonce(nonce);
        Ok(Self { purpose, policy, expires_at, nonce, subject, transaction, app_id, credential })
    }

    /// What the store is told when the challenge is spent.
    #[must_use]
    pub fn spend(&self, tenant_id: TenantId) -> ChallengeSpend {
        ChallengeSpend { expires_at: self.expires_at, nonce: self.nonce, tenant_id }
    }
}

fn compute_tag(secret: &ServerSecret, tenant_id: TenantId, body: &[u8], hashes: &[u8]) -> [u8; TAG_LENGTH] {
    let mut context = hmac::Context::with_key(secret.challenge_key());
    context.update(tenant_id.as_uuid().as_bytes());
    context.update(body);
    context.update(hashes);
    let mut tag = [0; TAG_LENGTH];
    tag.copy_from_slice(&context.sign().as_ref()[..TAG_LENGTH]);
    tag
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use passgate_webauthn::extensions::Extension;
    use uuid::Uuid;

    use super::*;
    use crate::rng::SystemRng;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const ALL: &[Purpose] = &[
        Purpose::Registration,
        Purpose::DiscoverableLogin,
        Purpose::UserLogin,
        Purpose::MfaRegistration,
        Purpose::MfaLogin,
    ];

    fn tenant(n: u128) -> TenantId {
        TenantId::new(Uuid::from_u128(n))
    }

    fn secrets() -> Secrets {
        Secrets::new(ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap(), vec![])
    }

    fn challenge(purpose: Purpose) -> Challenge {
        let policy = ChallengePolicy::present(UserVerification::Required, AskedExtensions::NONE);
        let subject = Some(UserId::new(Uuid::from_u128(7)));
        Challenge::new(purpose, policy, NOW + Duration::from_mins(5), subject, &SystemRng)
    }

    #[test]
    fn what_is_sealed_comes_back_whole() {
        let secrets = secrets();
        for purpose in ALL {
            for user_verification in
                [UserVerification::Required, UserVerification::Preferred, UserVerification::Discouraged]
            {
                for (user_presence, extensions) in [
                    (UserPresence::Required, AskedExtensions::NONE),
                    (UserPresence::NotRequired, AskedExtensions::NONE.with(Extension::AppIdExclude)),
                    (UserPresence::Required, AskedExtensions::NONE.with(Extension::CredentialProperties)),
                ] {
                    let policy = ChallengePolicy { user_verification, user_presence, extensions };
                    let challenge = Challenge { policy, ..challenge(*purpose) };
                    let sealed = challenge.seal(tenant(1), &secrets);
                    assert_eq!(
                        Challenge::open(sealed.as_bytes(), tenant(1), ALL, NOW, &secrets),
                        Ok(challenge)
                    );
                }
            }
        }
    }

    #[test]
    fn a_challenge_of_another_tenant_is_refused() {
        let secrets = secrets();
        let sealed = challenge(Purpose::Registration).seal(tenant(1), &secrets);
        let opened = Challenge::open(sealed.as_bytes(), tenant(2), ALL, NOW, &secrets);
        assert_eq!(opened, Err(ChallengeError::NotOurs));
    }

    #[test]
    fn a_challenge_for_another_route_is_refused() {
        let secrets = secrets();
        let sealed = challenge(Purpose::Registration).seal(tenant(1), &secrets);
        let opened = Challenge::open(
            sealed.as_bytes(),
            tenant(1),
            &[Purpose::UserLogin, Purpose::DiscoverableLogin],
            NOW,
            &secrets,
        );
        assert_eq!(opened, Err(ChallengeError::OtherPurpose));
    }

    #[test]
    fn a_challenge_lives_until_its_expiry_and_not_at_it() {
        let secrets = secrets();
        let challenge = challenge(Purpose::UserLogin);
        let sealed = challenge.seal(tenant(1), &secrets);
        let open = |at| Challenge::open(sealed.as_bytes(), tenant(1), ALL, at, &secrets);
        assert_eq!(open(challenge.expires_at - Duration::from_millis(1)), Ok(challenge));
        assert_eq!(open(challenge.expires_at), Err(ChallengeError::Expired));
    }

    #[test]
    fn no_bit_of_a_challenge_can_be_changed() {
        let secrets = secrets();
        let sealed = challenge(Purpose::UserLogin).seal(tenant(1), &secrets);
        for bit in 0..LENGTH * 8 {
            let mut bytes = sealed.0.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = Challenge::open(&bytes, tenant(1), ALL, NOW, &secrets);
            assert_eq!(opened, Err(ChallengeError::NotOurs), "bit {bit}");
        }
        assert_eq!(Challenge::open(&[], tenant(1), ALL, NOW, &secrets), Err(ChallengeError::NotOurs));
        let longer = [sealed.as_bytes(), &[0]].concat();
        assert_eq!(Challenge::open(&longer, tenant(1), ALL, NOW, &secrets), Err(ChallengeError::NotOurs));
    }

    #[test]
    fn a_challenge_survives_the_rotation_of_the_secret() {
        let text = ServerSecret::generate(&SystemRng);
        let old = Secrets::new(ServerSecret::parse(&text).unwrap(), vec![]);
        let challenge = challenge(Purpose::UserLogin);
        let sealed = challenge.seal(tenant(1), &old);
        let new = ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap();
        let rotated = Secrets::new(new, vec![ServerSecret::parse(&text).unwrap()]);
        assert_eq!(Challenge::open(sealed.as_bytes(), tenant(1), ALL, NOW, &rotated), Ok(challenge));
        let opened = Challenge::open(sealed.as_bytes(), tenant(1), ALL, NOW, &secrets());
        assert_eq!(opened, Err(ChallengeError::NotOurs));
    }

    #[test]
    fn a_transactions_hash_is_sealed_with_its_challenge() {
        let secrets = secrets();
        let challenge =
            Challenge { transaction: Some(TransactionHash([9; 32])), ..challenge(Purpose::Transaction) };
        let sealed = challenge.seal(tenant(1), &secrets);
        assert!(sealed.as_bytes().ends_with(&[9; 32]));
        let open = |bytes: &[u8]| Challenge::open(bytes, tenant(1), &[Purpose::Transaction], NOW, &secrets);
        assert_eq!(open(sealed.as_bytes()), Ok(challenge));
        for bit in 0..sealed.0.len() * 8 {
            let mut bytes = sealed.0.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&bytes), Err(ChallengeError::NotOurs), "bit {bit}");
        }
        assert_eq!(open(&sealed.as_bytes()[..LENGTH]), Err(ChallengeError::NotOurs));
        let opened = Challenge::open(sealed.as_bytes(), tenant(1), ALL, NOW, &secrets);
        assert_eq!(opened, Err(ChallengeError::OtherPurpose));
    }

    #[test]
    fn each_hash_is_sealed_in_its_place_and_none_can_be_left_out_or_put_in() {
        let secrets = secrets();
        let all = [ALL, &[Purpose::Transaction]].concat();
        let open = |bytes: &[u8]| Challenge::open(bytes, tenant(1), &all, NOW, &secrets);
        let app_id = Some(AppIdHash([1; 32]));
        let credential = Some(CredentialHash([2; 32]));
        for purpose in &all {
            for (app_id, credential) in
                [(None, None), (app_id, None), (None, credential), (app_id, credential)]
            {
                let transaction = (*purpose == Purpose::Transaction).then_some(TransactionHash([3; 32]));
                let challenge = Challenge { transaction, app_id, credential, ..challenge(*purpose) };
                let sealed = challenge.seal(tenant(1), &secrets);
                assert_eq!(open(sealed.as_bytes()), Ok(challenge));
                let hashes = [app_id.is_some(), credential.is_some(), transaction.is_some()];
                let count = hashes.into_iter().filter(|is_there| *is_there).count();
                assert_eq!(sealed.as_bytes().len(), LENGTH + count * HASH_LENGTH);
                if count != 0 {
                    let shorter = &sealed.as_bytes()[..sealed.as_bytes().len() - HASH_LENGTH];
                    assert_eq!(open(shorter), Err(ChallengeError::NotOurs));
                }
                let longer = [sealed.as_bytes(), &[4; HASH_LENGTH]].concat();
                assert_eq!(open(&longer), Err(ChallengeError::NotOurs));
            }
        }
    }
}
