//! §5: what goes out before a ceremony, and from which pages it may come back.

use crate::step::{Step, checked, done};

pub(crate) const STEPS: [Step; 5] = [
    checked(
        "§5.4",
        "creation options",
        "an unguessable challenge, a user handle of 1 to 64 bytes, algorithms, ids that credentials can have",
        &["options::check"],
        &["unit:options::creation_options_are_what_a_browser_takes"],
        &["unit:options::creation_options_that_clients_would_fail_at_are_refused"],
    ),
    checked(
        "§5.5",
        "request options",
        "an unguessable challenge, ids that credentials can have",
        &["options::check"],
        &["unit:options::request_options_are_what_a_browser_takes"],
        &["unit:options::request_options_that_clients_would_fail_at_are_refused"],
    ),
    checked(
        "§5.8.1",
        "origins",
        "those of secure pages, and of apps on Android by their signing certificate",
        &["origin::parse", "origin::parse_android"],
        &["unit:origin::origins_are_normalised_to_what_clients_send"],
        &["unit:origin::what_cannot_be_expected_is_refused_with_the_reason"],
    ),
    checked(
        "§5.11.1",
        "related origins",
        "a document of origins whose names clients honour: five at most",
        &["related_origins::outside", "related_origins::document"],
        &[
            "unit:related_origins::the_document_lists_what_is_outside_of_the_rp_ids_domain_once",
            "unit:related_origins::five_labels_are_honoured_however_many_origins_share_them",
        ],
        &[
            "unit:related_origins::five_labels_are_honoured_however_many_origins_share_them",
            "unit:related_origins::what_clients_pass_over_is_refused",
        ],
    ),
    done(
        "§5.1.3",
        "step 8: the RP ID",
        "tell an RP ID that is a public suffix, for whoever configures it",
        &["public_suffix::is_public_suffix"],
        &["unit:public_suffix::a_public_suffix_is_told_from_a_domain_below_one"],
    ),
];
