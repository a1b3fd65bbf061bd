//! libpq's URLs.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Where a database is, who asks for it, and what its server must prove. `Debug` hides the password.
#[derive(Clone)]
pub struct PostgresUrl {
    config: Config,
    ssl_mode: SslMode,
    root_certificates: Option<PathBuf>,
}

/// How a connection is protected: libpq's `sslmode`. `allow`, which is `prefer` with the order turned round, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// No TLS.
    Disable,
    /// TLS if the server offers it. Keeps out who only listens.
    Prefer,
    /// TLS. Keeps out who only listens.
    Require,
    /// TLS, by a certificate that leads to a trusted root, whoever it names.
    VerifyCa,
    /// TLS, by a certificate that leads to a trusted root and names the host.
    VerifyFull,
}

/// Why a URL is refused.
#[derive(Debug, thiserror::Error)]
pub enum InvalidUrl {
    /// It begins otherwise.
    #[error("a database's URL begins with postgresql:// or postgres://")]
    Scheme,
    /// `sslmode` has no such value.
    #[error("sslmode is disable, prefer, require, verify-ca or verify-full")]
    SslMode,
    /// `sslrootcert` is no path.
    #[error("sslrootcert is percent-encoded wrongly")]
    RootCertificates,
    /// The driver can't read it.
    #[error("the database's URL is malformed: {0}")]
    Malformed(#[source] tokio_postgres::Error),
}

impl FromStr for SslMode {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        match text {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(InvalidUrl::SslMode),
        }
    }
}

impl PostgresUrl {
    /// Reads a URL. Of libpq's parameters, the driver's are taken, and `sslmode` and `sslrootcert`; others are errors.
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
            return Err(InvalidUrl::Scheme);
        }
        let (mut ssl_mode, mut root_certificates) = (None, None);
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut others = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", mode)) => ssl_mode = Some(mode.parse()?),
                Some(("sslrootcert", path)) => root_certificates = Some(percent_decoded(path)?.into()),
                _ => others.push(parameter),
            }
        }
        let mut config =
            Config::from_str(&format!("{base}?{}", others.join("&"))).map_err(InvalidUrl::Malformed)?;
        let ssl_mode = match ssl_mode {
            None if is_here(&config) => SslMode::Prefer,
            None => SslMode::VerifyFull,
            // As libpq: whoever names roots wants them looked at.
            Some(SslMode::Require) if root_certificates.is_some() => SslMode::VerifyCa,
            Some(mode) => mode,
        };
        config.ssl_mode(match ssl_mode {
            SslMode::Disable => tokio_postgres::config::SslMode::Disable,
            SslMode::Prefer => tokio_postgres::config::SslMode::Prefer,
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
                tokio_postgres::config::SslMode::Require
            }
        });
        Ok(Self { config, ssl_mode, root_certificates })
    }

    /// How the connection will be protected.
    #[must_use]
    pub fn ssl_mode(&self) -> SslMode {
        self.ssl_mode
    }

    /// Whether it has a password: one that came on a command line has been seen by others.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// The same with a password.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }

    /// The database's name, or else the user's, as the server will take it.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname().or(self.config.get_user())
    }

    /// The same, with a limit on how long a connection may take to be made.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.config.connect_timeout(limit);
        self
    }

    /// What the driver is told. Its `Debug` hides the password.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn root_certificates(&self) -> Option<&std::path::Path> {
        self.root_certificates.as_deref()
    }
}

/// The URL without its password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgresql://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = self.config.get_ports();
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{separator}{name}")?,
                Host::Unix(path) => {
                    write!(f, "{separator}{}", path.display().to_string().replace('/', "%2F"))?;
                }
            }
            // One for each host, or one for all.
            if let Some(port) = ports.get(index).or(ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}?sslmode={}", self.database().unwrap_or_default(), self.ssl_mode)
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        })
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresUrl")
            .field("hosts", &self.config.get_hosts())
            .field("database", &self.database())
            .field("ssl_mode", &self.ssl_mode)
            .finish_non_exhaustive()
    }
}

