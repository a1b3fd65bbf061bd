//! The FIDO Metadata Service, version 3: what of it decides about an attestation.

use crate::step::{Step, checked, done, not_done};

const GENUINE: &str = "metadata::a_list_is_signed_with_es256_or_rs256";
const READ: &str = "metadata::a_list_is_read_with_what_it_says_of_each_model";

pub(crate) const STEPS: [Step; 9] = [
    checked(
        "FIDO MDS §3.1.7",
        "the JWT",
        "a header with certificates and one of two algorithms, a payload and a signature",
        &["mds/jws::parse"],
        &[GENUINE],
        &["metadata::what_is_no_jwt_is_refused", "metadata::a_list_signed_in_another_way_is_refused"],
    ),
    not_done(
        "FIDO MDS §3.2",
        "step 4: `x5u`",
        "fetch the certificates that the header names",
        "this crate fetches nothing, and FIDO's header has them",
    ),
    checked(
        "FIDO MDS §3.2",
        "step 6: the chain",
        "the certificates lead to a given root, are valid, not revoked, and the service's own",
        &["attestation/trust::check_path", "mds/blob::verify", "mds/blob::is_for"],
        &[GENUINE],
        &[
            "metadata::the_signer_s_certificate_leads_to_a_given_root",
            "metadata::the_signer_s_certificate_is_valid_now",
            "metadata::a_certificate_that_its_issuer_revoked_is_refused",
            "metadata::a_revocation_list_is_its_issuer_s_and_has_not_expired",
            "metadata::the_signer_is_the_metadata_service_and_nobody_else_below_the_root",
        ],
    ),
    checked(
        "FIDO MDS §3.2",
        "step 6: the signature",
        "it is by the first certificate's key over header and payload",
        &["mds/jws::verify"],
        &[GENUINE],
        &["metadata::a_list_that_was_changed_is_refused"],
    ),
    checked(
        "FIDO MDS §3.2",
        "step 6: the serial number",
        "it is not less than that of the list before",
        &["mds/blob::verify"],
        &["metadata::the_serial_number_never_goes_back"],
        &["metadata::the_serial_number_never_goes_back"],
    ),
    checked(
        "FIDO MDS §3.1.6",
        "`nextUpdate`",
        "the day by which the next list comes is not over, unless the caller takes what there is",
        &["mds/blob::is_overdue_at"],
        &["metadata::a_list_whose_successor_was_to_come_by_now_is_taken_only_by_who_says_so"],
        &["metadata::a_list_whose_successor_was_to_come_by_now_is_taken_only_by_who_says_so"],
    ),
    checked(
        "FIDO MDS §3.1.1",
        "entries",
        "each names its model well-formed and alone; unknown members and statuses are tolerated",
        &["mds/entry::try_from", "mds/blob::of"],
        &[READ],
        &["metadata::a_list_that_is_not_as_the_specification_has_it_is_refused"],
    ),
    checked(
        "FIDO MDS §3.1.3",
        "status reports",
        "none of a model's is one that the policy refuses",
        &["mds/status::refused_by", "attestation/trust::choose"],
        &["metadata::what_else_is_refused_is_for_the_relying_party_to_say"],
        &[
            "metadata::a_revoked_or_compromised_model_is_refused_by_name",
            "metadata::of_a_compound_attestation_one_statement_must_be_trusted_and_none_refused_by_its_status",
        ],
    ),
    done(
        "FIDO Metadata Statement §4",
        "`attestationRootCertificates`",
        "read those that are certificates, count those that are not",
        &["mds/entry::root"],
        &[READ],
    ),
];
