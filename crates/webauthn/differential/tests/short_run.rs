//! A short run, for every change of the code. `cargo xtask differential` is the long one.

use passgate_webauthn_differential::{
    case::Case,
    comparison::{Peer, Verifiers},
    disagreement::Class,
    tally::Tally,
};

const SEED: u64 = 20_260_101;
const CASES: u64 = 10_000;

#[test]
fn every_disagreement_with_others_has_a_listed_reason() {
    let verifiers = Verifiers::default();
    let mut tally = Tally::default();
    for number in 0..CASES {
        if let Err(unexplained) = tally.add(&verifiers, Case::generate(SEED, number)) {
            panic!("{unexplained}");
        }
    }
    println!("{tally}");
    assert_eq!(tally.cases(), CASES);
    // A verifier that refuses everything, because it isn't asked rightly, would agree with ours on all that's wrong.
    for peer in Peer::ALL {
        let (compared, accepted) = tally.compared_and_accepted(peer);
        assert!(compared >= CASES * 9 / 10, "{} judged {compared} of {CASES}", peer.name());
        assert!(accepted >= CASES / 6, "{} accepted {accepted} of {CASES} with us", peer.name());
    }
}

#[test]
fn a_case_is_the_same_each_time() {
    for number in 0..100 {
        let [first, second] = [(); 2].map(|()| Case::generate(SEED, number));
        assert_eq!((&first.plan, first.expected), (&second.plan, second.expected));
    }
    assert_ne!(Case::generate(SEED, 0).plan, Case::generate(SEED + 1, 0).plan);
}

#[test]
fn every_class_has_a_name_and_a_reason() {
    for class in Class::ALL {
        assert!(class.reason().len() > 20 && class.name() == format!("{class:?}"), "{class:?}");
    }
}
