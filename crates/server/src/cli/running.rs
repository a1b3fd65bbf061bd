//! Whether a server runs on the database that a command is about.

use std::time::Duration;

use data_encoding::HEXLOWER;
use passgate_api::admin::Alive;
use passgate_core::ids::DatabaseId;
use passgate_core::passgate::Passgate;
use passgate_core::rng::{SystemRng, random_bytes};
use passgate_core::store::Store;

use super::CliError;
use crate::routes::health::{DATABASE_HEADER, NONCE_HEADER, PROOF_HEADER};

/// How long a server may take to say that it is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// What a server says of itself.
pub(crate) struct Running {
    database: DatabaseId,
    nonce: [u8; 16],
    proof: Option<Vec<u8>>,
}

/// What a server is to a database that is open here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It serves the same database, and has shown that it holds the same secret.
    Same,
    /// It says that it serves the same database, and does not hold the current secret.
    OtherSecret,
    /// It serves another database.
    OtherDatabase,
}

impl Running {
    /// Compares the server with a database that is open here.
    pub(crate) fn relation_to<S: Store>(&self, passgate: &Passgate<S>) -> Relation {
        if self.database != passgate.store().identity() {
            Relation::OtherDatabase
        } else if self.proof.as_deref() == Some(&passgate.prove(&self.nonce)) {
            Relation::Same
        } else {
            Relation::OtherSecret
        }
    }
}

/// Asks whatever listens at the admin URL. `None` if nothing listens there; an error if it is not Passgate, so that
/// no token is sent to it.
pub(crate) async fn probe(client: &reqwest::Client, url: &str) -> Result<Option<Running>, CliError> {
    let nonce = random_bytes::<16>(&SystemRng);
    let request = client.get(format!("{url}/health/alive")).header(NONCE_HEADER, HEXLOWER.encode(&nonce));
    let response = match request.timeout(PROBE_TIMEOUT).send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() => return Ok(None),
        // Something listens there and does not answer: it may be a busy server, whose database this would be.
        Err(error) => return Err(CliError::Unreachable { url: url.to_owned(), error }),
    };
    let status = response.status().as_u16();
    let database = response.headers().get(DATABASE_HEADER).and_then(|id| id.to_str().ok()?.parse().ok());
    let proof = response.headers().get(PROOF_HEADER).and_then(|proof| HEXLOWER.decode(proof.as_bytes()).ok());
    let alive = response.json::<Alive>().await;
    match (database, alive) {
        (Some(database), Ok(Alive { alive: true })) => Ok(Some(Running { database, nonce, proof })),
        _ => Err(CliError::NotPassgate { url: url.to_owned(), status }),
    }
}
