//! The ceremonies, as an app's backend and a browser go through them together.

use std::borrow::Cow;
use std::time::Instant;

use passgate_authenticator::{Passkeys, Site};
use serde::Deserialize;
use serde_json::json;

use crate::accounts::{Account, Tenant};
use crate::connection::{Answer, Connection, Credentials, Request, TransportError};

/// A request of a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    RegistrationInitialize,
    RegistrationFinalize,
    LoginInitialize,
    LoginFinalize,
}

impl Step {
    pub(crate) const ALL: [Self; 4] = [
        Self::RegistrationInitialize,
        Self::RegistrationFinalize,
        Self::LoginInitialize,
        Self::LoginFinalize,
    ];

    /// Its path below the tenant's.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::RegistrationInitialize => "registration/initialize",
            Self::RegistrationFinalize => "registration/finalize",
            Self::LoginInitialize => "login/initialize",
            Self::LoginFinalize => "login/finalize",
        }
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::RegistrationInitialize => 0,
            Self::RegistrationFinalize => 1,
            Self::LoginInitialize => 2,
            Self::LoginFinalize => 3,
        }
    }
}

/// Why a ceremony did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    pub(crate) step: Step,
    pub(crate) reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// The server said no, with a code where it has codes.
    Refused { status: u16, code: Option<String> },
    /// No answer came.
    Transport(TransportError),
    /// The answer lacks what the ceremony needs of it.
    Unreadable,
}

/// What a finalize came to, for the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finalized {
    /// There was a token.
    Acknowledged,
    /// There was a refusal.
    Refused,
    /// There was no answer: it may have been accepted.
    Unanswered,
}

/// Whose ceremony, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) passkeys: &'a Passkeys,
    pub(crate) site: &'a Site,
    pub(crate) tenant: &'a Tenant,
    /// The tenant's place.
    pub(crate) place: u32,
}

/// Goes through ceremonies over one connection.
pub(crate) struct Caller {
    connection: Connection,
    path: String,
    body: Vec<u8>,
    /// How long each step took of the ceremony that was gone through last.
    pub(crate) steps: Vec<(Step, std::time::Duration)>,
    /// What its finalize came to, if it came so far.
    pub(crate) finalized: Option<(Step, Finalized)>,
}

#[derive(Deserialize)]
struct Options<'a> {
    #[serde(rename = "publicKey", borrow)]
    public_key: PublicKeyOptions<'a>,
}

#[derive(Deserialize)]
struct PublicKeyOptions<'a> {
    #[serde(borrow)]
    challenge: Cow<'a, str>,
    #[serde(borrow)]
    user: Option<UserOptions<'a>>,
}

#[derive(Deserialize)]
struct UserOptions<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Finished<'a> {
    #[serde(borrow)]
    token: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
}

impl Caller {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, path: String::new(), body: Vec::new(), steps: Vec::new(), finalized: None }
    }

    /// What was sent to finalize last.
    pub(crate) fn finalize_body(&self) -> &[u8] {
        &self.body
    }

    /// Registers the passkey of a number.
    pub(crate) async fn register(&mut self, person: Person<'_>, number: u64) -> Result<Account, Failure> {
        self.begin();
        let user_id = person.passkeys.user_id(number);
        self.body
            .extend_from_slice(json!({ "user_id": user_id, "username": user_id }).to_string().as_bytes());
        let step = Step::RegistrationInitialize;
        let answer = self.send(step, person.tenant).await?;
        let options = read::<Options<'_>>(step, &answer)?.public_key;
        let handle = options.user.ok_or(Failure { step, reason: Reason::Unreadable })?.id.into_owned();
        let challenge = options.challenge.into_owned();
        self.body.clear();
        person.passkeys.write_registration(number, person.site, &challenge, &mut self.body);
        self.finalize(Step::RegistrationFinalize, person.tenant).await?;
        Ok(Account { number, tenant: person.place, handle: handle.trim_end_matches('=').to_owned() })
    }

    /// Logs an account in whose passkey the person chose, without having said who they are.
    pub(crate) async fn log_in(&mut self, person: Person<'_>, account: &Account) -> Result<(), Failure> {
        self.begin();
        let challenge = self.view_login_page(person.tenant).await?;
        self.body.clear();
        person.passkeys.write_assertion(
            account.number,
            person.site,
            &challenge,
            &account.handle,
            &mut self.body,
        );
        self.finalize(Step::LoginFinalize, person.tenant).await
    }

    /// Opens a login page with autofill, and leaves.
    pub(crate) async fn leave_login_page(&mut self, tenant: &Tenant) -> Result<(), Failure> {
        self.begin();
        self.view_login_page(tenant).await.map(|_| ())
    }

    async fn view_login_page(&mut self, tenant: &Tenant) -> Result<String, Failure> {
        self.body.extend_from_slice(b"{}");
        let step = Step::LoginInitialize;
        let answer = self.send(step, tenant).await?;
        Ok(read::<Options<'_>>(step, &answer)?.public_key.challenge.into_owned())
    }

    async fn finalize(&mut self, step: Step, tenant: &Tenant) -> Result<(), Failure> {
        let finished = self.send(step, tenant).await.and_then(|answer| {
            let token = read::<Finished<'_>>(step, &answer)?.token;
            // A JWT has three parts. What they say is the server's own tests' to judge.
            let is_token = token.split('.').filter(|part| !part.is_empty()).count() == 3;
            if is_token { Ok(()) } else { Err(Failure { step, reason: Reason::Unreadable }) }
        });
        let outcome = match &finished {
            Ok(()) => Finalized::Acknowledged,
            // A server that fails in the middle may have accepted before.
            Err(Failure { reason: Reason::Refused { status, .. }, .. }) if *status < 500 => {
                Finalized::Refused
            }
            Err(_) => Finalized::Unanswered,
        };
        self.finalized = Some((step, outcome));
        finished
    }

    fn begin(&mut self) {
        self.body.clear();
        self.steps.clear();
        self.finalized = None;
    }

    /// Sends `body` to a step's route; keeps how long it took. A refusal is a failure.
    async fn send(&mut self, step: Step, tenant: &Tenant) -> Result<Answer<'_>, Failure> {
        self.path.clear();
        self.path.push('/');
        let mut id = [0; uuid::fmt::Hyphenated::LENGTH];
        self.path.push_str(tenant.id.as_hyphenated().encode_lower(&mut id));
        self.path.push('/');
        self.path.push_str(step.path());
        // Of the four, only this one is the app's own.
        let credentials = match (step, tenant.api_key.as_deref()) {
            (Step::RegistrationInitialize, Some(key)) => Credentials::ApiKey(key),
            _ => Credentials::None,
        };
        let request = Request { method: "POST", path: &self.path, credentials, body: &self.body };
        let begun = Instant::now();
        let answer = self.connection.send(request).await;
        self.steps.push((step, begun.elapsed()));
        let answer = answer.map_err(|error| Failure { step, reason: Reason::Transport(error) })?;
        if answer.is_success() {
            return Ok(answer);
        }
        let code = serde_json::from_slice::<ErrorBody<'_>>(answer.body).ok().and_then(|body| body.code);
        let reason = Reason::Refused { status: answer.status, code: code.map(Cow::into_owned) };
        Err(Failure { step, reason })
    }
}

fn read<'a, T: Deserialize<'a>>(step: Step, answer: &Answer<'a>) -> Result<T, Failure> {
    serde_json::from_slice(answer.body).map_err(|_| Failure { step, reason: Reason::Unreadable })
}
