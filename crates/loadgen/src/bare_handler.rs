//! `bare-handler`: the least that an axum server can do with `login/initialize`. It reads the JSON and answers options
//! of the usual size, which never change. What a server's own takes more is its own work.

use std::io;
use std::net::SocketAddr;

use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Asked {
    /// Read, as a real one would.
    #[serde(rename = "user_id")]
    _user_id: Option<String>,
}

#[derive(Serialize)]
struct Options {
    #[serde(rename = "publicKey")]
    public_key: PublicKey,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicKey {
    challenge: &'static str,
    timeout: u32,
    rp_id: &'static str,
    user_verification: &'static str,
}

async fn initialize(Json(_): Json<Asked>) -> Json<Options> {
    Json(Options {
        public_key: PublicKey {
            // 58 bytes in base64url.
            challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            timeout: 300_000,
            rp_id: "localhost",
            user_verification: "preferred",
        },
    })
}

/// Serves until the process ends. `listening` is told where.
pub(crate) async fn serve(address: SocketAddr, listening: impl FnOnce(SocketAddr)) -> io::Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    listening(listener.local_addr()?);
    axum::serve(listener, Router::new().route("/{tenant_id}/login/initialize", post(initialize))).await
}
