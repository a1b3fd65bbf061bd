//! Confirming a transaction with a passkey.

use passgate_api::public::{Transaction, TransactionInitialize};
use serde_json::Value;

use crate::error::Error;
use crate::repeat::Repeat;
use crate::token::Token;
use crate::transport::{Call, Transport};
use crate::verifier::{Claims, Purpose, TokenError, Verifier};

/// The whole list comes at once, with what each transaction is about.
const LARGEST_LIST: usize = 32 << 20;

/// Transactions that a person confirms with a passkey: what each is about is bound into the challenge that the
/// authenticator signs. Second factors confirm none.
///
/// ```no_run
/// # use passgate_client::{Error, Tenant};
/// # use serde_json::Value;
/// # async fn example(tenant: Tenant, from_browser: Value) -> Result<(), Box<dyn std::error::Error>> {
/// use passgate_client::TransactionInitialize;
/// use serde_json::json;
/// use serde_json::value::to_raw_value;
///
/// let options = tenant
///     .transactions()
///     .initialize(&TransactionInitialize {
///         user_id: "42".to_owned(),
///         transaction_id: "transfer-7".to_owned(),
///         transaction_data: to_raw_value(&json!({ "to": "Jane", "amount": "100.00", "currency": "EUR" }))?,
///     })
///     .await?;
/// // … the page shows what it is about, passes `options` to the browser and sends back what it answered …
/// let confirmed = tenant.transactions().finalize_and_verify(&from_browser, "transfer-7").await?;
/// assert_eq!(confirmed.user_id, "42");
/// # drop(options);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Transactions<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) verifier: &'a Verifier,
}

impl Transactions<'_> {
    /// The first step: the options for the browser's `navigator.credentials.get()`, to be handed on as they are.
    ///
    /// It uses the transaction's id up, even where the person never confirms: a second try needs another id, or is
    /// [`ErrorCode::TRANSACTION_EXISTS`](crate::ErrorCode::TRANSACTION_EXISTS). So it is sent again only where it
    /// never left this machine; after any other [`Error::Unreachable`] the id may be used up too, which
    /// [`of_user`](Self::of_user) tells. An unknown user is
    /// [`ErrorCode::USER_NOT_FOUND`](crate::ErrorCode::USER_NOT_FOUND), one without passkeys
    /// [`ErrorCode::NO_CREDENTIALS`](crate::ErrorCode::NO_CREDENTIALS).
    pub async fn initialize(&self, transaction: &TransactionInitialize) -> Result<Value, Error> {
        let call = Call::post(&["transaction", "initialize"], transaction, Repeat::OnlyIfUnsent);
        self.transport.send(call).await?.json()
    }

    /// The second step, with the credential that the browser answered. Prefer
    /// [`finalize_and_verify`](Self::finalize_and_verify).
    pub async fn finalize(&self, credential: &Value) -> Result<Token, Error> {
        Token::of_ceremony(self.transport, &["transaction", "finalize"], credential).await
    }

    /// The second step, and the verified claims of its token, which must be of the transaction
    /// `expected_transaction_id`: that which is about to be carried out, and never what the page says it was.
    /// Another's is [`TokenError::TransactionMismatch`](crate::TokenError::TransactionMismatch).
    pub async fn finalize_and_verify(
        &self,
        credential: &Value,
        expected_transaction_id: &str,
    ) -> Result<Claims, Error> {
        let token = self.finalize(credential).await?;
        let claims = self.verifier.verify(token.expose_secret(), Purpose::Transaction).await?;
        let expected = claims.transaction_id.as_deref() == Some(expected_transaction_id);
        if expected { Ok(claims) } else { Err(TokenError::TransactionMismatch.into()) }
    }

    /// All of a user's transactions, newest first; none for a user whom Passgate does not know. At most 32 MiB.
    ///
    /// The id stands in the URL's path, so the empty one, `.` and `..` are [`Error::UserIdInvalid`].
    pub async fn of_user(&self, user_id: &str) -> Result<Vec<Transaction>, Error> {
        // These three would address another resource, percent-encoded too.
        if matches!(user_id, "" | "." | "..") {
            return Err(Error::UserIdInvalid);
        }
        let path = ["transaction", user_id];
        let call = Call::get(&path).largest_answer(LARGEST_LIST);
        self.transport.send(call).await?.json()
    }
}
