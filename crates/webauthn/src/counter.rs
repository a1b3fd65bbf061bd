//! The signature counter (§6.1.1, §7.2 step 22).

/// What a received signature counter says about the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterVerdict {
    /// It grew, or the authenticator keeps none (both are zero).
    Ok,
    /// It did not grow: the credential may have been cloned, or two assertions raced.
    Rollback,
}

/// Compares the received counter with the stored one, as §7.2 step 22 says.
///
/// ```
/// use passgate_webauthn::{CounterVerdict, check_counter};
///
/// assert_eq!(check_counter(0, 0), CounterVerdict::Ok);
/// assert_eq!(check_counter(7, 7), CounterVerdict::Rollback);
/// ```
#[must_use]
pub const fn check_counter(stored: u32, received: u32) -> CounterVerdict {
    if (stored == 0 && received == 0) || received > stored {
        CounterVerdict::Ok
    } else {
        CounterVerdict::Rollback
    }
}

#[cfg(test)]
mod tests {
    use super::{CounterVerdict, check_counter};

    #[test]
    fn a_counter_must_grow_unless_there_is_none() {
        for (stored, received, verdict) in [
            (0, 0, CounterVerdict::Ok),
            (0, 1, CounterVerdict::Ok),
            (1, 2, CounterVerdict::Ok),
            (u32::MAX - 1, u32::MAX, CounterVerdict::Ok),
            (1, 1, CounterVerdict::Rollback),
            (2, 1, CounterVerdict::Rollback),
            (1, 0, CounterVerdict::Rollback),
            (u32::MAX, 0, CounterVerdict::Rollback),
        ] {
            assert_eq!(check_counter(stored, received), verdict, "{stored} {received}");
        }
    }
}
