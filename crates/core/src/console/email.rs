//! An operator's email.

use std::fmt;

use crate::text::Text;

/// An email: 3 to 128 characters, one `@` with something on either side, and neither space nor control character. Nothing
/// is sent to it; people recognise accounts by it, and it is unique whatever its case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(Text<3, 128>);

/// A text is no email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an email, such as kim@example.com, of at most 128 characters")]
pub struct InvalidEmail;

impl Email {
    /// Checks the form. Space around it is taken off.
    pub fn new(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let parts = text.split_once('@');
        let is_whole = parts
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        if !is_whole || text.chars().any(|char| char.is_whitespace() || char.is_control()) {
            return Err(InvalidEmail);
        }
        Text::new(text).map(Self).map_err(|_| InvalidEmail)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What two spellings of one email have in common.
    #[must_use]
    pub fn key(&self) -> String {
        self.as_str().to_lowercase()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_has_one_at_sign_with_something_on_either_side() {
        for text in ["kim@example.com", " kim@localhost ", "k+1@ü.example"] {
            assert!(Email::new(text).is_ok(), "{text}");
        }
        for text in ["", "kim", "@example.com", "kim@", "a@b@c", "a b@c", "a\n@b", "a\u{0}@b"] {
            assert_eq!(Email::new(text), Err(InvalidEmail), "{text:?}");
        }
        assert!(Email::new(&format!("{}@example.com", "k".repeat(116))).is_ok());
        assert_eq!(Email::new(&format!("{}@example.com", "k".repeat(117))), Err(InvalidEmail));
    }

    #[test]
    fn spellings_of_one_email_have_one_key() {
        let key = |text| Email::new(text).unwrap().key();
        assert_eq!(key("Kim@Example.com"), key("kim@example.COM"));
    }
}
