//! Metadata lists: what a stranger sends, and what the service signs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_fuzz::{metadata, relying_party::NOW};

fuzz_target!(|input: &[u8]| {
    // Nobody but the service can sign one.
    assert!(metadata::verify(input).is_err());
    // A list that is signed may still say anything.
    if let Ok(blob) = metadata::verify(&metadata::sign(input)) {
        assert!(blob.serial() >= 7 && !blob.is_overdue_at(NOW));
        for entry in blob.entries() {
            if let Some(aaguid) = entry.aaguid {
                assert!(blob.by_aaguid(aaguid) == Some(entry), "a model has one entry");
            }
            for identifier in &entry.key_identifiers {
                assert!(blob.by_key_identifier(*identifier) == Some(entry), "a model has one entry");
            }
        }
    }
});
