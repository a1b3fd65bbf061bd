//! The cases of FIDO's server certification, under their suite and id: each a genuine response of the software
//! authenticator, changed as the case says, and the very error that must come of it.

mod attestation;
mod authentication;
mod metadata;
mod registration;

use std::collections::BTreeMap;

use passgate_authenticator::{Attestation, AuthenticatorData, Cbor, ClientData};
use passgate_webauthn::{
    AttestationPolicy, CounterVerdict, TrustAnchor, VerifiedRegistration, check_counter,
};
use serde_json::Value;

use crate::{
    harness::{Ceremony, Failure},
    vectors::read,
};

/// `Ok`, or the code of the error.
type Outcome = Result<(), &'static str>;

const NOW: i64 = 1_800_000_000;

/// The cases of one suite.
struct Suite {
    name: &'static str,
    /// Identifier as a name, and the verdict here.
    built: &'static [(&'static str, Outcome)],
    /// Identifier as a name, and why there is no test.
    left_out: &'static [(&'static str, &'static str)],
}

/// A test for each case of a suite, named by its identifier, and the list of them.
macro_rules! suite {
    (
        $name:literal
        $($id:ident $expected:expr => $outcome:expr;)*
        $(!left_out $($other:ident $reason:literal;)+)?
    ) => {
        pub(in crate::fido) const SUITE: $crate::fido::Suite = $crate::fido::Suite {
            name: $name,
            built: &[$((stringify!($id), $expected)),*],
            left_out: &[$($((stringify!($other), $reason)),+)?],
        };

        $(
            #[test]
            fn $id() {
                assert_eq!($outcome, $expected);
            }
        )*
    };
}
use suite;

const SUITES: [Suite; 16] = [
    registration::options::SUITE,
    registration::resp_1::SUITE,
    registration::resp_2::SUITE,
    registration::resp_3::SUITE,
    attestation::resp_4::SUITE,
    attestation::resp_5::SUITE,
    attestation::resp_6::SUITE,
    attestation::resp_7::SUITE,
    attestation::resp_8::SUITE,
    attestation::resp_9::SUITE,
    attestation::resp_a::SUITE,
    authentication::options::SUITE,
    authentication::resp_1::SUITE,
    authentication::resp_2::SUITE,
    authentication::resp_3::SUITE,
    metadata::mds3::SUITE,
];

/// Cases whose verdict here isn't the suite's, and why ours is right.
const DIVERGENCES: [(&str, &str, &str); 2] = [
    (
        "Server-ServerAuthenticatorAttestationResponse-Resp-8",
        "F-1",
        "§8.6 doesn't look at the AAGUID, and the specification's own U2F vector has one; since the signature \
         covers none, it is reported as zero",
    ),
    ("Server-ServerAuthenticatorAttestationResponse-Resp-9", "P-2", "SHA-1 is broken, and refused by name"),
];

/// `resp_1::f_15` is F-15.
fn identifier(name: &str) -> String {
    name.replace('_', "-").to_uppercase()
}

#[test]
fn every_case_of_the_certification_is_here_with_its_verdict_or_a_reason() {
    let Some(file) = read("fido2-server-cases.json") else { return };
    let mut here = BTreeMap::new();
    for suite in &SUITES {
        for (name, verdict) in suite.built {
            here.insert((suite.name, identifier(name)), Ok(verdict.is_ok()));
        }
        for (name, reason) in suite.left_out {
            here.insert((suite.name, identifier(name)), Err(*reason));
        }
    }
    let cases = file["cases"].as_array().unwrap();
    let (mut pass, mut refuse, mut diverge, mut left_out) = (0, 0, 0, 0);
    for case in cases {
        let (suite, id) = (case["suite"].as_str().unwrap(), case["id"].as_str().unwrap());
        let verdict = here.remove(&(suite, id.to_owned()));
        let divergence = DIVERGENCES.iter().find(|listed| (listed.0, listed.1) == (suite, id));
        match verdict.unwrap_or_else(|| panic!("{suite} {id} is missing: {}", case["checks"])) {
            Err(reason) => {
                eprintln!("{suite} {id} is left out: {reason}");
                left_out += 1;
            }
            Ok(verdict) if verdict == (case["expect"] == "ok") => {
                assert_eq!(divergence, None, "{suite} {id} diverges no longer");
                if verdict {
                    pass += 1;
                } else {
                    refuse += 1;
                }
            }
            Ok(_) => {
                let (.., reason) = divergence.unwrap_or_else(|| panic!("{suite} {id} has the other verdict"));
                eprintln!("{suite} {id} diverges: {reason}");
                diverge += 1;
            }
        }
    }
    assert!(here.is_empty(), "no such cases: {:?}", here.keys());
    let total = cases.len();
    eprintln!("{total} cases: {pass} pass, {refuse} are refused, {diverge} diverge, {left_out} are left out");
    assert_eq!((total, pass, refuse, diverge, left_out), (168, 38, 125, 2, 3));
}

