//! Connecting to PostgreSQL as a libpq URL says, with rustls in the place of OpenSSL.
//!
//! [`PostgresUrl::parse`] reads `postgresql://user@host:port/database?sslmode=verify-full&sslrootcert=ca.pem`;
//! [`PostgresUrl::connect`] opens it. `sslmode` means what it does to [libpq], but for its absence: a server elsewhere
//! must then prove itself (`verify-full`), since what is read from it are people's credentials.
//!
//! [libpq]: https://www.postgresql.org/docs/current/libpq-ssl.html

mod certificates;
mod url;

use std::fmt;

use tokio::task::JoinHandle;
use tokio_postgres::{CancelToken, Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use certificates::CertificateError;
pub use url::{InvalidUrl, PostgresUrl, SslMode};

/// A connection can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The certificates to trust can't be read.
    #[error(transparent)]
    Certificates(#[from] CertificateError),
    /// The server can't be reached, isn't trusted, or refuses.
    #[error("{}", with_cause(.0))]
    Postgres(#[from] tokio_postgres::Error),
}

/// An open connection. Its work is done by a task, which ends with it.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    task: JoinHandle<Result<(), tokio_postgres::Error>>,
}

/// Makes connections as a URL says, with certificates that were read once.
#[derive(Clone)]
pub struct Connector {
    /// None where there is no TLS.
    tls: Option<MakeRustlsConnect>,
}

impl PostgresUrl {
    /// Opens a connection.
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        let (client, task) = self.connector()?.connect(self.config()).await?;
        Ok(Connection { client, task })
    }

    /// What makes connections: reads the certificates to trust.
    pub fn connector(&self) -> Result<Connector, CertificateError> {
        let tls = match self.ssl_mode() {
            SslMode::Disable => None,
            SslMode::Prefer | SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
                Some(MakeRustlsConnect::new(certificates::client_config(self)?))
            }
        };
        Ok(Connector { tls })
    }
}

impl Connector {
    /// Opens a connection. Its work is done by the task, which ends once the client is dropped and what was asked is
    /// answered.
    pub async fn connect(
        &self,
        config: &Config,
    ) -> Result<(Client, JoinHandle<Result<(), tokio_postgres::Error>>), tokio_postgres::Error> {
        Ok(match &self.tls {
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                (client, tokio::spawn(connection))
            }
            Some(tls) => {
                let (client, connection) = config.connect(tls.clone()).await?;
                (client, tokio::spawn(connection))
            }
        })
    }

    /// Asks the server to break off what a connection is at, by a connection of its own.
    pub async fn cancel(&self, token: &CancelToken) -> Result<(), tokio_postgres::Error> {
        match &self.tls {
            None => token.cancel_query(NoTls).await,
            Some(tls) => token.cancel_query(tls.clone()).await,
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("tls", &self.tls.is_some()).finish()
    }
}

impl Connection {
    /// To ask the server with.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// To begin a transaction with.
    #[must_use]
    pub fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a failure says, and why: the driver's errors leave their causes out.
#[must_use]
pub fn with_cause(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
