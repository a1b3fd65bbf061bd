//! What stands between a browser and the console's API: sessions in a cookie, requests of no other page, rights by a table;
//! and the console's pages, built into the binary.

mod assets;
mod caller;
mod cookie;
mod guard;
mod right;

use passgate_core::console::{ConsolePlace, SignUpAllowed};

pub(crate) use assets::{asset, page};
pub(crate) use caller::{Acting, Caller, OfOperator, Standing};
pub(crate) use cookie::{COOKIE, SessionEnded, SessionStarted};
pub(crate) use guard::{Guard, guard};
pub(crate) use right::{Passkey, Right, Who};

/// How the console is set up.
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// Where it is reached.
    pub place: ConsolePlace,
    /// Who may make an account.
    pub sign_up: SignUpAllowed,
}

/// Where a link of the console's leads. What stands behind `#` is never sent to a server, so no log has it.
pub(crate) fn link_url(place: &ConsolePlace, secret: &str) -> String {
    format!("{}/console/link#{secret}", place.url())
}
