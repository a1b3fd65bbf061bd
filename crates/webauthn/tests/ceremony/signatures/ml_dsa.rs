//! ML-DSA: FIPS 204, algorithms 3, 8 and 27.

use passgate_authenticator::Algorithm;

use super::Login;

/// A parameter set: the lengths of the commitment hash and of the hint's two parts (FIPS 204, table 1).
struct ParameterSet {
    algorithm: Algorithm,
    hash_bytes: usize,
    /// ω: the most ones that the hint may have; k, the polynomials it is for.
    hint: (usize, usize),
    signature_bytes: usize,
}

const SETS: [ParameterSet; 3] = [
    ParameterSet { algorithm: Algorithm::MlDsa44, hash_bytes: 32, hint: (80, 4), signature_bytes: 2420 },
    ParameterSet { algorithm: Algorithm::MlDsa65, hash_bytes: 48, hint: (55, 6), signature_bytes: 3309 },
    ParameterSet { algorithm: Algorithm::MlDsa87, hash_bytes: 64, hint: (75, 8), signature_bytes: 4627 },
];

#[test]
fn a_signature_has_its_parameter_set_s_length() {
    for set in SETS {
        let login = Login::with(set.algorithm);
        let genuine = login.signature();
        assert_eq!(genuine.len(), set.signature_bytes);
        login.refuses_what_is_no_signature();
        for other in SETS.iter().map(|set| set.signature_bytes).filter(|length| *length != genuine.len()) {
            let mut wrong = genuine.clone();
            wrong.resize(other, 0);
            login.refuses("another parameter set's length", &wrong);
        }
    }
}

#[test]
fn each_part_counts() {
    for set in SETS {
        let login = Login::with(set.algorithm);
        let genuine = login.signature();
        let hint = genuine.len() - set.hint.0 - set.hint.1;
        let positions = [0, set.hash_bytes - 1, set.hash_bytes, hint / 2, hint - 1, hint, genuine.len() - 1];
        for position in positions {
            for bit in 0..8 {
                let mut flipped = genuine.clone();
                flipped[position] ^= 1 << bit;
                login.refuses(&format!("bit {bit} of byte {position}"), &flipped);
            }
        }
        let parts = [(0, set.hash_bytes), (set.hash_bytes, hint), (hint, genuine.len())];
        for (start, end) in parts {
            for byte in [0, 0xff, 0x80] {
                let mut wrong = genuine.clone();
                wrong[start..end].fill(byte);
                login.refuses("a part of one byte", &wrong);
            }
        }
    }
}

#[test]
fn a_hint_has_one_form() {
    // FIPS 204, algorithm 21: positions grow within a polynomial, counts don't shrink and stay within ω, and
    // what is left over is zero. Without that, one signature could be turned into another.
    for set in SETS {
        let (most, polynomials) = set.hint;
        let used = |signature: &[u8]| usize::from(signature[signature.len() - 1]);
        // Signatures are made with randomness: one in hundreds has as many ones as there may be, and nothing left over.
        let login = (0..100)
            .map(|_| Login::with(set.algorithm))
            .find(|login| (2..most).contains(&used(&login.signature())))
            .expect("a signature with something left over");
        let genuine = login.signature();
        let used = used(&genuine);
        let counts = genuine.len() - polynomials;
        let hint = counts - most;
        let change = |what: &str, change: &dyn Fn(&mut [u8])| {
            let mut wrong = genuine.clone();
            change(&mut wrong);
            assert_ne!(wrong, genuine);
            login.refuses(what, &wrong);
        };
        change("bytes beyond the last position", &|wrong| wrong[hint + used] = 1);
        change("a byte at the end of what is left over", &|wrong| wrong[counts - 1] = 1);
        change("more ones than there may be", &|wrong| {
            wrong[wrong.len() - 1] = u8::try_from(most + 1).expect("a small number");
        });
        change("a count of 255", &|wrong| wrong[counts] = 0xff);
        change("counts that shrink", &|wrong| wrong[counts + 1] = wrong[counts].wrapping_sub(1));
        // Two positions of one polynomial.
        let first = (0..polynomials)
            .map(|index| (if index == 0 { 0 } else { genuine[counts + index - 1] }, genuine[counts + index]))
            .find(|(start, end)| end - start >= 2)
            .map(|(start, _)| hint + usize::from(start))
            .expect("a polynomial with two ones");
        change("positions out of order", &|wrong| wrong.swap(first, first + 1));
        change("a position twice", &|wrong| wrong[first + 1] = wrong[first]);
        change("a last one taken away", &|wrong| wrong[wrong.len() - 1] -= 1);
    }
}
