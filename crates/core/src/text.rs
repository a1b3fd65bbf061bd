//! Text with bounds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A string of `MIN` to `MAX` characters (Unicode scalar values) without NUL, which PostgreSQL can't store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// Why a string is not a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// It has fewer characters than it must.
    #[error("must have at least {0} character(s)")]
    TooShort(usize),
    /// It has more characters than it may.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// It has a NUL character.
    #[error("must not contain a NUL character")]
    Nul,
}

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Checks the bounds.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = text.into();
        let length = text.chars().count();
        if length < MIN {
            return Err(InvalidText::TooShort(MIN));
        }
        if length > MAX {
            return Err(InvalidText::TooLong(MAX));
        }
        if text.contains('\0') {
            return Err(InvalidText::Nul);
        }
        Ok(Self(text))
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::new(text)
    }
}

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> Self {
        text.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_count_characters_not_bytes() {
        assert!(Text::<1, 3>::new("äöü").is_ok());
        assert_eq!(Text::<1, 3>::new("äöüß"), Err(InvalidText::TooLong(3)));
        assert_eq!(Text::<1, 3>::new(""), Err(InvalidText::TooShort(1)));
        assert_eq!(Text::<1, 3>::new("a\0"), Err(InvalidText::Nul));
    }
}
