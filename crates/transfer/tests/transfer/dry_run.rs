//! A dry run says what would be done, and does nothing.

use passgate_core::ids::TenantId;
use passgate_core::transfer::ImportMode;
use passgate_transfer::json_lines::JsonLines;
use passgate_transfer::{Counts, Effect, Kind, TenantFate};

use crate::files;
use crate::harness::{CoreSpelling, Here, NOW};

#[tokio::test]
async fn a_dry_run_into_an_empty_database_counts_and_writes_nothing() {
    let here = Here::start();
    let file = files::everything();
    let mut lines = JsonLines::open(file.as_bytes(), None, &CoreSpelling).unwrap();
    let report = here.try_import(&mut lines, ImportMode::DryRun).await.unwrap();
    assert_eq!(report.fate, TenantFate::Made);
    assert_eq!(report.counts(Kind::Credential), Counts { inserted: 1, ..Counts::default() });
    assert!(here.passgate.find_tenant(TenantId::new(files::TENANT)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_dry_run_beside_what_is_there_tells_old_from_new() {
    let here = Here::start();
    here.import_file(files::everything().as_bytes()).await;
    let before = here.export(TenantId::new(files::TENANT), NOW).await;
    let changed = files::everything()
        .replace("\"display_name\":\"Moved app\"", "\"display_name\":\"Renamed\"")
        .replace("\"audit_retention\":400", "\"audit_retention\":30")
        .replace("\"use_count\":7", "\"use_count\":8")
        .replace("2024-02-02T03:04:05.678Z", "2024-02-03T03:04:05.678Z")
        .replace("Y3JlZGVudGlhbA\",\"transaction_id\"", "Y3JlZA\",\"transaction_id\"")
        .replace("\"handles\":[\"bGVl\"]", "\"handles\":[\"bGVl\",\"bGVlMg\"]")
        .replace("\"transaction_id\":\"t1\",\"data\"", "\"transaction_id\":\"t2\",\"data\"");
    let mut lines = JsonLines::open(changed.as_bytes(), None, &CoreSpelling).unwrap();
    let report = here.try_import(&mut lines, ImportMode::DryRun).await.unwrap();
    assert_eq!(report.fate, TenantFate::Found);
    assert_eq!(report.counts(Kind::User), Counts { updated: 1, unchanged: 1, ..Counts::default() });
    assert_eq!(report.counts(Kind::Credential), Counts { updated: 1, ..Counts::default() });
    assert_eq!(
        report.codes().collect::<Vec<_>>(),
        [
            (Kind::Tenant, Effect::Changed, "tenant_config_kept", 1),
            (Kind::Tenant, Effect::Changed, "tenant_display_name_kept", 1),
            (Kind::Transaction, Effect::Refused, "transaction_exists", 1),
        ]
    );
    assert_eq!(here.export(TenantId::new(files::TENANT), NOW).await, before);
}
