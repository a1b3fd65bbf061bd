//! What is needed of the options that a server sends.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use crate::AuthenticatorError;

/// The inner options: of `{"publicKey": …}`, or as they are.
pub(crate) fn inner(options: &Value) -> &Value {
    options.get("publicKey").unwrap_or(options)
}

/// The text at a path; an error names the path.
pub(crate) fn text<'a>(options: &'a Value, path: &'static str) -> Result<&'a str, AuthenticatorError> {
    options.pointer(path).and_then(Value::as_str).ok_or(AuthenticatorError::Options(path))
}

/// The bytes at a path.
pub(crate) fn bytes(options: &Value, path: &'static str) -> Result<Vec<u8>, AuthenticatorError> {
    decode(text(options, path)?).ok_or(AuthenticatorError::Options(path))
}

/// The ids of a list of credential descriptors; empty where there is none.
pub(crate) fn ids(options: &Value, path: &'static str) -> Result<Vec<Vec<u8>>, AuthenticatorError> {
    let list = options.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|descriptor| descriptor["id"].as_str().and_then(decode).ok_or(AuthenticatorError::Options(path)))
        .collect()
}

/// The COSE algorithms on offer.
pub(crate) fn algorithms(options: &Value) -> Vec<i64> {
    let list = options["pubKeyCredParams"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|parameters| parameters["alg"].as_i64()).collect()
}

/// The RP ID at a path, or the host of the origin (WebAuthn §5.1.3 step 8).
pub(crate) fn rp_id(options: &Value, path: &str, origin: &str) -> String {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let host = authority.split([':', '/']).next().unwrap_or_default();
    options.pointer(path).and_then(Value::as_str).unwrap_or(host).to_owned()
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok()
}
