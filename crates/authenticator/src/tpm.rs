//! What a Trusted Platform Module says (TPM 2.0 Library, part 2).

use aws_lc_rs::digest;

use crate::Cbor;

const NAME_ALGORITHM_SHA256: [u8; 2] = [0x00, 0x0b];

/// `TPMT_PUBLIC` of a key that signs without restriction. Neither scheme is set.
pub(crate) fn public_area(cose: &mut Cbor) -> Vec<u8> {
    let null = [0x00, 0x10];
    let (kind, parameters) = match cose.get_mut(1) {
        Cbor::Int(3) => {
            let modulus = bytes(cose, -1);
            let bits = u16::try_from(modulus.len() * 8).expect("a modulus is short").to_be_bytes();
            // The exponent 0 is the default one, 65537.
            ([0x00, 0x01], [&null[..], &null, &bits, &[0; 4], &sized(&modulus)].concat())
        }
        Cbor::Int(2) => {
            let curve = match cose.get_mut(-1) {
                Cbor::Int(2) => [0x00, 0x04],
                Cbor::Int(3) => [0x00, 0x05],
                _ => [0x00, 0x03],
            };
            let point = [sized(&bytes(cose, -2)), sized(&bytes(cose, -3))].concat();
            ([0x00, 0x23], [&null[..], &null, &curve, &null, &point].concat())
        }
        other => panic!("a TPM has no key of type {other:?}"),
    };
    let attributes = [0x00, 0x04, 0x00, 0x72];
    [&kind[..], &NAME_ALGORITHM_SHA256, &attributes, &sized(&[]), &parameters].concat()
}

/// `TPMS_ATTEST` that certifies the key of `public_area`.
pub(crate) fn certify_info(extra_data: &[u8], public_area: &[u8]) -> Vec<u8> {
    let name = [&NAME_ALGORITHM_SHA256[..], digest::digest(&digest::SHA256, public_area).as_ref()].concat();
    [
        &[0xff, b'T', b'C', b'G', 0x80, 0x17][..],
        &sized(&[0; 34]),
        &sized(extra_data),
        &[0; 17 + 8],
        &sized(&name),
        &sized(&name),
    ]
    .concat()
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("it is short").to_be_bytes();
    [&length, bytes].concat()
}

fn bytes(map: &mut Cbor, label: i64) -> Vec<u8> {
    match map.get_mut(label) {
        Cbor::Bytes(bytes) => bytes.clone(),
        other => panic!("no byte string: {other:?}"),
    }
}
