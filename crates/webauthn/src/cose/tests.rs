use passgate_authenticator::Cbor;

use super::{CoseKey, CoseKeyError, Curve, PublicKey};
use crate::{Algorithm, CborError, UnsupportedAlgorithm};

/// A COSE key of these labels, in this order.
fn cose(parameters: &[(i64, Cbor)]) -> Cbor {
    Cbor::Map(parameters.iter().map(|(label, value)| (Cbor::Int(*label), value.clone())).collect())
}

fn bytes(byte: u8, length: usize) -> Cbor {
    Cbor::Bytes(vec![byte; length])
}

fn ec(algorithm: i64, curve: i64, length: usize) -> Cbor {
    cose(&[
        (1, Cbor::Int(2)),
        (3, Cbor::Int(algorithm)),
        (-1, Cbor::Int(curve)),
        (-2, bytes(7, length)),
        (-3, bytes(9, length)),
    ])
}

fn okp() -> Cbor {
    cose(&[(1, Cbor::Int(1)), (3, Cbor::Int(-8)), (-1, Cbor::Int(6)), (-2, bytes(7, 32))])
}

fn rsa(modulus: Vec<u8>, exponent: &[u8]) -> Cbor {
    cose(&[
        (1, Cbor::Int(3)),
        (3, Cbor::Int(-257)),
        (-1, Cbor::Bytes(modulus)),
        (-2, Cbor::Bytes(exponent.to_vec())),
    ])
}

fn modulus(length: usize) -> Vec<u8> {
    vec![0xff; length]
}

fn refusal(key: &Cbor) -> Option<CoseKeyError> {
    CoseKey::parse(&key.encode()).err()
}

fn changed(mut key: Cbor, label: i64, value: Cbor) -> Cbor {
    key.set(label, value);
    key
}

fn without(mut key: Cbor, label: i64) -> Cbor {
    key.remove(label);
    key
}

#[test]
fn each_shape_of_key_is_read() {
    let encoded = ec(-7, 1, 32).encode();
    assert_eq!(
        CoseKey::parse(&encoded),
        Ok(CoseKey {
            algorithm: Algorithm::Es256,
            public_key: PublicKey::Ec { curve: Curve::P256, x: &[7; 32], y: &[9; 32] }
        })
    );
    assert_eq!(refusal(&ec(-35, 2, 48)), None);
    assert_eq!(refusal(&ec(-36, 3, 66)), None);
    let encoded = okp().encode();
    assert_eq!(
        CoseKey::parse(&encoded),
        Ok(CoseKey { algorithm: Algorithm::EdDsa, public_key: PublicKey::Ed25519(&[7; 32]) })
    );
    for algorithm in [-257, -258, -259, -37, -38, -39] {
        assert_eq!(refusal(&changed(rsa(modulus(256), &[1, 0, 1]), 3, Cbor::Int(algorithm))), None);
    }
}

#[test]
fn an_ml_dsa_key_has_its_parameter_set_s_length() {
    for (algorithm, length) in [(-48, 1312), (-49, 1952), (-50, 2592)] {
        let key = |length| cose(&[(1, Cbor::Int(7)), (3, Cbor::Int(algorithm)), (-1, bytes(7, length))]);
        assert_eq!(refusal(&key(length)), None);
        // In X.509's form it would be 22 bytes longer.
        for other in [0, length - 1, length + 1, length + 22] {
            assert_eq!(refusal(&key(other)), Some(CoseKeyError::MlDsaLength));
        }
        assert_eq!(refusal(&without(key(length), -1)), Some(CoseKeyError::MissingParameter { label: -1 }));
        let more = changed(key(length), -2, bytes(7, 32));
        assert_eq!(refusal(&more), Some(CoseKeyError::UnexpectedParameter));
        assert_eq!(refusal(&changed(key(length), 3, Cbor::Int(-7))), Some(CoseKeyError::Mismatch));
        let other_type = changed(okp(), 3, Cbor::Int(algorithm));
        assert_eq!(refusal(&other_type), Some(CoseKeyError::Mismatch));
    }
}

#[test]
fn each_parameter_must_be_there() {
    for label in [1, 3, -1, -2, -3] {
        assert_eq!(refusal(&without(ec(-7, 1, 32), label)), Some(CoseKeyError::MissingParameter { label }));
    }
    for label in [1, 3, -1, -2] {
        assert_eq!(refusal(&without(okp(), label)), Some(CoseKeyError::MissingParameter { label }));
        let key = without(rsa(modulus(256), &[3]), label);
        assert_eq!(refusal(&key), Some(CoseKeyError::MissingParameter { label }));
    }
}

#[test]
fn no_other_parameter_may_be_there() {
    let unexpected = Some(CoseKeyError::UnexpectedParameter);
    assert_eq!(refusal(&changed(ec(-7, 1, 32), -4, bytes(1, 32))), unexpected);
    assert_eq!(refusal(&changed(okp(), -3, bytes(1, 32))), unexpected);
    assert_eq!(refusal(&changed(rsa(modulus(256), &[3]), -3, bytes(1, 32))), unexpected);
    let mut with_text = okp();
    with_text.set("alg", Cbor::Int(-8));
    assert_eq!(refusal(&with_text), unexpected);
    let with_key_operations = cose(&[(1, Cbor::Int(1)), (3, Cbor::Int(-8)), (4, Cbor::Array(vec![]))]);
    assert_eq!(refusal(&with_key_operations), unexpected);
}

