//! Sealed challenges: none but ours are opened, and ours say what they said.
#![no_main]

use std::{sync::LazyLock, time::Duration};

use libfuzzer_sys::fuzz_target;
use passgate_core::{
    challenge::{Challenge, ChallengeError, ChallengePolicy, CredentialHash, Purpose, TransactionHash},
    clock::Timestamp,
    ids::{CredentialId, TenantId, UserId},
    rng::SystemRng,
    server_secret::{Secrets, ServerSecret},
};
use passgate_fuzz::relying_party::all_extensions;
use passgate_webauthn::{UserVerification, extensions::AppIdHash};
use uuid::Uuid;

const PURPOSES: [Purpose; 6] = [
    Purpose::Registration,
    Purpose::DiscoverableLogin,
    Purpose::UserLogin,
    Purpose::MfaRegistration,
    Purpose::MfaLogin,
    Purpose::Transaction,
];
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
    let secret = || ServerSecret::parse(&ServerSecret::generate(&SystemRng)).expect("it is one");
    Secrets::new(secret(), vec![secret()])
});

fn tenant(number: u128) -> TenantId {
    TenantId::new(Uuid::from_u128(number))
}

fn open(bytes: &[u8], tenant_number: u128, now: Timestamp) -> Result<Challenge, ChallengeError> {
    Challenge::open(bytes, tenant(tenant_number), &PURPOSES, now, &SECRETS)
}

fuzz_target!(|input: &[u8]| {
    // Nobody but us can seal one.
    assert_eq!(open(input, 1, NOW), Err(ChallengeError::NotOurs));

    // A description of one that we seal: purpose, subject and hashes, what is changed.
    let [purpose, subject, place, mask, ..] = *input else { return };
    let purpose = PURPOSES[usize::from(purpose) % PURPOSES.len()];
    let policy = ChallengePolicy::present(UserVerification::Required, all_extensions());
    let expires_at = NOW + Duration::from_millis(u64::from(u16::from_be_bytes([place, mask])) + 1);
    let user = UserId::new(Uuid::from_u128(u128::from(subject) + 1));
    let challenge = Challenge {
        transaction: (purpose == Purpose::Transaction).then_some(TransactionHash([subject; 32])),
        app_id: (subject & 1 != 0).then_some(AppIdHash([mask; 32])),
        credential: (subject & 2 != 0)
            .then(|| CredentialHash::of(&CredentialId::new(&[place]).expect("an id of one byte"))),
        ..Challenge::new(purpose, policy, expires_at, Some(user), &SystemRng)
    };
    let mut sealed = challenge.seal(tenant(1), &SECRETS).into_bytes();
    assert_eq!(open(&sealed, 1, NOW), Ok(challenge));
    assert_eq!(open(&sealed, 2, NOW), Err(ChallengeError::NotOurs));
    assert_eq!(open(&sealed, 1, expires_at), Err(ChallengeError::Expired));
    let others: Vec<Purpose> = PURPOSES.into_iter().filter(|other| *other != purpose).collect();
    assert_eq!(
        Challenge::open(&sealed, tenant(1), &others, NOW, &SECRETS),
        Err(ChallengeError::OtherPurpose)
    );
    // Whatever is changed of it, it isn't ours any more.
    let length = sealed.len();
    sealed[usize::from(place) % length] ^= mask | 1;
    assert_eq!(open(&sealed, 1, NOW), Err(ChallengeError::NotOurs));
    sealed[usize::from(place) % length] ^= mask | 1;
    sealed.extend_from_slice(&input[4..]);
    if sealed.len() > length {
        assert_eq!(open(&sealed, 1, NOW), Err(ChallengeError::NotOurs));
    }
    assert_eq!(open(&sealed[..usize::from(place) % length], 1, NOW), Err(ChallengeError::NotOurs));
});
