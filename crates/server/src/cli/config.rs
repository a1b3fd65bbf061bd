//! `passgate config`

use super::CliError;
use super::output::{Output, table};
use crate::settings::{Settings, Source};

pub(crate) fn run(settings: &Settings, output: &Output) -> Result<(), CliError> {
    let listing = settings.listing();
    let rows: Vec<_> = listing
        .iter()
        .map(|setting| {
            let source = match setting.source {
                Source::Flag => "flag",
                Source::Environment => "environment",
                Source::File => "file",
                Source::Default => "default",
            };
            let value = setting.value.clone().unwrap_or_else(|| "(unset)".to_owned());
            [setting.key.to_owned(), value, source.to_owned()]
        })
        .collect();
    Ok(output.print(&listing, || table(["KEY", "VALUE", "FROM"], &rows, ""))?)
}
