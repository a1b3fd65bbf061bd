//! `verify-ledger`: holds a server to what it acknowledged. Each credential must be there, and no challenge may get a
//! second token.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::connection::{Connection, Credentials, Endpoint, EndpointError, Request, TransportError};
use crate::ledger::{self, Entry, LedgerError, Outcome};

/// How many violations are listed; all are counted.
const LISTED: usize = 20;

/// What became of what a ledger says.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Credentials that were acknowledged, and whether each was there.
    pub credentials: u64,
    /// Those that are gone.
    pub missing: u64,
    /// Responses that were sent again.
    pub replayed: u64,
    /// Those that got a token although they had one.
    pub accepted_twice: u64,
    /// Responses that had got no answer and were accepted when they were sent again: the first did not count.
    pub accepted_late: u64,
    /// Why replays were refused. A challenge that has expired meanwhile says nothing of what would have been.
    pub refusals: BTreeMap<String, u64>,
    /// The first violations.
    pub violations: Vec<String>,
}

impl Verdict {
    /// Whether the server kept its word.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.missing == 0 && self.accepted_twice == 0
    }

    fn violation(&mut self, text: String) {
        if self.violations.len() < LISTED {
            self.violations.push(text);
        }
    }
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The URL is none.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The ledger can't be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The server can't be asked.
    #[error("{path} can't be asked ({code})")]
    Transport {
        /// The path.
        path: String,
        /// What became of the connection.
        code: &'static str,
    },
    /// The server neither accepts nor refuses, so that nothing can be said.
    #[error("{path} answered {status}, which decides nothing")]
    Undecided {
        /// The path.
        path: String,
        /// The status.
        status: u16,
    },
    /// A response in the ledger has no credential id.
    #[error("the ledger has a response without an id")]
    NoId,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ErrorBody {
    code: Option<String>,
}

/// Asks the server at `url` after everything in the ledger.
pub(crate) async fn verify(url: &str, path: &Path) -> Result<Verdict, VerifyError> {
    let mut connection = Connection::new(Endpoint::parse(url)?);
    let mut api_keys: HashMap<Uuid, String> = HashMap::new();
    let mut verdict = Verdict::default();
    for entry in ledger::read(path)? {
        match entry? {
            Entry::Tenant { tenant, api_key } => {
                api_keys.extend(api_key.map(|api_key| (tenant, api_key)));
            }
            Entry::Finalized { of, route, outcome, body } => {
                let body = body.get();
                let response: Response<'_> = serde_json::from_str(body).map_err(|_| VerifyError::NoId)?;
                let id = response.id;
                if (route, outcome) == (ledger::Route::Registration, Outcome::Acknowledged) {
                    verdict.credentials += 1;
                    let path = format!("/{of}/credentials/{id}");
                    let credentials = api_keys.get(&of).map_or(Credentials::None, |k| Credentials::ApiKey(k));
                    if let Replay::Refused(code) = ask(&mut connection, "GET", &path, credentials, "").await?
                    {
                        verdict.missing += 1;
                        verdict.violation(format!("{path} was acknowledged and is gone ({code})"));
                    }
                }
                let path = format!("/{of}/{}", route.path());
                let mut replay = async || ask(&mut connection, "POST", &path, Credentials::None, body).await;
                let first = replay().await?;
                verdict.replayed += 1;
                let last = match (outcome, first) {
                    // What had no answer may not have been taken. Now it is, and once is enough.
                    (Outcome::Unanswered, Replay::Accepted) => {
                        verdict.accepted_late += 1;
                        replay().await?
                    }
                    (_, first) => first,
                };
                match last {
                    Replay::Refused(code) => *verdict.refusals.entry(code).or_default() += 1,
                    Replay::Accepted => {
                        verdict.accepted_twice += 1;
                        verdict
                            .violation(format!("{path} gave a token for a response of {id} that was spent"));
                    }
                }
            }
        }
    }
    Ok(verdict)
}

/// How a request was decided.
enum Replay {
    Accepted,
    Refused(String),
}

async fn ask(
    connection: &mut Connection,
    method: &'static str,
    path: &str,
    credentials: Credentials<'_>,
    body: &str,
) -> Result<Replay, VerifyError> {
    let request = Request { method, path, credentials, body: body.as_bytes() };
    let transport =
        |error: TransportError| VerifyError::Transport { path: path.to_owned(), code: error.code() };
    let answer = connection.send(request).await.map_err(transport)?;
    match answer.status {
        200..300 => Ok(Replay::Accepted),
        400..500 if answer.status != 429 => {
            let code = serde_json::from_slice::<ErrorBody>(answer.body).ok().and_then(|body| body.code);
            Ok(Replay::Refused(code.unwrap_or_else(|| answer.status.to_string())))
        }
        status => Err(VerifyError::Undecided { path: path.to_owned(), status }),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const TENANT: &str = "00000000-0000-0000-0000-000000000001";

    /// The verdict on a server that answers everything with one status.
    async fn verdict_on(status: &'static str, outcome: &str) -> Result<Verdict, VerifyError> {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger");
        let lines = format!(
            "{{\"tenant\":\"{TENANT}\",\"api_key\":\"k\"}}\n\
             {{\"of\":\"{TENANT}\",\"route\":\"registration/finalize\",\"outcome\":\"{outcome}\",\"body\":{{\"id\":\"c\"}}}}"
        );
        std::fs::write(&ledger, lines).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            while stream.read(&mut request).await.unwrap() > 0 {
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 12\r\n\r\n{{\"code\":\"x\"}}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        verify(&url, &ledger).await
    }

    #[tokio::test]
    async fn a_server_that_takes_a_response_again_is_caught() {
        let verdict = verdict_on("200 OK", "acknowledged").await.unwrap();
        assert_eq!((verdict.credentials, verdict.missing, verdict.accepted_twice), (1, 0, 1));
        assert!(!verdict.holds());
        // What had no answer may be taken once.
        let verdict = verdict_on("200 OK", "unanswered").await.unwrap();
        assert_eq!((verdict.accepted_late, verdict.accepted_twice), (1, 1));
    }

    #[tokio::test]
    async fn a_server_that_lost_a_credential_is_caught() {
        let verdict = verdict_on("404 Not Found", "acknowledged").await.unwrap();
        assert_eq!((verdict.credentials, verdict.missing, verdict.accepted_twice), (1, 1, 0));
        assert_eq!(verdict.refusals, BTreeMap::from([("x".to_owned(), 1)]));
        assert!(!verdict.holds());
        // Nothing was acknowledged, so nothing is lost.
        assert!(verdict_on("404 Not Found", "unanswered").await.unwrap().holds());
    }

    #[tokio::test]
    async fn a_server_that_decides_nothing_has_no_verdict() {
        for status in ["500 Internal Server Error", "429 Too Many Requests"] {
            let error = verdict_on(status, "acknowledged").await.unwrap_err();
            assert!(matches!(error, VerifyError::Undecided { .. }), "{error}");
        }
    }
}
