//! ECDSA: SEC 1 §4.1.4 for the numbers, X.690 for how they are written.

use num_bigint::BigUint;
use passgate_authenticator::Algorithm;

use super::{Login, fixed, number};

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512];

/// Order and prime of a curve (SP 800-186 §3.2.1).
struct Curve {
    order: BigUint,
    prime: BigUint,
    bytes: usize,
}

impl Curve {
    fn of(algorithm: Algorithm) -> Self {
        let power = |exponent: u32| BigUint::from(2_u8).pow(exponent);
        let one = || BigUint::from(1_u8);
        match algorithm {
            Algorithm::Es256 => Self {
                order: number("ffffffff00000000 ffffffffffffffff bce6faada7179e84 f3b9cac2fc632551"),
                prime: power(256) - power(224) + power(192) + power(96) - one(),
                bytes: 32,
            },
            Algorithm::Es384 => Self {
                order: number(
                    "ffffffffffffffff ffffffffffffffff ffffffffffffffff c7634d81f4372ddf 581a0db248b0a77a \
                     ecec196accc52973",
                ),
                prime: power(384) - power(128) - power(96) + power(32) - one(),
                bytes: 48,
            },
            _ => Self {
                order: number(
                    "01ff ffffffffffffffff ffffffffffffffff ffffffffffffffff fffffffffffffffa 51868783bf2f966b \
                     7fcc0148f709a5d0 3bb5c9b8899c47ae bb6fb71e91386409",
                ),
                prime: power(521) - one(),
                bytes: 66,
            },
        }
    }
}

/// An item of this tag, its length in as few bytes as it needs.
fn item(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).expect("content is short").to_be_bytes();
    let header = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&header, content].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    item(0x30, &parts.concat())
}

/// The content of a positive integer: a zero before a first byte that has its top bit set.
fn content(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    if bytes[0] & 0x80 == 0 { bytes } else { [&[0], &bytes[..]].concat() }
}

fn integer(number: &BigUint) -> Vec<u8> {
    item(0x02, &content(number))
}

/// The content of `-number`.
fn negative_content(number: &BigUint) -> Vec<u8> {
    let length = content(number).len();
    let modulus = BigUint::from(1_u8) << (8 * length);
    (modulus - number).to_bytes_be()
}

fn der(r: &BigUint, s: &BigUint) -> Vec<u8> {
    sequence(&[&integer(r), &integer(s)])
}

/// The two numbers of a genuine signature.
fn numbers(signature: &[u8]) -> (BigUint, BigUint) {
    let header = if signature[1] == 0x81 { 3 } else { 2 };
    let r_length = usize::from(signature[header + 1]);
    let (r, s) = signature[header..].split_at(2 + r_length);
    let (r, s) = (BigUint::from_bytes_be(&r[2..]), BigUint::from_bytes_be(&s[2..]));
    assert_eq!(der(&r, &s), signature);
    (r, s)
}

/// For each curve.
fn each(test: impl Fn(&Login, &Curve, &BigUint, &BigUint)) {
    for algorithm in ALGORITHMS {
        let login = Login::with(algorithm);
        let (r, s) = numbers(&login.signature());
        test(&login, &Curve::of(algorithm), &r, &s);
    }
}

#[test]
fn numbers_at_and_beyond_the_ends_of_their_range_are_refused() {
    each(|login, curve, r, s| {
        let one = || BigUint::from(1_u8);
        let special = [
            BigUint::ZERO,
            one(),
            BigUint::from(2_u8),
            &curve.order >> 1,
            &curve.order - one(),
            curve.order.clone(),
            &curve.order + one(),
            &curve.order * 2_u8,
            &curve.prime - one(),
            curve.prime.clone(),
            &curve.prime + one(),
            (one() << (8 * curve.bytes)) - one(),
            one() << (8 * curve.bytes),
        ];
        for first in &special {
            login.refuses("r", &der(first, s));
            login.refuses("s", &der(r, first));
            for second in &special {
                login.refuses("both", &der(first, second));
            }
        }
    });
}

