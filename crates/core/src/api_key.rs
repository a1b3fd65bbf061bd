//! API keys: what an app's backend proves itself with.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::ApiKeyId;
pub use crate::key_secret::KeyHash;
use crate::text::Text;

/// The prefix of API keys made here.
pub const PREFIX: &str = "pgk";

/// How far away a key's end may be, at most.
pub const LONGEST_LIFE: Duration = Duration::from_hours(24 * 3652);

/// How long a key that is replaced may go on, at most.
pub const LONGEST_OVERLAP: Duration = Duration::from_hours(24 * 30);

/// An API key as stored: its hash, and what people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name, unique in the tenant.
    pub name: Text<1, 128>,
    /// Its hash.
    pub hash: KeyHash,
    /// Its first characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// From when on it is refused; none: never.
    pub expires_at: Option<Timestamp>,
}

impl ApiKeyRecord {
    /// Whether it is refused at `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        is_expired(self.expires_at, now)
    }
}

/// Whether what ends at a moment, if at all, has ended at `now`.
pub(crate) fn is_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| end <= now)
}

/// A new API key on its way to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name.
    pub name: Text<1, 128>,
    /// Its hash.
    pub hash: KeyHash,
    /// Its first characters.
    pub hint: String,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it is refused; none: never.
    pub expires_at: Option<Timestamp>,
}

/// A name that none of a tenant's keys has, for what takes the place of one: `Backend`, then `Backend (2)`.
pub(crate) fn next_name(name: &Text<1, 128>, keys: &[ApiKeyRecord]) -> Text<1, 128> {
    let whole = name.as_str();
    let numbered = whole.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let (stem, number) = match numbered {
        Some((stem, digits)) => digits.parse::<u32>().map_or((whole, 1), |number| (stem, number)),
        None => (whole, 1),
    };
    // At most one for each key is taken, and one more is free.
    let next = (0..=keys.len()).zip(u64::from(number) + 1..).find_map(|(_, number)| {
        let suffix = format!(" ({number})");
        let short: String = stem.chars().take(128 - suffix.len()).collect();
        let name = Text::new(short + &suffix).ok()?;
        (!keys.iter().any(|key| key.name == name)).then_some(name)
    });
    // Numbers end after four thousand million keys; the store refuses a name that is taken.
    next.unwrap_or_else(|| name.clone())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(name: &str) -> ApiKeyRecord {
        ApiKeyRecord {
            id: ApiKeyId::new(Uuid::nil()),
            name: Text::new(name).unwrap(),
            hash: KeyHash::of(name),
            hint: String::new(),
            created_at: Timestamp::EPOCH,
            last_used_at: None,
            expires_at: None,
        }
    }

    fn next(name: &str, others: &[&str]) -> String {
        let keys: Vec<_> = others.iter().chain([&name]).map(|name| key(name)).collect();
        next_name(&Text::new(name).unwrap(), &keys).to_string()
    }

    #[test]
    fn what_replaces_a_key_has_its_name_with_the_next_number() {
        assert_eq!(next("Backend", &[]), "Backend (2)");
        assert_eq!(next("Backend (2)", &["Backend"]), "Backend (3)");
        assert_eq!(next("Backend", &["Backend (2)", "Backend (3)"]), "Backend (4)");
        assert_eq!(next("Backend (staging)", &[]), "Backend (staging) (2)");
        let long = "x".repeat(128);
        assert_eq!(next(&long, &[]), format!("{} (2)", "x".repeat(124)));
    }

    #[test]
    fn a_key_holds_until_the_moment_of_its_end() {
        let end = Timestamp::from_millis(1_800_000_000_000);
        let ends = ApiKeyRecord { expires_at: Some(end), ..key("Key") };
        assert!(!ends.is_expired(end - Duration::from_millis(1)));
        assert!(ends.is_expired(end));
        assert!(!key("Key").is_expired(end));
    }
}
