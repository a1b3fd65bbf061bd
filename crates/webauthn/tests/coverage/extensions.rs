//! §10, and what CTAP 2.1 §12 adds to it: inputs, and what the ceremonies' steps say of their outputs.

use crate::step::{Step, checked, done};

const CREATION: &str =
    "unit:extensions/tests::everything_that_can_be_asked_of_a_registration_goes_out_as_it_came";
const REQUEST: &str =
    "unit:extensions/tests::everything_that_can_be_asked_of_an_authentication_goes_out_as_it_came";
const ANSWERS: &str = "unit:extensions/tests::answers_are_read";
const TYPES: &str = "unit:extensions/tests::each_answer_has_its_type";

pub(crate) const STEPS: [Step; 9] = [
    checked(
        "§10",
        "inputs",
        "each is of its type, is known, and belongs to the ceremony",
        &["extensions/inputs::parse"],
        &[CREATION, REQUEST],
        &[
            "unit:extensions/tests::each_input_has_its_type",
            "unit:extensions/tests::an_unknown_extension_is_refused_by_name",
            "unit:extensions/tests::what_belongs_in_the_other_ceremony_is_refused",
        ],
    ),
    checked(
        "§10.1.1",
        "`appid`",
        "asks for U2F keys of an `https` URL; the assertion is then of that, where the client says so",
        &["extensions/app_id::parse", "assertion::verify"],
        &["extensions::an_assertion_of_the_app_id_is_accepted_where_it_was_asked_for_and_the_client_says_so"],
        &[
            "unit:extensions/tests::an_app_id_that_is_no_https_url_is_refused",
            "extensions::an_assertion_of_the_app_id_is_refused_where_it_was_not_asked_for_or_the_client_does_not_say_so",
            "extensions::an_assertion_of_the_rp_id_is_refused_where_the_client_says_that_it_is_of_the_app_id",
        ],
    ),
    checked(
        "§10.1.2",
        "`appidExclude`",
        "names an `https` URL, and scopes no registration to it",
        &["extensions/app_id::parse", "registration::verify"],
        &[CREATION, ANSWERS],
        &[
            "unit:extensions/tests::an_app_id_that_is_no_https_url_is_refused",
            "extensions::a_registration_is_never_of_the_app_id",
        ],
    ),
    checked(
        "§10.1.3",
        "`credProps`",
        "`rk` is a boolean, or missing",
        &["extensions/outputs::parse"],
        &[ANSWERS, "unit:extensions/tests::a_missing_answer_is_none"],
        &[TYPES],
    ),
    checked(
        "§10.1.4",
        "`prf`",
        "inputs by credential are for allowed ones, at authentications only; secrets have 32 bytes and aren't kept",
        &["extensions/inputs::prf_at_request", "extensions/inputs::check", "extensions/outputs::prf"],
        &[CREATION, REQUEST, ANSWERS],
        &[
            "unit:extensions/tests::prf_inputs_by_credential_are_for_credentials_that_are_allowed",
            "unit:extensions/tests::prf_inputs_have_1_to_1024_bytes_in_base64url",
            TYPES,
        ],
    ),
    checked(
        "§10.1.5",
        "`largeBlob`",
        "support is asked for at registrations; a blob is read, or written to exactly one credential",
        &[
            "extensions/inputs::large_blob_request",
            "extensions/inputs::check",
            "extensions/outputs::read_blob",
        ],
        &[CREATION, REQUEST, ANSWERS],
        &["unit:extensions/tests::a_large_blob_is_read_or_written_to_one_credential", TYPES],
    ),
    checked(
        "CTAP 2.1 §12.1",
        "`credProtect`",
        "the policy is one of three, and is there if it is to be enforced; the authenticator answers with its number",
        &["extensions/inputs::protection", "extensions/authenticator::protection"],
        &[CREATION, "unit:extensions/tests::an_authenticators_answers_are_read"],
        &[
            "unit:extensions/tests::values_are_spelled_as_the_specifications_spell_them",
            "unit:extensions/tests::a_policy_to_enforce_must_be_named",
            "unit:extensions/tests::each_of_an_authenticators_answers_has_its_type",
        ],
    ),
    checked(
        "CTAP 2.1 §12.4",
        "`minPinLength`",
        "the authenticator answers with a number",
        &["extensions/authenticator::minimum_pin_length"],
        &[CREATION, "unit:extensions/tests::an_authenticators_answers_are_read"],
        &["unit:extensions/tests::each_of_an_authenticators_answers_has_its_type"],
    ),
    done(
        "Level 2 §10.3",
        "`uvm`",
        "one to three ways of verifying, from the client and, signed, from the authenticator",
        &["extensions/outputs::methods", "extensions/authenticator::methods"],
        &["extensions::a_registration_returns_the_outputs_that_were_asked_for", TYPES],
    ),
];
