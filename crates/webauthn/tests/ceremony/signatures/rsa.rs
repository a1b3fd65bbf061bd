//! RSA: RFC 8017 §8.2.2 (PKCS #1 v1.5) and §8.1.2 (PSS).
//!
//! What a signature encodes is chosen freely here, and no private key is needed: a key of exponent 3 is made
//! for which a given number is the signature of a given encoding. Each wrong encoding thus comes with a
//! signature that only a look at the encoding itself can refuse; a right one is accepted in the same way.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, SHA512_256};
use num_bigint::BigUint;
use passgate_authenticator::{Algorithm, Cbor};

use super::{Login, cose, fixed};

type Hash = &'static digest::Algorithm;

const PKCS1: [(Algorithm, Hash); 3] =
    [(Algorithm::Rs256, &SHA256), (Algorithm::Rs384, &SHA384), (Algorithm::Rs512, &SHA512)];
const PSS: [(Algorithm, Hash); 3] =
    [(Algorithm::Ps256, &SHA256), (Algorithm::Ps384, &SHA384), (Algorithm::Ps512, &SHA512)];

const KEY_BYTES: usize = 256;

fn hash(hash: Hash, message: &[u8]) -> Vec<u8> {
    digest::digest(hash, message).as_ref().to_vec()
}

/// A number and an odd modulus of 2048 bits, of which the number's cube is `encoded`.
fn number_and_modulus(encoded: &[u8]) -> (BigUint, BigUint) {
    let one = || BigUint::from(1_u8);
    let encoded = BigUint::from_bytes_be(encoded);
    let mut number = ((one() << (8 * KEY_BYTES)) - (one() << (8 * KEY_BYTES - 8))).cbrt();
    if number.bit(0) == encoded.bit(0) {
        number -= one();
    }
    let modulus = number.pow(3) - &encoded;
    assert!(modulus.bit(0) && modulus.bits() == 2048 && encoded < modulus);
    assert_eq!(number.modpow(&BigUint::from(3_u8), &modulus), encoded);
    (number, modulus)
}

impl Login {
    /// Makes the key one for which the result is the signature of what is encoded.
    fn sign_encoded(&mut self, encoded: &[u8]) -> Vec<u8> {
        let (signature, modulus) = number_and_modulus(encoded);
        self.registration.public_key = cose(&[
            (1, Cbor::Int(3)),
            (3, Cbor::Int(self.registration.algorithm.cose_id())),
            (-1, Cbor::Bytes(fixed(&modulus, KEY_BYTES))),
            (-2, Cbor::Bytes(vec![3])),
        ]);
        fixed(&signature, KEY_BYTES)
    }

    #[track_caller]
    fn accepts_encoded(&mut self, what: &str, encoded: &[u8]) {
        assert_eq!(encoded.len(), KEY_BYTES);
        let signature = self.sign_encoded(encoded);
        self.accepts(what, &signature);
    }

    #[track_caller]
    fn refuses_encoded(&mut self, what: &str, encoded: &[u8]) {
        assert_eq!(encoded.len(), KEY_BYTES);
        let signature = self.sign_encoded(encoded);
        self.refuses(what, &signature);
    }
}

/// The last byte of a hash's object identifier, below 2.16.840.1.101.3.4.2.
fn oid_end(hash: Hash) -> u8 {
    [(&SHA256, 1), (&SHA384, 2), (&SHA512, 3), (&SHA512_256, 6)]
        .into_iter()
        .find_map(|(known, end)| (known == hash).then_some(end))
        .expect("a SHA-2")
}

fn item(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("content is short");
    assert!(length < 0x80);
    [&[tag, length], content].concat()
}

fn oid(hash: Hash) -> Vec<u8> {
    item(0x06, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, oid_end(hash)])
}

/// `DigestInfo` with these parameters of the algorithm (RFC 8017 §A.2.4).
fn digest_info(hash: Hash, parameters: &[u8], digest: &[u8]) -> Vec<u8> {
    let algorithm = item(0x30, &[&oid(hash), parameters].concat());
    item(0x30, &[algorithm, item(0x04, digest)].concat())
}

const NULL: &[u8] = &[0x05, 0x00];

/// `00 01 ff … ff 00` and the rest (RFC 8017 §9.2).
fn pkcs1(rest: &[u8]) -> Vec<u8> {
    [&[0, 1], &vec![0xff; KEY_BYTES - 3 - rest.len()][..], &[0], rest].concat()
}

