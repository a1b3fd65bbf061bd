//! What every store does, whichever database it is on. Each test has a database of its own.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod admin_tokens;
mod api_keys;
mod audit_log;
mod backend;
mod challenges;
mod confirmations;
mod console_accounts;
mod console_directory;
mod console_organizations;
mod credentials;
mod fixtures;
mod login;
mod metadata;
mod postgres;
mod registration;
mod signals;
mod signing_keys;
mod sqlite;
mod tenants;
mod transactions;
mod transfer;
mod users;
mod versions;
mod webhooks;

/// Hands every test of the contract to a macro.
macro_rules! every_test {
    ($apply:ident!($($first:tt)*)) => {
        $apply! {
            $($first)*
            tenants {
                a_new_tenant_is_read_back_whole,
                an_unknown_tenant_is_none,
                a_tenant_id_that_is_taken_changes_nothing,
                tenants_are_listed_by_name_then_id,
                a_tenant_is_renamed,
                a_tenant_is_configured,
                a_deleted_tenant_leaves_nothing_and_others_are_untouched,
                a_tenant_made_again_is_not_shown_its_old_challenges,
                a_corrupt_tenant_is_named,
            }
            api_keys {
                keys_are_listed_oldest_first,
                a_name_is_taken_once_in_each_tenant,
                an_unknown_tenant_gets_no_key,
                a_key_is_deleted_in_its_own_tenant_only,
                uses_are_noted_and_only_move_forward,
                a_key_that_replaces_another_ends_it,
            }
            signals {
                all_credentials_are_told_under_all_handles,
                a_handle_that_a_tenant_with_the_same_rp_id_has_too_is_told_nothing,
                a_credential_is_accepted_elsewhere_where_a_tenant_with_the_same_rp_id_has_it,
                a_tenant_knows_whether_others_have_its_rp_id,
                what_was_deleted_is_told_no_longer,
            }
            signing_keys {
                a_graceful_rotation_keeps_keys_until_they_have_expired,
                an_immediate_rotation_deletes_all_older_keys,
                an_unknown_tenant_gets_no_signing_key,
                the_key_that_signs_is_not_deleted,
                a_signing_key_is_deleted_in_its_own_tenant_only,
                secrets_in_use_are_named_once,
                keys_are_resealed_a_few_at_a_time,
                a_corrupt_signing_key_is_named,
            }
            admin_tokens {
                a_token_is_found_by_its_hash,
                a_token_name_is_taken_once,
                tokens_are_listed_oldest_first,
                a_deleted_token_is_gone,
            }
            registration {
                a_new_user_is_made,
                a_known_user_is_brought_up_to_date,
                the_same_app_user_id_is_another_user_in_another_tenant,
                credentials_of_the_same_kind_are_excluded_newest_first,
                at_most_a_hundred_credentials_are_excluded,
                a_beginning_in_a_deleted_tenant_fails,
                a_user_is_read_in_its_own_tenant_only,
                a_user_may_have_several_handles,
                a_registration_stores_the_credential,
                the_longest_credential_id_is_stored,
                a_spent_challenge_registers_nothing,
                a_credential_id_is_registered_once_in_a_tenant,
                a_credential_id_may_be_registered_in_two_tenants,
                a_registration_for_an_unknown_user_is_refused,
                of_racing_registrations_of_one_credential_one_succeeds,
            }
            login {
                a_login_of_a_named_user_allows_the_users_credentials,
                    a_login_of_one_named_credential_allows_that_alone,
                a_login_of_an_unknown_user_is_kept_as_a_failure,
                a_login_of_a_user_without_credentials_is_kept_as_a_failure,
                a_known_credential_comes_with_its_user,
                a_credential_is_looked_up_in_its_own_tenant_only,
                a_login_stays_in_its_tenant_even_where_all_ids_are_the_same,
                a_deleted_credential_is_revoked,
                a_login_updates_the_credential,
                credentials_whose_ids_begin_alike_are_told_apart,
                a_counter_that_did_not_grow_is_refused_where_the_tenant_is_strict,
                a_counter_that_did_not_grow_passes_where_the_tenant_warns,
                a_growing_counter_is_stored,
                a_login_with_a_spent_challenge_changes_nothing,
                a_login_with_a_deleted_credential_is_refused,
                a_login_with_another_users_credential_is_refused,
                a_login_that_was_verified_by_another_registration_is_refused,
                a_login_with_another_tenants_credential_is_refused,
                of_two_hundred_racing_logins_with_one_challenge_one_succeeds,
                of_racing_logins_with_one_counter_value_one_succeeds,
                a_login_in_a_deleted_tenant_is_refused,
                a_failure_is_that_of_its_own_ceremony,
                a_corrupt_credential_is_named,
            }
            challenges {
                a_failed_ceremony_spends_its_challenge_and_is_kept,
                a_challenge_is_spent_in_its_own_tenant_only,
                the_purge_forgets_what_has_expired_and_refuses_it,
                the_purge_never_goes_back,
                the_purge_goes_only_as_far_as_something_was_forgotten,
            }
            credentials {
                a_tenants_credentials_are_listed_newest_first,
                a_tenants_credentials_are_listed_oldest_first,
                pages_neither_repeat_nor_miss_credentials_of_the_same_moment,
                a_page_past_the_end_is_empty_and_knows_the_total,
                a_users_credentials_are_listed,
                a_list_shows_one_tenant_only,
                one_credential_is_read_in_its_own_tenant_only,
                a_credential_is_renamed_on_behalf_of_its_user,
                a_credential_is_deleted_on_behalf_of_its_user,
                a_change_of_an_unknown_credential_leaves_no_trace,
                a_change_stays_in_its_tenant,
                a_deleted_credential_may_be_registered_again,
                all_credentials_of_a_user_are_deleted_at_once,
                tombstones_are_forgotten_after_a_moment,
            }
            transactions {
                a_transaction_is_kept_and_the_users_credentials_are_allowed,
                a_transaction_of_an_unknown_user_is_kept_as_a_failure,
                a_transaction_of_a_user_without_credentials_is_kept_as_a_failure,
                an_identifier_is_taken_once_in_each_tenant,
                a_nonce_that_is_taken_is_a_fault_and_keeps_nothing,
                of_a_hundred_racing_transactions_with_one_identifier_one_begins,
                a_transaction_is_found_by_its_nonce_in_its_own_tenant_only,
                a_users_transactions_are_listed_newest_first,
                the_apps_id_of_a_user_goes_before_the_rows,
                transactions_are_listed_in_their_own_tenant_only,
                identifiers_and_data_are_nothing_but_text,
                a_transaction_in_a_deleted_tenant_is_refused,
                a_corrupt_transaction_is_named,
            }
            confirmations {
                a_confirmed_transaction_is_finalized,
                a_transaction_is_confirmed_once,
                an_unknown_transaction_is_not_confirmed,
                another_users_transaction_is_not_confirmed,
                another_tenants_transaction_is_not_confirmed,
                a_counter_that_did_not_grow_leaves_the_transaction_pending,
                a_deleted_credential_leaves_the_transaction_pending,
                the_transaction_is_decided_before_the_counter,
                a_login_leaves_transactions_pending,
                of_a_hundred_racing_confirmations_one_succeeds,
            }
            users {
                users_are_listed_by_the_time_they_were_made,
                pages_neither_repeat_nor_miss_users_of_the_same_moment,
                a_listed_user_is_what_the_app_told,
                users_are_listed_in_their_own_tenant_only,
                a_user_comes_with_credentials_and_transactions,
                a_user_is_shown_and_deleted_in_its_own_tenant_only,
                a_deleted_user_leaves_tombstones_and_the_audit_log,
                ceremonies_of_a_deleted_user_come_to_nothing,
                a_deleted_user_may_come_back_as_another,
                app_user_ids_are_nothing_but_text,
                a_corrupt_user_is_named,
            }
            audit_log {
                a_count_goes_on_from_an_earlier_one_as_long_as_that_holds,
                rows_are_appended_by_themselves,
                rows_of_a_tenant_are_deleted_up_to_a_moment,
                each_tenant_keeps_its_log_as_long_as_it_says,
                rows_come_back_whole_newest_first,
                rows_of_every_type_come_back,
                pages_neither_repeat_nor_miss_rows_of_the_same_moment,
                the_bounds_of_time_are_excluded,
                rows_are_found_by_any_of_several_types,
                rows_are_found_by_a_part_of_the_users_id_or_the_address,
                rows_are_found_by_a_part_of_anything,
                all_that_is_given_must_hold,
                filters_are_nothing_but_text,
                a_filter_sees_one_tenant_only,
                a_row_of_an_unknown_type_is_named,
                the_rows_that_a_filter_lets_through_are_exported_oldest_first,
                batches_of_the_log_have_each_row_once,
            }
            transfer {
                what_is_imported_is_exported_again,
                importing_again_changes_nothing,
                an_import_is_unfinished_until_it_is_finished,
                a_tenant_that_is_there_keeps_its_name_and_configuration,
                a_dry_run_says_what_would_become_of_records_and_writes_nothing,
                nothing_is_imported_into_a_tenant_that_is_not_there,
                a_user_who_is_there_gets_the_handles_that_are_missing,
                a_handle_of_another_user_is_refused_and_leaves_no_user,
                the_same_handle_may_be_imported_into_two_tenants,
                a_credential_goes_to_the_user_whom_the_app_means,
                a_handle_that_comes_later_is_one_of_its_users_credentials_too,
                a_credential_without_its_user_is_refused,
                what_was_deleted_here_stays_deleted,
                a_credential_of_another_user_or_key_is_refused,
                a_counter_only_grows_and_the_later_use_is_kept,
                an_api_key_works_by_its_hash_and_its_name_is_taken_once,
                an_api_key_that_was_replaced_elsewhere_ends_here_too,
                a_transaction_that_was_confirmed_elsewhere_is_confirmed_here,
                an_export_is_of_one_tenant_and_can_be_broken_off,
            }
            webhooks {
                endpoints_are_listed_oldest_first_in_their_own_tenant_only,
                a_tenant_has_a_bounded_number_of_endpoints,
                an_endpoint_is_changed_member_by_member,
                a_deleted_endpoint_leaves_nothing,
                each_endpoint_hears_of_what_it_wants_to_hear_of,
                without_an_endpoint_nothing_is_stored,
                the_life_of_a_credential_is_told,
                each_credential_that_goes_with_others_is_told,
                a_counter_that_did_not_grow_is_told_as_a_suspected_clone,
                a_confirmed_transaction_is_told,
                a_claim_leases_what_is_due_and_no_other_gets_it,
                of_racing_claims_each_delivery_goes_to_one,
                a_delivery_that_arrived_is_over_and_one_that_failed_is_due_again,
                a_dead_letter_is_redelivered_by_hand,
                an_endpoint_has_few_deliveries_at_once_and_a_suspect_one,
                a_paused_or_disabled_endpoint_is_left_alone,
                an_endpoint_that_is_gone_is_switched_off,
                an_endpoint_that_failed_for_a_day_gives_up_what_waited_so_long,
                a_secret_that_was_replaced_signs_for_a_while,
                webhook_secrets_are_resealed,
                events_are_deleted_once_they_are_old_and_over,
                the_events_of_a_change_that_failed_are_not_told,
            }
            metadata {
                a_list_is_read_back_whole_by_all_processes,
                a_list_gives_way_to_one_of_the_same_or_a_higher_number_only,
                a_list_that_does_not_verify_any_more_gives_way_to_any,
                a_corrupt_list_is_named,
            }
            console_accounts {
                the_console_has_one_tenant_that_can_not_be_deleted,
                a_link_is_open_until_it_expires_and_a_newer_one_takes_its_place,
                the_console_is_claimed_once,
                an_operator_is_read_back_and_has_the_email_alone,
                an_operator_is_changed_but_not_to_anothers_email,
                sessions_are_found_used_freshened_and_ended,
                a_recovery_code_works_once_and_ends_other_sessions,
                a_recovery_link_works_once_for_its_operator,
                the_last_passkey_stays_unless_there_are_recovery_codes,
                what_is_over_is_deleted,
            }
            console_directory {
                users_are_listed_newest_first_from_a_place_on,
                users_are_found_by_what_id_or_name_begin_with,
                the_audit_log_is_read_backwards_from_a_place_on,
                a_timeline_is_whole_and_in_order,
                a_search_of_the_audit_log_looks_at_so_many_rows_and_says_where_to_go_on,
                rows_of_a_rare_type_are_found_without_looking_at_the_others,
                unused_credentials_are_listed_by_the_week_of_their_last_use,
            }
            console_organizations {
                an_organization_is_seen_by_each_with_the_own_role,
                an_organization_keeps_an_owner_whoever_changes_members_at_once,
                members_are_listed_by_email,
                who_lost_the_right_meanwhile_changes_nothing,
                nobody_invites_to_more_than_they_are_then_or_later,
                an_invitation_is_accepted_once_or_withdrawn,
                a_project_is_read_back_with_its_environments,
                what_has_environments_is_not_deleted_before_their_tenants,
                ceremonies_are_added_up_by_minute_and_told_by_day,
                credentials_are_counted_by_what_they_are_kept_on,
                failures_are_told_by_their_reason,
                what_is_done_for_an_organization_is_listed_from_a_place_on,
                members_who_came_in_without_a_passkey_are_in_each_organizations_activity,
                settings_change_with_a_row_of_who_changed_them,
            }
            versions {
                the_version_grows_with_each_change_that_caches_must_see,
                the_version_does_not_grow_with_ceremonies_and_uses,
                a_change_by_another_process_is_seen,
                a_tenant_is_read_with_the_version_of_the_moment,
            }
        }
    };
}

/// Makes each a test of its own.
macro_rules! tests {
    ($backend:ty: $($module:ident { $($test:ident,)+ })+) => {$(
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let backend = <$backend as crate::backend::Backend>::start().await;
                    crate::$module::$test(&backend).await;
                }
            )+
        }
    )+};
}

/// Makes a list of them.
macro_rules! listed {
    ($backend:ty: $($module:ident { $($test:ident,)+ })+) => {
        &[$($((
            concat!(stringify!($module), "::", stringify!($test)),
            |runtime| {
                runtime.block_on(async {
                    let backend = <$backend as crate::backend::Backend>::start().await;
                    crate::$module::$test(&backend).await;
                });
            },
        ),)+)+]
    };
}

mod on_sqlite {
    every_test!(tests!(crate::sqlite::Sqlite:));
}

/// One test, since its server takes longer to start than most of what it has to do.
#[test]
fn on_postgres() {
    postgres::run(every_test!(listed!(postgres::Postgres:)));
}

/// The same where each table is partitioned by tenant.
#[test]
fn on_postgres_partitioned_by_tenant() {
    postgres::run(every_test!(listed!(postgres::PartitionedPostgres:)));
}
