//! The Rust SDK of Passgate: passkeys for an app that already has users and a login.
//!
//! An app's backend makes one [`Tenant`] at start and keeps it. Each ceremony has two steps, start and
//! finish: the backend hands the options of the first to the page, and what the page's browser made of them to
//! the second, which answers a [`Token`] that says who did it.
//!
//! ```no_run
//! use passgate_client::{Claims, Error, SecretString, Tenant, TenantConfig};
//! use passgate_client::RegistrationInitialize;
//! # use serde_json::Value;
//! # async fn example(from_browser: Value) -> Result<(), Error> {
//! let tenant = Tenant::new(TenantConfig {
//!     base_url: "http://localhost:8000".to_owned(),
//!     tenant_id: "9f0c1b4e-7f1d-4a53-9a53-0c1f6f6c3b11".to_owned(),
//!     api_key: SecretString::new("pgk_…"),
//!     rp_id: "localhost".to_owned(),
//! })?;
//!
//! // Registering a passkey for a user who is logged in:
//! let options = tenant
//!     .registration()
//!     .initialize(&RegistrationInitialize {
//!         user_id: "42".to_owned(),
//!         username: "john.doe@example.com".to_owned(),
//!         display_name: None,
//!         icon: None,
//!     })
//!     .await?;
//! // … the page passes `options` to the browser and sends back a credential …
//! let registered: Claims = tenant.registration().finalize_and_verify(&from_browser).await?;
//! assert_eq!(registered.user_id, "42");
//!
//! // Logging in:
//! let options = tenant.login().initialize().await?;
//! let login: Claims = tenant.login().finalize_and_verify(&from_browser).await?;
//! println!("welcome back, {}", login.user_id);
//! # drop(options);
//! # Ok(())
//! # }
//! ```
//!
//! Beside these two, [`Tenant::mfa`] is for second factors, [`Tenant::transactions`] for what a person confirms with
//! a passkey, and [`Tenant::on_behalf_of`] tells Passgate's audit log who asked.
//!
//! With the feature `axum`, `axum::passkey_routes` brings both ceremonies as two
//! routes of the app's own router.

#[cfg(feature = "axum")]
pub mod axum;
mod client_info;
mod clock;
mod credential;
mod error;
mod jwks;
mod listing;
mod login;
mod mfa;
mod registration;
mod repeat;
mod tenant;
mod token;
mod transactions;
mod transport;
mod user;
mod verifier;

pub use client_info::ClientInfo;
pub use clock::{Clock, SystemClock};
pub use credential::CredentialHandle;
pub use error::{ApiError, ConfigError, Error, ResponseProblem, UnreachableKind};
pub use listing::{CredentialPage, CredentialQuery, Order};
pub use login::Login;
pub use mfa::{Mfa, MfaLogin};
pub use passgate_api::public::{
    AllAcceptedCredentials, Credential, CredentialStorage, CurrentUserDetails, Jwk, Jwks,
    RegistrationInitialize, Signals, Transaction, TransactionInitialize, TransactionStatus,
};
pub use passgate_api::{ErrorCode, SecretString, UnknownCredentialSignal};
pub use registration::Registration;
pub use tenant::{Tenant, TenantBuilder, TenantConfig};
pub use token::Token;
pub use transactions::Transactions;
pub use user::UserHandle;
pub use verifier::{Claims, Purpose, TokenError, Verifier};
