//! The load generator against a server: each phase does what it says, and its ledger tells a server that keeps its word
//! from one that doesn't.

use std::path::PathBuf;
use std::time::Duration;

use passgate_loadgen::{
    Accounts, Crowd, Extent, Load, Origin, Phase, Population, Report, Seeding, verify_ledger,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::harness::{Place, Server};

/// A server without rate limits, since all callers share an address, and what a load needs to know of it.
struct Target {
    place: Place,
    server: Server,
    admin_token: String,
}

impl Target {
    fn new() -> Self {
        let place = Place::new();
        let server = place.serve_with(&["--rate-limits", "off"]);
        let created = place.json(&["admin-token", "create", "--name", "load"]);
        let admin_token = created["token"].as_str().unwrap().to_owned();
        Self { place, server, admin_token }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.place.public)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.place.folder.path().join(name)
    }

    fn admin(&self, tenants: u32) -> Origin {
        let url = format!("http://127.0.0.1:{}", self.place.admin);
        Origin::Admin { url, token: Some(self.admin_token.clone()), tenants }
    }

    /// A load of four callers on two threads, without a warm-up.
    fn load(&self, phase: Phase, origin: Origin, extent: Extent) -> Load {
        Load {
            phase,
            url: self.url(),
            origin,
            crowd: crowd(),
            users: 10,
            use_tenants: None,
            concurrency: 4,
            threads: 2,
            rate: None,
            extent,
            warm_up: Duration::ZERO,
            server_pid: Some(self.server.child.id()),
            floor: false,
            ledger: None,
            write_accounts: None,
        }
    }
}

fn crowd() -> Crowd {
    Crowd { seed: 7, keys: 4, rp_id: "localhost".into(), origin: "http://localhost:5173".into() }
}

/// How many of each kind came to their end; none may have failed.
#[track_caller]
fn completed(report: &Report) -> Vec<(&'static str, u64)> {
    assert_eq!((&report.errors, report.failed, report.not_begun), (&vec![], 0, 0));
    report.ceremonies.iter().map(|(kind, latency)| (*kind, latency.count)).collect()
}

#[test]
fn each_phase_goes_through_its_ceremonies() {
    let target = Target::new();
    let accounts = target.file("accounts");
    let register = Load {
        write_accounts: Some(accounts.clone()),
        ..target.load(Phase::Register, target.admin(3), Extent::Count(31))
    };
    assert_eq!(completed(&register.run().unwrap()), [("registration", 31)]);

    let file = || Origin::File(accounts.clone());
    let report = target.load(Phase::Login, file(), Extent::Count(41)).run().unwrap();
    assert_eq!(completed(&report), [("login", 41)]);
    assert_eq!((report.tenants, report.accounts, report.seed), (3, 31, 7));
    let routes: Vec<_> = report.requests.iter().map(|(route, latency)| (*route, latency.count)).collect();
    assert_eq!(routes, [("login/finalize", 41), ("login/initialize", 41)]);
    #[cfg(target_os = "linux")]
    assert!(report.server.is_some_and(|server| server.resident_bytes > 1_000_000));

    let of_one = Load { use_tenants: Some(1), ..target.load(Phase::Login, file(), Extent::Count(5)) };
    let report = of_one.run().unwrap();
    assert_eq!((completed(&report), report.tenants, report.accounts), (vec![("login", 5)], 1, 11));

    let report = target.load(Phase::LoginInit, file(), Extent::Count(51)).run().unwrap();
    assert_eq!(completed(&report), [("page_view", 51)]);

    let report = target.load(Phase::Mixed, file(), Extent::Count(300)).run().unwrap();
    let kinds = completed(&report);
    assert_eq!(kinds.iter().map(|(_, count)| count).sum::<u64>(), 300);
    let names: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(names, ["login", "page_view", "registration"]);
}

#[test]
fn a_load_runs_for_its_time_and_at_its_rate() {
    let target = Target::new();
    let second = Extent::Time(Duration::from_secs(1));
    let report = target.load(Phase::Login, target.admin(1), second).run().unwrap();
    assert_eq!(report.accounts, 10);
    assert!((1.0..10.0).contains(&report.seconds), "{} s", report.seconds);
    assert!(matches!(completed(&report)[..], [("login", 10..)]));

    let paced = Load { rate: Some(20.0), floor: true, ..target.load(Phase::Login, target.admin(1), second) };
    let report = paced.run().unwrap();
    // Twenty are due in a second, ten on each thread; those that a busy machine does not begin are told.
    assert_eq!((report.completed + report.not_begun, report.failed), (20, 0), "{}", report.table());
    assert!(report.floor.is_some_and(|floor| floor.sign_us > 0.0 && floor.verify_us < floor.total_us));
}

