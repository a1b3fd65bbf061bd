//! Files of our own format: what they look like, and what is wrong with others.

use std::fmt::Write as _;

use passgate_core::transfer::ImportMode;
use passgate_transfer::json_lines::{JsonLines, MAX_LINE_BYTES, ReadError};
use passgate_transfer::{Effect, ImportError, Kind, Place, TenantReport};
use uuid::Uuid;

use crate::harness::{CoreSpelling, Here};

/// The tenant of every file.
pub(crate) const TENANT: Uuid = Uuid::from_u128(0x7e4a_0000_0000_4000_8000_0000_0000_0002);

/// A key on P-256: its generator, which is a point like any other.
pub(crate) const KEY: &str =
    "pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

const HEADER: &str = r#"{"format":"passgate-tenant","version":1,"exported_at":"2027-01-15T08:00:00.123Z","tenant":{"id":"7e4a0000-0000-4000-8000-000000000002","display_name":"Moved app","signing_algorithm":"RS256","config":{"audit_retention":400,"backup_eligibility":"strict","cors":{"patterns":["https://app.example.com"],"wildcard":"literal"},"counter":"strict","mfa":{"attachment":"cross-platform","attestation":"direct","resident_key":"discouraged","timeout":60000,"user_verification":"preferred"},"passkeys":{"attachment":null,"attestation":"direct","resident_key":"required","timeout":60000,"user_verification":"required"},"relying_party":{"display_name":"The app","icon":null,"id":"example.com","origins":["https://app.example.com"]},"requests":"stricter","unknown_credentials":"refuse"}}}"#;

const USER: &str = r#"{"kind":"user","id":"00000000-0000-0000-0000-000000000001","user_id":"kim@example.com","name":"kim","display_name":"Kïm","icon":"https://example.com/kim.png","handles":["AAECAw","a2lt"],"created_at":"2024-01-02T03:04:05.678Z","updated_at":"2024-01-02T03:04:05.679Z"}"#;

/// A file with these lines between the first and the last, which counts them.
pub(crate) fn file(lines: &[&str]) -> String {
    let mut file = format!("{HEADER}\n");
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    let count = |kind: Kind| {
        let start = format!("{{\"kind\":\"{kind}\"");
        let count = lines.iter().filter(|line| line.starts_with(&start)).count();
        format!("\"{kind}\":{count}")
    };
    let mut counts = Kind::OF_RECORDS.map(count);
    counts.sort();
    writeln!(file, "{{\"kind\":\"end\",\"counts\":{{{}}}}}", counts.join(",")).unwrap();
    file
}

/// One of each kind, with every member, as an export writes it; and a user with the fewest.
pub(crate) fn everything() -> String {
    file(&[
        r#"{"kind":"api_key","id":"00000000-0000-0000-0000-00000000000a","name":"Backend","sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","hint":"pgk_abcd","created_at":"2024-01-02T03:04:05.678Z","last_used_at":"2024-01-03T03:04:00.000Z"}"#,
        USER,
        r#"{"kind":"user","id":"00000000-0000-0000-0000-000000000002","user_id":"6f1c2a34-1111-4000-8000-0123456789ab","name":"lee","handles":["bGVl"],"created_at":"2024-01-02T03:04:05.679Z","updated_at":"2024-01-02T03:04:05.679Z"}"#,
        &credential("Y3JlZGVudGlhbA", KEY),
        r#"{"kind":"tombstone","credential_id_sha256":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","deleted_at":"2024-01-02T03:04:05.678Z","reason":"all_deleted"}"#,
        r#"{"kind":"transaction","id":"00000000-0000-0000-0000-00000000000c","user_id":"kim@example.com","transaction_id":"t1","data":"{\"amount\":1.50,\"to\":\"\\u003c\"}","status":"finalized","created_at":"2024-01-02T03:04:05.678Z","updated_at":"2024-01-02T03:04:06.678Z","finalized_at":"2024-01-02T03:04:06.678Z"}"#,
        r#"{"kind":"audit_log","id":"00000000-0000-0000-0000-00000000000d","type":"webauthn_transaction_final_succeeded","error":"none","user_id":"kim@example.com","credential_id":"Y3JlZGVudGlhbA","transaction_id":"t1","request_id":"r","source_ip":"2001:db8::1","user_agent":"Mozilla","created_at":"2024-01-02T03:04:06.678Z"}"#,
    ])
}

