//! What is exported and imported elsewhere is exported there as it was.

use std::ops::ControlFlow;
use std::time::Duration;

use passgate_core::console::Store as _;
use passgate_core::ids::TenantId;
use passgate_core::store::NewTenant;
use passgate_core::transfer::ImportMode;
use passgate_transfer::json_lines::JsonLines;
use passgate_transfer::{
    Counts, ExportError, ImportError, Kind, Source, SourceTenant, TenantFate, TenantMaker, export,
};
use uuid::Uuid;

use crate::files;
use crate::harness::{CoreSpelling, Here, NOW};

/// All lines but the first, which has the time.
fn records(file: &[u8]) -> &[u8] {
    let end = file.iter().position(|byte| *byte == b'\n').unwrap();
    &file[end..]
}

#[tokio::test]
async fn an_export_imported_elsewhere_is_exported_there_byte_for_byte() {
    let (first, second) = (Here::start(), Here::start());
    let written = files::everything();
    let report = first.import_file(written.as_bytes()).await;
    assert_eq!(report.codes().collect::<Vec<_>>(), []);
    let tenant = TenantId::new(files::TENANT);
    let exported = first.export(tenant, NOW).await;
    assert_eq!(String::from_utf8(exported.clone()).unwrap(), written);

    let report = second.import_file(&exported).await;
    assert_eq!(report.fate, TenantFate::Made);
    for kind in Kind::OF_RECORDS {
        let inserted = if kind == Kind::User { 2 } else { 1 };
        assert_eq!(report.counts(kind), Counts { inserted, ..Counts::default() }, "{kind}");
    }
    let again = second.export(tenant, NOW + Duration::from_mins(1)).await;
    assert_ne!(again, exported);
    assert_eq!(records(&again), records(&exported));
}

#[tokio::test]
async fn what_is_imported_twice_is_there_once() {
    let here = Here::start();
    let file = files::everything();
    here.import_file(file.as_bytes()).await;
    let before = here.export(TenantId::new(files::TENANT), NOW).await;
    let report = here.import_file(file.as_bytes()).await;
    assert_eq!(report.fate, TenantFate::Found);
    for kind in Kind::OF_RECORDS {
        let unchanged = if kind == Kind::User { 2 } else { 1 };
        assert_eq!(report.counts(kind), Counts { unchanged, ..Counts::default() }, "{kind}");
    }
    assert_eq!(here.export(TenantId::new(files::TENANT), NOW).await, before);
}

#[tokio::test]
async fn nothing_is_imported_into_the_consoles_own_tenant() {
    let here = Here::start();
    let file = files::everything();
    let open = || JsonLines::open(file.as_bytes(), None, &CoreSpelling).unwrap();
    let lines = open();
    let SourceTenant { id, display_name, config, signing_algorithm, .. } = lines.tenant().clone();
    let signing_key = here.signing_key(id, signing_algorithm);
    let console = NewTenant { id, display_name, config, api_key: None, signing_key, now: NOW };
    let console = here.store().found_console(console).await.unwrap();
    let before = here.export(console, NOW).await;
    for mode in [ImportMode::DryRun, ImportMode::Apply] {
        let mut lines = open();
        let failure = here.try_import(&mut lines, mode).await.unwrap_err();
        assert!(matches!(failure.error, ImportError::ConsolesTenant(id) if id == console), "{failure}");
    }
    assert_eq!(here.export(console, NOW).await, before);
}

#[tokio::test]
async fn neither_keys_nor_what_signs_are_in_an_export() {
    let here = Here::start();
    here.import_file(files::everything().as_bytes()).await;
    let export = String::from_utf8(here.export(TenantId::new(files::TENANT), NOW).await).unwrap();
    let kinds: Vec<&str> = export.lines().skip(1).map(|line| line[9..].split('"').next().unwrap()).collect();
    assert_eq!(
        kinds,
        ["api_key", "user", "user", "credential", "tombstone", "transaction", "audit_log", "end"]
    );
    let record = here.passgate.find_tenant(TenantId::new(files::TENANT)).await.unwrap().unwrap();
    for key in record.signing_keys {
        assert!(!export.contains(&key.kid));
    }
}

#[tokio::test]
async fn the_export_of_a_tenant_that_is_not_there_is_refused() {
    let here = Here::start();
    let unknown = TenantId::new(Uuid::from_u128(9));
    let watch = |_: &_| ControlFlow::Continue(());
    let result = export(here.store(), unknown, NOW, &CoreSpelling, Vec::new(), watch).await;
    assert!(matches!(result, Err(ExportError::UnknownTenant)));
}

#[tokio::test]
async fn an_export_that_is_broken_off_says_so() {
    let here = Here::start();
    here.import_file(files::everything().as_bytes()).await;
    let tenant = TenantId::new(files::TENANT);
    let watch = |_: &_| ControlFlow::Break(());
    let result = export(here.store(), tenant, NOW, &CoreSpelling, Vec::new(), watch).await;
    assert!(matches!(result, Err(ExportError::Interrupted)));
}
