//! A Passgate with a database of its own to import into, and how configurations are spelled.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use passgate_core::clock::{Clock, Timestamp};
use passgate_core::config::TenantConfig;
use passgate_core::ids::TenantId;
use passgate_core::passgate::Passgate;
use passgate_core::rng::SystemRng;
use passgate_core::server_secret::{Secrets, ServerSecret};
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm, SigningKey};
use passgate_core::text::Text;
use passgate_core::transfer::ImportMode;
use passgate_store::sqlite::{SqliteOptions, SqliteStore};
use passgate_transfer::json_lines::{ConfigFormat, InvalidConfig, JsonLines};
use passgate_transfer::{ImportFailure, Progress, Source, TenantMaker, TenantReport, export, import};
use serde_json::Value;

/// When every test happens.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_123);

/// A server that imports.
pub(crate) struct Here {
    pub(crate) passgate: Passgate<SqliteStore>,
    secrets: Secrets,
    _folder: tempfile::TempDir,
}

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl TenantMaker for Here {
    fn signing_key(&self, tenant: TenantId, algorithm: SigningAlgorithm) -> SealedSigningKey {
        let name = Text::new("imported").unwrap();
        SigningKey::generate(tenant, algorithm, name, NOW, NOW, &self.secrets, &SystemRng)
    }

    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Here {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&SqliteOptions::new(folder.path().join("passgate.db"))).unwrap();
        let secret = ServerSecret::generate(&SystemRng);
        let secrets = || Secrets::new(ServerSecret::parse(&secret).unwrap(), vec![]);
        let passgate = Passgate::new(
            store,
            secrets(),
            "https://passkeys.example.com".to_owned(),
            Arc::new(StoppedClock),
            Arc::new(SystemRng),
        );
        Self { passgate, secrets: secrets(), _folder: folder }
    }

    pub(crate) fn store(&self) -> &SqliteStore {
        self.passgate.store()
    }

    /// Imports all of a source.
    pub(crate) async fn import<T: Source>(&self, source: &mut T) -> TenantReport {
        self.try_import(source, ImportMode::Apply).await.unwrap()
    }

    pub(crate) async fn try_import<T: Source>(
        &self,
        source: &mut T,
        mode: ImportMode,
    ) -> Result<TenantReport, ImportFailure<T::Error>> {
        self.import_while(source, mode, |_| ControlFlow::Continue(())).await
    }

    pub(crate) async fn import_while<T: Source>(
        &self,
        source: &mut T,
        mode: ImportMode,
        watch: impl FnMut(Progress) -> ControlFlow<()> + Send,
    ) -> Result<TenantReport, ImportFailure<T::Error>> {
        import(self.store(), source, mode, self, 100, watch).await
    }

    /// The tenant's export, made at a moment.
    pub(crate) async fn export(&self, tenant: TenantId, at: Timestamp) -> Vec<u8> {
        let watch = |_: &_| ControlFlow::Continue(());
        export(self.store(), tenant, at, &CoreSpelling, Vec::new(), watch).await.unwrap().0
    }

    /// Imports a file.
    pub(crate) async fn import_file(&self, file: &[u8]) -> TenantReport {
        self.import(&mut JsonLines::open(file, None, &CoreSpelling).unwrap()).await
    }
}

/// The domain's own spelling of configurations; the admin API's is the server's.
pub(crate) struct CoreSpelling;

impl ConfigFormat for CoreSpelling {
    fn spell(&self, config: TenantConfig) -> Value {
        serde_json::to_value(config).unwrap()
    }

    fn parse(&self, config: Value) -> Result<TenantConfig, InvalidConfig> {
        serde_json::from_value(config).map_err(|error| InvalidConfig(error.to_string()))
    }
}

/// Collects what `watch` is told.
#[derive(Clone, Default)]
pub(crate) struct Watched(Arc<Mutex<Vec<Progress>>>);

impl Watched {
    pub(crate) fn add(&self, progress: Progress) {
        self.0.lock().unwrap().push(progress);
    }

    pub(crate) fn all(&self) -> Vec<Progress> {
        self.0.lock().unwrap().clone()
    }
}
