//! One tenant, as an app's backend sees it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use passgate_api::SecretString;
use passgate_api::public::Jwks;
use reqwest::header::HeaderValue;
use url::Url;
use uuid::Uuid;

use crate::client_info::ClientInfo;
use crate::clock::{Clock, SystemClock};
use crate::credential::CredentialHandle;
use crate::error::{ConfigError, Error};
use crate::listing::{CredentialPage, CredentialQuery};
use crate::login::Login;
use crate::mfa::Mfa;
use crate::registration::{Registration, Routes};
use crate::transactions::Transactions;
use crate::transport::{Call, Transport};
use crate::user::UserHandle;
use crate::verifier::Verifier;

/// What a client needs to know: the console and `passgate tenant create` show all of it.
#[derive(Debug, Clone)]
pub struct TenantConfig {
    /// Where the Passkey API is, without the tenant: `http://localhost:8000`. A path is kept.
    pub base_url: String,
    /// The tenant's id: a UUID.
    pub tenant_id: String,
    /// An API key of the tenant.
    pub api_key: SecretString,
    /// The domain that the tenant's passkeys are bound to, such as `localhost`: the audience of its tokens.
    pub rp_id: String,
}

/// A tenant of Passgate. Cheap to clone: clones share connections and cached keys.
///
/// Its methods need a Tokio runtime. Whatever they send is bounded in time (2 s to connect, 10 s for a whole
/// call with its repetitions, unless [`TenantBuilder`] says otherwise), and answers in size (1 MiB unless said
/// otherwise). What only reads or starts a ceremony is tried up to three times while Passgate can't be reached or
/// answers 502, 503 or 504; what finishes one, changes something or uses up a transaction's id is sent again only
/// where it never left this machine.
#[derive(Clone)]
pub struct Tenant {
    transport: Arc<Transport>,
    verifier: Verifier,
}

/// Makes a [`Tenant`] with settings that have defaults.
#[must_use]
pub struct TenantBuilder {
    config: TenantConfig,
    issuer: Option<String>,
    connect_timeout: Duration,
    total_timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl Tenant {
    /// A tenant with default settings. Sends nothing.
    ///
    /// ```
    /// use passgate_client::{SecretString, Tenant, TenantConfig};
    /// # fn main() -> Result<(), passgate_client::ConfigError> {
    /// let tenant = Tenant::new(TenantConfig {
    ///     base_url: "http://localhost:8000".to_owned(),
    ///     tenant_id: "9f0c1b4e-7f1d-4a53-9a53-0c1f6f6c3b11".to_owned(),
    ///     api_key: SecretString::new("pgk_secret"),
    ///     rp_id: "localhost".to_owned(),
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: TenantConfig) -> Result<Self, ConfigError> {
        Self::builder(config).build()
    }

    /// For settings other than the defaults.
    ///
    /// ```
    /// use std::time::Duration;
    /// use passgate_client::{SecretString, Tenant, TenantConfig};
    /// # fn main() -> Result<(), passgate_client::ConfigError> {
    /// let config = TenantConfig {
    ///     base_url: "http://passgate.internal:8000".to_owned(),
    ///     tenant_id: "9f0c1b4e-7f1d-4a53-9a53-0c1f6f6c3b11".to_owned(),
    ///     api_key: SecretString::new("pgk_secret"),
    ///     rp_id: "example.com".to_owned(),
    /// };
    /// let tenant = Tenant::builder(config)
    ///     // Passgate's `public_url`, where the backend reaches it under another.
    ///     .public_url("https://passkeys.example.com")
    ///     .total_timeout(Duration::from_secs(5))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(config: TenantConfig) -> TenantBuilder {
        TenantBuilder {
            config,
            issuer: None,
            connect_timeout: Duration::from_secs(2),
            total_timeout: Duration::from_secs(10),
            clock: Arc::new(SystemClock),
        }
    }

    /// Registering a passkey for a user who is logged in.
    #[must_use]
    pub fn registration(&self) -> Registration<'_> {
        Registration { transport: &self.transport, verifier: &self.verifier, routes: &Routes::PASSKEY }
    }

    /// Logging in with a passkey.
    #[must_use]
    pub fn login(&self) -> Login<'_> {
        Login { transport: &self.transport, verifier: &self.verifier }
    }

    /// Second factors: a security key beside a password.
    #[must_use]
    pub fn mfa(&self) -> Mfa<'_> {
        Mfa { transport: &self.transport, verifier: &self.verifier }
    }

    /// Confirming transactions with a passkey.
    #[must_use]
    pub fn transactions(&self) -> Transactions<'_> {
        Transactions { transport: &self.transport, verifier: &self.verifier }
    }

    /// This tenant, for the length of one person's request: what is called on it is that person's doing in
    /// Passgate's audit log, not the backend's. Cheap, as any clone. In place of whom it was for before.
    ///
    /// The keys that tokens are verified with are everybody's, and fetched for nobody.
    ///
    /// ```no_run
    /// # use serde_json::Value;
    /// # async fn example(
    /// #     tenant: passgate_client::Tenant,
    /// #     peer: std::net::SocketAddr,
    /// #     user_agent: Option<String>,
    /// #     from_browser: Value,
    /// # ) -> Result<(), passgate_client::Error> {
    /// use passgate_client::ClientInfo;
    /// let theirs = tenant.on_behalf_of(&ClientInfo { ip: Some(peer.ip()), user_agent });
    /// let login = theirs.login().finalize_and_verify(&from_browser).await?;
    /// # drop(login);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_behalf_of(&self, client: &ClientInfo) -> Self {
        Self { transport: Arc::new(self.transport.on_behalf_of(client)), verifier: self.verifier.clone() }
    }

    /// One page of the tenant's passkeys.
    ///
    /// ```no_run
    /// # async fn example(tenant: passgate_client::Tenant) -> Result<(), passgate_client::Error> {
    /// use passgate_client::CredentialQuery;
    /// let page = tenant.credentials(&CredentialQuery { page: Some(2), ..Default::default() }).await?;
    /// println!("{} of {}", page.credentials.len(), page.total);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn credentials(&self, query: &CredentialQuery) -> Result<CredentialPage, Error> {
        query.fetch(&self.transport).await
    }

    /// One passkey, by its credential id (base64url). Sends nothing yet.
    #[must_use]
    pub fn credential<'a>(&'a self, id: &'a str) -> CredentialHandle<'a> {
        CredentialHandle { transport: &self.transport, id }
    }

    /// One user, by the app's own id. Sends nothing yet.
    #[must_use]
    pub fn user<'a>(&'a self, id: &'a str) -> UserHandle<'a> {
        UserHandle { transport: &self.transport, id }
    }

    /// The keys that may verify the tenant's tokens now or soon, freshly fetched. To verify a token use
    /// [`Tenant::verifier`], which caches them.
    pub async fn jwks(&self) -> Result<Jwks, Error> {
        self.transport.send(Call::get(&[".well-known", "jwks.json"])).await?.json()
    }

    /// What decides whether a token is to be believed.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl TenantBuilder {
    /// Passgate's `public_url`, which the issuer of its tokens starts with. Default: the base URL.
    pub fn public_url(mut self, public_url: &str) -> Self {
        self.issuer = Some(public_url.trim_end_matches('/').to_owned());
        self
    }

    /// How long a connection may take to come about. Default: 2 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a whole call may take, with its repetitions. Default: 10 s.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// Where the time comes from. Default: the system.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks the configuration and makes the tenant. Sends nothing.
    pub fn build(self) -> Result<Tenant, ConfigError> {
        let Self { config, issuer, connect_timeout, total_timeout, clock } = self;
        let tenant_id = Uuid::parse_str(&config.tenant_id).map_err(|_| ConfigError::TenantId)?.to_string();
        let base_url = base_url(&config.base_url)?;
        let issuer = issuer.unwrap_or_else(|| base_url.as_str().trim_end_matches('/').to_owned());
        if config.rp_id.is_empty() {
            return Err(ConfigError::RpId);
        }
        let mut tenant_url = base_url;
        tenant_url.path_segments_mut().map_err(|()| ConfigError::BaseUrl)?.pop_if_empty().push(&tenant_id);
        let transport = Arc::new(Transport::new(
            tenant_url,
            api_key(&config.api_key)?,
            connect_timeout,
            total_timeout,
            Arc::clone(&clock),
        )?);
        let issuer = format!("{issuer}/{tenant_id}");
        let verifier = Verifier::new(issuer, config.rp_id, Arc::clone(&transport), clock);
        Ok(Tenant { transport, verifier })
    }
}

