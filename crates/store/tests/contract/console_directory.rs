use std::time::Duration;

use passgate_core::audit::{AuditEntry, AuditFilter, AuditPlace, AuditRows, AuditType};
use passgate_core::console::{Store as _, UsePlace, UserPlace, UserSearch};
use passgate_core::credential::{Credential, CredentialKind, Order, PageRequest};
use passgate_core::ids::{AuditId, TenantId};
use passgate_core::store::{FinishLogin, FinishedLogin, Store};
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{
    NOW, app_id, audit, begin_registration, credential, finish_login, register, seconds, tenant, text, user,
    user_with_credential,
};

async fn found(store: &impl Store, tenant: TenantId, search: UserSearch, limit: u32) -> Vec<String> {
    let users = store.find_users(tenant, search, limit).await.unwrap();
    users.into_iter().map(|listed| listed.user.profile.app_id.to_string()).collect()
}

pub(crate) async fn users_are_listed_newest_first_from_a_place_on(backend: &impl Backend) {
    let store = &**backend.store();
    let (ours, other) = (tenant(store, "ours").await, tenant(store, "other").await);
    let (kim, used) = user_with_credential(store, ours, "kim", "id").await;
    user(store, other, "eve").await;
    for name in ["sam", "tom"] {
        user(store, ours, name).await;
    }
    let all = store.find_users(ours, UserSearch::All(None), 10).await.unwrap();
    assert_eq!(all.len(), 3);
    let listed = all.iter().find(|listed| listed.user.id == kim.id).unwrap();
    assert_eq!((listed.credentials, listed.last_used_at), (1, Some(used.last_used_at)));
    let mut pages = Vec::new();
    let mut place = None;
    loop {
        let page = store.find_users(ours, UserSearch::All(place), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        place = Some(UserPlace { at: last.created_at, id: last.user.id });
        pages.extend(page);
    }
    assert_eq!(pages, all);
}

pub(crate) async fn users_are_found_by_what_id_or_name_begin_with(backend: &impl Backend) {
    let store = &**backend.store();
    let (ours, other) = (tenant(store, "ours").await, tenant(store, "other").await);
    for (tenant, id, name) in [
        (ours, "u1", "Ärzte"),
        (ours, "u2", "anna"),
        (ours, "anna", "Zoe"),
        (other, "anna", "anna"),
        (ours, "a%", "x"),
    ] {
        let mut begin = begin_registration(tenant, id, CredentialKind::Passkey);
        begin.profile.name = text(name);
        store.begin_registration(begin).await.unwrap();
    }
    let search =
        async |prefix: &str, limit| found(store, ours, UserSearch::BeginningWith(text(prefix)), limit).await;
    assert_eq!(search("anna", 10).await, ["anna", "u2"]);
    assert_eq!(search("an", 1).await, ["anna"]);
    assert_eq!(search("Ä", 10).await, ["u1"]);
    assert_eq!(search("a%", 10).await, ["a%"]);
    assert_eq!(search("%", 10).await, Vec::<String>::new());
    assert_eq!(search("nna", 10).await, Vec::<String>::new());
}

pub(crate) async fn the_audit_log_is_read_backwards_from_a_place_on(backend: &impl Backend) {
    let store = &**backend.store();
    let ours = tenant(store, "ours").await;
    let mut entries = Vec::new();
    for (number, actor) in [(0, "alice"), (1, "bob"), (1, "alice"), (2, "alice2")] {
        let mut entry = audit(ours, AuditType::CredentialDeleted);
        entry.at = NOW + seconds(number);
        entry.actor = Some(app_id(actor));
        entries.push(entry);
    }
    store.append_audit(entries.clone()).await.unwrap();
    let page = async |filter: AuditFilter, place, limit| {
        let found = store.audit_log_before(ours, filter, place, limit, 100).await.unwrap();
        found.rows.into_iter().map(|row| (row.id, AuditPlace { at: row.at, id: row.id })).collect::<Vec<_>>()
    };
    let all = page(AuditFilter::default(), None, 10).await;
    assert_eq!(all.len(), 4);
    assert_eq!((all[0].0, all[3].0), (entries[3].id, entries[0].id));
    let first = page(AuditFilter::default(), None, 2).await;
    let second = page(AuditFilter::default(), Some(first[1].1), 2).await;
    assert_eq!([first, second].concat(), all);
    let of_alice = AuditFilter { user: Some(app_id("alice")), ..AuditFilter::default() };
    let ids: Vec<_> = page(of_alice, None, 10).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [entries[2].id, entries[0].id], "the whole id, not a part of it");
}

