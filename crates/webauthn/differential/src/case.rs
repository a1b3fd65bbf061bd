//! One generated ceremony.

mod lengths;

use fastrand::Rng;
use passgate_authenticator::{Algorithm, Attestation, Authenticator, Config, Counter, Hooks};
use serde_json::Value;

use crate::{
    case::lengths::Lengths,
    expected::{Expected, ORIGIN, UserVerification},
    mutation::{Ceremony, Genuine, Mutation, Other, WireChange},
};

/// So many responses are made at most, until one has signatures of the usual lengths. One in four of a signature has.
const ATTEMPTS: usize = 1_000_000;

/// The signature counter of half of the credentials: so that it can go back as well as on.
const SIGN_COUNT: u32 = 7;

/// What a case is, before anything is made: all of it follows from the seed and the case's number.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The ceremony that is judged.
    pub ceremony: Ceremony,
    /// What the credential signs with.
    pub algorithm: Algorithm,
    /// What a registration is attested with.
    pub attestation: Attestation,
    /// What the options ask for.
    pub user_verification: UserVerification,
    /// The length of the credential's id, in bytes.
    pub credential_id_length: u16,
    /// Whether the credential can be backed up, and is.
    pub backed_up: bool,
    /// The signature counter at registration, of an authenticator that counts.
    pub sign_count: Option<u32>,
    /// What is changed.
    pub mutations: Vec<Mutation>,
}

/// A case: what is sent, and what for.
#[derive(Debug)]
pub struct Case {
    /// The seed of the run.
    pub seed: u64,
    /// Its number in the run.
    pub number: u64,
    /// What it is.
    pub plan: Plan,
    /// For an assertion, the registration before it: as expected, and unchanged.
    pub registration: Option<(Expected, Vec<u8>)>,
    /// What the relying party expects of the response.
    pub expected: Expected,
    /// The response: JSON, unless a change made it something else.
    pub json: Vec<u8>,
}

impl Case {
    /// Makes a case.
    ///
    /// Keys, ids and changes are the same each time. Signatures by ECDSA and RSA-PSS, and the two RSA keys of a process,
    /// are not; but they are as long each time, so that a change hits the same.
    #[must_use]
    pub fn generate(seed: u64, number: u64) -> Self {
        // SplitMix64's increment keeps neighbours apart.
        let mut rng = Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let plan = Plan::arbitrary(&mut rng);
        let [first, second, third] = [(); 3].map(|()| Expected {
            challenge: rng.u128(..).to_be_bytes(),
            user_verification: plan.user_verification,
        });
        let credential_seed = rng.u64(..);
        let needs = |other| {
            plan.mutations
                .iter()
                .any(|mutation| matches!(mutation, Mutation::Wire(change) if change.needs(other)))
        };
        let maker = Maker { plan: &plan };
        let (registration, mut genuine) = match plan.ceremony {
            Ceremony::Registration => {
                let genuine = Genuine {
                    response: maker.registration(&first, credential_seed, true).0,
                    other_ceremony: if needs(Other::Ceremony) {
                        maker.registration(&second, credential_seed, false).0
                    } else {
                        Value::Null
                    },
                    other_credential: if needs(Other::Credential) {
                        maker.registration(&first, !credential_seed, false).0
                    } else {
                        Value::Null
                    },
                };
                (None, genuine)
            }
            Ceremony::Assertion => {
                let (registration, mut authenticator) = maker.registration(&third, credential_seed, false);
                let other_ceremony = if needs(Other::Ceremony) {
                    maker.assertion(&mut authenticator, &second, false)
                } else {
                    Value::Null
                };
                let other_credential = if needs(Other::Credential) {
                    let (_, mut other) = maker.registration(&third, !credential_seed, false);
                    maker.assertion(&mut other, &first, false)
                } else {
                    Value::Null
                };
                let response = maker.assertion(&mut authenticator, &first, true);
                let registration = Some((third, registration.to_string().into_bytes()));
                (registration, Genuine { response, other_ceremony, other_credential })
            }
        };
        let wire: Vec<WireChange> = plan
            .mutations
            .iter()
            .filter_map(|mutation| match mutation {
                Mutation::Wire(change) => Some(*change),
                _ => None,
            })
            .collect();
        for change in &wire {
            change.apply(&mut genuine);
        }
        let mut json = genuine.response.to_string().into_bytes();
        for change in &wire {
            change.apply_to_text(&mut json);
        }
        Self { seed, number, plan, registration, expected: first, json }
    }
}