#[test]
fn a_tenant_that_is_there_is_used_with_its_key() {
    let target = Target::new();
    let mut create = target.place.command();
    create.args(["tenant", "create", "--name", "Known", "--app-url", "http://localhost:5173", "--json"]);
    let tenant = create.env("PASSGATE_ADMIN_TOKEN", &target.admin_token).output().unwrap();
    let made: serde_json::Value = serde_json::from_slice(&tenant.stdout).unwrap();
    let known = passgate_loadgen::Tenant {
        id: made["tenant_id"].as_str().unwrap().parse().unwrap(),
        api_key: made["api_key"]["secret"].as_str().map(str::to_owned),
    };
    let report = target.load(Phase::Login, Origin::Tenant(known.clone()), Extent::Count(3)).run().unwrap();
    assert_eq!(completed(&report), [("login", 3)]);

    // Without the key, nobody can be registered, and the load says why.
    let keyless = passgate_loadgen::Tenant { api_key: None, ..known };
    let report = target.load(Phase::Register, Origin::Tenant(keyless), Extent::Count(3)).run().unwrap();
    assert_eq!((report.completed, report.failed), (0, 3));
    let errors: Vec<_> = report.errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["registration/initialize 401 api_key_missing"]);
}

#[test]
fn seeded_passkeys_can_log_in_once_they_are_imported() {
    let target = Target::new();
    let seeding = Seeding {
        crowd: crowd(),
        tenant: Uuid::from_u128(4 << 76 | 2 << 62),
        api_key: None,
        count: 500,
        last_used: OffsetDateTime::now_utc(),
    };
    let (tenant, accounts) = (target.file("seeded.jsonl"), target.file("accounts"));
    seeding.write(&mut std::fs::File::create(&tenant).unwrap()).unwrap();
    seeding.population().write(&accounts).unwrap();
    assert_eq!(Population::read(&accounts).unwrap().accounts, Accounts::Seeded(500));
    let imported = target.place.json(&["import", tenant.to_str().unwrap()]);
    assert_eq!(imported["tenants"][0]["counts"]["credential"]["inserted"], 500, "{imported:#}");

    let report = target.load(Phase::Login, Origin::File(accounts), Extent::Count(50)).run().unwrap();
    assert_eq!((completed(&report), report.accounts), (vec![("login", 50)], 500));
}

#[test]
fn a_killed_server_is_held_to_the_ledger() {
    let mut target = Target::new();
    let (ledger, accounts) = (target.file("ledger"), target.file("accounts"));
    let register = Load {
        write_accounts: Some(accounts.clone()),
        ledger: Some(ledger.clone()),
        ..target.load(Phase::Register, target.admin(2), Extent::Count(40))
    };
    assert_eq!(completed(&register.run().unwrap()), [("registration", 40)]);
    let log_in = Load {
        ledger: Some(ledger.clone()),
        ..target.load(Phase::Login, Origin::File(accounts), Extent::Time(Duration::from_secs(2)))
    };
    let load = std::thread::spawn(move || log_in.run().unwrap());
    // The ledger grows as lines are written, so some of the logins were acknowledged by now.
    let before = std::fs::metadata(&ledger).unwrap().len();
    while std::fs::metadata(&ledger).unwrap().len() == before {
        std::thread::yield_now();
    }
    target.server.child.kill().unwrap();
    target.server.child.wait().unwrap();
    let report = load.join().unwrap();
    assert!(report.completed > 0 && report.failed > 0, "{}", report.table());

    target.server = target.place.serve_with(&["--rate-limits", "off"]);
    let verify = |url: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(verify_ledger(url, &ledger)).unwrap()
    };
    let verdict = verify(&target.url());
    assert_eq!((verdict.credentials, verdict.missing, verdict.accepted_twice), (40, 0, 0), "{verdict:#?}");
    assert!(verdict.replayed > 40, "{verdict:#?}");

    // Another server knows nothing of what this one acknowledged.
    let other = Target::new();
    let verdict = verify(&other.url());
    assert_eq!((verdict.credentials, verdict.missing, verdict.holds()), (40, 40, false));
}
