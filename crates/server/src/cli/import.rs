//! `passgate import`

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use passgate_core::clock::Timestamp;
use passgate_core::ids::TenantId;
use passgate_core::passgate::Passgate;
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm};
use passgate_core::store::Store;
use passgate_core::transfer::ImportMode;
use passgate_postgres_connection::PostgresUrl;
use passgate_transfer::hanko::{HankoDatabase, HankoError};
use passgate_transfer::json_lines::{JsonLines, ReadError};
use passgate_transfer::{Completion, ImportError, Source, TenantMaker, import};
use uuid::Uuid;

use super::CliError;
use super::config_spelling::AdminSpelling;
use super::import_report::Report;
use super::output::Output;
use super::progress::ProgressLine;
use super::secret::refuse_another_secret;
use crate::open::{IfMissing, open, with_passgate};
use crate::settings::Settings;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file that `passgate export` wrote, or - for standard input
    #[arg(value_name = "FILE", required_unless_present = "hanko", conflicts_with = "hanko")]
    file: Option<PathBuf>,
    #[arg(
        long,
        value_name = "URL",
        help = "The PostgreSQL database of Hanko's Passkey API, such as postgresql://user@host/passkeys; the password \
                is taken from PGPASSWORD"
    )]
    hanko: Option<String>,
    /// Of that database, only this tenant; may be repeated
    #[arg(long = "tenant", value_name = "TENANT_ID", requires = "hanko")]
    tenants: Vec<Uuid>,
    /// Say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How many of those that can't come along, or come altered, are listed of each tenant; all are counted
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    list: u32,
}

pub(crate) async fn run(arguments: Arguments, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let mode = if arguments.dry_run { ImportMode::DryRun } else { ImportMode::Apply };
    let if_missing = if arguments.dry_run { IfMissing::Fail } else { IfMissing::Create };
    let opened = open(settings, if_missing).await?;
    with_passgate!(opened, passgate => run_on(&passgate, arguments, mode, settings, output).await)
}

async fn run_on<S: Store>(
    passgate: &Passgate<S>,
    arguments: Arguments,
    mode: ImportMode,
    settings: &Settings,
    output: &Output,
) -> Result<(), CliError> {
    let import = Import {
        passgate,
        mode,
        list: arguments.list,
        is_json: output.is_json(),
        interrupted: interrupted(),
    };
    let mut report = Report::new(mode);
    let result = async {
        refuse_another_secret(settings, passgate).await?;
        match (arguments.hanko, arguments.file) {
            (Some(url), _) => import.database(&database_url(&url)?, &arguments.tenants, &mut report).await,
            (None, Some(file)) => import.file(&file, &mut report).await,
            (None, None) => Err(CliError::Usage("import what? A file, or --hanko".to_owned())),
        }
    }
    .await;
    passgate.store().close().await;
    // What was done before a failure is told too.
    if result.is_ok() || !report.is_empty() {
        output.print(&report, || report.text())?;
    }
    result
}

/// What is the same for every tenant.
struct Import<'a, S> {
    passgate: &'a Passgate<S>,
    mode: ImportMode,
    list: u32,
    is_json: bool,
    interrupted: Arc<AtomicBool>,
}

impl<S: Store> TenantMaker for Import<'_, S> {
    fn signing_key(&self, tenant: TenantId, algorithm: SigningAlgorithm) -> SealedSigningKey {
        self.passgate.imported_signing_key(tenant, algorithm)
    }

    fn now(&self) -> Timestamp {
        self.passgate.now()
    }
}