/// What varies in PSS (RFC 8017 §9.1.1).
struct Pss {
    hash: Hash,
    mask_hash: Hash,
    salt_length: usize,
    /// Before the digest, in what is hashed a second time.
    zeros: usize,
    separator: u8,
    trailer: u8,
    /// The first byte of the padding, else zero, and its last.
    padding: [u8; 2],
}

impl Pss {
    fn new(hash: Hash) -> Self {
        let salt_length = hash.output_len();
        Self { hash, mask_hash: hash, salt_length, zeros: 8, separator: 1, trailer: 0xbc, padding: [0; 2] }
    }

    fn encode(&self, digest: &[u8]) -> Vec<u8> {
        let salt = vec![0x5a; self.salt_length];
        let second = hash(self.hash, &[&vec![0; self.zeros], digest, &salt].concat());
        let mut block = vec![0; KEY_BYTES - 1 - second.len()];
        let separator = block.len() - salt.len() - 1;
        block[0] |= self.padding[0];
        block[separator - 1] |= self.padding[1];
        block[separator] = self.separator;
        block[separator + 1..].copy_from_slice(&salt);
        for (byte, mask) in block.iter_mut().zip(mask(self.mask_hash, &second)) {
            *byte ^= mask;
        }
        // The modulus has 2048 bits, what is encoded 2047.
        block[0] &= 0x7f;
        [&block[..], &second, &[self.trailer]].concat()
    }
}

/// MGF1 (RFC 8017 §B.2.1), without an end.
fn mask(hash_algorithm: Hash, seed: &[u8]) -> impl Iterator<Item = u8> {
    (0_u32..).flat_map(move |counter| hash(hash_algorithm, &[seed, &counter.to_be_bytes()].concat()))
}

#[test]
fn a_key_made_to_fit_a_right_encoding_is_accepted() {
    for (algorithm, own) in PKCS1 {
        let mut login = Login::with(algorithm);
        let digest = hash(own, &login.message());
        login.accepts_encoded("PKCS #1", &pkcs1(&digest_info(own, NULL, &digest)));
    }
    for (algorithm, own) in PSS {
        let mut login = Login::with(algorithm);
        let digest = hash(own, &login.message());
        login.accepts_encoded("PSS", &Pss::new(own).encode(&digest));
    }
}

#[test]
fn a_signature_is_a_number_below_the_modulus_in_the_modulus_s_length() {
    for (algorithm, own) in PKCS1.into_iter().chain(PSS) {
        let mut login = Login::with(algorithm);
        login.refuses_what_is_no_signature();
        let digest = hash(own, &login.message());
        let encoded = if PKCS1.iter().any(|(pkcs1, _)| *pkcs1 == algorithm) {
            pkcs1(&digest_info(own, NULL, &digest))
        } else {
            Pss::new(own).encode(&digest)
        };
        let genuine = login.sign_encoded(&encoded);
        login.accepts("below the modulus", &genuine);
        let (number, modulus) = number_and_modulus(&encoded);
        assert_eq!(genuine, fixed(&number, KEY_BYTES));
        login.refuses("without its zeros", &number.to_bytes_be());
        login.refuses("a zero more", &fixed(&number, KEY_BYTES + 1));
        let more = &number + &modulus;
        login.refuses("the modulus more", &fixed(&more, KEY_BYTES.max(more.to_bytes_be().len())));
        login.refuses("the modulus more, a zero before", &fixed(&more, KEY_BYTES + 1));
        login.refuses("256 moduli more", &fixed(&(&number + (&modulus << 8)), KEY_BYTES + 1));
        login.refuses("the negative", &fixed(&(&modulus - &number), KEY_BYTES));
        login.refuses("the modulus", &fixed(&modulus, KEY_BYTES));
        login.refuses("the modulus but one", &fixed(&(&modulus - 1_u8), KEY_BYTES));
        login.refuses("the modulus and one", &fixed(&(&modulus + 1_u8), KEY_BYTES));
        for small in [0_u8, 1, 2] {
            login.refuses("a small number", &fixed(&BigUint::from(small), KEY_BYTES));
        }
        login.refuses("what is encoded", &encoded);
    }
}

