//! What is wrong with a document of related origins, as it was answered.

use passgate_api::console::{RelatedOriginsCode, RelatedOriginsFinding, Severity};
use passgate_webauthn::{HostedOrigins, HostedStanding, MAX_RELATED_LABELS, Origin};
use passgate_webhooks::{AttemptFailure, Fetched};
use serde_json::Value;
use url::Url;

/// How many of the listed origins are shown, and each at most so long: they are a stranger's text.
const SHOWN: usize = 100;
const SHOWN_LENGTH: usize = 300;

/// What was found.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Verdict {
    pub(super) listed: Option<Vec<String>>,
    pub(super) labels: Vec<String>,
    pub(super) findings: Vec<RelatedOriginsFinding>,
}

/// Judges an answer, for a tenant with these origins outside of its RP ID's domain.
pub(super) fn of(fetched: &Result<Fetched, AttemptFailure>, expected: &[Origin]) -> Verdict {
    let mut verdict = Verdict::default();
    match fetched {
        Ok(fetched) => verdict.judge(fetched, expected),
        Err(failure) => verdict.findings.push(unanswered(*failure)),
    }
    verdict
}

fn unanswered(failure: AttemptFailure) -> RelatedOriginsFinding {
    let (code, message) = match failure {
        AttemptFailure::DestinationForbidden => (
            RelatedOriginsCode::AddressForbidden,
            "the domain has no public address, so it was not asked; browsers that reach it may see the document",
        ),
        AttemptFailure::TimedOut => (RelatedOriginsCode::TimedOut, "there was no whole answer in time"),
        AttemptFailure::TlsFailed => (
            RelatedOriginsCode::TlsFailed,
            "the certificate is not to be trusted, or TLS could not be agreed on",
        ),
        AttemptFailure::NameUnresolved => (RelatedOriginsCode::Unreachable, "the domain has no address"),
        AttemptFailure::SecretMissing
        | AttemptFailure::ConnectionFailed
        | AttemptFailure::Interrupted
        | AttemptFailure::Status(_) => {
            (RelatedOriginsCode::Unreachable, "no connection could be made, or it ended early")
        }
    };
    error(code, message.to_owned(), None)
}

fn error(code: RelatedOriginsCode, message: String, origin: Option<String>) -> RelatedOriginsFinding {
    RelatedOriginsFinding { code, severity: Severity::Error, message, origin }
}

fn warning(code: RelatedOriginsCode, message: String, origin: Option<String>) -> RelatedOriginsFinding {
    RelatedOriginsFinding { code, severity: Severity::Warning, message, origin }
}

impl Verdict {
    fn judge(&mut self, fetched: &Fetched, expected: &[Origin]) {
        match fetched.status {
            200 => {}
            300..=399 => {
                let message =
                    "the answer leads elsewhere: browsers follow it, this check does not".to_owned();
                self.findings.push(warning(RelatedOriginsCode::Redirected, message, None));
                return;
            }
            status => {
                let message = format!("the answer must have the status 200, and has {status}");
                self.findings.push(error(RelatedOriginsCode::StatusUnexpected, message, None));
                return;
            }
        }
        let essence = fetched.content_type.as_deref().unwrap_or_default().split(';').next();
        if !essence.unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
            let message = "the answer must be application/json: browsers take no other".to_owned();
            self.findings.push(error(RelatedOriginsCode::ContentTypeUnexpected, message, None));
        }
        let Some(body) = &fetched.body else {
            let message = "the answer is longer than the 64 kB that are read here".to_owned();
            self.findings.push(error(RelatedOriginsCode::TooLarge, message, None));
            return;
        };
        let Ok(document) = serde_json::from_slice::<Value>(body) else {
            self.findings.push(error(RelatedOriginsCode::NotJson, "the answer is no JSON".to_owned(), None));
            return;
        };
        let Some(listed) = strings(&document["origins"]) else {
            let message = "the answer must be an object whose member origins is a list of strings".to_owned();
            self.findings.push(error(RelatedOriginsCode::FormUnexpected, message, None));
            return;
        };
        self.judge_list(&listed, expected);
        let shown = listed.iter().take(SHOWN).map(|text| text.chars().take(SHOWN_LENGTH).collect());
        self.listed = Some(shown.collect());
    }

    fn judge_list(&mut self, listed: &[&str], expected: &[Origin]) {
        // Step 4.1: what is no URL is passed over; of others the origin counts.
        let origins: Vec<_> = listed.iter().filter_map(|text| origin_of(text)).collect();
        let hosted = HostedOrigins::read(&origins);
        for origin in expected {
            let text = origin.to_string();
            match hosted.standing(origin) {
                HostedStanding::Honoured => {}
                HostedStanding::BeyondLimit => {
                    let message = format!(
                        "{text} is listed after {MAX_RELATED_LABELS} other names, and browsers honour no more"
                    );
                    self.findings.push(error(RelatedOriginsCode::LabelLimitExceeded, message, Some(text)));
                }
                HostedStanding::Ignored | HostedStanding::Missing => {
                    let message = format!("{text} is not listed: its pages can't use these passkeys");
                    self.findings.push(error(RelatedOriginsCode::OriginMissing, message, Some(text)));
                }
            }
        }
        let unreadable =
            listed.iter().filter(|text| origin_of(text).is_none()).map(|text| (*text).to_owned());
        let ignored = unreadable.chain(hosted.ignored().iter().map(ToString::to_string));
        for text in ignored.take(SHOWN) {
            let text: String = text.chars().take(SHOWN_LENGTH).collect();
            let message = format!(
                "{text} is listed, and browsers pass it over: it must be an https origin with a domain"
            );
            self.findings.push(warning(RelatedOriginsCode::OriginIgnored, message, Some(text)));
        }
        let exceeds =
            |finding: &RelatedOriginsFinding| finding.code == RelatedOriginsCode::LabelLimitExceeded;
        if hosted.labels().len() > MAX_RELATED_LABELS && !self.findings.iter().any(exceeds) {
            let message = format!(
                "there are {} names, and browsers honour the first {MAX_RELATED_LABELS}",
                hosted.labels().len()
            );
            self.findings.push(warning(RelatedOriginsCode::LabelLimitNear, message, None));
        }
        self.labels = hosted.labels().iter().take(SHOWN).cloned().collect();
    }
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