impl<S: Store> Import<'_, S> {
    async fn file(&self, path: &Path, report: &mut Report) -> Result<(), CliError> {
        let (input, length): (Box<dyn BufRead + Send>, _) = if path == Path::new("-") {
            (Box::new(BufReader::new(io::stdin())), None)
        } else {
            let unreadable = |error| CliError::Transfer {
                code: "file_unreadable",
                message: format!("{} can't be read: {error}", path.display()),
            };
            let file = File::open(path).map_err(unreadable)?;
            let metadata = file.metadata().map_err(unreadable)?;
            (Box::new(BufReader::new(file)), metadata.is_file().then_some(metadata.len()))
        };
        let in_file = |error: &ReadError| CliError::Transfer {
            code: error.code(),
            message: format!("{}: {error}", path.display()),
        };
        let mut lines = JsonLines::open(input, length, &AdminSpelling).map_err(|error| in_file(&error))?;
        self.source(&mut lines, report, in_file).await
    }

    async fn database(
        &self,
        url: &PostgresUrl,
        wanted: &[Uuid],
        report: &mut Report,
    ) -> Result<(), CliError> {
        let failed =
            |error: &HankoError| CliError::Transfer { code: error.code(), message: error.to_string() };
        let mut database = HankoDatabase::open(url).await.map_err(|error| failed(&error))?;
        let snapshot = database.snapshot().await.map_err(|error| failed(&error))?;
        let all = snapshot.tenants().await.map_err(|error| failed(&error))?;
        if let Some(missing) = wanted.iter().find(|id| !all.contains(&TenantId::new(**id))) {
            return Err(CliError::Usage(format!("--tenant: there is no tenant {missing} in that database")));
        }
        for id in all.into_iter().filter(|id| wanted.is_empty() || wanted.contains(id.as_uuid())) {
            match snapshot.tenant(id).await.map_err(|error| failed(&error))? {
                // It is of the same snapshot, and can't have gone.
                None => {}
                Some(Err(refused)) => report.add_refused(&refused),
                Some(Ok(tenant)) => {
                    let mut source = snapshot.source(tenant).await.map_err(|error| failed(&error))?;
                    self.source(&mut source, report, failed).await?;
                }
            }
        }
        if wanted.is_empty() {
            let (count, notes) = snapshot.strays(self.list).await.map_err(|error| failed(&error))?;
            report.add_strays(count, &notes);
        }
        Ok(())
    }

    async fn source<T: Source>(
        &self,
        source: &mut T,
        report: &mut Report,
        unreadable: impl Fn(&T::Error) -> CliError,
    ) -> Result<(), CliError> {
        let mut line = ProgressLine::new(self.is_json);
        let watch = |progress| {
            line.show(progress);
            if self.interrupted.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let limit = usize::try_from(self.list).unwrap_or(usize::MAX);
        let result = import(self.passgate.store(), source, self.mode, self, limit, watch).await;
        drop(line);
        match result {
            Ok(tenant) => {
                report.add(&tenant);
                match tenant.completion {
                    Completion::Complete => Ok(()),
                    Completion::Interrupted => Err(CliError::Transfer {
                        code: "interrupted",
                        message: "the import was interrupted: run it again, and it goes on".to_owned(),
                    }),
                }
            }
            Err(failure) => {
                if let Some(tenant) = &failure.report {
                    report.add(tenant);
                }
                Err(match failure.error {
                    ImportError::Source(error) => unreadable(&error),
                    ImportError::Store(error) => error.into(),
                    error @ ImportError::ConsolesTenant(_) => {
                        CliError::Transfer { code: "tenant_reserved", message: error.to_string() }
                    }
                })
            }
        }
    }
}

/// The database's URL, with the password from where no process list shows it.
fn database_url(url: &str) -> Result<PostgresUrl, CliError> {
    let url = PostgresUrl::parse(url).map_err(|error| CliError::Usage(format!("--hanko: {error}")))?;
    if url.has_password() {
        return Err(CliError::Usage(
            "--hanko: a password on a command line is seen by others: leave it out, and set PGPASSWORD"
                .to_owned(),
        ));
    }
    Ok(match std::env::var("PGPASSWORD") {
        Ok(password) => url.with_password(&password),
        Err(_) => url,
    })
}

/// Becomes true with the first interrupt, after which the batch that is being written is finished. The second ends the
/// process at once, should that hang; what was committed stays.
pub(super) fn interrupted() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    tokio::spawn(async move {
        // Where interrupts can't be listened for, one ends the process as it always does.
        if tokio::signal::ctrl_c().await.is_ok() {
            flag.store(true, Ordering::Relaxed);
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        }
    });
    interrupted
}