#[test]
fn pkcs1_padding_is_as_long_as_it_can_be_and_all_ones() {
    for (algorithm, own) in PKCS1 {
        let mut login = Login::with(algorithm);
        let info = digest_info(own, NULL, &hash(own, &login.message()));
        let right = pkcs1(&info);
        let end_of_padding = KEY_BYTES - info.len() - 2;
        let changes = [
            (0, 0x01, "the first byte"),
            (1, 0x00, "block type 0"),
            (1, 0x02, "block type 2"),
            (1, 0xff, "block type 255"),
            (2, 0x00, "no padding before the zero"),
            (2, 0xfe, "the padding's first byte"),
            (end_of_padding / 2, 0xfe, "the padding's middle"),
            (end_of_padding / 2, 0x00, "a zero in the padding"),
            (end_of_padding, 0x7f, "the padding's last byte"),
            (end_of_padding, 0x00, "a padding that ends early"),
            (end_of_padding + 1, 0xff, "no zero after the padding"),
            (end_of_padding + 1, 0x01, "another byte for the zero"),
        ];
        for (position, byte, what) in changes {
            let mut wrong = right.clone();
            wrong[position] = byte;
            login.refuses_encoded(what, &wrong);
        }
        login.refuses_encoded("a zero too many before", &[&[0, 0, 1], &right[3..]].concat());
        login.refuses_encoded("no zero before", &[&[1, 0xff], &right[2..]].concat());
        login.refuses_encoded("without padding", &{
            let mut wrong = [&[0, 1, 0], &info[..]].concat();
            wrong.resize(KEY_BYTES, 0);
            wrong
        });
        // What lets anyone sign for a key of exponent 3: short padding, and anything after the digest.
        for padding in [0, 1, 7, 8, end_of_padding - 2] {
            for filler in [0, 0xff, 0x5a] {
                let mut wrong = [&[0, 1], &vec![0xff; padding][..], &[0], &info].concat();
                wrong.resize(KEY_BYTES, filler);
                login.refuses_encoded("padding after the digest", &wrong);
            }
        }
        login.refuses_encoded("another's zeros", &pkcs1(&[&[0], &info[..]].concat()));
        login.accepts_encoded("unchanged", &right);
    }
}

#[test]
fn pkcs1_names_the_hash_in_one_form() {
    for (algorithm, own) in PKCS1 {
        let mut login = Login::with(algorithm);
        let message = login.message();
        let digest = &hash(own, &message)[..];
        let octets = item(0x04, digest);
        let names = |algorithm: &[u8]| item(0x30, &[item(0x30, algorithm), octets.clone()].concat());
        let (oid, info) = (oid(own), digest_info(own, NULL, digest));
        let with_sequence = |sequence: &[u8]| item(0x30, &[sequence, &octets].concat());
        let length = u8::try_from(oid.len() + 2).unwrap();
        let wrong = [
            ("the digest alone", digest.to_vec()),
            ("the digest in its octets alone", octets.clone()),
            ("nothing", vec![]),
            ("no parameters", digest_info(own, &[], digest)),
            ("parameters twice", digest_info(own, &[NULL, NULL].concat(), digest)),
            ("another parameter", digest_info(own, &[0x30, 0x00], digest)),
            ("a NULL with content", digest_info(own, &[0x05, 0x01, 0x00], digest)),
            ("a NULL in a long form", digest_info(own, &[0x05, 0x81, 0x00], digest)),
            ("bytes hidden in the parameters", digest_info(own, &item(0x04, &[0x5a; 24]), digest)),
            ("parameters before the name", names(&[NULL, &oid].concat())),
            ("no name", names(NULL)),
            ("no algorithm", octets.clone()),
            ("a long length", with_sequence(&[&[0x30, 0x81, length], &oid[..], NULL].concat())),
            ("an indefinite length", with_sequence(&[&[0x30, 0x80], &oid[..], NULL, &[0, 0]].concat())),
            ("a long length of all", [&[0x30, 0x81], &info[1..]].concat()),
            ("bytes after the digest", item(0x30, &[&info[2..], NULL].concat())),
            ("bytes after all", [&info[..], NULL].concat()),
            ("a zero after all", [&info[..], &[0]].concat()),
            ("a digest cut by a byte", digest_info(own, NULL, &digest[..digest.len() - 1])),
            ("a digest without its first byte", digest_info(own, NULL, &digest[1..])),
            ("an empty digest", digest_info(own, NULL, &[])),
            ("a digest and a byte", digest_info(own, NULL, &[digest, &[0]].concat())),
            ("a digest of zeros", digest_info(own, NULL, &vec![0; digest.len()])),
            ("a digest of the digest", digest_info(own, NULL, &hash(own, digest))),
            ("the digest of nothing", digest_info(own, NULL, &hash(own, &[]))),
            ("a digest of less", digest_info(own, NULL, &hash(own, &message[1..]))),
            ("a bit string", with_tag(&info, 0x04, 0x03)),
            ("a set", [&[0x31], &info[1..]].concat()),
        ];
        for (what, rest) in wrong {
            login.refuses_encoded(what, &pkcs1(&rest));
        }
        for other in [&SHA256, &SHA384, &SHA512, &SHA512_256].into_iter().filter(|other| *other != own) {
            let digest_of_other = hash(other, &message);
            login.refuses_encoded("another hash", &pkcs1(&digest_info(other, NULL, &digest_of_other)));
            login.refuses_encoded("another hash's name", &pkcs1(&digest_info(other, NULL, digest)));
            login.refuses_encoded("another hash's digest", &pkcs1(&digest_info(own, NULL, &digest_of_other)));
        }
        let sha1 = hash(&SHA1_FOR_LEGACY_USE_ONLY, &message);
        let name = item(0x30, &[&[0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a], NULL].concat());
        login.refuses_encoded("SHA-1", &pkcs1(&item(0x30, &[name, item(0x04, &sha1)].concat())));
        login.refuses_encoded("PSS", &Pss::new(own).encode(digest));
    }
}

