//! What the environment says.

use passgate_client::{SecretString, TenantConfig};

/// Everything that differs from one deployment to the next.
pub(crate) struct Config {
    pub(crate) port: u16,
    pub(crate) frontend_origin: String,
    pub(crate) passkeys: TenantConfig,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("the environment variable {0} is missing; `passgate tenant create` prints it")]
    Missing(&'static str),
    #[error("the environment variable {0} is not a port number")]
    NotAPort(&'static str),
}

impl Config {
    /// `variable` looks one up. An empty one counts as missing.
    pub(crate) fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(ConfigError::Missing(name));
        let or = |name, default: &str| optional(name).unwrap_or_else(|| default.to_owned());
        Ok(Self {
            port: or("PORT", "3000").parse().map_err(|_| ConfigError::NotAPort("PORT"))?,
            frontend_origin: or("FRONTEND_ORIGIN", "http://localhost:5173"),
            passkeys: TenantConfig {
                base_url: or("PASSKEYS_BASE_URL", "http://localhost:8000"),
                tenant_id: required("PASSKEYS_TENANT_ID")?,
                api_key: SecretString::new(required("PASSKEYS_API_KEY")?),
                rp_id: or("PASSKEYS_RP_ID", "localhost"),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_env(|name| {
            variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_variable_is_named() {
        let missing = |variables: &[_]| config(variables).map(drop);
        assert_eq!(missing(&[]), Err(ConfigError::Missing("PASSKEYS_TENANT_ID")));
        let variables = [("PASSKEYS_TENANT_ID", "id"), ("PASSKEYS_API_KEY", "")];
        assert_eq!(missing(&variables), Err(ConfigError::Missing("PASSKEYS_API_KEY")));
        assert_eq!(missing(&[("PORT", "http")]), Err(ConfigError::NotAPort("PORT")));
    }

    #[test]
    fn the_rest_has_the_tutorials_defaults() {
        let config = config(&[("PASSKEYS_TENANT_ID", "id"), ("PASSKEYS_API_KEY", "key")]).unwrap();
        assert_eq!((config.port, config.frontend_origin.as_str()), (3000, "http://localhost:5173"));
        assert_eq!(config.passkeys.base_url, "http://localhost:8000");
        assert_eq!(config.passkeys.rp_id, "localhost");
    }
}
