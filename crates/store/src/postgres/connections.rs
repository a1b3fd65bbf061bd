//! Connections: a pool of them, and sessions that use one for a piece of work.
//!
//! Nothing waits for ever: neither for a place in the pool, nor for a connection to be made, nor for the answer to a
//! statement. A session whose work did not come to an end (a time limit, a request that was given up) closes its
//! connection, since nobody knows what state that is in, and has the server break off what it was at.

use std::fmt;
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::{Connect, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use passgate_core::measurement::Measurement;
use passgate_postgres_connection::{CertificateError, Connector, PostgresUrl};
use tokio::task::JoinHandle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, Row};

use super::fault::{Fault, describe};

/// What a statement is given.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The pool, and how long to wait.
pub(super) struct Connections {
    pool: Pool,
    connector: Connector,
    time_limit: Duration,
    /// Statements sent, transactions' beginnings and ends among them.
    statements: AtomicU64,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("status", &self.pool.status()).finish_non_exhaustive()
    }
}

struct PooledConnector(Connector);

impl Connect for PooledConnector {
    fn connect(
        &self,
        config: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        let config = config.clone();
        Box::pin(async move {
            let (client, connection) = self.0.connect(&config).await?;
            let task = tokio::spawn(async move {
                let Ok(ended) = connection.await else { return };
                if let Err(error) = ended {
                    tracing::warn!(error = describe(&error), "a connection to the database broke");
                }
            });
            Ok((client, task))
        })
    }
}

impl Connections {
    /// Connects to nothing yet.
    pub(super) fn new(
        url: &PostgresUrl,
        most: NonZeroUsize,
        time_limit: Duration,
    ) -> Result<Self, CertificateError> {
        let connector = url.connector()?;
        // A connection that others closed is noticed without asking it.
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(url.config().clone(), PooledConnector(connector.clone()), config);
        let pool = Pool::builder(manager)
            .max_size(most.get())
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(time_limit))
            .create_timeout(Some(time_limit))
            .recycle_timeout(Some(time_limit))
            .build()
            .expect("a runtime is given, which is all that building asks for");
        Ok(Self { pool, connector, time_limit, statements: AtomicU64::new(0) })
    }

    /// A connection for a piece of work.
    pub(super) async fn session(self: &Arc<Self>) -> Result<Session, Fault> {
        let connection = self.pool.get().await?;
        Ok(Session {
            connection: Some(connection),
            connections: Arc::clone(self),
            time_limit: self.time_limit,
            waits_for: AtomicU32::new(0),
            in_transaction: AtomicBool::new(false),
            broken: AtomicBool::new(false),
        })
    }

    pub(super) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How busy the pool is.
    pub(super) fn measurements(&self) -> Vec<Measurement> {
        let status = self.pool.status();
        vec![
            Measurement::gauge("store_connections", "Connections to the database", status.size as u64),
            Measurement::gauge(
                "store_connections_idle",
                "Connections to the database that nobody uses",
                status.available as u64,
            ),
            Measurement::gauge(
                "store_connections_waiting",
                "Work that waits for a connection",
                status.waiting as u64,
            ),
            Measurement::counter("store_statements", "Statements sent to the database", self.statements()),
        ]
    }

    pub(super) fn close(&self) {
        self.pool.close();
    }

    /// Forgets the connections that nobody uses: where one broke, the others probably are, without having noticed.
    fn forget_idle(&self) {
        let _ = self.pool.retain(|_, _| false);
    }
}

/// A connection while it is used for one piece of work.
pub(super) struct Session {
    /// None once it is taken, at the end.
    connection: Option<Object>,
    connections: Arc<Connections>,
    time_limit: Duration,
    /// Statements that were sent and not answered.
    waits_for: AtomicU32,
    in_transaction: AtomicBool,
    broken: AtomicBool,
}

impl Session {
    /// The rows that a statement returns.
    pub(super) async fn rows(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Fault> {
        let client = self.client()?;
        self.answered(async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, params).await
        })
        .await
    }

    /// The first row that a statement returns.
    pub(super) async fn row(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>, Fault> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// Whether a statement returns a row.
    pub(super) async fn exists(&self, sql: &str, params: Params<'_>) -> Result<bool, Fault> {
        Ok(!self.rows(sql, params).await?.is_empty())
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, Fault> {
        let client = self.client()?;
        self.answered(async {
            let statement = client.prepare_cached(sql).await?;
            client.execute(&statement, params).await
        })
        .await
    }

    /// The number that a statement counts.
    pub(super) async fn count(&self, sql: &str, params: Params<'_>) -> Result<u64, Fault> {
        let row = self.row(sql, params).await?.ok_or(Fault::NoRow("of a count"))?;
        let count: i64 = row.try_get(0)?;
        // A count is not negative.
        Ok(count.cast_unsigned())
    }

    /// Runs SQL without parameters, of any number of statements.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Fault> {
        let client = self.client()?;
        self.answered(client.batch_execute(sql)).await
    }

    /// Lets each statement from here on take as long as that.
    pub(super) fn limit_time(&mut self, time_limit: Duration) {
        self.time_limit = time_limit;
    }

    pub(super) async fn begin(&self, sql: &'static str) -> Result<(), Fault> {
        self.in_transaction.store(true, Ordering::Relaxed);
        self.batch(sql).await
    }

    /// Whoever gets an error does not know whether it was committed, and must not say that it was.
    pub(super) async fn commit(&self) -> Result<(), Fault> {
        self.batch("COMMIT").await?;
        self.in_transaction.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Undoes the transaction. If that fails, the connection is closed, which does it too.
    pub(super) async fn roll_back(&self) {
        if !self.broken.load(Ordering::Relaxed) && self.batch("ROLLBACK").await.is_ok() {
            self.in_transaction.store(false, Ordering::Relaxed);
        }
    }

    fn client(&self) -> Result<&Object, Fault> {
        self.connection.as_ref().ok_or(Fault::TimedOut)
    }

    async fn answered<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
        self.connections.statements.fetch_add(1, Ordering::Relaxed);
        self.waits_for.fetch_add(1, Ordering::Relaxed);
        let Ok(answer) = tokio::time::timeout(self.time_limit, work).await else {
            self.broken.store(true, Ordering::Relaxed);
            return Err(Fault::TimedOut);
        };
        self.waits_for.fetch_sub(1, Ordering::Relaxed);
        if let Err(error) = &answer
            && error.code().is_none()
        {
            // Not the server's refusal, so the connection's end.
            self.broken.store(true, Ordering::Relaxed);
        }
        Ok(answer?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let (waits, broken) = (*self.waits_for.get_mut() > 0, *self.broken.get_mut());
        if !waits && !broken && !*self.in_transaction.get_mut() {
            return;
        }
        let Some(connection) = self.connection.take() else { return };
        // Out of the pool, and closed with the value.
        let connection = Object::take(connection);
        if broken {
            self.connections.forget_idle();
        }
        if waits && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let token = connection.cancel_token();
            let (connector, time_limit) = (self.connections.connector.clone(), self.time_limit);
            runtime.spawn(async move {
                // Nothing more can be done where that fails: the server notices when it has done the work.
                let _ = tokio::time::timeout(time_limit, connector.cancel(&token)).await;
            });
        }
    }
}
