//! Connecting to PostgreSQL as a libpq URL says, with rustls in the place of OpenSSL.
//!
//! [`PostgresUrl::parse`] reads `postgresql://user@host:port/database?sslmode=verify-full&sslrootcert=ca.pem`;
//! [`PostgresUrl::connect`] opens it. `sslmode` means what it does to [libpq], but for its absence: a server elsewhere
//! must then prove itself (`verify-full`), since what is read from it are people's credentials.
//!
//! [libpq]: https://www.postgresql.org/docs/current/libpq-ssl.html

mod certificates;
mod url;

use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};
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

impl PostgresUrl {
    /// Opens a connection.
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        let (client, task) = if self.ssl_mode() == SslMode::Disable {
            let (client, connection) = self.config().connect(NoTls).await?;
            (client, tokio::spawn(connection))
        } else {
            let tls = MakeRustlsConnect::new(certificates::client_config(self)?);
            let (client, connection) = self.config().connect(tls).await?;
            (client, tokio::spawn(connection))
        };
        Ok(Connection { client, task })
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
