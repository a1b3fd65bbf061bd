//! Things that can't come along.

use passgate_core::transaction::TransactionData;
use serde_json::value::RawValue;

/// Why a thing can't come along.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// A stable name.
    pub(crate) code: &'static str,
    /// More about it.
    pub(crate) detail: Option<String>,
}

impl Unusable {
    pub(crate) fn because(code: &'static str) -> Self {
        Self { code, detail: None }
    }

    pub(crate) fn with(code: &'static str, detail: &impl ToString) -> Self {
        Self { code, detail: Some(detail.to_string()) }
    }
}

/// Data that is JSON, its bytes kept.
pub(crate) fn transaction_data(text: String) -> Result<TransactionData, Unusable> {
    serde_json::from_str::<&RawValue>(&text)
        .map_err(|error| Unusable::with("transaction_data_not_json", &error))?;
    Ok(TransactionData::from_stored(text))
}
