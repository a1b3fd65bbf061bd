//! Whether a server runs on the database that a command is about.

use std::time::Duration;

use passgate_api::admin::Alive;
use passgate_core::ids::DatabaseId;

use super::CliError;
use crate::routes::health::{DATABASE_HEADER, SECRET_HEADER};

/// How long a server may take to say that it is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// What a server says of itself.
pub(crate) struct Running {
    /// The database that it serves.
    pub(crate) database: DatabaseId,
    /// The server secret that it seals with, as text.
    pub(crate) secret: String,
}

/// Asks whatever listens at the admin URL. `None` if nothing listens there; an error if it is not Passgate, so that
/// no token is sent to it.
pub(crate) async fn probe(client: &reqwest::Client, url: &str) -> Result<Option<Running>, CliError> {
    let answer = client.get(format!("{url}/health/alive")).timeout(PROBE_TIMEOUT).send().await;
    let response = match answer {
        Ok(response) => response,
        Err(error) if error.is_connect() => return Ok(None),
        // Something listens there and does not answer: it may be a busy server, whose database this would be.
        Err(error) => return Err(CliError::Unreachable { url: url.to_owned(), error }),
    };
    let status = response.status().as_u16();
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let database = header(DATABASE_HEADER).and_then(|id| id.parse().ok());
    let secret = header(SECRET_HEADER);
    let alive = response.json::<Alive>().await;
    match (database, secret, alive) {
        (Some(database), Some(secret), Ok(Alive { alive: true })) => Ok(Some(Running { database, secret })),
        _ => Err(CliError::NotPassgate { url: url.to_owned(), status }),
    }
}