/// However rows come, and the clock goes: each of them once, newest first, on pages of any size.
pub(crate) async fn a_timeline_is_whole_and_in_order(backend: &impl Backend) {
    let store = &**backend.store();
    let (ours, other) = (tenant(store, "ours").await, tenant(store, "other").await);
    let mut numbers = (0_u64..).map(|number| {
        // SplitMix64's last steps: as good as random, and the same each time.
        let mixed =
            (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number >> 3)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 31)
    });
    let mut random = move |below: u64| numbers.next().unwrap() % below;
    let mut entries = Vec::new();
    let mut at = NOW;
    for number in 0..4_000 {
        // Many at the same moment, some late, and twice the clock is set back.
        at = match number {
            1_500 | 2_500 => NOW + seconds(1),
            _ => at + Duration::from_millis(random(3)),
        };
        let mut entry = audit(if random(10) == 0 { other } else { ours }, AuditType::CredentialDeleted);
        entry.at = if random(20) == 0 { NOW + Duration::from_millis(random(3_000)) } else { at };
        entry.id =
            AuditId::new(Uuid::from_u128(u128::from(random(u64::MAX)) << 64 | u128::from(random(u64::MAX))));
        entry.actor = Some(app_id(["alice", "bob", "carol"][usize::try_from(random(3)).unwrap()]));
        entries.push(entry);
    }
    for some in entries.chunks(97) {
        store.append_audit(some.to_vec()).await.unwrap();
    }
    let mut expected: Vec<_> = entries
        .iter()
        .filter(|entry| entry.tenant_id == ours && entry.actor == Some(app_id("alice")))
        .map(|entry| (entry.at, entry.id))
        .collect();
    expected.sort_unstable_by(|one, other| other.cmp(one));
    assert!(expected.len() > 1_000);

    let of_alice = AuditFilter { user: Some(app_id("alice")), ..AuditFilter::default() };
    // Those that a search looks at are so many at a time, whatever it finds.
    let search = AuditFilter { anything: Some("alice".to_owned()), ..of_alice.clone() };
    let (mut found, mut place) = (Vec::new(), None);
    for turn in 1.. {
        let some = store.audit_log_before(ours, search.clone(), place, 3_000, 97).await.unwrap();
        found.extend(some.rows.into_iter().map(|row| (row.at, row.id)));
        assert!(found.len() <= 97 * turn);
        place = some.next;
        if place.is_none() {
            break;
        }
    }
    assert!(found == expected, "in a search: {} rows", found.len());
    for limit in [3_000, 113] {
        let mut found = Vec::new();
        let mut place = None;
        loop {
            let AuditRows { rows, next } =
                store.audit_log_before(ours, of_alice.clone(), place, limit, 1).await.unwrap();
            found.extend(rows.into_iter().map(|row| (row.at, row.id)));
            place = next;
            if place.is_none() {
                break;
            }
        }
        assert!(found == expected, "on pages of {limit}: {} rows", found.len());
    }
    let (after, before) = (expected[700].0, expected[200].0);
    let between = AuditFilter { after: Some(after), before: Some(before), ..of_alice };
    let found = store.audit_log_before(ours, between, None, 3_000, 1).await.unwrap();
    let found: Vec<_> = found.rows.into_iter().map(|row| (row.at, row.id)).collect();
    expected.retain(|(at, _)| (after < *at) && (*at < before));
    assert!(found == expected, "between two moments: {} rows", found.len());
}

