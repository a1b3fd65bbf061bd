//! The metadata service: its list must be genuine, and what it says of a model must let it in.

use data_encoding::BASE64URL_NOPAD;
use passgate_authenticator::{
    Algorithm, Attestation, AttestationCa, MetadataSigner, ca_certificate_params,
    metadata_certificate_params, rcgen::SerialNumber, revocation_list_params,
};
use passgate_webauthn::{
    AttestationPolicy, RevocationList,
    mds::{MetadataBlob, StatusPolicy},
};
use serde_json::{Value, json};

use super::{Outcome, flip_last, register_under, suite};
use crate::metadata_service::{NAME, Service, entry, payload, signer};

/// A registration with full packed attestation by a model that this list knows.
pub(super) fn register_by(blob: &MetadataBlob) -> Outcome {
    let statuses = StatusPolicy::UNCOMPROMISED;
    register_under(AttestationPolicy::Metadata { blob, statuses, anchors: &[] }, |ceremony| {
        ceremony.authenticator.config.attestation = Attestation::PackedX5c;
    })
}

/// A list with this one entry.
pub(super) fn listing(entry: Value) -> MetadataBlob {
    Service::new().list(&[entry]).expect("the list is without fault")
}

/// What becomes of this service's list.
fn list(service: &Service) -> Outcome {
    service.list(&[entry(&["FIDO_CERTIFIED"])]).map(drop).map_err(|error| error.code())
}

/// A service whose signer is certified by an intermediate CA of this serial number.
fn with_intermediate(serial: u64) -> Service {
    Service::with_root(|root| {
        let mut params = ca_certificate_params("Passgate Test Metadata CA");
        params.serial_number = Some(SerialNumber::from(serial));
        signer(Algorithm::Es256, &root.intermediate(params))
    })
}

fn revoking(mut service: Service, by: impl Fn(&Service) -> Vec<u8>) -> Outcome {
    service.lists = vec![RevocationList::from_der(&by(&service)).expect("a revocation list")];
    list(&service)
}

pub(super) mod mds3 {
    use super::*;

    suite! { "Server-MDS3"
        p_1 Ok(()) => register_by(&listing(entry(&["FIDO_CERTIFIED"])));
        f_1 Err("attestation_model_user_verification_bypass") =>
            register_by(&listing(entry(&["FIDO_CERTIFIED", "USER_VERIFICATION_BYPASS"])));
        f_2 Err("metadata_blob_signature_invalid") => {
            let service = Service::new();
            let blob = service.signer.sign(&payload(&[entry(&[])]));
            let (signed, signature) = blob.rsplit_once('.').unwrap();
            let mut signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
            flip_last(&mut signature);
            let blob = format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature));
            service.verify(&blob).map(drop).map_err(|error| error.code())
        };
        f_3 Err("metadata_blob_path") => {
            let mut service = with_intermediate(9);
            service.root = AttestationCa::new_root(ca_certificate_params("Another Root"));
            list(&service)
        };
        f_4 Err("metadata_blob_path") =>
            revoking(with_intermediate(9), |service| service.root.revoke(&revocation_list_params(&[9])));
        f_5 Err("metadata_blob_path") => {
            let service = Service::with_root(|root| {
                let mut params = metadata_certificate_params(NAME);
                params.serial_number = Some(SerialNumber::from(9_u64));
                MetadataSigner::new(Algorithm::Es256, root, &params)
            });
            revoking(service, |service| service.root.revoke(&revocation_list_params(&[9])))
        };
    }

    #[test]
    fn the_cases_that_are_refused_for_the_list_s_certificates_are_accepted_without_their_fault() {
        assert_eq!(list(&with_intermediate(9)), Ok(()));
        let not_revoked = |service: &Service| service.root.revoke(&revocation_list_params(&[10]));
        assert_eq!(revoking(with_intermediate(9), not_revoked), Ok(()));
    }
}

/// Metadata with a number that takes all of 64 bits.
pub(super) fn with_large_numbers() -> Value {
    let mut entry = entry(&["FIDO_CERTIFIED"]);
    let commands = json!([u64::MAX, 0x8000_0000_0000_0000_u64]);
    entry["metadataStatement"]["authenticatorGetInfo"] = json!({"vendorPrototypeConfigCommands": commands});
    entry
}

/// Metadata of a model that attests by the credential's own key.
pub(super) fn of_self_attestation() -> Value {
    let mut entry = entry(&["FIDO_CERTIFIED"]);
    entry["metadataStatement"]["attestationTypes"] = json!(["basic_surrogate"]);
    entry["metadataStatement"]["attestationRootCertificates"] = json!([]);
    entry
}
