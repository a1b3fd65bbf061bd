//! Ours and theirs on one case.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    case::Case,
    verifier::{Facts, Passgate, Refusal, Registered, Verifier, WebauthnRp, WebauthnRs},
};

/// A verifier that isn't ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// `webauthn-rs-core`.
    WebauthnRs,
    /// `webauthn_rp`.
    WebauthnRp,
}

impl Peer {
    /// Both.
    pub const ALL: [Self; 2] = [Self::WebauthnRs, Self::WebauthnRp];

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::WebauthnRs => 0,
            Self::WebauthnRp => 1,
        }
    }

    /// The crate's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WebauthnRs => "webauthn-rs-core",
            Self::WebauthnRp => "webauthn_rp",
        }
    }
}

/// What came of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was accepted.
    Accepted(Facts),
    /// It was refused.
    Refused(Refusal),
    /// The verifier panicked.
    Panicked,
}

/// A case as one peer of ours has it.
#[derive(Debug)]
pub struct Comparison {
    /// Whose verdict it is.
    pub peer: Peer,
    /// Whether it is the registration before an assertion that is compared.
    pub is_before: bool,
    /// Ours.
    pub ours: Outcome,
    /// Theirs.
    pub theirs: Outcome,
}

impl Comparison {
    /// Whether both came to the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        match (&self.ours, &self.theirs) {
            (Outcome::Accepted(ours), Outcome::Accepted(theirs)) => same(ours, theirs),
            (Outcome::Refused(_), Outcome::Refused(_)) => true,
            _ => false,
        }
    }
}

fn same(ours: &Facts, theirs: &Facts) -> bool {
    let Facts { credential_id, sign_count, user_verified, backup_eligible, backup_state, public_key, .. } =
        ours;
    *credential_id == theirs.credential_id
        && *sign_count == theirs.sign_count
        && (theirs.user_verified.is_none() || *user_verified == theirs.user_verified)
        && *backup_eligible == theirs.backup_eligible
        && *backup_state == theirs.backup_state
        && *public_key == theirs.public_key
}

/// The three verifiers.
#[derive(Default)]
pub struct Verifiers {
    passgate: Passgate,
    webauthn_rs: WebauthnRs,
    webauthn_rp: WebauthnRp,
}

/// The credential of a verifier that accepted the registration before an assertion.
type Before<V> = Option<<V as Verifier>::Credential>;

impl Verifiers {
    /// Compares all verdicts on a case: on an assertion, after that on the registration before it.
    #[must_use]
    pub fn compare(&self, case: &Case) -> Vec<Comparison> {
        let Some((expected, json)) = &case.registration else {
            let (_, ours) = register(&self.passgate, &case.expected, &case.json);
            let theirs = [
                register(&self.webauthn_rs, &case.expected, &case.json).1,
                register(&self.webauthn_rp, &case.expected, &case.json).1,
            ];
            return pair(&ours, theirs, false);
        };
        let (passgate, ours) = register(&self.passgate, expected, json);
        let (credential_rs, first) = register(&self.webauthn_rs, expected, json);
        let (other_credential, second) = register(&self.webauthn_rp, expected, json);
        let before = pair(&ours, [first, second], true);
        let Some(passgate) = passgate else { return before };
        let ours = judge(&self.passgate, &passgate, case);
        let mut comparisons: Vec<_> = before.into_iter().filter(|comparison| !comparison.agrees()).collect();
        if let Some(credential) = credential_rs {
            let theirs = judge(&self.webauthn_rs, &credential, case);
            comparisons.push(Comparison {
                peer: Peer::WebauthnRs,
                is_before: false,
                ours: ours.clone(),
                theirs,
            });
        }
        if let Some(credential) = other_credential {
            let theirs = judge(&self.webauthn_rp, &credential, case);
            comparisons.push(Comparison { peer: Peer::WebauthnRp, is_before: false, ours, theirs });
        }
        comparisons
    }
}

fn pair(ours: &Outcome, theirs: [Outcome; 2], is_before: bool) -> Vec<Comparison> {
    let pairs = Peer::ALL.into_iter().zip(theirs);
    pairs.map(|(peer, theirs)| Comparison { peer, is_before, ours: ours.clone(), theirs }).collect()
}

fn register<V: Verifier>(
    verifier: &V,
    expected: &crate::expected::Expected,
    json: &[u8],
) -> (Before<V>, Outcome) {
    // A verifier keeps nothing between two calls that a panic could leave broken.
    match catch_unwind(AssertUnwindSafe(|| verifier.register(expected, json))) {
        Ok(Ok(Registered { credential, facts })) => (Some(credential), Outcome::Accepted(facts)),
        Ok(Err(refusal)) => (None, Outcome::Refused(refusal)),
        Err(_) => (None, Outcome::Panicked),
    }
}

fn judge<V: Verifier>(verifier: &V, credential: &V::Credential, case: &Case) -> Outcome {
    let verdict = AssertUnwindSafe(|| verifier.authenticate(&case.expected, credential, &case.json));
    match catch_unwind(verdict) {
        Ok(Ok(facts)) => Outcome::Accepted(facts),
        Ok(Err(refusal)) => Outcome::Refused(refusal),
        Err(_) => Outcome::Panicked,
    }
}