pub(crate) async fn a_search_of_the_audit_log_looks_at_so_many_rows_and_says_where_to_go_on(
    backend: &impl Backend,
) {
    let store = &**backend.store();
    let ours = tenant(store, "ours").await;
    let mut entries = Vec::new();
    for number in 0..10 {
        let mut entry = audit(ours, AuditType::CredentialDeleted);
        entry.at = NOW + seconds(number);
        entry.actor = Some(app_id(if number % 4 == 0 { "rare" } else { "often" }));
        entries.push(entry);
    }
    store.append_audit(entries.clone()).await.unwrap();
    let place = |number: usize| Some(AuditPlace { at: entries[number].at, id: entries[number].id });
    let rare = AuditFilter { actor: Some("rar".to_owned()), ..AuditFilter::default() };
    let search = async |filter: &AuditFilter, place, limit| {
        let found = store.audit_log_before(ours, filter.clone(), place, limit, 3).await.unwrap();
        (found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), found.next)
    };
    // Nine to seven, six to four, three to one, and the first.
    assert_eq!(search(&rare, None, 5).await, (vec![entries[8].id], place(7)));
    assert_eq!(search(&rare, place(7), 5).await, (vec![entries[4].id], place(4)));
    assert_eq!(search(&rare, place(4), 5).await, (vec![], place(1)));
    assert_eq!(search(&rare, place(1), 5).await, (vec![entries[0].id], None));
    // A page that is full goes on behind its last row.
    assert_eq!(search(&rare, None, 1).await, (vec![entries[8].id], place(8)));
    let often = AuditFilter { anything: Some("often".to_owned()), ..AuditFilter::default() };
    assert_eq!(search(&often, None, 2).await, (vec![entries[9].id, entries[7].id], place(7)));
    // Where an index knows, there is nothing to look for.
    let of_user = AuditFilter { user: Some(app_id("rare")), ..AuditFilter::default() };
    let ids = vec![entries[8].id, entries[4].id, entries[0].id];
    assert_eq!(search(&of_user, None, 5).await, (ids, None));
    let at_once = store.audit_log_before(ours, AuditFilter::default(), None, 5, 100).await.unwrap();
    assert_eq!((at_once.rows.len(), at_once.next), (5, place(5)));
}

pub(crate) async fn rows_of_a_rare_type_are_found_without_looking_at_the_others(backend: &impl Backend) {
    let store = &**backend.store();
    let ours = tenant(store, "ours").await;
    let entries: Vec<_> = (0..20)
        .map(|number| {
            let kind = match number {
                3 | 17 => AuditType::CredentialDeleted,
                9 => AuditType::AuthenticationFinalFailed,
                _ => AuditType::AuthenticationFinalSucceeded,
            };
            AuditEntry { at: NOW + seconds(number), ..audit(ours, kind) }
        })
        .collect();
    store.append_audit(entries.clone()).await.unwrap();
    let of = |kinds: &[AuditType]| AuditFilter { kinds: kinds.to_vec(), ..AuditFilter::default() };
    let ids = |numbers: &[usize]| numbers.iter().map(|number| entries[*number].id).collect::<Vec<_>>();
    let place = |number: usize| Some(AuditPlace { at: entries[number].at, id: entries[number].id });
    let search = async |filter, place, limit| {
        let found = store.audit_log_before(ours, filter, place, limit, 2).await.unwrap();
        (found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>(), found.next)
    };
    let deleted = of(&[AuditType::CredentialDeleted]);
    assert_eq!(search(deleted.clone(), None, 5).await, (ids(&[17, 3]), None));
    assert_eq!(search(deleted.clone(), None, 1).await, (ids(&[17]), place(17)));
    assert_eq!(search(deleted.clone(), place(17), 5).await, (ids(&[3]), None));
    let by_nobody = AuditFilter { anything: Some("nobody".to_owned()), ..deleted.clone() };
    assert_eq!(search(by_nobody, None, 5).await, (vec![], place(3)));
    let succeeded = of(&[AuditType::AuthenticationFinalSucceeded]);
    assert_eq!(search(succeeded.clone(), place(18), 5).await, (ids(&[16]), place(16)));
    let refused_or_deleted = of(&[AuditType::CredentialDeleted, AuditType::AuthenticationFinalFailed]);
    assert_eq!(search(refused_or_deleted.clone(), place(18), 5).await, (ids(&[17]), place(16)));

    let page = async |filter, page, order| {
        let asked = PageRequest { page, per_page: 2, order };
        let (found, _) = store.audit_log(ours, filter, asked, None, NOW).await.unwrap();
        (found.total, found.items.into_iter().map(|row| row.id).collect::<Vec<_>>())
    };
    let (newest, oldest) = (Order::Descending, Order::Ascending);
    assert_eq!(page(deleted.clone(), 1, newest).await, (2, ids(&[17, 3])));
    assert_eq!(page(deleted, 2, newest).await, (2, vec![]));
    assert_eq!(page(refused_or_deleted.clone(), 1, newest).await, (3, ids(&[17, 9])));
    assert_eq!(page(refused_or_deleted.clone(), 2, newest).await, (3, ids(&[3])));
    assert_eq!(page(refused_or_deleted, 1, oldest).await, (3, ids(&[3, 9])));
    assert_eq!(page(succeeded, 9, newest).await, (17, ids(&[0])));
    assert_eq!(page(of(&[AuditType::CredentialUpdated]), 1, newest).await, (0, vec![]));
}

