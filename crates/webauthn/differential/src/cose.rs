//! The numbers of a COSE key, to compare what verifiers have stored.

/// A number without its leading zeros.
pub(crate) fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// The byte strings of a canonical COSE key, in the order in which they come: a point's coordinates, an RSA key's
/// modulus and exponent, or an encoded key.
pub(crate) fn numbers(key: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = minicbor::Decoder::new(key);
    let entries = decoder.map().ok().flatten().expect("a verified key is a map");
    let mut numbers = Vec::new();
    for _ in 0..entries {
        decoder.skip().expect("a label");
        match decoder.datatype().expect("a value") {
            minicbor::data::Type::Bytes => numbers.push(decoder.bytes().expect("bytes").to_vec()),
            _ => decoder.skip().expect("a value"),
        }
    }
    numbers
}