/// Whether every host is this machine. Names are not looked up: `localhost` alone is known to be.
fn is_here(config: &Config) -> bool {
    let local_address = |address: &IpAddr| address.is_loopback();
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(local_address);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| local_address(&address))
        }
    })
}

fn percent_decoded(text: &str) -> Result<String, InvalidUrl> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(InvalidUrl::RootCertificates) };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| InvalidUrl::RootCertificates)?);
    }
    String::from_utf8(bytes).map_err(|_| InvalidUrl::RootCertificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        PostgresUrl::parse(url).unwrap().ssl_mode()
    }

    #[test]
    fn a_server_elsewhere_must_prove_itself_unless_the_url_says_otherwise() {
        assert_eq!(mode("postgresql://db.example.com/passkeys"), SslMode::VerifyFull);
        assert_eq!(mode("postgresql://10.0.0.5/passkeys"), SslMode::VerifyFull);
        assert_eq!(mode("postgresql://127.0.0.1,db.example.com/passkeys"), SslMode::VerifyFull);
        assert_eq!(mode("postgresql://localhost/passkeys?hostaddr=10.0.0.5"), SslMode::VerifyFull);
        assert_eq!(mode("postgresql://db.example.com/passkeys?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgresql://db.example.com/passkeys?sslmode=require"), SslMode::Require);
        assert_eq!(mode("postgresql://db.example.com/x?sslmode=verify-ca"), SslMode::VerifyCa);
    }

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            (
                "postgres://u:hunter2@db.example.com,10.0.0.5:7/passkeys?connect_timeout=2",
                "postgresql://u@db.example.com:5432,10.0.0.5:7/passkeys?sslmode=verify-full",
            ),
            ("postgres://u@localhost:7", "postgresql://u@localhost:7/u?sslmode=prefer"),
            ("postgresql://%2Frun%2Fpg/x?password=hunter2", "postgresql://%2Frun%2Fpg:5432/x?sslmode=prefer"),
        ] {
            let url = PostgresUrl::parse(url).unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_server_on_this_machine_need_not() {
        for url in [
            "postgresql://localhost/passkeys",
            "postgres://u@127.0.18.52:20000/passkeys",
            "postgresql://[::1]/passkeys",
            "postgresql:///passkeys?host=/run/postgresql",
        ] {
            assert_eq!(mode(url), SslMode::Prefer, "{url}");
        }
    }

    #[test]
    fn who_names_roots_wants_them_looked_at() {
        let url = PostgresUrl::parse("postgresql://h/d?sslrootcert=%2fca%20s.pem&sslmode=require").unwrap();
        assert_eq!(url.ssl_mode(), SslMode::VerifyCa);
        assert_eq!(url.root_certificates(), Some(std::path::Path::new("/ca s.pem")));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(matches!(PostgresUrl::parse("host=h dbname=d"), Err(InvalidUrl::Scheme)));
        assert!(matches!(PostgresUrl::parse("postgresql://h/d?sslmode=allow"), Err(InvalidUrl::SslMode)));
        assert!(matches!(PostgresUrl::parse("postgresql://h/d?sslcert=x"), Err(InvalidUrl::Malformed(_))));
        assert!(matches!(
            PostgresUrl::parse("postgresql://h/d?sslrootcert=%f"),
            Err(InvalidUrl::RootCertificates)
        ));
    }

    #[test]
    fn debug_output_hides_the_password() {
        let url = PostgresUrl::parse("postgresql://kim:secret-word@h/d").unwrap();
        assert!(url.has_password());
        assert!(!format!("{url:?}").contains("secret-word"));
        assert!(!PostgresUrl::parse("postgresql://kim@h/d").unwrap().has_password());
    }
}