/// The code of a failure.
const fn code(failure: &Failure) -> &'static str {
    match failure {
        Failure::Response(error) => error.code(),
        Failure::ClientData(error) => error.code(),
        Failure::AttestationObject(error) => error.code(),
        Failure::Registration(error) => error.code(),
        Failure::Assertion(error) => error.code(),
    }
}

/// A registration with full packed attestation and this change.
fn register(change: impl FnOnce(&mut Ceremony)) -> Outcome {
    let outcome = Ceremony::register_after(|ceremony| {
        ceremony.authenticator.config.attestation = Attestation::PackedX5c;
        change(ceremony);
    });
    outcome.map(drop).map_err(|failure| code(&failure))
}

/// A registration whose attestation must lead to one of these anchors.
fn register_trusted(anchors: &[Vec<u8>], change: impl FnOnce(&mut Ceremony)) -> Outcome {
    let anchors: Vec<_> =
        anchors.iter().map(|der| TrustAnchor::from_der(der).expect("a certificate")).collect();
    register_under(AttestationPolicy::Trusted { anchors: &anchors }, change)
}

fn register_under(policy: AttestationPolicy<'_>, change: impl FnOnce(&mut Ceremony)) -> Outcome {
    let mut ceremony = Ceremony::new();
    change(&mut ceremony);
    let credential = ceremony.create();
    let outcome = ceremony.verify_registration_under(&credential, policy, NOW);
    outcome.map(drop).map_err(|failure| code(&failure))
}

/// An authentication with this change, after a registration without fault.
fn log_in(change: impl FnOnce(&mut Ceremony)) -> Outcome {
    let mut ceremony = Ceremony::new();
    let registration = ceremony.register().expect("the registration is without fault");
    change(&mut ceremony);
    log_in_with(&mut ceremony, &registration)
}

fn log_in_with(ceremony: &mut Ceremony, registration: &VerifiedRegistration) -> Outcome {
    let outcome = ceremony.log_in(registration).map_err(|failure| code(&failure))?;
    match check_counter(registration.sign_count, outcome.sign_count) {
        CounterVerdict::Ok => Ok(()),
        CounterVerdict::Rollback => Err("counter_rollback"),
    }
}

fn credential(change: fn(&mut Value)) -> impl FnOnce(&mut Ceremony) {
    move |ceremony| ceremony.authenticator.hooks.credential = Some(Box::new(change))
}

fn client_data(change: fn(&mut ClientData)) -> impl FnOnce(&mut Ceremony) {
    move |ceremony| ceremony.authenticator.hooks.client_data = Some(Box::new(change))
}

fn data(change: fn(&mut AuthenticatorData)) -> impl FnOnce(&mut Ceremony) {
    move |ceremony| ceremony.authenticator.hooks.authenticator_data = Some(Box::new(change))
}

fn object(change: fn(&mut Cbor)) -> impl FnOnce(&mut Ceremony) {
    move |ceremony| ceremony.authenticator.hooks.attestation_object = Some(Box::new(change))
}

fn statement(change: fn(&mut Cbor)) -> impl FnOnce(&mut Ceremony) {
    move |ceremony| {
        let change = move |object: &mut Cbor| change(object.get_mut("attStmt"));
        ceremony.authenticator.hooks.attestation_object = Some(Box::new(change));
    }
}

fn signature(change: fn(&mut Vec<u8>)) -> impl FnOnce(&mut Ceremony) {
    move |ceremony| ceremony.authenticator.hooks.signature = Some(Box::new(change))
}

/// Takes a member out of an object.
fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().expect("an object").remove(member);
}

/// Flips a bit of the last byte.
#[expect(clippy::ptr_arg, reason = "hooks are given the vector itself")]
fn flip_last(bytes: &mut Vec<u8>) {
    *bytes.last_mut().expect("there are bytes") ^= 1;
}
