//! The console's API, as its pages call it.

mod accounts;
mod activity;
mod browser;
mod cross_site;
mod environments;
mod matrix;
mod organizations;
mod projects;
mod recovery;
mod related_origins;
mod reserved_tenant;

use passgate_core::console::SignUpAllowed;
use passgate_postgres_fixture::PostgresServer;
use tokio::runtime::Runtime;

use crate::harness::TestServer;

/// What must hold whichever database there is, and who may sign up where it is tested.
macro_rules! every_test {
    ($then:ident) => {
        $then! {
            accounts {
                whoever_has_the_link_claims_the_console_once: ByInvitation,
                a_claim_link_is_valid_for_an_hour: ByInvitation,
                a_sign_up_that_comes_second_leaves_no_passkey_behind: ByInvitation,
                the_session_is_in_a_cookie_that_no_script_and_no_other_site_gets_at: ByInvitation,
                an_operator_signs_in_with_a_passkey_and_ends_sessions: ByInvitation,
                a_session_ends_after_twelve_hours_without_use_and_thirty_days_with: ByInvitation,
                what_can_not_be_undone_needs_a_passkey_shown_within_five_minutes: ByInvitation,
                a_passkey_of_another_operator_does_not_count: ToAnybody,
                an_email_is_taken_once_whatever_its_case: ToAnybody,
                passkeys_are_added_renamed_and_removed_but_never_the_last: ByInvitation,
                an_operator_changes_no_passkey_of_another: ToAnybody,
            }
            activity {
                what_members_change_of_an_environment_is_in_the_organizations_activity: ToAnybody,
                a_change_is_told_of_whose_caller_hung_up: ToAnybody,
                settings_that_are_taken_over_and_apps_that_move_are_in_it_with_their_environment: ToAnybody,
                a_member_who_lost_the_passkey_is_in_it_however_let_in: ToAnybody,
                what_a_program_changes_has_no_operator: ToAnybody,
            }
            environments {
                the_steps_of_an_integration_tick_as_the_server_sees_them: ToAnybody,
                members_see_and_change_what_their_role_allows_of_users_and_passkeys: ToAnybody,
                ceremonies_can_be_tried_where_the_consoles_page_is_of_the_passkeys_domain: ToAnybody,
                lists_go_on_from_where_they_ended_and_are_searched_from_the_beginning: ToAnybody,
                passkeys_that_nobody_uses_and_attempts_with_deleted_ones_are_told: ToAnybody,
                the_audit_log_is_watched_as_it_grows: ToAnybody,
                who_watched_long_ago_is_told_a_part_at_a_time: ToAnybody,
            }
            matrix {
                each_may_do_what_the_role_allows_and_nothing_elsewhere: ToAnybody,
                ids_of_another_organization_name_nothing_in_ones_own: ToAnybody,
                a_program_may_do_what_an_owner_may: ToAnybody,
            }
            organizations {
                an_organization_is_made_renamed_and_deleted_with_its_projects: ByInvitation,
                an_invitation_lets_one_in_once_until_it_expires_or_is_withdrawn: ByInvitation,
                an_organization_has_an_owner_at_all_times_and_only_owners_touch_owners: ToAnybody,
                who_holds_a_body_back_is_judged_once_it_has_come: ToAnybody,
                who_is_removed_comes_back_by_no_invitation_of_their_own: ToAnybody,
            }
            projects {
                a_project_has_two_environments_each_a_tenant_of_its_own: ByInvitation,
                a_live_url_is_the_production_environments: ByInvitation,
                what_follows_from_a_url_is_told_while_it_is_typed: ByInvitation,
                settings_are_compared_and_taken_over_but_for_what_is_each_environments_own: ToAnybody,
            }
            recovery {
                a_recovery_code_lets_in_once_ends_other_sessions_and_is_in_the_log: ByInvitation,
                new_codes_take_the_place_of_old_ones: ByInvitation,
                the_machines_owner_lets_an_operator_in_by_a_link: ByInvitation,
            }
        }
    };
}

/// Makes each a test of its own.
macro_rules! tests {
    ($($module:ident { $($test:ident: $sign_up:ident,)+ })+) => {$(
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    let sign_up = passgate_core::console::SignUpAllowed::$sign_up;
                    let server = crate::harness::TestServer::start_console(sign_up).await;
                    crate::console::$module::$test(&server).await;
                }
            )+
        }
    )+};
}

/// Runs them one after the other, each on a database of its own.
macro_rules! one_by_one {
    ($($module:ident { $($test:ident: $sign_up:ident,)+ })+) => {
        let postgres = PostgresServer::start();
        let mut made = 0;
        $($(
            println!("{}::{}", stringify!($module), stringify!($test));
            made += 1;
            let url = postgres.create_database(&format!("console{made}"));
            // Its tasks end with it, and so do its connections.
            Runtime::new().unwrap().block_on(async {
                let server = TestServer::start_on(&url, SignUpAllowed::$sign_up).await;
                $module::$test(&server).await;
            });
        )+)+
    };
}

mod on_sqlite {
    every_test!(tests);
}

/// One test, since its server takes longer to start than most of what it has to do.
#[test]
fn on_postgres() {
    every_test!(one_by_one);
}