fn credential(id: &str, key: &str) -> String {
    format!(
        r#"{{"kind":"credential","id":"{id}","user_id":"kim@example.com","is_mfa":false,"name":"Kim's phone","public_key":"{key}","attestation_type":"none","aaguid":"00000000-0000-0000-0000-000000000005","sign_count":4294967295,"transports":["hybrid","internal"],"backup_eligible":true,"backup_state":false,"created_at":"2024-01-02T03:04:05.678Z","last_used_at":"2024-02-02T03:04:05.678Z","use_count":7,"registered_user_agent":"Mozilla","last_user_agent":"Mozilla 2"}}"#
    )
}

/// Where reading a file fails, and how.
async fn fault(file: &[u8]) -> (u64, &'static str) {
    let error: ReadError = match JsonLines::open(file, None, &CoreSpelling) {
        Err(error) => error,
        Ok(mut lines) => {
            match Here::start().try_import(&mut lines, ImportMode::DryRun).await.unwrap_err().error {
                ImportError::Source(error) => error,
                error @ (ImportError::Store(_) | ImportError::ConsolesTenant(_)) => panic!("{error}"),
            }
        }
    };
    (error.line, error.code())
}

/// The code that one line of a file is refused with.
async fn refusal(line: &str) -> String {
    let report = Here::start().import_file(file(&[USER, line]).as_bytes()).await;
    let [note] = report.notes() else { panic!("{:?}", report.notes()) };
    assert_eq!((&note.place, note.effect), (&Place::Line(3), Effect::Refused));
    note.code.to_owned()
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_noticed_wherever_that_was() {
    let file = everything();
    for (line, end) in (2..).zip(file.match_indices('\n').take(8)) {
        assert_eq!(fault(&file.as_bytes()[..=end.0]).await, (line, "file_truncated"));
    }
    // Within a line.
    assert_eq!(fault(&file.as_bytes()[..file.len() - 30]).await, (9, "line_not_json"));
    assert_eq!(fault(b"").await, (1, "format_unknown"));
}

#[tokio::test]
async fn lines_that_went_missing_or_came_besides_are_noticed() {
    let file = everything();
    let without = |number: usize| {
        let mut lines: Vec<&str> = file.split_inclusive('\n').collect();
        lines.remove(number);
        lines.concat()
    };
    assert_eq!(fault(without(2).as_bytes()).await, (8, "counts_differ"));
    assert_eq!(fault(format!("{file}{USER}\n").as_bytes()).await, (10, "content_after_end"));
    let uncounted = file.replace("\"user\":2}", "\"user\":1}");
    assert_eq!(fault(uncounted.as_bytes()).await, (9, "counts_differ"));
    let unnamed = file.replace("\"tombstone\":1,", "");
    assert_eq!(fault(unnamed.as_bytes()).await, (9, "counts_differ"));
}

#[tokio::test]
async fn what_is_not_ours_or_of_a_later_version_is_refused() {
    let file = everything();
    assert_eq!(fault(b"{\"users\":[]}\n").await, (1, "format_unknown"));
    assert_eq!(fault(b"not json\n").await, (1, "format_unknown"));
    assert_eq!(fault(file.replace("passgate-tenant", "other").as_bytes()).await, (1, "format_unknown"));
    let later = file.replace("\"version\":1", "\"version\":2,\"more\":1");
    assert_eq!(fault(later.as_bytes()).await, (1, "format_version_unknown"));
    let more = file.replace("\"version\":1", "\"version\":1,\"more\":1");
    assert_eq!(fault(more.as_bytes()).await, (1, "header_malformed"));
    let config = file.replace("\"id\":\"example.com\"", "\"id\":\"127.0.0.1\"");
    assert_eq!(fault(config.as_bytes()).await, (1, "tenant_invalid"));
    let algorithm = file.replace("RS256", "HS256");
    assert_eq!(fault(algorithm.as_bytes()).await, (1, "tenant_invalid"));
}

#[tokio::test]
async fn a_line_that_is_no_object_of_a_known_kind_stops_the_reading() {
    for (line, code) in [
        ("", "line_not_json"),
        ("{", "line_not_json"),
        (r#"{"id":"a"}"#, "line_not_json"),
        // In the members' order, which a parser might take.
        (r#"["user"]"#, "line_not_json"),
        (r#"{"kind":"session"}"#, "kind_unknown"),
        (r#"{"kind":"tenant"}"#, "kind_unknown"),
        (r#"{"kind":"end","counts":{},"more":1}"#, "end_malformed"),
    ] {
        assert_eq!(fault(file(&[USER, line]).as_bytes()).await, (3, code), "{line}");
    }
}

#[tokio::test]
async fn a_line_of_more_than_its_bound_is_not_held_in_memory() {
    let line = |length: usize| {
        let frame = r#"{"kind":"x","y":""}"#;
        format!(r#"{{"kind":"x","y":"{}"}}"#, "z".repeat(length - frame.len()))
    };
    assert_eq!(fault(file(&[&line(MAX_LINE_BYTES)]).as_bytes()).await, (2, "kind_unknown"));
    assert_eq!(fault(file(&[&line(MAX_LINE_BYTES + 1)]).as_bytes()).await, (2, "line_too_long"));
}

#[tokio::test]
async fn one_record_that_cannot_come_along_is_refused_alone() {
    let user = |from: &str, to: &str| {
        USER.replace("kim@example.com", "lee")
            .replace("AAECAw", "AAEC")
            .replace("a2lt", "bGVl")
            .replace(from, to)
    };
    for (line, code) in [
        (user("\"name\"", "\"nmae\""), "line_malformed"),
        (user("\"created_at\":\"2024", "\"created_at\":\"24"), "line_malformed"),
        (user("\"name\":\"kim\"", "\"name\":\"\""), "name_invalid"),
        (user("\"user_id\":\"lee\"", "\"user_id\":\"\""), "user_id_invalid"),
        (user("\"AAEC\",\"bGVl\"", ""), "user_handles_count"),
        (user("AAEC", "A A"), "user_handle_invalid"),
        (user("AAEC", &"A".repeat(88)), "user_handle_invalid"),
        (user("\"AAEC\"", "\"AAECAw\""), "user_handle_taken"),
        (credential("", KEY), "credential_id_invalid"),
        (credential(&"A".repeat(1366), KEY), "credential_id_invalid"),
        (credential("AAAA", "AAAA"), "cbor_trailing_bytes"),
        (credential("AAAA", &KEY.replace("_UfU", "_UfQ")), "public_key_not_on_curve"),
        (credential("AAAA", KEY).replace("kim@example.com", "max"), "user_not_found"),
        (credential("AAAA", KEY).replace("4294967295", "4294967296"), "line_malformed"),
        (credential("AAAA", KEY).replace("hybrid", ""), "transport_invalid"),
    ] {
        assert_eq!(refusal(&line).await, code, "{line}");
    }
}

#[tokio::test]
async fn what_follows_a_refused_record_is_imported() {
    let lines = [USER, &credential("AAAA", "AAAA"), &credential("BBBB", KEY)];
    let report: TenantReport = Here::start().import_file(file(&lines).as_bytes()).await;
    let counts = report.counts(Kind::Credential);
    assert_eq!((counts.inserted, counts.refused), (1, 1));
}
