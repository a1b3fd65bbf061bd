//! When a failed request is sent again.

use std::time::Duration;

use crate::error::{Error, UnreachableKind};

/// At most this many more tries after the first.
const MORE_TRIES: u32 = 2;
/// The first pause; it doubles with each try, and up to half of it is jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A server that asks for more patience than this gets no further try: the person is waiting.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What sending a request twice would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Nothing: it reads, or it starts a ceremony. Sent again after a broken connection and 502, 503, 504.
    Harmless,
    /// Harm: a ceremony is finished once, whatever the verdict, and a transaction's id is used up when it begins.
    /// Sent again only if it never left this machine.
    OnlyIfUnsent,
}

impl Repeat {
    /// How long to wait before the next try, or `None` where `error` is final. `tries` counts those made, and
    /// `jitter` is any number.
    pub(crate) fn pause(self, error: &Error, tries: u32, jitter: u32) -> Option<Duration> {
        if tries > MORE_TRIES {
            return None;
        }
        let asked_for = match error {
            Error::Unreachable { kind: UnreachableKind::Connect, .. } => None,
            Error::Unreachable { kind: UnreachableKind::Interrupted, .. } if self == Self::Harmless => None,
            Error::Api(error) if self == Self::Harmless && is_passing(error.status) => error.retry_after,
            Error::InvalidResponse { status, .. } if self == Self::Harmless && is_passing(*status) => None,
            Error::Config(_)
            | Error::Api(_)
            | Error::Unreachable { .. }
            | Error::InvalidResponse { .. }
            | Error::Token(_)
            | Error::CredentialIdInvalid
            | Error::UserIdInvalid => return None,
        };
        let pause = asked_for.unwrap_or_default().max(backoff(tries, jitter));
        (pause <= LONGEST_PAUSE).then_some(pause)
    }
}

fn is_passing(status: u16) -> bool {
    matches!(status, 502..=504)
}

fn backoff(tries: u32, jitter: u32) -> Duration {
    let whole = FIRST_PAUSE * 2_u32.pow(tries.saturating_sub(1));
    let half = whole / 2;
    half + half.mul_f64(f64::from(jitter % 1000) / 1000.0)
}

#[cfg(test)]
mod tests {
    use passgate_api::ErrorCode;

    use super::*;
    use crate::error::{ApiError, ResponseProblem};

    fn unreachable(kind: UnreachableKind) -> Error {
        Error::Unreachable { kind, source: None }
    }

    fn unavailable(retry_after: Option<u64>) -> Error {
        Error::from(ApiError {
            status: 503,
            code: ErrorCode::UNAVAILABLE,
            title: String::new(),
            details: String::new(),
            request_id: None,
            retry_after: retry_after.map(Duration::from_secs),
            signal: None,
        })
    }

    #[test]
    fn pauses_double_and_jitter_adds_up_to_as_much_again() {
        let error = unreachable(UnreachableKind::Connect);
        let pause = |tries, jitter| Repeat::Harmless.pause(&error, tries, jitter);
        assert_eq!(pause(1, 0), Some(Duration::from_millis(50)));
        assert_eq!(pause(1, 500), Some(Duration::from_millis(75)));
        assert_eq!(pause(2, 0), Some(Duration::from_millis(100)));
        assert_eq!(pause(3, 0), None);
    }

    #[test]
    fn what_may_have_been_processed_is_final_for_a_finalize() {
        for error in [
            unreachable(UnreachableKind::Interrupted),
            unreachable(UnreachableKind::Timeout),
            unavailable(None),
            Error::InvalidResponse { status: 502, problem: ResponseProblem::NotAnErrorDocument },
        ] {
            assert_eq!(Repeat::OnlyIfUnsent.pause(&error, 1, 0), None, "{error}");
        }
        assert!(Repeat::OnlyIfUnsent.pause(&unreachable(UnreachableKind::Connect), 1, 0).is_some());
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it_up_to_two_seconds() {
        let pause = |seconds| Repeat::Harmless.pause(&unavailable(Some(seconds)), 1, 0);
        assert_eq!(pause(0), Some(Duration::from_millis(50)));
        assert_eq!(pause(1), Some(Duration::from_secs(1)));
        assert_eq!(pause(3), None);
    }
}