#[test]
fn a_number_that_is_right_but_for_a_multiple_of_the_order_is_refused() {
    each(|login, curve, r, s| {
        for multiple in [1_u8, 2, 3, 255] {
            let more = &curve.order * multiple;
            login.refuses("r", &der(&(r + &more), s));
            login.refuses("s", &der(r, &(s + &more)));
            login.refuses("both", &der(&(r + &more), &(s + &more)));
        }
        let wide = BigUint::from(1_u8) << (8 * curve.bytes);
        login.refuses("r beyond its bytes", &der(&(r + &wide), s));
        login.refuses("s beyond its bytes", &der(r, &(s + &wide)));
        login.refuses("r beyond 64 bits more", &der(&(r + (&wide << 64)), s));
        // The same residues, from below.
        let below = |value: &BigUint| item(0x02, &negative_content(&(&curve.order - value)));
        login.refuses("r - n", &sequence(&[&below(r), &integer(s)]));
        login.refuses("s - n", &sequence(&[&integer(r), &below(s)]));
        let minus = |value: &BigUint| item(0x02, &negative_content(value));
        login.refuses("-r", &sequence(&[&minus(r), &integer(s)]));
        login.refuses("-s", &sequence(&[&integer(r), &minus(s)]));
        login.refuses("both negative", &sequence(&[&minus(r), &minus(s)]));
    });
}

#[test]
fn numbers_that_are_near_are_refused() {
    each(|login, curve, r, s| {
        login.refuses("swapped", &der(s, r));
        login.refuses("r twice", &der(r, r));
        login.refuses("s twice", &der(s, s));
        login.refuses("r mirrored", &der(&(&curve.order - r), s));
        login.refuses("r + 1", &der(&(r + 1_u8), s));
        login.refuses("s + 1", &der(r, &(s + 1_u8)));
        login.refuses("r cut", &der(&(r >> 8), s));
        login.refuses("s cut", &der(r, &(s >> 8)));
        login.refuses("r longer", &der(&(r << 8), s));
        login.refuses("s longer", &der(r, &(s << 8)));
    });
}

#[test]
fn the_mirrored_s_is_a_signature_too() {
    // ECDSA itself lets anyone turn one signature into this other (SEC 1 §4.1.4); neither WebAuthn nor COSE
    // asks for the smaller s, and authenticators send either. Nothing here tells logins apart by signature.
    each(|login, curve, r, s| login.accepts("n - s", &der(r, &(&curve.order - s))));
}

#[test]
fn der_has_one_form() {
    each(|login, _, r, s| {
        let (r, s) = (&integer(r)[..], &integer(s)[..]);
        let body = [r, s].concat();
        let length = u8::try_from(body.len()).unwrap();
        let with_a_zero = |integer: &[u8]| item(0x02, &[&[0], &integer[2..]].concat());
        login.refuses("r with a zero before", &sequence(&[&with_a_zero(r), s]));
        login.refuses("s with a zero before", &sequence(&[r, &with_a_zero(s)]));
        let with_four_zeros = |integer: &[u8]| item(0x02, &[&[0; 4], &integer[2..]].concat());
        login.refuses("both with zeros before", &sequence(&[&with_four_zeros(r), &with_four_zeros(s)]));
        // BER: a length in more bytes than it needs.
        let lengths: [&[u8]; 4] = [
            &[0x82, 0, length],
            &[0x83, 0, 0, length],
            &[0x84, 0, 0, 0, length],
            &[0x88, 0, 0, 0, 0, 0, 0, 0, length],
        ];
        for long in lengths {
            login.refuses("a long length", &[&[0x30], long, &body].concat());
        }
        if length < 0x80 {
            login.refuses("a long length", &[&[0x30, 0x81, length], &body[..]].concat());
        }
        let long = |integer: &[u8]| [&[0x02, 0x81, integer[1]], &integer[2..]].concat();
        login.refuses("a long length of r", &sequence(&[&long(r), s]));
        login.refuses("a long length of s", &sequence(&[r, &long(s)]));
        // BER: an indefinite length.
        login.refuses("indefinite", &[&[0x30, 0x80], &body[..], &[0, 0]].concat());
        login.refuses("indefinite without an end", &[&[0x30, 0x80], &body[..]].concat());
        login.refuses("an indefinite r", &sequence(&[&[&[0x22, 0x80], r, &[0, 0]].concat(), s]));
        login.refuses("a reserved length", &[&[0x30, 0xff], &body[..]].concat());
    });
}

