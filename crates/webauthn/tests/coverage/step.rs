//! The form of the tables.

/// A step of the specification, and what is made of it.
pub(crate) struct Step {
    /// The section, such as `§7.1`.
    pub(crate) section: &'static str,
    /// The step's number, or its name where the section has no numbers.
    pub(crate) name: &'static str,
    /// What it demands, in our words.
    pub(crate) demand: &'static str,
    pub(crate) met: Met,
}

/// A function: `file::function`. The file has no ending, and is below `crates/webauthn/src`; a test's is below
/// `crates/webauthn/tests/ceremony`. A word and a colon before it say that it is elsewhere ([`folder`]).
///
/// [`folder`]: crate::sources::Place::folder
pub(crate) type Functions = &'static [&'static str];

/// What becomes of a step.
pub(crate) enum Met {
    /// Something can fail it, and is refused.
    Checked { by: Functions, accepts: Functions, refuses: Functions },
    /// It is done, and there is nothing in it that a response could fail.
    Done { by: Functions, tests: Functions },
    /// It isn't done here, for this reason.
    NotDone(&'static str),
}

pub(crate) const fn checked(
    section: &'static str,
    name: &'static str,
    demand: &'static str,
    by: Functions,
    accepts: Functions,
    refuses: Functions,
) -> Step {
    Step { section, name, demand, met: Met::Checked { by, accepts, refuses } }
}

pub(crate) const fn done(
    section: &'static str,
    name: &'static str,
    demand: &'static str,
    by: Functions,
    tests: Functions,
) -> Step {
    Step { section, name, demand, met: Met::Done { by, tests } }
}

pub(crate) const fn not_done(
    section: &'static str,
    name: &'static str,
    demand: &'static str,
    reason: &'static str,
) -> Step {
    Step { section, name, demand, met: Met::NotDone(reason) }
}
