//! `passgate verify registration|assertion`
//!
//! Verifies one response and prints what came of it: no server, no database, no configuration.

mod assertion;
mod registration;

use std::path::PathBuf;

use passgate_core::clock::{Clock, SystemClock};
use passgate_webauthn::{
    ClientDataExpectation, CrossOriginPolicy, MAX_RESPONSE_BYTES, Origin, RpId, UserVerification, base64url,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::CliError;
use super::inspect::explain::Refusal;
use super::inspect::facts::Facts;
use super::inspect::input::read_bounded;
use super::output::Output;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Verify what `navigator.credentials.create()` returned
    Registration(registration::Arguments),
    /// Verify what `navigator.credentials.get()` returned
    Assertion(assertion::Arguments),
}

/// What both ceremonies expect.
#[derive(Debug, clap::Args)]
struct Expected {
    /// A file with the credential's JSON, or - for standard input
    #[arg(value_name = "FILE|-", default_value = "-")]
    file: PathBuf,
    /// The RP ID that the credential is scoped to
    #[arg(long, value_name = "DOMAIN", value_parser = RpId::parse)]
    rp_id: RpId,
    /// An origin that the ceremony may run on; may be repeated
    #[arg(long, value_name = "ORIGIN", required = true, value_parser = Origin::parse)]
    origin: Vec<Origin>,
    /// The challenge that the options had, in base64url
    #[arg(long, value_name = "BASE64URL", allow_hyphen_values = true, value_parser = bytes)]
    #[arg(required_unless_present = "any_challenge", conflicts_with = "any_challenge")]
    challenge: Option<Bytes>,
    /// Take whatever challenge the client data has; the verdict says that it was not checked
    #[arg(long)]
    any_challenge: bool,
    /// Whether the user must have been verified: required, preferred or discouraged
    #[arg(long, value_name = "POLICY", default_value = "required", value_parser = user_verification)]
    user_verification: UserVerification,
    /// The time to judge by, in RFC 3339 or in seconds since 1970 [default: this machine's clock]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = moment)]
    now: Option<i64>,
    /// Accept ceremonies in a frame inside another site's page
    #[arg(long)]
    allow_cross_origin: bool,
    /// An origin that such a page may have; may be repeated
    #[arg(long, value_name = "ORIGIN", requires = "allow_cross_origin", value_parser = Origin::parse)]
    top_origin: Vec<Origin>,
}

/// A value of the command line that is bytes.
#[derive(Debug, Clone)]
struct Bytes(Vec<u8>);

pub(crate) fn run(command: &Command) -> Result<(), CliError> {
    let verdict = match command {
        Command::Registration(arguments) => registration::verdict(arguments)?,
        Command::Assertion(arguments) => assertion::verdict(arguments)?,
    };
    Output::print_json(&verdict.facts)?;
    if verdict.is_ok { Ok(()) } else { Err(CliError::VerdictIsNo) }
}

/// What is printed.
struct Verdict {
    is_ok: bool,
    facts: Facts,
}

impl Verdict {
    /// The members that every verdict begins with.
    fn new(ceremony: &'static str, refusal: Option<&Refusal>) -> Self {
        let mut facts = Facts::new();
        let is_ok = refusal.is_none();
        facts.add_value("ok", is_ok);
        facts.add_optional_group("error", refusal.map(Refusal::to_facts));
        facts.add_value("ceremony", ceremony);
        Self { is_ok, facts }
    }
}

impl Expected {
    /// The credential's JSON. One byte more than the verifier reads is enough for it to say so.
    fn read(&self) -> Result<Vec<u8>, CliError> {
        read_bounded(&self.file, MAX_RESPONSE_BYTES as u64)
    }

    fn client_data<'a>(&'a self, challenge_of_response: &'a [u8]) -> ClientDataExpectation<'a> {
        let challenge = self.challenge.as_ref().map_or(challenge_of_response, |Bytes(bytes)| bytes);
        let cross_origin = if self.allow_cross_origin {
            CrossOriginPolicy::Allow { top_origins: &self.top_origin }
        } else {
            CrossOriginPolicy::Refuse
        };
        ClientDataExpectation { challenge, origins: &self.origin, cross_origin }
    }

    fn now(&self) -> i64 {
        self.now.unwrap_or_else(|| SystemClock.now().as_seconds())
    }
}

fn bytes(text: &str) -> Result<Bytes, base64url::Base64Error> {
    base64url::decode(text).map(Bytes)
}

fn user_verification(text: &str) -> Result<UserVerification, &'static str> {
    UserVerification::parse(text).ok_or("required, preferred or discouraged")
}

fn moment(text: &str) -> Result<i64, &'static str> {
    let seconds = text.parse().ok();
    let date = || OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
    seconds.or_else(date).ok_or("neither RFC 3339, such as 2026-01-31T12:00:00Z, nor seconds since 1970")
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_time_is_a_date_or_seconds() {
        assert_eq!(moment("2027-01-15T08:00:00Z"), Ok(1_800_000_000));
        assert_eq!(moment("1800000000"), Ok(1_800_000_000));
        assert_eq!(moment("-1"), Ok(-1));
        assert!(moment("yesterday").is_err());
    }
}
