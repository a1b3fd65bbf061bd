//! The tutorial's backend: an app with users and a password login, and passkeys beside it.
//!
//! What passkeys add is in `passkeys.rs`, and one line of `routes.rs`. The rest was there before.

mod app;
mod config;
mod passkeys;
mod routes;
mod sessions;
#[cfg(test)]
mod tests;
mod users;

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;

use passgate_client::{SystemClock, Tenant};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::config::Config;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::from_env(|name| std::env::var(name).ok())?;
    let tenant = Tenant::new(config.passkeys)?;
    let app = App::new(Arc::new(SystemClock));
    let router = routes::router(app, tenant, &config.frontend_origin)?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port))
        .await
        .map_err(|error| format!("port {} can't be opened: {error}", config.port))?;
    tracing::info!("listening on http://localhost:{}", config.port);
    axum::serve(listener, router).with_graceful_shutdown(asked_to_stop()).await?;
    Ok(())
}

/// Ends on Ctrl-C and, on Unix, on SIGTERM.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    tokio::signal::ctrl_c().await.ok();
}
