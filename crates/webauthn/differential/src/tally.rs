//! The counts of a run.

use std::{collections::BTreeMap, fmt};

use crate::{
    case::Case,
    comparison::{Comparison, Outcome, Peer, Verifiers},
    disagreement::{Class, classify},
};

/// What came of many cases.
#[derive(Debug, Default)]
pub struct Tally {
    registrations: u64,
    assertions: u64,
    peers: [PeerTally; Peer::ALL.len()],
}

#[derive(Debug, Default)]
struct PeerTally {
    accepted: u64,
    refused: u64,
    classes: BTreeMap<Class, u64>,
}

/// A disagreement that is in no class.
#[derive(Debug)]
pub struct Unexplained {
    case: Box<Case>,
    comparison: Comparison,
}

impl Tally {
    /// Judges a case and counts what came of it.
    ///
    /// A case is compared with each of the others once, but for an assertion whose registration one of them refused:
    /// then that is compared.
    pub fn add(&mut self, verifiers: &Verifiers, case: Case) -> Result<(), Box<Unexplained>> {
        let comparisons = verifiers.compare(&case);
        *if case.registration.is_none() { &mut self.registrations } else { &mut self.assertions } += 1;
        for comparison in comparisons {
            let peer = &mut self.peers[comparison.peer.index()];
            if comparison.agrees() {
                match comparison.ours {
                    Outcome::Accepted(_) => peer.accepted += 1,
                    Outcome::Refused(_) | Outcome::Panicked => peer.refused += 1,
                }
            } else if let Some(class) = classify(&case, &comparison) {
                *peer.classes.entry(class).or_default() += 1;
            } else {
                return Err(Box::new(Unexplained { case: Box::new(case), comparison }));
            }
        }
        Ok(())
    }

    /// How many cases there were.
    #[must_use]
    pub const fn cases(&self) -> u64 {
        self.registrations + self.assertions
    }

    /// How many verdicts were compared with one of the others, and how many of those agreed that all is well.
    #[must_use]
    pub fn compared_and_accepted(&self, peer: Peer) -> (u64, u64) {
        let tally = &self.peers[peer.index()];
        (tally.accepted + tally.refused + tally.classes.values().sum::<u64>(), tally.accepted)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} cases: {} registrations, {} assertions\n",
            self.cases(),
            self.registrations,
            self.assertions
        )?;
        let [first, second] = Peer::ALL.map(Peer::name);
        writeln!(f, "{:34} {first:>16} {second:>12}", "")?;
        let mut row =
            |name: &str, counts: [u64; 2]| writeln!(f, "{name:34} {:>16} {:>12}", counts[0], counts[1]);
        row("both accept", Peer::ALL.map(|peer| self.peers[peer.index()].accepted))?;
        row("both refuse", Peer::ALL.map(|peer| self.peers[peer.index()].refused))?;
        for class in Class::ALL {
            let count = |peer: Peer| self.peers[peer.index()].classes.get(class).copied().unwrap_or_default();
            row(class.name(), Peer::ALL.map(count))?;
        }
        row("compared", Peer::ALL.map(|peer| self.compared_and_accepted(peer).0))
    }
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, comparison } = self;
        writeln!(
            f,
            "case {} of seed {}: a disagreement with {} that is in no class",
            case.number,
            case.seed,
            comparison.peer.name()
        )?;
        writeln!(
            f,
            "  ours: {:?}\n  theirs: {:?}\n  plan: {:?}",
            comparison.ours, comparison.theirs, case.plan
        )?;
        let show = |f: &mut fmt::Formatter<'_>, name, expected: &crate::expected::Expected, json: &[u8]| {
            let challenge = passgate_webauthn::base64url::encode(&expected.challenge);
            let user_verification = expected.user_verification;
            let json = String::from_utf8_lossy(json);
            writeln!(f, "  {name}, challenge {challenge}, verification {user_verification:?}:\n    {json}")
        };
        if let Some((expected, json)) = &case.registration {
            show(f, "registration", expected, json)?;
        }
        show(f, "response", &case.expected, &case.json)
    }
}

impl std::error::Error for Unexplained {}
