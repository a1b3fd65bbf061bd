//! `/console/api/environments/{tenant_id}/config/…`: one environment's settings beside another's of its project.

pub(crate) mod compare;
pub(crate) mod promote;

use passgate_api::config as wire_config;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use serde_json::{Map, Value};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::parse_tenant_id;
use crate::routes::admin::config::to_wire;
use crate::routes::console::environments::not_found;

/// What each environment has of its own: it follows from where its app is.
const OF_ITS_OWN: [&str; 3] =
    ["webauthn.relying_party.id", "webauthn.relying_party.origins", "cors.allowed_origins"];

/// Whether a setting may be taken from one environment to another.
fn is_promotable(member: &str) -> bool {
    !OF_ITS_OWN.contains(&member)
}

/// Another environment of the same project.
async fn sibling<S: Store>(app: &App<S>, id: TenantId, other: &str) -> Result<TenantId, ApiError> {
    let other = parse_tenant_id(other).map_err(|_| not_found())?;
    let project = app.passgate.project_of(id).await?.ok_or_else(not_found)?;
    let is_sibling = project.environments.iter().any(|environment| environment.tenant_id == other);
    if is_sibling { Ok(other) } else { Err(not_found()) }
}

/// A configuration as JSON.
async fn config<S: Store>(app: &App<S>, id: TenantId) -> Result<Value, ApiError> {
    let record = app.passgate.find_tenant(id).await?.ok_or_else(not_found)?;
    serde_json::to_value(to_wire(record.config)).map_err(ApiError::internal)
}

/// Sets a setting, or takes it away where there is none to be set.
fn set(config: &mut Value, member: &str, value: Option<&Value>) {
    let (path, name) = member.rsplit_once('.').map_or((None, member), |(path, name)| (Some(path), name));
    let mut at = config;
    for step in path.into_iter().flat_map(|path| path.split('.')) {
        let Some(object) = at.as_object_mut() else { return };
        at = object.entry(step).or_insert_with(|| Value::Object(Map::new()));
    }
    let Some(object) = at.as_object_mut() else { return };
    match value {
        Some(value) => {
            object.insert(name.to_owned(), value.clone());
        }
        None => {
            object.remove(name);
        }
    }
}

/// A configuration from JSON that was put together here.
fn read(config: Value) -> Result<wire_config::TenantConfig, ApiError> {
    serde_json::from_value(config)
        .map_err(|error| ApiError::validation(format!("members: do not make a configuration: {error}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::routes::admin::config::members;

    #[test]
    fn settings_are_found_and_set_by_the_names_that_lead_to_them() {
        let mut config = json!({ "a": { "b": 1, "c": [1, 2] }, "d": "x" });
        let found = members(&config);
        assert_eq!(
            found,
            BTreeMap::from([
                ("a.b".into(), json!(1)),
                ("a.c".into(), json!([1, 2])),
                ("d".into(), json!("x"))
            ])
        );
        set(&mut config, "a.b", Some(&json!(2)));
        set(&mut config, "d", None);
        set(&mut config, "e.f", Some(&json!(true)));
        assert_eq!(config, json!({ "a": { "b": 2, "c": [1, 2] }, "e": { "f": true } }));
    }
}
