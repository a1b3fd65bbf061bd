//! Taking a source into a store, in batches.

use std::ops::ControlFlow;

use passgate_core::clock::Timestamp;
use passgate_core::ids::TenantId;
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm};
use passgate_core::store::{Store, StoreError};
use passgate_core::tenant::TenantRecord;
use passgate_core::transfer::{BegunImport, ImportMode, ImportOutcome, ImportedTenant, TransferRecord};

use crate::kind::Kind;
use crate::report::{Completion, Note, Place, TenantFate, TenantReport};
use crate::source::{Arrival, Progress, Source};

/// How many records are written in one commit: enough that commits cost little, few enough that a server which shares
/// the database waits some milliseconds only.
const BATCH: usize = 500;

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
        Ok::<_, StoreError>((fate, known))
    };
    let (fate, known) = begin.await.map_err(|error| ImportFailure { error: error.into(), report: None })?;
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
    let mut batch = Batch::default();
    while let Some(arrival) = source.next().await.map_err(ImportError::Source)? {
        match arrival {
            Arrival::Refused(note) => report.note(note),
            Arrival::Record { place, record, changes } => batch.push(place, record, changes),
        }
        if batch.records.len() == BATCH {
            batch.write(store, tenant_id, mode, report).await?;
            if watch(source.progress()).is_break() {
                return Ok(());
            }
        }
    }
    batch.write(store, tenant_id, mode, report).await?;
    if mode == ImportMode::Apply {
        store.finish_import(tenant_id).await?;
    }
    report.completion = Completion::Complete;
    // All has been done: there is nothing left to break off.
    let _ = watch(source.progress());
    Ok(())
}

/// Records on their way to the store, and where each came from.
#[derive(Default)]
struct Batch {
    records: Vec<TransferRecord>,
    origins: Vec<(Place, Vec<Note>)>,
}

impl Batch {
    fn push(&mut self, place: Place, record: TransferRecord, changes: Vec<Note>) {
        self.records.push(record);
        self.origins.push((place, changes));
    }

    async fn write<S: Store>(
        &mut self,
        store: &S,
        tenant_id: TenantId,
        mode: ImportMode,
        report: &mut TenantReport,
    ) -> Result<(), StoreError> {
        if self.records.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut self.records);
        let kinds: Vec<Kind> = records.iter().map(Kind::of).collect();
        let outcomes = store.import(tenant_id, records, mode).await?;
        debug_assert_eq!(outcomes.len(), kinds.len(), "one outcome a record");
        for ((kind, (place, changes)), outcome) in kinds.into_iter().zip(self.origins.drain(..)).zip(outcomes)
        {
            // Of what is there already, nothing is altered; of what is refused, nothing comes.
            if outcome == ImportOutcome::Inserted {
                for change in changes {
                    report.note(change);
                }
            }
            report.record(kind, place, outcome);
        }
        Ok(())
    }
}