impl fmt::Debug for TenantBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}

fn base_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|_| ConfigError::BaseUrl)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if plain { Ok(url) } else { Err(ConfigError::BaseUrl) }
}

fn api_key(key: &SecretString) -> Result<HeaderValue, ConfigError> {
    let key = key.expose_secret();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::ApiKey);
    }
    let mut value = HeaderValue::from_str(key).map_err(|_| ConfigError::ApiKey)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT_ID: &str = "9F0C1B4E-7F1D-4A53-9A53-0C1F6F6C3B11";

    fn config() -> TenantConfig {
        TenantConfig {
            base_url: "http://localhost:8000/".to_owned(),
            tenant_id: TENANT_ID.to_owned(),
            api_key: SecretString::new("pgk_secret"),
            rp_id: "localhost".to_owned(),
        }
    }

    #[test]
    fn each_mistake_in_the_configuration_has_its_own_error() {
        let refused = |config| Tenant::new(config).expect_err("must be refused");
        for base_url in ["localhost:8000", "ftp://localhost", "http://a?b", "http://a#b", "http://u:p@a", ""]
        {
            let config = TenantConfig { base_url: base_url.to_owned(), ..config() };
            assert_eq!(refused(config), ConfigError::BaseUrl, "{base_url}");
        }
        assert_eq!(refused(TenantConfig { tenant_id: "1".to_owned(), ..config() }), ConfigError::TenantId);
        for key in ["", "two words", "line\nbreak", "…"] {
            let config = TenantConfig { api_key: SecretString::new(key), ..config() };
            assert_eq!(refused(config), ConfigError::ApiKey, "{key:?}");
        }
        assert_eq!(refused(TenantConfig { rp_id: String::new(), ..config() }), ConfigError::RpId);
    }

    #[test]
    fn the_issuer_is_the_public_url_and_the_tenant_id_in_lower_case() {
        let issuer = |builder: TenantBuilder| builder.build().expect("valid").verifier().issuer().to_owned();
        let id = TENANT_ID.to_lowercase();
        assert_eq!(issuer(Tenant::builder(config())), format!("http://localhost:8000/{id}"));
        assert_eq!(
            issuer(Tenant::builder(config()).public_url("https://passkeys.example.com/")),
            format!("https://passkeys.example.com/{id}")
        );
        let below_a_path = TenantConfig { base_url: "https://example.com/passkeys".to_owned(), ..config() };
        assert_eq!(issuer(Tenant::builder(below_a_path)), format!("https://example.com/passkeys/{id}"));
    }

    #[test]
    fn debug_output_never_holds_the_api_key() {
        let builder = Tenant::builder(config());
        for text in [format!("{builder:?}"), format!("{:?}", config())] {
            assert!(!text.contains("pgk_secret"), "{text}");
        }
        assert!(!format!("{:?}", builder.build()).contains("pgk_secret"));
    }
}
