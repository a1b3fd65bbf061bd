//! Writing a tenant's things into a file.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use passgate_core::clock::Timestamp;
use passgate_core::ids::TenantId;
use passgate_core::signing_key::{SigningAlgorithm, Turn};
use passgate_core::store::{Store, StoreError};
use passgate_core::tenant::TenantRecord;

use crate::json_lines::{ConfigFormat, Exported, WriteError, Writer};
use crate::source::SourceTenant;

/// An export failed. What was written is not whole, and is not taken for it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such tenant.
    #[error("there is no such tenant")]
    UnknownTenant,
    /// It was broken off.
    #[error("the export was broken off")]
    Interrupted,
    /// The file can't be written.
    #[error("the export {0}")]
    Write(#[from] WriteError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a tenant into a file, all of it as of one moment. Private halves of signing keys are not in it, and API keys
/// only as hashes.
///
/// `watch` is told after each record what has been written, and may break off.
pub async fn export<S: Store, W: Write + Send + 'static>(
    store: &S,
    tenant_id: TenantId,
    now: Timestamp,
    config_format: &impl ConfigFormat,
    output: W,
    mut watch: impl FnMut(&Exported) -> ControlFlow<()> + Send + 'static,
) -> Result<(W, Exported), ExportError> {
    let tenant = store.tenant(tenant_id).await?.tenant.ok_or(ExportError::UnknownTenant)?;
    let writer = Writer::begin(output, described(tenant), now, config_format)?;
    // What is written with, until it fails.
    let ongoing = Arc::new(Mutex::new(Ok(writer)));
    let shared = Arc::clone(&ongoing);
    store
        .export(tenant_id, move |record| {
            let mut ongoing = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(writer) = &mut *ongoing else { return ControlFlow::Break(()) };
            let failure = match writer.record(&record) {
                Err(error) => error.into(),
                Ok(()) if watch(writer.exported()).is_break() => ExportError::Interrupted,
                Ok(()) => return ControlFlow::Continue(()),
            };
            *ongoing = Err(failure);
            ControlFlow::Break(())
        })
        .await?;
    let mut ongoing = ongoing.lock().unwrap_or_else(PoisonError::into_inner);
    let writer = std::mem::replace(&mut *ongoing, Err(ExportError::Interrupted))?;
    Ok(writer.end()?)
}

fn described(tenant: TenantRecord) -> SourceTenant {
    // That of the key whose turn is last: where it is to sign, not where it did.
    let signing_algorithm = tenant
        .signing_keys
        .iter()
        .max_by_key(|key| Turn::from(*key))
        .map_or(SigningAlgorithm::Es256, |key| key.algorithm);
    SourceTenant {
        id: tenant.id,
        display_name: tenant.display_name,
        config: tenant.config,
        signing_algorithm,
    }
}
