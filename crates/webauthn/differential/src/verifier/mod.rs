//! Three verifiers behind one interface.

mod passgate;
mod webauthn_rp;
mod webauthn_rs;

pub use passgate::Passgate;
pub use webauthn_rp::WebauthnRp;
pub use webauthn_rs::WebauthnRs;

use crate::expected::Expected;

/// A verifier of both ceremonies, from the JSON that a browser sends to a verdict.
pub trait Verifier {
    /// What it stores of a registration.
    type Credential;

    /// Its verdict on a registration.
    fn register(&self, expected: &Expected, json: &[u8]) -> Result<Registered<Self::Credential>, Refusal>;

    /// Its verdict on an assertion with a stored credential.
    fn authenticate(
        &self,
        expected: &Expected,
        credential: &Self::Credential,
        json: &[u8],
    ) -> Result<Facts, Refusal>;
}

/// A registration that was accepted.
#[derive(Debug)]
pub struct Registered<C> {
    /// What is stored.
    pub credential: C,
    /// What it says.
    pub facts: Facts,
}

/// What an accepted response says, in terms that all verifiers have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The credential's id.
    pub credential_id: Vec<u8>,
    /// The signature counter that is stored.
    pub sign_count: u32,
    /// Whether the user was verified; `None` where the verifier doesn't tell.
    pub user_verified: Option<bool>,
    /// Whether the credential may be backed up.
    pub backup_eligible: bool,
    /// Whether it is backed up.
    pub backup_state: bool,
    /// The COSE algorithm of the credential, as ours has it; theirs say 0.
    pub cose_algorithm: i64,
    /// The numbers of a new credential's public key (a point's coordinates, an RSA key's modulus and exponent without
    /// leading zeros, an encoded key); empty for an assertion.
    pub public_key: Vec<Vec<u8>>,
}

/// Why a response was refused, by the verifier's own name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A stable name: our own error's code, or the variants of theirs.
    pub code: String,
}

impl Refusal {
    fn new(code: impl Into<String>) -> Self {
        Self { code: code.into() }
    }

    /// The variants of an error, without what they hold besides: the beginning of what `Debug` writes.
    fn of(error: &impl std::fmt::Debug) -> Self {
        let text = format!("{error:?}");
        let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '(');
        let end = text.find(|character| !is_name(character)).unwrap_or(text.len());
        Self::new(text[..end].trim_end_matches('('))
    }
}
