//! Operators: people who sign in to the console.

use crate::clock::Timestamp;
use crate::console::Email;
use crate::ids::OperatorId;
use crate::text::Text;

/// What an operator is called.
pub type OperatorName = Text<1, 64>;

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// The id.
    pub id: OperatorId,
    /// What the person is called.
    pub name: OperatorName,
    /// What the account is recognised by.
    pub email: Email,
    /// When the account was made.
    pub created_at: Timestamp,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// What is to change of an operator; what is none stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OperatorChange {
    /// Another name.
    pub name: Option<OperatorName>,
    /// Another email.
    pub email: Option<Email>,
}

/// What became of a change of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorChanged {
    /// It is as it was asked for.
    Done(Operator),
    /// Another operator has the email.
    EmailTaken,
    /// There is no such operator.
    NotFound,
}
