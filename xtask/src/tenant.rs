//! The demo's tenant: made once, by Passgate's command line, as anybody would.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::failure::Failure;
use crate::interrupts::Interrupts;
use crate::process;

/// What the app's backend is given.
pub(crate) struct Tenant {
    /// `PASSKEYS_…` variables and their values.
    pub(crate) environment: Vec<(String, String)>,
}

/// Reads the tenant from its file, or makes it and the file. `passgate` is the binary with the demo's
/// configuration, `database` the file it keeps its data in.
pub(crate) fn tenant(
    mut passgate: Command,
    file: &Path,
    database: &Path,
    app_url: &str,
    interrupts: &Interrupts,
) -> Result<Tenant, Failure> {
    // Without the database, what the file says is of a tenant that is gone.
    let known = if database.exists() { fs::read_to_string(file).ok() } else { None };
    if let Some(tenant) = known.as_deref().and_then(parse) {
        return Ok(tenant);
    }
    println!("Creating the tenant");
    passgate.args(["tenant", "create", "--name", "Passgate demo", "--app-url", app_url, "--json"]);
    let made = process::output(&mut passgate, interrupts)?;
    let tenant = parse(&made)
        .ok_or_else(|| Failure::Because("`passgate tenant create` printed no tenant".to_owned()))?;
    write_secret(file, &made).map_err(Failure::to(format_args!("write {}", file.display())))?;
    Ok(tenant)
}

fn parse(created: &str) -> Option<Tenant> {
    let created: Value = serde_json::from_str(created).ok()?;
    let variables = created["env"].as_object()?;
    let environment = variables
        .iter()
        .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect::<Option<_>>()?;
    Some(Tenant { environment })
}

/// Writes a file that its owner alone can read, all of it or nothing.
fn write_secret(file: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = file.with_extension("unfinished");
    // An older one might be readable.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    open.write_all(text.as_bytes())?;
    fs::rename(&unfinished, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backends_variables_are_taken_as_they_were_printed() {
        let tenant = parse(r#"{"tenant_id":"1","env":{"PASSKEYS_TENANT_ID":"1","PASSKEYS_API_KEY":"k"}}"#);
        let mut variables = tenant.unwrap().environment;
        variables.sort_unstable();
        let expected = [("PASSKEYS_API_KEY", "k"), ("PASSKEYS_TENANT_ID", "1")];
        assert_eq!(variables, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(parse("{}").is_none());
        assert!(parse("").is_none());
    }
}
