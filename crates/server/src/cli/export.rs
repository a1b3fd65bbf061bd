//! `passgate export`

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use passgate_core::ids::TenantId;
use passgate_core::passgate::Passgate;
use passgate_core::store::Store;
use passgate_transfer::json_lines::Exported;
use passgate_transfer::{ExportError, Progress, Unit, export};
use serde_json::{Value, json};
use uuid::Uuid;

use super::CliError;
use super::config_spelling::AdminSpelling;
use super::import::interrupted;
use super::output::Output;
use super::progress::{ProgressLine, grouped};
use crate::open::{IfMissing, open, with_passgate};
use crate::settings::Settings;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The tenant
    tenant_id: Uuid,
    /// Where to; a file that is there is not overwritten [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let opened = open(settings, IfMissing::Fail).await?;
    with_passgate!(opened, passgate => run_on(&passgate, arguments, output).await)
}

async fn run_on<S: Store>(
    passgate: &Passgate<S>,
    arguments: Arguments,
    output: &Output,
) -> Result<(), CliError> {
    let id = TenantId::new(arguments.tenant_id);
    let result = match &arguments.output {
        None => to_standard_output(passgate, id, output).await,
        Some(path) => to_file(passgate, id, path, output).await,
    };
    passgate.store().close().await;
    result
}

async fn to_standard_output<S: Store>(
    passgate: &Passgate<S>,
    id: TenantId,
    output: &Output,
) -> Result<(), CliError> {
    let (_, exported) = write(passgate, id, BufWriter::new(io::stdout()), true).await?;
    output.note(&summary(&exported));
    Ok(())
}

/// Writes beside the file first, so that none of its name is ever cut off.
async fn to_file<S: Store>(
    passgate: &Passgate<S>,
    id: TenantId,
    path: &Path,
    output: &Output,
) -> Result<(), CliError> {
    let unwritable = |error: io::Error| CliError::Transfer {
        code: "file_unwritable",
        message: format!("{} can't be written: {error}", path.display()),
    };
    if path.exists() {
        return Err(unwritable(io::Error::from(io::ErrorKind::AlreadyExists)));
    }
    let partial = path.with_added_extension("partial");
    let mut options = OpenOptions::new();
    // People's names and hashes of keys: for whoever runs this.
    let file = options.write(true).create_new(true).mode(0o600).open(&partial).map_err(unwritable)?;
    let written = async {
        let (buffer, exported) = write(passgate, id, BufWriter::new(file), output.is_json()).await?;
        let file: File = buffer.into_inner().map_err(|error| unwritable(error.into_error()))?;
        file.sync_all().map_err(unwritable)?;
        std::fs::rename(&partial, path).map_err(unwritable)?;
        Ok::<_, CliError>(exported)
    }
    .await;
    if written.is_err() {
        // What is left of it is of no use; that it can't be removed would hide why.
        let _ = std::fs::remove_file(&partial);
    }
    let exported = written?;
    let counts: Value =
        exported.counts.iter().map(|(kind, count)| (kind.as_str().to_owned(), json!(count))).collect();
    let shown = json!({
        "tenant_id": id.as_uuid(), "file": path.display().to_string(), "bytes": exported.bytes, "counts": counts,
    });
    Ok(output.print(&shown, || format!("{} into {}", summary(&exported), path.display()))?)
}

async fn write<S: Store, W: Write + Send + 'static>(
    passgate: &Passgate<S>,
    id: TenantId,
    output: W,
    is_quiet: bool,
) -> Result<(W, Exported), CliError> {
    let mut line = ProgressLine::new(is_quiet);
    let interrupted = interrupted();
    let watch = move |exported: &Exported| {
        line.show(Progress { done: exported.bytes, total: None, unit: Unit::Bytes });
        if interrupted.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let exporting = export(passgate.store(), id, passgate.now(), &AdminSpelling, output, watch);
    exporting.await.map_err(|error| match error {
        ExportError::Store(error) => error.into(),
        ExportError::UnknownTenant => CliError::Usage(format!("there is no tenant {id}")),
        ExportError::Interrupted => {
            CliError::Transfer { code: "interrupted", message: "the export was interrupted".to_owned() }
        }
        // Whoever reads has gone, as `head` does.
        ExportError::Write(passgate_transfer::json_lines::WriteError::Io(error)) => CliError::Output(error),
        ExportError::Write(error) => {
            CliError::Transfer { code: "file_unwritable", message: format!("the export {error}") }
        }
    })
}

fn summary(exported: &Exported) -> String {
    let counts: Vec<String> =
        exported.counts.iter().map(|(kind, count)| format!("{} {kind}", grouped(*count))).collect();
    match counts.as_slice() {
        [] => "Exported a tenant without anything".to_owned(),
        _ => format!("Exported {}", counts.join(", ")),
    }
}
