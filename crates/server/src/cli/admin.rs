//! How commands reach the admin API: over HTTP if a server runs, otherwise in this process on the database. Both ways
//! are the same requests to the same routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::{Method, Request};
use passgate_api::{ErrorBody, SecretString};
use passgate_core::passgate::Passgate;
use passgate_core::store::Store;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use super::CliError;
use super::running::{Relation, Running, probe};
use tokio::sync::watch;

use crate::app::{App, Parts};
use crate::open::{IfMissing, Opened, open_with_metadata, with_passgate};
use crate::routes;
use crate::settings::Settings;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The admin API, wherever it is.
pub(crate) enum Admin {
    /// A server that runs.
    Server { client: reqwest::Client, url: String, token: SecretString },
    /// The database, opened by this process.
    Database { router: Router, opened: Opened },
}

impl Admin {
    /// Finds the server, or else opens the database. A server at the default address counts only if it serves the
    /// database that the settings name: there may be several on a machine.
    pub(crate) async fn connect(settings: &Settings, if_missing: IfMissing) -> Result<Self, CliError> {
        let url = settings.admin_url.clone();
        // Loopback is not reached through a proxy.
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(|error| CliError::Unreachable { url: url.clone(), error })?;
        let running = match probe(&client, &url).await {
            Ok(running) => running,
            // Whatever holds the default port of ours is not asked again.
            Err(CliError::NotPassgate { .. }) if !settings.names_server() => None,
            Err(error) => return Err(error),
        };
        match running {
            // Whoever names a server vouches for it.
            Some(_) if settings.names_server() => Self::server(client, url, settings),
            None if settings.names_server() => Err(CliError::NoServer { url }),
            // What is at the default address must prove itself before it gets the token: it may be anybody.
            Some(running) => {
                let opened = Self::open(settings, if_missing).await?;
                let relation = opened.relation(&running);
                if relation == Relation::OtherDatabase {
                    return Ok(opened);
                }
                opened.close().await;
                if relation == Relation::OtherSecret {
                    return Err(CliError::OtherSecret { url });
                }
                Self::server(client, url, settings)
            }
            None => Self::open(settings, if_missing).await,
        }
    }

    fn server(client: reqwest::Client, url: String, settings: &Settings) -> Result<Self, CliError> {
        match settings.admin_token.clone() {
            Some(token) => Ok(Self::Server { client, url, token }),
            None => Err(CliError::AdminTokenNeeded { url }),
        }
    }

    async fn open(settings: &Settings, if_missing: IfMissing) -> Result<Self, CliError> {
        let opened = open_with_metadata(settings, if_missing).await?;
        let router = with_passgate!(&opened, passgate => router(passgate, settings).await);
        Ok(Self::Database { router, opened })
    }

    fn relation(&self, running: &Running) -> Relation {
        match self {
            Self::Server { .. } => Relation::OtherDatabase,
            Self::Database { opened, .. } => {
                with_passgate!(opened, passgate => running.relation_to(passgate))
            }
        }
    }

    /// A request whose answer is wanted.
    pub(crate) async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, CliError> {
        let (status, bytes) = self.send(method, path, body).await?;
        serde_json::from_slice(&bytes).map_err(|_| self.not_passgate(status))
    }

    /// A request whose answer has no body.
    pub(crate) async fn command(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(), CliError> {
        self.send(method, path, body).await.map(|_| ())
    }

    /// Closes the database, where this process opened it.
    pub(crate) async fn close(self) {
        match self {
            Self::Server { .. } => {}
            Self::Database { opened, .. } => {
                with_passgate!(opened, passgate => passgate.store().close().await);
            }
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(u16, Vec<u8>), CliError> {
        let (status, bytes) = match self {
            Self::Server { client, url, token } => {
                let unreachable = |error| CliError::Unreachable { url: url.clone(), error };
                let mut request =
                    client.request(method, format!("{url}{path}")).bearer_auth(token.expose_secret());
                if let Some(body) = body {
                    request = request.json(&body);
                }
                let response = request.send().await.map_err(unreachable)?;
                let status = response.status().as_u16();
                (status, response.bytes().await.map_err(unreachable)?.to_vec())
            }
            Self::Database { router, .. } => {
                let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
                let request = Request::builder()
                    .method(method)
                    .uri(path)
                    .body(body)
                    .map_err(|_| CliError::Usage(format!("{path} is not a path")))?;
                let response = match router.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                let status = response.status().as_u16();
                let bytes = response.into_body().collect().await.map(|body| body.to_bytes().to_vec());
                (status, bytes.unwrap_or_default())
            }
        };
        if (200..300).contains(&status) {
            return Ok((status, bytes));
        }
        match serde_json::from_slice::<ErrorBody>(&bytes) {
            Ok(error) => Err(CliError::Refused(error)),
            Err(_) => Err(self.not_passgate(status)),
        }
    }

    fn not_passgate(&self, status: u16) -> CliError {
        let url = match self {
            Self::Server { url, .. } => url.clone(),
            Self::Database { .. } => "the database".to_owned(),
        };
        CliError::NotPassgate { url, status }
    }
}

/// The admin API of a database that this process has opened.
async fn router<S: Store>(passgate: &Arc<Passgate<S>>, settings: &Settings) -> Router {
    // Warnings of a tenant's configuration say whether there is a list. One that can't be used counts as none, and a
    // server's log says why.
    if settings.metadata.is_some() {
        drop(passgate.find_newer_metadata().await);
    }
    routes::admin_in_process(App::from(Parts::new(Arc::clone(passgate), settings, watch::channel(false).1)))
}