fn origin_of(text: &str) -> Option<Origin> {
    Origin::parse(&Url::parse(text).ok()?.origin().ascii_serialization()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::parse(text).expect("an origin")
    }

    fn answered(body: &str) -> Fetched {
        let content_type = Some("application/json; charset=utf-8".to_owned());
        Fetched { status: 200, content_type, body: Some(body.as_bytes().to_vec()) }
    }

    fn codes(fetched: &Result<Fetched, AttemptFailure>, expected: &[&str]) -> Vec<RelatedOriginsCode> {
        let expected: Vec<_> = expected.iter().map(|text| origin(text)).collect();
        of(fetched, &expected).findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_document_with_all_origins_is_well() {
        let fetched = Ok(answered(r#"{"origins":["https://example.de/login","https://example.co.uk"]}"#));
        let verdict = of(&fetched, &[origin("https://example.co.uk"), origin("https://example.de")]);
        assert_eq!(verdict.findings, []);
        assert_eq!(verdict.labels, ["example"]);
        assert_eq!(verdict.listed.expect("a list").len(), 2);
    }

    #[test]
    fn each_fault_has_a_code() {
        use RelatedOriginsCode as Code;
        let with = |change: fn(&mut Fetched)| {
            let mut fetched = answered(r#"{"origins":["https://example.de"]}"#);
            change(&mut fetched);
            codes(&Ok(fetched), &["https://example.de"])
        };
        assert_eq!(with(|_| {}), []);
        assert_eq!(with(|fetched| fetched.status = 404), [Code::StatusUnexpected]);
        assert_eq!(with(|fetched| fetched.status = 301), [Code::Redirected]);
        assert_eq!(with(|fetched| fetched.content_type = None), [Code::ContentTypeUnexpected]);
        let html = |fetched: &mut Fetched| fetched.content_type = Some("text/html".to_owned());
        assert_eq!(with(html), [Code::ContentTypeUnexpected]);
        assert_eq!(with(|fetched| fetched.body = None), [Code::TooLarge]);
        assert_eq!(with(|fetched| fetched.body = Some(b"<html>".to_vec())), [Code::NotJson]);
        for body in ["[]", "{}", r#"{"origins":"https://example.de"}"#, r#"{"origins":[1]}"#] {
            assert_eq!(codes(&Ok(answered(body)), &["https://example.de"]), [Code::FormUnexpected], "{body}");
        }
        let list = r#"{"origins":["https://example.com","nonsense","http://plain.com"]}"#;
        let found = codes(&Ok(answered(list)), &["https://example.de"]);
        assert_eq!(found, [Code::OriginMissing, Code::OriginIgnored, Code::OriginIgnored]);
        for (failure, code) in [
            (AttemptFailure::NameUnresolved, Code::Unreachable),
            (AttemptFailure::ConnectionFailed, Code::Unreachable),
            (AttemptFailure::DestinationForbidden, Code::AddressForbidden),
            (AttemptFailure::TimedOut, Code::TimedOut),
            (AttemptFailure::TlsFailed, Code::TlsFailed),
        ] {
            assert_eq!(codes(&Err(failure), &[]), [code]);
        }
    }

    #[test]
    fn names_beyond_the_fifth_are_told_by_whom_they_concern() {
        let list = r#"{"origins":["https://a.com","https://b.com","https://c.com","https://d.com","https://e.com","https://f.com"]}"#;
        assert_eq!(codes(&Ok(answered(list)), &["https://e.com"]), [RelatedOriginsCode::LabelLimitNear]);
        assert_eq!(codes(&Ok(answered(list)), &["https://f.com"]), [RelatedOriginsCode::LabelLimitExceeded]);
    }
}
