//! Reading the vectors.

use std::{fs, io::ErrorKind, path::Path};

use serde_json::Value;

/// A file of vectors; `None`, with a message, where the folder of vectors is missing.
pub(crate) fn read(file: &str) -> Option<Value> {
    read_bytes(file).map(|bytes| serde_json::from_slice(&bytes).expect("a file of vectors is JSON"))
}

/// The same, as it is.
pub(crate) fn read_bytes(file: &str) -> Option<Vec<u8>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance"));
    match fs::read(folder.join(file)) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.exists() => {
            eprintln!("SKIPPED: {} is missing, so {file} was not tested", folder.display());
            None
        }
        Err(error) => panic!("{file}: {error}"),
    }
}

/// The bytes of a hexadecimal member.
pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("a text");
    data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hexadecimal")
}
