//! Taking a source into a store, in batches.

use std::ops::ControlFlow;

use passgate_core::clock::Timestamp;
use passgate_core::ids::TenantId;
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm};
use passgate_core::store::{Store, StoreError};
use passgate_core::tenant::{TenantPurpose, TenantRecord};
use passgate_core::transfer::{BegunImport, ImportMode, ImportOutcome, ImportedTenant, TransferRecord};

use crate::kind::Kind;
use crate::report::{Completion, Note, Place, TenantFate, TenantReport};
use crate::source::{Arrival, Progress, Source};

/// How many records are written in one commit: enough that commits cost little, few enough that a server which shares
/// the database waits some milliseconds only.
const BATCH: usize = 1000;

/// An import failed. What was written before stays, and the tenant stays marked as unfinished.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct ImportFailure<E: std::error::Error + 'static> {
    /// Why.
    #[source]
    pub error: ImportError<E>,
    /// What became of the records before, if it came so far.
    pub report: Option<Box<TenantReport>>,
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError<E: std::error::Error + 'static> {
    /// The source can't be read.
    #[error(transparent)]
    Source(E),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is imported says that it is of the console's own tenant, whose users are the operators.
    #[error("{0} is the console's own tenant, into which nothing is imported")]
    ConsolesTenant(TenantId),
}

/// What a tenant needs that does not come along.
pub trait TenantMaker: Sync {
    /// A new signing key, which signs at once.
    fn signing_key(&self, tenant: TenantId, algorithm: SigningAlgorithm) -> SealedSigningKey;
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Takes everything of a source into a store, or says what would become of it. `note_limit` bounds how many notes the
/// report lists.
///
/// `watch` is told after each batch how far the source was read, and may break off; the next run then goes through the
/// source from its start, and finds what is there unchanged.
pub async fn import<S: Store, T: Source>(
    store: &S,
    source: &mut T,
    mode: ImportMode,
    maker: &impl TenantMaker,
    note_limit: usize,
    mut watch: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<TenantReport, ImportFailure<T::Error>> {
    let tenant = source.tenant().clone();
    let begin = async {
        let known = store.tenant(tenant.id).await?.tenant;
        if known.as_ref().is_some_and(|known| known.purpose == TenantPurpose::Console) {
            return Err(ImportError::ConsolesTenant(tenant.id));
        }
        let fate = match (mode, &known) {
            (ImportMode::DryRun, Some(_)) => TenantFate::Found,
            (ImportMode::DryRun, None) => TenantFate::Made,
            (ImportMode::Apply, _) => {
                let begun = store
                    .begin_import(ImportedTenant {
                        id: tenant.id,
                        display_name: tenant.display_name.clone(),
                        config: tenant.config.clone(),
                        signing_key: maker.signing_key(tenant.id, tenant.signing_algorithm),
                        now: maker.now(),
                    })
                    .await?;
                match begun {
                    BegunImport::Made => TenantFate::Made,
                    BegunImport::Found => TenantFate::Found,
                }
            }
        };
        Ok((fate, known))
    };
    let (fate, known) = begin.await.map_err(|error| ImportFailure { error, report: None })?;
    let mut report = TenantReport::new(tenant.id, tenant.display_name.clone(), fate, note_limit);
    note_tenant(&mut report, source, known.as_ref());
    match run(store, source, mode, &mut report, &mut watch).await {
        Ok(()) => Ok(report),
        Err(error) => Err(ImportFailure { error, report: Some(Box::new(report)) }),
    }
}

/// What there is to say of the tenant itself.
fn note_tenant<T: Source>(report: &mut TenantReport, source: &T, known: Option<&TenantRecord>) {
    let tenant = source.tenant();
    let Some(known) = known else {
        for change in source.tenant_changes() {
            report.note(change.clone());
        }
        return;
    };
    // What is there stays, so that what the source's would have become is of no interest.
    let mut kept = |code| {
        let place = Place::Row { table: "tenants", id: tenant.id.to_string() };
        report.note(Note::changed(place, Kind::Tenant, code, None));
    };
    if known.display_name != tenant.display_name {
        kept("tenant_display_name_kept");
    }
    if known.config != tenant.config {
        kept("tenant_config_kept");
    }
}

async fn run<S: Store, T: Source>(
    store: &S,
    source: &mut T,
    mode: ImportMode,
    report: &mut TenantReport,
    watch: &mut (impl FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<(), ImportError<T::Error>> {
    let tenant_id = report.id;
    let mut batch = Batch::read(source).await;
    loop {
        let Batch { records, origins, refused, end, progress } = batch;
        let kinds: Vec<Kind> = records.iter().map(Kind::of).collect();
        let write = async {
            if records.is_empty() { Ok(Vec::new()) } else { store.import(tenant_id, records, mode).await }
        };
        // What comes next is read while this is written.
        let (outcomes, next) = match end {
            End::More => {
                let (outcomes, next) = tokio::join!(write, Batch::read(source));
                (outcomes?, Ok(next))
            }
            End::Complete => (write.await?, Err(None)),
            End::Failed(error) => (write.await?, Err(Some(error))),
        };
        for note in refused {
            report.note(note);
        }
        record(report, kinds, origins, outcomes);
        let stop = watch(progress);
        batch = match next {
            Ok(_) if stop.is_break() => return Ok(()),
            Ok(next) => next,
            Err(None) => break,
            Err(Some(error)) => return Err(ImportError::Source(error)),
        };
    }
    if mode == ImportMode::Apply {
        store.finish_import(tenant_id).await?;
    }
    report.completion = Completion::Complete;
    Ok(())
}

fn record(
    report: &mut TenantReport,
    kinds: Vec<Kind>,
    origins: Vec<(Place, Vec<Note>)>,
    outcomes: Vec<ImportOutcome>,
) {
    debug_assert_eq!(outcomes.len(), kinds.len(), "one outcome a record");
    for ((kind, (place, changes)), outcome) in kinds.into_iter().zip(origins).zip(outcomes) {
        // Of what is there already, nothing is altered; of what is refused, nothing comes.
        if outcome == ImportOutcome::Inserted {
            for change in changes {
                report.note(change);
            }
        }
        report.record(kind, place, outcome);
    }
}

/// Records on their way to the store, and where each came from.
struct Batch<E> {
    records: Vec<TransferRecord>,
    origins: Vec<(Place, Vec<Note>)>,
    refused: Vec<Note>,
    end: End<E>,
    /// How far the source was read by its end.
    progress: Progress,
}

/// What follows a batch.
enum End<E> {
    More,
    Complete,
    /// The source can't be read on. What was read before is whole.
    Failed(E),
}

impl<E> Batch<E> {
    async fn read<T: Source<Error = E>>(source: &mut T) -> Self {
        let (mut records, mut origins, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let end = loop {
            match source.next().await {
                Ok(Some(Arrival::Refused(note))) => refused.push(note),
                Ok(Some(Arrival::Record { place, record, changes })) => {
                    records.push(record);
                    origins.push((place, changes));
                }
                Ok(None) => break End::Complete,
                Err(error) => break End::Failed(error),
            }
            if records.len() + refused.len() >= BATCH {
                break End::More;
            }
        };
        Self { records, origins, refused, end, progress: source.progress() }
    }
}
