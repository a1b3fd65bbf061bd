//! `docs/API-COVERAGE.md`: each row and each error case of the contract, and what tests it. Written from the table below,
//! which is held against the tests' source and the documents.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use passgate::openapi::{self, Api};
use serde_json::Value;

/// A part of the contract.
struct Section {
    title: &'static str,
    rows: &'static [Row],
}

/// What the contract says; the operations that it says it of; the tests, as `file::name`.
struct Row(&'static str, &'static [&'static str], &'static [&'static str]);

const SECTIONS: &[Section] = &[
    Section {
        title: "Public API",
        rows: &[
            Row(
                "POST `registration/initialize`",
                &["beginRegistration"],
                &[
                    "registration::the_options_are_what_the_contract_says",
                    "registration::a_user_keeps_its_handle_and_gets_its_new_name",
                    "registration::bounds_of_the_body_are_named",
                ],
            ),
            Row(
                "POST `registration/finalize`",
                &["finishRegistration"],
                &["registration::a_registered_passkey_is_listed_and_its_token_vouches_for_it"],
            ),
            Row(
                "POST `login/initialize`, the key only where `user_id` is sent",
                &["beginLogin"],
                &[
                    "login::a_discoverable_login_asks_for_any_passkey_and_names_its_user",
                    "login::a_login_of_a_named_user_lists_that_users_passkeys_without_transports",
                    "login::naming_a_user_needs_the_api_key",
                ],
            ),
            Row(
                "POST `login/finalize`",
                &["finishLogin"],
                &["login::a_discoverable_login_asks_for_any_passkey_and_names_its_user"],
            ),
            Row(
                "GET `credentials`",
                &["listCredentials"],
                &[
                    "credentials::a_list_is_newest_first_and_comes_in_pages",
                    "credentials::a_list_may_be_one_users",
                    "credentials::a_page_out_of_bounds_is_refused",
                ],
            ),
            Row(
                "GET `credentials/{credential_id}`",
                &["getCredential"],
                &[
                    "registration::a_registered_passkey_is_listed_and_its_token_vouches_for_it",
                    "credentials::what_is_no_credential_id_names_no_credential",
                ],
            ),
            Row(
                "PATCH `credentials/{credential_id}`",
                &["renameCredential"],
                &["credentials::a_credential_is_renamed"],
            ),
            Row(
                "DELETE `credentials/{credential_id}`",
                &["deleteCredential"],
                &["credentials::a_deleted_credential_is_gone_and_the_log_says_whose_it_was"],
            ),
            Row(
                "POST `transaction/initialize`",
                &["beginTransaction"],
                &[
                    "transaction::what_is_listed_is_what_was_hashed_into_the_challenge_and_signed",
                    "transaction::bounds_of_the_body_are_named",
                ],
            ),
            Row(
                "POST `transaction/finalize`",
                &["finishTransaction"],
                &[
                    "transaction::a_transaction_is_confirmed_once_and_by_its_own_route",
                    "transaction::data_that_was_changed_in_the_database_is_not_confirmed",
                ],
            ),
            Row(
                "GET `transaction/{user_id}`, by the app's user id or else the row's",
                &["listTransactions"],
                &[
                    "transaction::a_list_is_of_the_apps_user_id_or_else_the_rows",
                    "transaction::users_may_be_called_as_the_routes_are",
                ],
            ),
            Row(
                "POST `mfa/registration/initialize`, `mfa/registration/finalize`",
                &["beginMfaRegistration", "finishMfaRegistration"],
                &[
                    "mfa::the_options_follow_the_second_factors_own_policy",
                    "mfa::a_second_factor_is_registered_listed_and_proven",
                ],
            ),
            Row(
                "POST `mfa/login/initialize`, `mfa/login/finalize`",
                &["beginMfaLogin", "finishMfaLogin"],
                &[
                    "mfa::a_second_factor_is_registered_listed_and_proven",
                    "mfa::a_passkey_is_offered_as_a_second_factor_too",
                    "mfa::every_route_needs_the_api_key_and_a_user",
                ],
            ),
            Row(
                "GET `audit_logs`, every filter",
                &["listAuditLogs"],
                &[
                    "audit_logs::every_filter_narrows_the_list_and_all_that_are_given_hold",
                    "audit_logs::the_log_comes_in_pages_newest_first",
                    "audit_logs::filters_have_bounds_and_are_given_once",
                ],
            ),
            Row(
                "ours: GET `audit_logs/export`",
                &["exportAuditLogs"],
                &[
                    "audit_logs_export::every_row_is_exported_oldest_first_as_the_list_has_it",
                    "audit_logs_export::filters_hold_for_an_export_too",
                ],
            ),
            Row(
                "ours: GET `users/{user_id}/signals`",
                &["getSignals"],
                &[
                    "signals::everything_that_is_accepted_is_told_under_the_users_handle",
                    "signals::signals_are_withheld_where_another_tenants_user_has_the_handle",
                ],
            ),
            Row(
                "ours: DELETE `users/{user_id}/credentials`",
                &["deleteCredentialsOfUser"],
                &["signals::all_of_a_users_credentials_are_deleted_at_once"],
            ),
            Row(
                "ours: GET `.well-known/webauthn`",
                &["getRelatedOrigins"],
                &[
                    "related_origins::the_document_lists_the_origins_outside_of_the_rp_ids_domain",
                    "related_origins::a_document_that_browsers_would_not_honour_is_refused_by_name",
                ],
            ),
            Row(
                "GET `.well-known/jwks.json`",
                &["getJwks"],
                &["jwks::it_may_be_cached_for_ten_minutes_and_holds_no_private_member"],
            ),
            Row(
                "ours: GET `/openapi.json`",
                &["getOpenApi"],
                &["documentation::both_listeners_serve_their_document_with_their_own_url"],
            ),
        ],
    },
    Section {
        title: "What holds of all of it",
        rows: &[
            Row(
                "a missing or empty body counts as `{}`",
                &[],
                &["errors::a_missing_or_empty_body_counts_as_an_empty_object"],
            ),
            Row(
                "`apiKey` in any case, or `Authorization: Bearer`; no content type needed",
                &[],
                &[
                    "contract::the_key_may_be_spelt_in_any_case_and_json_needs_no_content_type",
                    "isolation::a_bearer_token_is_an_api_key_too",
                ],
            ),
            Row(
                "links and issuers are of `public_url`, never of the Host header",
                &[],
                &["contract::links_and_issuers_are_of_the_configured_url_whatever_host_is_asked_for"],
            ),
            Row(
                "padded and standard base64 in, base64url without padding out",
                &[],
                &["registration::padded_and_standard_base64_is_taken_and_never_given_back"],
            ),
            Row(
                "user ids of any form",
                &[],
                &[
                    "user_ids::ids_of_any_form_work_in_every_ceremony_and_every_list",
                    "user_ids::an_id_is_not_empty_has_no_nul_and_at_most_1024_characters",
                ],
            ),
            Row(
                "options and credentials, to the last member",
                &[],
                &["documentation::options_and_credentials_are_what_the_document_says_to_the_last_member"],
            ),
            Row(
                "transports at the top level or in `response`, which wins",
                &[],
                &["registration::transports_may_stand_at_the_top_level_and_those_in_the_response_win"],
            ),
            Row(
                "`userHandle` missing, null or empty",
                &[],
                &["contract::a_user_handle_that_is_missing_null_or_empty_is_none"],
            ),
            Row(
                "`display_name` falls back to `username`",
                &[],
                &["registration::the_options_are_what_the_contract_says"],
            ),
            Row(
                "lists: 20 a page, `order`, `Link`, `X-Total-Count`, bounds",
                &[],
                &[
                    "credentials::a_list_is_newest_first_and_comes_in_pages",
                    "credentials::a_page_out_of_bounds_is_refused",
                    "users::users_are_listed_in_pages",
                ],
            ),
            Row(
                "tokens: claims, algorithm, `kid`, five minutes",
                &[],
                &[
                    "registration::a_registered_passkey_is_listed_and_its_token_vouches_for_it",
                    "jwks::a_tenant_may_sign_with_rs256",
                ],
            ),
            Row(
                "ceremonies are `Cache-Control: no-store`",
                &[],
                &["contract::no_answer_of_a_ceremony_may_be_kept_by_a_cache"],
            ),
            Row(
                "second factors work for `mfa/login` only; each finalize takes challenges of its own purpose",
                &[],
                &[
                    "mfa::a_second_factor_does_not_log_in_alone",
                    "mfa::challenges_of_the_two_kinds_do_not_mix",
                ],
            ),
            Row(
                "a challenge lives as long as `timeout`, a discoverable one an hour at least",
                &[],
                &[
                    "login::a_discoverable_challenge_lives_an_hour_and_a_named_users_its_timeout",
                    "registration::a_registration_expires_with_the_tenants_timeout",
                ],
            ),
            Row(
                "what one request asks for beside the policy (ours)",
                &[],
                &[
                    "asked::a_registration_asks_for_more",
                    "asked::less_is_refused_unless_the_tenant_allows_it",
                    "extensions::a_registration_asks_for_extensions",
                    "extensions::a_login_asks_for_extensions_of_the_credentials_that_it_allows",
                ],
            ),
            Row(
                "rate limits, and who is exempt",
                &[],
                &[
                    "rate_limits::a_stranger_is_told_to_wait_and_nobody_else_is",
                    "rate_limits::whoever_has_the_key_is_exempt_and_a_wrong_key_is_none",
                ],
            ),
            Row(
                "`x-passgate-client-ip`, `x-passgate-client-ua` with a valid key",
                &[],
                &["audit_logs::a_backend_names_the_person_it_acts_for_and_a_stranger_does_not"],
            ),
            Row(
                "the audit log's rows, and those that sum up",
                &[],
                &[
                    "audit_logs::a_row_tells_who_did_what_in_which_request_from_where",
                    "audit_logs::what_strangers_send_is_summed_up_once_a_minute",
                    "audit_logs::rows_are_kept_as_long_as_the_tenant_says",
                ],
            ),
        ],
    },
    Section {
        title: "Errors",
        rows: &[
            Row(
                "400: `tenant_id` no UUID; 404: unknown tenant, unknown route",
                &[],
                &["errors::tenants_routes_and_methods_that_do_not_exist_have_codes"],
            ),
            Row(
                "400: malformed body, failed validation, malformed credential",
                &[],
                &["malformed::a_thousand_malformed_bodies_are_refused_and_leave_no_trace"],
            ),
            Row(
                "401: key missing, wrong, revoked, or of another tenant",
                &[],
                &["isolation::every_keyed_endpoint_refuses_every_key_but_the_tenants_own"],
            ),
            Row(
                "401: `login/finalize` with an unknown, expired or used challenge",
                &[],
                &[
                    "challenges::a_challenge_made_elsewhere_is_refused",
                    "login::a_discoverable_challenge_lives_an_hour_and_a_named_users_its_timeout",
                    "challenges::a_used_challenge_is_refused",
                ],
            ),
            Row(
                "401: failed assertion, unknown credential, another user",
                &[],
                &[
                    "login::a_bogus_signature_is_refused_and_spends_the_challenge",
                    "login::a_deleted_passkey_is_told_from_one_never_seen",
                    "login::a_login_of_one_user_is_not_finished_with_anothers_passkey",
                    "transaction::another_user_can_not_confirm_it",
                ],
            ),
            Row(
                "400: `registration/finalize` with an unknown, expired or used challenge; failed attestation",
                &[],
                &[
                    "challenges::a_challenge_made_elsewhere_is_refused",
                    "registration::a_registration_expires_with_the_tenants_timeout",
                    "challenges::a_used_challenge_is_refused",
                    "registration::an_attestation_format_that_is_not_verified_is_refused_by_name",
                ],
            ),
            Row(
                "422: `registration/finalize` without the verification that is required",
                &[],
                &["registration::a_person_who_was_not_verified_gets_422_and_a_code"],
            ),
            Row(
                "404: unknown user; 400: a user without a usable credential",
                &[],
                &[
                    "login::a_login_of_a_named_user_lists_that_users_passkeys_without_transports",
                    "transaction::who_is_unknown_or_has_no_passkey_begins_none",
                    "mfa::every_route_needs_the_api_key_and_a_user",
                ],
            ),
            Row(
                "404: unknown credential",
                &[],
                &["credentials::a_deleted_credential_is_gone_and_the_log_says_whose_it_was"],
            ),
            Row(
                "409: duplicate `transaction_id`",
                &[],
                &["transaction::a_transaction_id_is_used_once_in_its_tenant"],
            ),
            Row(
                "503 while the database is out of reach (ours)",
                &[],
                &[
                    "errors::nothing_is_trusted_while_the_database_is_out_of_reach",
                    "errors::a_database_that_is_closed_is_503_and_not_ready",
                ],
            ),
            Row(
                "every error has `title`, `details`, `status`, `code` and `x-request-id`",
                &[],
                &[
                    "errors::every_answer_names_its_request",
                    "documentation::the_documents_have_every_code_of_the_verifiers_and_the_cores",
                ],
            ),
        ],
    },
    Section {
        title: "CORS",
        rows: &[
            Row(
                "per tenant, preflight 204 with max-age 7200, requested headers echoed",
                &[],
                &[
                    "cors::a_preflight_of_an_allowed_page_is_answered_for_two_hours",
                    "cors::a_page_that_is_not_listed_is_told_nothing",
                    "cors::errors_are_readable_by_the_page_too",
                ],
            ),
            Row(
                "`*`, with and without `allow_unsafe_wildcard`",
                &[],
                &["cors::a_star_is_literal_without_credentials_and_reflects_only_if_called_unsafe"],
            ),
            Row(
                "`https://*.example.com` is one label",
                &[],
                &["contract::one_label_may_stand_for_the_star_of_an_allowed_origin"],
            ),
        ],
    },
    Section {
        title: "Admin API",
        rows: &[
            Row(
                "GET, POST `/tenants`; GET, PUT, DELETE `/tenants/{id}`",
                &["listTenants", "createTenant", "getTenant", "renameTenant", "deleteTenant"],
                &[
                    "admin::a_tenant_is_made_read_renamed_and_deleted",
                    "admin::unknown_tenants_are_404_and_what_is_no_id_is_400",
                    "isolation::a_deleted_tenant_is_gone_with_everything",
                ],
            ),
            Row(
                "PUT `/tenants/{id}/config`, its defaults and bounds",
                &["configureTenant"],
                &[
                    "admin::a_configuration_reads_back_as_it_was_written",
                    "admin::a_configuration_that_makes_no_sense_is_refused_and_the_old_one_stays",
                    "registration::the_contracts_defaults_hold_where_a_config_is_silent",
                ],
            ),
            Row(
                "ours: POST `/tenants/{id}/secrets/api/{secret_id}/roll`",
                &["rollApiKey"],
                &["api_keys::a_key_that_is_rolled_goes_on_for_the_overlap"],
            ),
            Row(
                "GET, POST `/tenants/{id}/secrets/api`; DELETE `…/{secret_id}`",
                &["listApiKeys", "createApiKey", "deleteApiKey"],
                &[
                    "admin::an_api_keys_secret_is_shown_once_and_stored_nowhere",
                    "admin::the_last_use_of_an_api_key_is_kept_to_the_minute",
                    "api_keys::a_key_is_refused_from_the_moment_of_its_end_and_stays_listed",
                    "api_keys::an_end_lies_ahead_and_no_further_than_ten_years",
                    "isolation::every_keyed_endpoint_refuses_every_key_but_the_tenants_own",
                ],
            ),
            Row(
                "GET, POST `/tenants/{id}/secrets/jwk`; DELETE `…/{secret_id}`",
                &["listSigningKeys", "rotateSigningKey", "deleteSigningKey"],
                &[
                    "jwks::a_key_is_published_before_it_signs_and_verifies_until_its_last_token_has_expired",
                    "jwks::a_compromised_key_is_gone_at_once",
                    "jwks::the_key_that_signs_can_not_be_deleted",
                ],
            ),
            Row(
                "GET `/tenants/{id}/audit_logs`, and ours: `…/export`",
                &["listAuditLogs", "exportAuditLogs"],
                &[
                    "audit_logs::operators_see_the_same_log_and_other_tenants_see_nothing_of_it",
                    "audit_logs_export::operators_export_what_the_tenant_exports_and_nobody_else_does",
                ],
            ),
            Row(
                "GET `/tenants/{id}/users`; GET, DELETE `…/{id}`",
                &["listUsers", "getUser", "deleteUser"],
                &[
                    "users::users_are_listed_in_pages",
                    "users::a_user_is_shown_with_credentials_and_transactions_and_deleted_with_them",
                    "users::the_id_is_the_rows_uuid",
                ],
            ),
            Row(
                "GET `/health/alive`, `/health/ready`",
                &["getAlive", "getReady"],
                &["admin::health_needs_none", "errors::a_database_that_is_closed_is_503_and_not_ready"],
            ),
            Row(
                "GET `/metrics`",
                &["getMetrics"],
                &[
                    "metrics::ceremonies_are_counted_by_outcome_and_code",
                    "metrics::the_store_and_the_cache_tell_how_busy_they_are",
                    "metrics::refusals_by_rate_limits_are_counted_by_the_limit",
                    "metrics::what_strangers_make_up_is_no_label",
                ],
            ),
            Row(
                "ours: `/`, which leads to the console",
                &["getConsole"],
                &["console/cross_site::the_address_of_the_listener_leads_to_the_console"],
            ),
            Row(
                "ours: `/status`: the status page",
                &["getStatusPage"],
                &["documentation::the_status_page_says_whether_the_database_answers"],
            ),
            Row(
                "ours: `/openapi.json`, `/openapi/public.json`, `/openapi/console.json`, `/docs`, `/docs/admin`, `/docs/style.css`",
                &[
                    "getOpenApi",
                    "getPublicOpenApi",
                    "getConsoleOpenApi",
                    "getPublicPage",
                    "getAdminPage",
                    "getStyle",
                ],
                &[
                    "documentation::both_listeners_serve_their_document_with_their_own_url",
                    "documentation::pages_need_no_token_load_nothing_from_elsewhere_and_run_nothing",
                ],
            ),
        ],
    },
    Section {
        title: "Webhooks",
        rows: &[
            Row(
                "GET, POST, PATCH, DELETE `webhooks`",
                &["listWebhooks", "createWebhook", "updateWebhook", "deleteWebhook"],
                &[
                    "webhooks::a_webhook_is_made_changed_and_deleted_and_its_secret_is_shown_once",
                    "webhooks::urls_that_webhooks_do_not_go_to_are_refused_by_name",
                    "webhooks::a_tenant_has_at_most_twenty",
                    "webhooks::another_tenants_webhook_is_none",
                ],
            ),
            Row(
                "POST `webhooks/{id}/secret`",
                &["replaceWebhookSecret"],
                &["webhooks::a_secret_is_sealed_in_the_database_and_replaced"],
            ),
            Row(
                "GET `webhooks/{id}/deliveries`, POST `redeliver`",
                &["listWebhookDeliveries", "redeliverWebhook"],
                &["webhooks::what_it_is_to_hear_of_is_listed_and_delivered_again_by_hand"],
            ),
        ],
    },
    Section {
        title: "Ours: what the original gets wrong",
        rows: &[
            Row(
                "1. the admin API asks for a token; a key's secret is shown once and stored as a hash",
                &[],
                &[
                    "isolation::every_endpoint_of_operators_refuses_everything_but_an_admin_token",
                    "admin::a_revoked_admin_token_is_refused_at_once",
                    "admin::an_api_keys_secret_is_shown_once_and_stored_nowhere",
                ],
            ),
            Row(
                "2. failures are kept in the audit log; deletions name the user",
                &[],
                &[
                    "audit_logs::failures_are_kept_with_their_code",
                    "credentials::a_deleted_credential_is_gone_and_the_log_says_whose_it_was",
                ],
            ),
            Row(
                "3. `excludeCredentials`, of the same kind",
                &[],
                &[
                    "registration::an_authenticator_is_not_registered_twice_for_a_user",
                    "mfa::a_second_factor_is_excluded_from_second_factors_only",
                ],
            ),
            Row(
                "4. signature counter and backup eligibility, strict or warn",
                &[],
                &[
                    "login::a_counter_that_does_not_grow_is_refused_unless_the_tenant_only_warns",
                    "login::an_authenticator_without_a_counter_logs_in_again_and_again",
                    "login::backup_eligibility_must_not_change_and_backup_state_may",
                ],
            ),
            Row(
                "5. a challenge is used once, whatever the verdict and however many race; what expired is purged",
                &[],
                &[
                    "login::a_bogus_signature_is_refused_and_spends_the_challenge",
                    "login::of_200_racing_finalizes_of_one_login_one_gets_a_token",
                    "challenges::spent_challenges_are_forgotten_after_their_expiry_and_still_refused",
                ],
            ),
            Row(
                "6. a user id of 16 bytes is no UUID",
                &[],
                &["user_ids::ids_of_any_form_work_in_every_ceremony_and_every_list"],
            ),
            Row(
                "7. signing keys rotate; none bricks the tenant",
                &[],
                &[
                    "jwks::a_key_is_published_before_it_signs_and_verifies_until_its_last_token_has_expired",
                    "jwks::the_key_that_signs_can_not_be_deleted",
                ],
            ),
            Row(
                "8. a transaction needs no user handle",
                &[],
                &["transaction::the_authenticator_need_not_return_a_user_handle"],
            ),
            Row(
                "9. user lookups don't cross tenants",
                &[],
                &[
                    "isolation::rows_of_another_tenant_are_not_found_by_operators_either",
                    "isolation::another_tenants_ids_name_nothing_in_path_body_or_query",
                ],
            ),
            Row(
                "10. filters are bound, not joined",
                &[],
                &[
                    "audit_logs::metacharacters_of_sql_are_text_in_every_filter",
                    "metacharacters::every_parameter_of_every_endpoint_takes_them_for_text",
                    "metacharacters::every_text_of_a_body_comes_back_as_it_was_sent",
                ],
            ),
            Row(
                "11. credential ids of 1023 bytes",
                &[],
                &["registration::a_credential_id_may_have_1023_bytes"],
            ),
            Row(
                "12. ES256 by default; the tenant is cached",
                &[],
                &[
                    "contract::a_whole_login_asks_the_database_little",
                    "login::a_discoverable_login_begins_without_a_database_statement",
                    "errors::unknown_tenants_are_asked_of_the_database_once",
                ],
            ),
            Row(
                "13. a challenge is bound to its route",
                &[],
                &[
                    "challenges::a_challenge_is_refused_at_another_route_than_its_own",
                    "challenges::a_challenge_is_refused_for_another_tenant",
                    "mfa::challenges_of_the_two_kinds_do_not_mix",
                ],
            ),
            Row(
                "codes; `credential_revoked` is told from `credential_unknown`",
                &[],
                &[
                    "login::a_deleted_passkey_is_told_from_one_never_seen",
                    "signals::a_deleted_credential_comes_with_what_the_browser_takes",
                    "signals::an_unknown_credential_is_signalled_only_where_the_tenant_asks_for_it",
                    "signals::an_unknown_credential_is_not_signalled_where_another_tenant_has_the_rp_id",
                    "signals::nothing_is_signalled_while_an_import_is_unfinished",
                    "documentation::the_guide_to_errors_has_every_code_of_the_documents_and_the_documents_every_code_of_the_guide",
                ],
            ),
        ],
    },
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    let mut page = String::from(
        "# What of the API's contract is tested where\n\nEach row and each error case, and the tests in \
         `crates/server/tests/http` that hold Passgate to it. Generated from\n\
         `crates/server/tests/openapi/api_coverage.rs` by `UPDATE_OPENAPI=1 cargo test -p passgate --test openapi`; the \
         same\ntest without the variable fails where this page is out of date, a test is gone, or an operation of \
         `docs/openapi` has no\nrow.\n\nBeside these, the HTTP tests hold every answer that they get against the \
         documents, and `cargo xtask test --only\nschemathesis` sends requests that are made from them.\n",
    );
    for Section { title, rows } in SECTIONS {
        // Writing to a String can't fail.
        write!(page, "\n## {title}\n\n| what | tests |\n|---|---|\n").unwrap();
        for Row(what, _, tests) in *rows {
            let tests: Vec<_> = tests
                .iter()
                .map(|test| {
                    let (file, name) = test.split_once("::").unwrap();
                    format!("`{file}` `{name}`")
                })
                .collect();
            writeln!(page, "| {what} | {} |", tests.join("<br>")).unwrap();
        }
    }
    page
}

#[test]
fn the_page_is_up_to_date() {
    let file = repository().join("docs/API-COVERAGE.md");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&file, page()).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == page(),
        "docs/API-COVERAGE.md is out of date: `UPDATE_OPENAPI=1 cargo test -p passgate --test openapi` writes it"
    );
}

#[test]
fn every_test_that_is_named_is_there() {
    let folder = repository().join("crates/server/tests/http");
    for Row(what, _, tests) in SECTIONS.iter().flat_map(|section| section.rows) {
        assert!(!tests.is_empty(), "nothing tests {what}");
        for test in *tests {
            let (file, name) = test.split_once("::").unwrap();
            let source = fs::read_to_string(folder.join(format!("{file}.rs"))).unwrap_or_default();
            let is_test = source.split("test]\n").skip(1).any(|after| {
                let line = after.lines().next().unwrap_or_default();
                line.contains(&format!("fn {name}("))
            });
            assert!(is_test, "{test} is no test");
        }
    }
}

#[test]
fn every_operation_of_the_documents_has_a_row() {
    let rows: BTreeSet<_> =
        SECTIONS.iter().flat_map(|section| section.rows).flat_map(|row| row.1).copied().collect();
    let mut operations = BTreeSet::new();
    for api in [Api::Public, Api::Admin] {
        let document: Value = serde_json::from_str(&openapi::checked_in(api)).unwrap();
        for operation in document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|item| item.as_object().unwrap().values())
        {
            operations.insert(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let named: BTreeSet<_> = rows.into_iter().map(str::to_owned).collect();
    assert_eq!(named, operations);
}
