//! An import that is broken off and run again: nothing twice, nothing missing.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use passgate_core::ids::TenantId;
use passgate_core::tenant::ImportState;
use passgate_core::transfer::ImportMode;
use passgate_transfer::json_lines::JsonLines;
use passgate_transfer::{Completion, Kind, Progress, Unit};

use crate::files::{self, KEY};
use crate::harness::{CoreSpelling, Here, NOW, Watched};
use crate::original::{Original, TENANT, tenant};

/// Users with a credential each.
fn many(users: usize) -> String {
    let mut lines = Vec::new();
    for number in 0..users {
        lines.push(format!(
            r#"{{"kind":"user","id":"00000000-0000-0000-0000-{number:012}","user_id":"user {number}","name":"n","handles":["{number:08}"],"created_at":"2024-01-02T03:04:05Z","updated_at":"2024-01-02T03:04:05Z"}}"#
        ));
    }
    for number in 0..users {
        let mut line = String::new();
        write!(
            line,
            r#"{{"kind":"credential","id":"{number:08}","user_id":"user {number}","is_mfa":false,"name":"n","public_key":"{KEY}","attestation_type":"none","aaguid":"00000000-0000-0000-0000-000000000005","sign_count":0,"transports":[],"backup_eligible":true,"backup_state":true,"created_at":"2024-01-02T03:04:05Z","last_used_at":"2024-01-02T03:04:05Z"}}"#
        )
        .unwrap();
        lines.push(line);
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    files::file(&lines)
}

async fn import_state(here: &Here, tenant: uuid::Uuid) -> ImportState {
    here.passgate.find_tenant(TenantId::new(tenant)).await.unwrap().unwrap().import
}

#[tokio::test]
async fn an_interrupted_import_run_again_ends_as_one_that_was_not() {
    let file = many(1400);
    let (here, elsewhere) = (Here::start(), Here::start());
    elsewhere.import_file(file.as_bytes()).await;

    for batches in [1, 2] {
        let mut lines = JsonLines::open(file.as_bytes(), Some(file.len() as u64), &CoreSpelling).unwrap();
        let mut seen = 0;
        let watch = |_| {
            seen += 1;
            if seen == batches { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let report = here.import_while(&mut lines, ImportMode::Apply, watch).await.unwrap();
        assert_eq!(report.completion, Completion::Interrupted);
        assert_eq!(import_state(&here, files::TENANT).await, ImportState::Unfinished);
    }
    let report = here.import_file(file.as_bytes()).await;
    assert_eq!(report.completion, Completion::Complete);
    assert_eq!(import_state(&here, files::TENANT).await, ImportState::Complete);
    let (users, credentials) = (report.counts(Kind::User), report.counts(Kind::Credential));
    // The second run wrote two batches of 1000, of which the first was there.
    assert_eq!((users.unchanged, users.inserted), (1400, 0));
    assert_eq!((credentials.unchanged, credentials.inserted), (600, 800));

    let tenant = TenantId::new(files::TENANT);
    assert_eq!(here.export(tenant, NOW).await, elsewhere.export(tenant, NOW).await);
}

#[tokio::test]
async fn a_file_that_is_cut_off_leaves_the_import_unfinished_and_says_what_was_done() {
    let file = many(600);
    let here = Here::start();
    let cut = &file.as_bytes()[..file.len() * 3 / 4];
    let mut lines = JsonLines::open(cut, None, &CoreSpelling).unwrap();
    let failure = here.try_import(&mut lines, ImportMode::Apply).await.unwrap_err();
    let report = failure.report.unwrap();
    assert_eq!((report.completion, report.counts(Kind::User).inserted), (Completion::Interrupted, 600));
    assert_eq!(import_state(&here, files::TENANT).await, ImportState::Unfinished);
}

#[tokio::test]
async fn an_import_from_the_original_goes_on_where_it_was_interrupted() {
    let original = Original::start().await;
    original
        .execute(&format!(
            "INSERT INTO webauthn_users (id, user_id, name, icon, display_name, tenant_id)
             SELECT gen_random_uuid(), 'user ' || n, 'n', '', 'n', '{TENANT}' FROM generate_series(1, 2500) n"
        ))
        .await;
    let here = Here::start();
    let mut database = original.database().await;
    {
        let snapshot = database.snapshot().await.unwrap();
        let mut source = snapshot.source(tenant(&snapshot).await).await.unwrap();
        let report =
            here.import_while(&mut source, ImportMode::Apply, |_| ControlFlow::Break(())).await.unwrap();
        assert_eq!(report.completion, Completion::Interrupted);
    }
    // Who registers there meanwhile comes along the next time.
    original.user(1, "late").await;
    let snapshot = database.snapshot().await.unwrap();
    let mut source = snapshot.source(tenant(&snapshot).await).await.unwrap();
    let watched = Watched::default();
    let watching = watched.clone();
    let watch = |progress| {
        watching.add(progress);
        ControlFlow::Continue(())
    };
    let report = here.import_while(&mut source, ImportMode::Apply, watch).await.unwrap();
    let users = report.counts(Kind::User);
    // The first batch held the API key and 999 users.
    assert_eq!((users.unchanged, users.inserted), (999, 1502));
    let last = watched.all().last().copied();
    assert_eq!(last, Some(Progress { done: 2502, total: Some(2502), unit: Unit::Rows }));
}