/// Makes the responses of a plan.
struct Maker<'a> {
    plan: &'a Plan,
}

impl Maker<'_> {
    fn registration(&self, expected: &Expected, seed: u64, is_changed: bool) -> (Value, Authenticator) {
        let plan = self.plan;
        let attestation = match plan.ceremony {
            Ceremony::Registration => plan.attestation.clone(),
            Ceremony::Assertion => Attestation::None,
        };
        let config = Config {
            algorithm: plan.algorithm,
            attestation,
            credential_id_length: plan.credential_id_length,
            backup_eligible: plan.backed_up,
            backup_state: plan.backed_up,
            counter: if plan.sign_count.is_some() { Counter::Incrementing } else { Counter::AlwaysZero },
            ..Config::default()
        };
        let options = expected.creation_options(plan.algorithm.cose_id());
        let sign_count = plan.sign_count.unwrap_or_default();
        for _ in 0..ATTEMPTS {
            let mut authenticator = Authenticator::with_config(seed, config.clone());
            let lengths = Lengths::watch(&mut authenticator.hooks);
            authenticator.hooks.authenticator_data = Some(Box::new(move |data| data.sign_count = sign_count));
            self.hook(&mut authenticator.hooks, is_changed);
            let response = authenticator.create(&options, ORIGIN).expect("the options offer the algorithm");
            if lengths.are_usual() {
                authenticator.hooks = Hooks::default();
                authenticator.credentials_mut()[0].sign_count = sign_count;
                return (response, authenticator);
            }
        }
        panic!("{plan:?} has no usual signatures");
    }

    fn assertion(&self, authenticator: &mut Authenticator, expected: &Expected, is_changed: bool) -> Value {
        let sign_count = authenticator.credentials()[0].sign_count;
        for _ in 0..ATTEMPTS {
            let lengths = Lengths::watch(&mut authenticator.hooks);
            self.hook(&mut authenticator.hooks, is_changed);
            let response =
                authenticator.get(&expected.request_options(), ORIGIN).expect("there is a credential");
            authenticator.hooks = Hooks::default();
            if lengths.are_usual() {
                return response;
            }
            authenticator.credentials_mut()[0].sign_count = sign_count;
        }
        panic!("{:?} has no usual signatures", self.plan);
    }

    fn hook(&self, hooks: &mut Hooks, is_changed: bool) {
        if is_changed {
            for mutation in &self.plan.mutations {
                mutation.hook(hooks);
            }
        }
    }
}

impl Plan {
    fn arbitrary(rng: &mut Rng) -> Self {
        let ceremony = if rng.bool() { Ceremony::Registration } else { Ceremony::Assertion };
        let algorithm = match rng.u8(..100) {
            0..50 => Algorithm::Es256,
            50..65 => Algorithm::Es384,
            65..80 => Algorithm::Rs256,
            80..92 => Algorithm::EdDsa,
            _ => Algorithm::ALL[rng.usize(..Algorithm::ALL.len())],
        };
        let attestation = match rng.u8(..100) {
            55..72 => Attestation::PackedSelf,
            72..84 => Attestation::PackedX5c,
            84..88 if algorithm == Algorithm::Es256 => Attestation::FidoU2f,
            88..91 if algorithm == Algorithm::Es256 => Attestation::AndroidKey,
            91..94 if algorithm == Algorithm::Es256 => Attestation::Apple,
            94..97 if matches!(algorithm, Algorithm::Es256 | Algorithm::Rs256) => Attestation::Tpm,
            97..100 => Attestation::Compound(vec![Attestation::PackedSelf, Attestation::PackedX5c]),
            _ => Attestation::None,
        };
        let user_verification =
            if rng.u8(..4) == 0 { UserVerification::Preferred } else { UserVerification::Required };
        let credential_id_length = match rng.u8(..20) {
            0 => 1,
            1 => 15,
            2 => 64,
            3 => 255,
            4 => 1023,
            5 => 1024,
            6 | 7 => 16,
            _ => 32,
        };
        let sign_count = match rng.u8(..3) {
            0 => None,
            1 => Some(0),
            _ => Some(SIGN_COUNT),
        };
        let count = match rng.u8(..10) {
            0 | 1 => 0,
            2..=8 => 1,
            _ => 2,
        };
        let mutations =
            (0..count).map(|_| Mutation::arbitrary(rng, ceremony, algorithm, &attestation)).collect();
        Self {
            ceremony,
            algorithm,
            attestation,
            user_verification,
            credential_id_length,
            backed_up: rng.bool(),
            sign_count,
            mutations,
        }
    }
}