#[test]
fn key_type_curve_and_algorithm_belong_together() {
    for mismatch in [
        ec(-35, 1, 32),
        ec(-7, 2, 48),
        ec(-36, 2, 48),
        ec(-8, 1, 32),
        ec(-257, 1, 32),
        ec(-7, 8, 32),
        changed(ec(-7, 1, 32), 1, Cbor::Int(4)),
        changed(okp(), -1, Cbor::Int(7)),
        changed(okp(), 3, Cbor::Int(-7)),
        changed(rsa(modulus(256), &[3]), 3, Cbor::Int(-7)),
    ] {
        assert_eq!(refusal(&mismatch), Some(CoseKeyError::Mismatch), "{mismatch:?}");
    }
    let unsupported = Some(CoseKeyError::Algorithm(UnsupportedAlgorithm::Es256k));
    assert_eq!(refusal(&ec(-47, 8, 32)), unsupported);
}

#[test]
fn coordinates_have_the_curve_s_length_and_are_not_compressed() {
    let wrong = Some(CoseKeyError::Coordinate);
    assert_eq!(refusal(&ec(-7, 1, 31)), wrong);
    assert_eq!(refusal(&ec(-7, 1, 33)), wrong);
    assert_eq!(refusal(&ec(-36, 3, 65)), wrong);
    assert_eq!(refusal(&changed(ec(-7, 1, 32), -3, Cbor::Bool(true))), wrong);
    assert_eq!(refusal(&changed(ec(-7, 1, 32), -3, bytes(9, 31))), wrong);
    assert_eq!(refusal(&changed(okp(), -2, bytes(7, 31))), wrong);
}

#[test]
fn a_point_must_be_on_its_curve() {
    let encoded = ec(-7, 1, 32).encode();
    let key = CoseKey::parse(&encoded).unwrap();
    assert_eq!(key.check_on_curve(), Err(CoseKeyError::NotOnCurve));
    // The generator of P-256 (FIPS 186-4 §D.1.2.3).
    let (x, y) = (
        hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    );
    let generator = changed(changed(ec(-7, 1, 32), -2, Cbor::Bytes(x)), -3, Cbor::Bytes(y)).encode();
    assert_eq!(CoseKey::parse(&generator).unwrap().check_on_curve(), Ok(()));
    let zero = changed(changed(ec(-7, 1, 32), -2, bytes(0, 32)), -3, bytes(0, 32)).encode();
    assert_eq!(CoseKey::parse(&zero).unwrap().check_on_curve(), Err(CoseKeyError::NotOnCurve));
}

#[test]
fn rsa_moduli_have_2048_to_8192_bits() {
    let wrong = Some(CoseKeyError::RsaSize);
    assert_eq!(refusal(&rsa(modulus(255), &[3])), wrong);
    assert_eq!(refusal(&rsa(modulus(1025), &[3])), wrong);
    let mut short_by_a_bit = modulus(256);
    short_by_a_bit[0] = 0x7f;
    assert_eq!(refusal(&rsa(short_by_a_bit, &[3])), wrong);
    assert_eq!(refusal(&rsa(modulus(1024), &[3])), None);
}

#[test]
fn rsa_numbers_are_odd_and_in_their_shortest_form() {
    let wrong = Some(CoseKeyError::RsaNumber);
    for exponent in [&[][..], &[0], &[1], &[2], &[0, 3], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        assert_eq!(refusal(&rsa(modulus(256), exponent)), wrong, "{exponent:?}");
    }
    let mut even = modulus(256);
    even[255] = 0xfe;
    assert_eq!(refusal(&rsa(even, &[3])), wrong);
    let mut padded = modulus(257);
    padded[0] = 0;
    assert_eq!(refusal(&rsa(padded, &[3])), wrong);
    assert_eq!(refusal(&rsa(vec![], &[3])), wrong);
}

#[test]
fn a_key_is_the_whole_of_its_bytes_in_canonical_form() {
    let encoded = okp().encode();
    let trailing = [&encoded[..], &[0]].concat();
    assert_eq!(CoseKey::parse(&trailing), Err(CoseKeyError::Cbor(CborError::TrailingBytes)));
    assert_eq!(CoseKey::parse(&[]), Err(CoseKeyError::Cbor(CborError::Truncated)));
    assert_eq!(
        CoseKey::parse(&[0x80]),
        Err(CoseKeyError::Cbor(CborError::UnexpectedType { expected: "a map" }))
    );
    assert_eq!(
        CoseKey::parse(&changed(okp(), 1, "OKP".into()).encode()),
        Err(CoseKeyError::Cbor(CborError::UnexpectedType { expected: "an integer" }))
    );
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}