pub(crate) async fn unused_credentials_are_listed_by_the_week_of_their_last_use(backend: &impl Backend) {
    const WEEK: u64 = 7 * 24 * 60 * 60;
    let store = &**backend.store();
    let (ours, other) = (tenant(store, "ours").await, tenant(store, "other").await);
    let kim = user(store, ours, "kim").await;
    for (id, used) in [("a", 30 * WEEK), ("b", 20 * WEEK), ("c", 20 * WEEK), ("d", 40 * WEEK), ("e", 3)] {
        let used = Credential { last_used_at: NOW - seconds(used), use_count: 1, ..credential(&kim, id) };
        register(store, ours, used).await;
    }
    user_with_credential(store, other, "eve", "e").await;
    let list = async |since, behind: Option<&Credential>, limit| {
        let behind = behind.map(|last| UsePlace { at: last.last_used_at, id: last.id.clone() });
        store.unused_credentials(ours, since, behind, limit).await.unwrap()
    };
    let ids = |found: &[Credential]| {
        found
            .iter()
            .map(|unused| String::from_utf8_lossy(unused.id.as_bytes()).into_owned())
            .collect::<String>()
    };
    let all = list(NOW, None, 10).await;
    assert_eq!(ids(&all), "dabce");
    // Within the week that the moment is in, it is the moment that counts.
    assert_eq!(ids(&list(NOW - seconds(3), None, 10).await), "dabc");
    assert_eq!(ids(&list(NOW - seconds(20 * WEEK), None, 10).await), "da");
    for limit in 1..=4 {
        let mut found: Vec<Credential> = Vec::new();
        loop {
            let some = list(NOW, found.last(), limit).await;
            let is_last = some.len() < limit as usize;
            found.extend(some);
            if is_last {
                break;
            }
        }
        assert_eq!(found, all, "on pages of {limit}");
    }

    // Who signs in with one leaves the list, at once and a week later.
    for (used, later, left) in [("a", 0, "dbce"), ("d", 0, "bce"), ("a", 2 * WEEK, "bcde")] {
        let credential = all.iter().find(|credential| credential.id.as_bytes() == used.as_bytes()).unwrap();
        let finish = FinishLogin { now: NOW + seconds(later), ..finish_login(ours, credential) };
        let finished = store.finish_login(finish).await.unwrap();
        assert_eq!(finished, FinishedLogin::LoggedIn { counter_warning: false });
        let left_since = NOW + seconds(later);
        assert_eq!(ids(&list(left_since, None, 10).await), left, "after {used}");
    }
}
