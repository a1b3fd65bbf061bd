//! Configurations in files, as the admin API spells them.

use passgate_core::config::TenantConfig;
use passgate_transfer::json_lines::{ConfigFormat, InvalidConfig};
use serde_json::Value;

use crate::routes::admin::config;

/// The admin API's spelling.
pub(crate) struct AdminSpelling;

impl ConfigFormat for AdminSpelling {
    fn spell(&self, config: TenantConfig) -> Value {
        serde_json::to_value(config::to_wire(config)).expect("a configuration has no keys but strings")
    }

    fn parse(&self, given: Value) -> Result<TenantConfig, InvalidConfig> {
        let wire = serde_json::from_value(given.clone()).map_err(|error| InvalidConfig(error.to_string()))?;
        let config = config::from_wire(wire).map_err(|error| InvalidConfig(error.details().to_owned()))?;
        // The admin API lets unknown members pass. Here one would be left behind silently.
        match unknown_member(&given, &self.spell(config.clone())) {
            Some(member) => {
                Err(InvalidConfig(format!("the member {member:?} of its configuration is unknown")))
            }
            None => Ok(config),
        }
    }
}

/// A member of `given` that `understood`, which has everything spelled out, has not.
fn unknown_member(given: &Value, understood: &Value) -> Option<String> {
    let given = given.as_object()?;
    given.iter().filter(|(_, value)| !value.is_null()).find_map(|(name, value)| match understood.get(name) {
        None => Some(name.clone()),
        Some(understood) => unknown_member(value, understood),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn given() -> Value {
        json!({
            "cors": { "allowed_origins": ["https://app.example.com"] },
            "webauthn": {
                "relying_party": {
                    "id": "example.com", "display_name": "App", "origins": ["https://app.example.com"],
                },
                "timeout": 60_000,
                "attachment": null,
            },
        })
    }

    #[test]
    fn a_configuration_is_read_as_the_admin_api_reads_it_and_spelled_out() {
        let config = AdminSpelling.parse(given()).unwrap();
        let spelled = AdminSpelling.spell(config.clone());
        assert_eq!(spelled["webauthn"]["user_verification"], "required");
        assert_eq!(AdminSpelling.parse(spelled), Ok(config));
    }

    #[test]
    fn what_is_unknown_or_out_of_bounds_is_refused_by_name() {
        let mut unknown = given();
        unknown["webauthn"]["user_verfication"] = "required".into();
        let error = AdminSpelling.parse(unknown).unwrap_err();
        assert!(error.to_string().contains("user_verfication"), "{error}");
        let mut short = given();
        short["webauthn"]["timeout"] = 1.into();
        let error = AdminSpelling.parse(short).unwrap_err();
        assert!(error.to_string().contains("timeout"), "{error}");
    }
}