#[test]
fn lengths_must_be_those_of_what_is_there() {
    each(|login, _, r, s| {
        let genuine = login.signature();
        let (r, s) = (&integer(r)[..], &integer(s)[..]);
        let at_length = genuine.len() - r.len() - s.len() - 1;
        for (position, what) in
            [(at_length, "sequence"), (at_length + 2, "r"), (at_length + 2 + r.len(), "s")]
        {
            for length in [0, 1, genuine[position] - 1, genuine[position] + 1, 0x7f, 0x80, 0xff] {
                let mut wrong = genuine.clone();
                wrong[position] = length;
                if wrong != genuine {
                    login.refuses(what, &wrong);
                }
            }
        }
        let huge = [0x84, 0xff, 0xff, 0xff, 0xff];
        login.refuses("a huge sequence", &[&[0x30], &huge[..], r, s].concat());
        login.refuses("a huge r", &sequence(&[&[0x02], &huge, &r[2..], s]));
        let wider = [0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        login.refuses("a length beyond 64 bits", &[&[0x30], &wider[..], r, s].concat());
    });
}

#[test]
fn nothing_may_stand_beside_the_two_numbers() {
    each(|login, curve, r, s| {
        let raw = [fixed(r, curve.bytes), fixed(s, curve.bytes)].concat();
        login.refuses("without DER", &raw);
        let (genuine, r, s) = (login.signature(), &integer(r)[..], &integer(s)[..]);
        for more in [&[0][..], &[0, 0], &[5, 0], &[0x30, 0], r, &genuine] {
            login.refuses("after the sequence", &[&genuine[..], more].concat());
            login.refuses("before the sequence", &[more, &genuine].concat());
            login.refuses("in the sequence, first", &sequence(&[more, r, s]));
            login.refuses("in the sequence, between", &sequence(&[r, more, s]));
            login.refuses("in the sequence, last", &sequence(&[r, s, more]));
        }
        login.refuses("r alone", &sequence(&[r]));
        login.refuses("nothing in the sequence", &sequence(&[]));
        login.refuses("no sequence", &[r, s].concat());
        login.refuses("a sequence in a sequence", &sequence(&[&genuine]));
        login.refuses("in a bit string", &item(0x03, &[&[0], &genuine[..]].concat()));
        login.refuses("in an octet string", &item(0x04, &genuine));
    });
}

#[test]
fn tags_must_be_those_of_a_sequence_of_integers() {
    each(|login, _, r, s| {
        let (r, s) = (&integer(r)[..], &integer(s)[..]);
        for tag in [0x00, 0x10, 0x31, 0x24, 0x70, 0xb0, 0xf0, 0xff] {
            login.refuses("the sequence's", &item(tag, &[r, s].concat()));
        }
        for tag in [0x00, 0x01, 0x03, 0x04, 0x0a, 0x09, 0x22, 0x42, 0x82, 0xff] {
            login.refuses("r's", &sequence(&[&item(tag, &r[2..]), s]));
            login.refuses("s's", &sequence(&[r, &item(tag, &s[2..])]));
        }
        let others: [&[u8]; 8] = [
            &[0x02, 0x00],
            &[0x02, 0x01, 0xff],
            &[0x05, 0x00],
            &[0x01, 0x01, 0x00],
            &[0x01, 0x01, 0xff],
            &[0x0c, 0x01, 0x30],
            &[0x30, 0x03, 0x02, 0x01, 0x00],
            // REAL 0.25: some encoders' way of writing infinity and small numbers.
            &[0x09, 0x03, 0x80, 0xfe, 0x01],
        ];
        for other in others {
            login.refuses("for r", &sequence(&[other, s]));
            login.refuses("for s", &sequence(&[r, other]));
            login.refuses("for both", &sequence(&[other, other]));
        }
    });
}

#[test]
fn each_bit_counts() {
    each(|login, _, _, _| {
        let genuine = login.signature();
        for position in 0..genuine.len() {
            for bit in [0, 7] {
                let mut flipped = genuine.clone();
                flipped[position] ^= 1 << bit;
                login.refuses("flipped", &flipped);
            }
        }
        login.refuses_what_is_no_signature();
    });
}
