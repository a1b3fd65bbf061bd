//! Ed25519: RFC 8032 §5.1.7, and keys that no private key has.

use num_bigint::BigUint;
use passgate_authenticator::{Algorithm, Cbor};
use passgate_webauthn::{AssertionError, CoseKeyError, RegistrationError};

use super::{Login, cose, number};
use crate::harness::{Ceremony, Failure};

/// The order of the group, 2^252 and some (RFC 8032 §5.1).
fn order() -> BigUint {
    (BigUint::from(1_u8) << 252) + number("14def9dea2f79cd6 5812631a5cf5d3ed")
}

/// The field's prime, 2^255 - 19.
fn prime() -> BigUint {
    (BigUint::from(1_u8) << 255) - 19_u8
}

/// 32 bytes, little-endian.
fn little(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_le();
    assert!(bytes.len() <= 32);
    bytes.resize(32, 0);
    bytes
}

fn with_sign(mut point: Vec<u8>) -> Vec<u8> {
    point[31] |= 0x80;
    point
}

/// The y of a point of order 8 that is not the other's negative; its sum with the other's is the prime.
fn order_eight() -> BigUint {
    number("7a03ac9277fdc74e c6cc392cfa53202a 0f67100d760b3cba 4fd84d3d706a17c7")
}

/// Each point whose order divides 8, in canonical form.
fn low_order() -> Vec<Vec<u8>> {
    let (zero, one) = (BigUint::ZERO, BigUint::from(1_u8));
    let (eight, other_eight) = (little(&order_eight()), little(&(prime() - order_eight())));
    vec![
        little(&one),
        little(&(prime() - one)),
        little(&zero),
        with_sign(little(&zero)),
        with_sign(eight.clone()),
        eight,
        with_sign(other_eight.clone()),
        other_eight,
    ]
}

/// Points written in a form that isn't theirs: y of the prime or more, or a sign for x = 0.
fn not_canonical() -> Vec<Vec<u8>> {
    let mut points: Vec<_> = (0..19_u8).map(|more| little(&(prime() + more))).collect();
    points.extend(points.clone().into_iter().map(with_sign));
    let one = BigUint::from(1_u8);
    points.extend([with_sign(little(&one)), with_sign(little(&(prime() - one)))]);
    points
}

fn key(point: Vec<u8>) -> Vec<u8> {
    cose(&[(1, Cbor::Int(1)), (3, Cbor::Int(-8)), (-1, Cbor::Int(6)), (-2, Cbor::Bytes(point))])
}

#[test]
fn s_is_below_the_order() {
    let login = Login::with(Algorithm::EdDsa);
    let genuine = login.signature();
    let (r, s) = genuine.split_at(32);
    let s = BigUint::from_bytes_le(s);
    let with_s = |s: &BigUint| [r, &little(s)].concat();
    assert_eq!(with_s(&s), genuine);
    for multiple in 1_u8..=14 {
        login.refuses("multiples of the order more", &with_s(&(&s + order() * multiple)));
    }
    for bit in 253..256 {
        login.refuses("a bit beyond", &with_s(&(&s | &(BigUint::from(1_u8) << bit))));
    }
    let one = || BigUint::from(1_u8);
    let special = [BigUint::ZERO, one(), order() - one(), order(), order() + one(), (one() << 256) - one()];
    for wrong in special {
        login.refuses("another s", &with_s(&wrong));
    }
    login.refuses("negative", &with_s(&(order() - &s)));
}

#[test]
fn r_is_the_very_point() {
    let login = Login::with(Algorithm::EdDsa);
    let genuine = login.signature();
    let (r, s) = genuine.split_at(32);
    let zero = vec![0; 32];
    for point in low_order().into_iter().chain(not_canonical()) {
        for s in [s, &zero] {
            login.refuses("of low order, or not canonical", &[&point, s].concat());
        }
    }
    login.refuses("negative", &[&with_sign_flipped(r), s].concat());
    login.refuses("swapped", &[s, r].concat());
    login.refuses("r twice", &[r, r].concat());
    login.refuses("s twice", &[s, s].concat());
    let mut backwards = genuine.clone();
    backwards.reverse();
    login.refuses("big-endian", &backwards);
}

fn with_sign_flipped(point: &[u8]) -> Vec<u8> {
    let mut flipped = point.to_vec();
    flipped[31] ^= 0x80;
    flipped
}

#[test]
fn a_signature_has_64_bytes_each_of_which_counts() {
    let login = Login::with(Algorithm::EdDsa);
    login.refuses_what_is_no_signature();
    let genuine = login.signature();
    for length in 1..64 {
        login.refuses("cut", &genuine[..length]);
    }
    for position in 0..64 {
        for bit in 0..8 {
            let mut flipped = genuine.clone();
            flipped[position] ^= 1 << bit;
            login.refuses("flipped", &flipped);
        }
    }
}

#[test]
fn a_key_that_lets_everyone_in_is_no_key() {
    // For a key of low order, a signature of s = 0 and some R of low order verifies; which, the message says.
    let weak = CoseKeyError::WeakPoint;
    for point in low_order().into_iter().chain(not_canonical()) {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.algorithm = Algorithm::EdDsa;
        let changed = Cbor::Bytes(point.clone());
        ceremony.authenticator.hooks.public_key = Some(Box::new(move |key| key.set(-2, changed.clone())));
        let refused = Failure::Registration(RegistrationError::PublicKey(weak));
        assert_eq!(ceremony.register(), Err(refused), "{point:02x?}");

        let mut login = Login::with(Algorithm::EdDsa);
        login.registration.public_key = key(point.clone());
        for r in low_order() {
            let forged = [&r[..], &[0; 32]].concat();
            assert_eq!(
                login.outcome(&forged),
                Err(Failure::Assertion(AssertionError::StoredPublicKey(weak)))
            );
        }
    }
}

#[test]
fn another_point_off_or_on_the_curve_verifies_nothing() {
    // 2 and 7 are the y of no point: nobody has such a key's private half, and no signature verifies.
    for y in [2_u8, 3, 4, 7, 0xeb] {
        let mut login = Login::with(Algorithm::EdDsa);
        login.registration.public_key = key(little(&BigUint::from(y)));
        login.refuses("another key's", &login.signature());
        for r in low_order() {
            login.refuses("of low order", &[&r[..], &[0; 32]].concat());
        }
    }
}