/// With the tag of the digest changed.
fn with_tag(info: &[u8], from: u8, to: u8) -> Vec<u8> {
    // Two headers, the object identifier of eleven bytes and the NULL of two stand before it.
    let mut changed = info.to_vec();
    assert_eq!(changed[17], from);
    changed[17] = to;
    changed
}

#[test]
fn pss_salt_is_as_long_as_the_hash() {
    // RFC 8230 §2.
    for (algorithm, own) in PSS {
        let mut login = Login::with(algorithm);
        let digest = hash(own, &login.message());
        let length = own.output_len();
        for salt_length in [0, 1, 8, 20, length - 1, length + 1, 2 * length - 10, KEY_BYTES - length - 3] {
            let wrong = Pss { salt_length, ..Pss::new(own) };
            login.refuses_encoded(&format!("a salt of {salt_length} bytes"), &wrong.encode(&digest));
        }
    }
}

#[test]
fn pss_has_one_hash_throughout() {
    for (algorithm, own) in PSS {
        let mut login = Login::with(algorithm);
        let message = login.message();
        let digest = &hash(own, &message)[..];
        for other in [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256, &SHA384, &SHA512, &SHA512_256] {
            if other == own {
                continue;
            }
            let mask = Pss { mask_hash: other, ..Pss::new(own) };
            login.refuses_encoded("another hash for the mask", &mask.encode(digest));
            let all = Pss::new(other);
            login.refuses_encoded("another hash throughout", &all.encode(&hash(other, &message)));
            login.refuses_encoded(
                "another hash of the message",
                &Pss::new(own).encode(&hash(other, &message)),
            );
            let second = Pss { mask_hash: own, salt_length: own.output_len(), ..Pss::new(other) };
            login.refuses_encoded("another hash the second time", &second.encode(digest));
        }
        login.refuses_encoded("the digest of less", &Pss::new(own).encode(&hash(own, &message[1..])));
        login.refuses_encoded("PKCS #1", &pkcs1(&digest_info(own, NULL, digest)));
    }
}

#[test]
fn pss_padding_separator_and_trailer_are_as_written() {
    for (algorithm, own) in PSS {
        let mut login = Login::with(algorithm);
        let digest = hash(own, &login.message());
        let wrong = [
            ("the trailer", Pss { trailer: 0xbd, ..Pss::new(own) }),
            ("no trailer", Pss { trailer: 0, ..Pss::new(own) }),
            ("the trailer that names a hash", Pss { trailer: 0xcc, ..Pss::new(own) }),
            ("the separator", Pss { separator: 0x02, ..Pss::new(own) }),
            ("a separator's upper bit", Pss { separator: 0x81, ..Pss::new(own) }),
            ("no separator", Pss { separator: 0, ..Pss::new(own) }),
            ("padding that begins otherwise", Pss { padding: [0x40, 0], ..Pss::new(own) }),
            ("padding that ends otherwise", Pss { padding: [0, 0x80], ..Pss::new(own) }),
            ("a separator in the padding", Pss { padding: [0, 0x01], ..Pss::new(own) }),
            ("no zeros before the digest", Pss { zeros: 0, ..Pss::new(own) }),
            ("seven zeros before the digest", Pss { zeros: 7, ..Pss::new(own) }),
        ];
        for (what, wrong) in wrong {
            login.refuses_encoded(what, &wrong.encode(&digest));
        }
        let right = Pss::new(own).encode(&digest);
        let mut flipped = right.clone();
        flipped[KEY_BYTES - 2] ^= 1;
        login.refuses_encoded("the second hash", &flipped);
        login.accepts_encoded("unchanged", &right);
    }
}
