//! A stage of a load: callers go through ceremonies until it is over.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use passgate_authenticator::{Passkeys, Site};
use tokio::runtime::Runtime;
use tokio::task::JoinError;

use crate::accounts::{Account, Accounts, Crowd, Tenant};
use crate::ceremony::{Caller, Failure, Person};
use crate::connection::{Connection, Endpoint};
use crate::ledger::Ledger;
use crate::load::Phase;
use crate::pace::{Due, Extent, Pace};
use crate::progress::Counts;
use crate::random::Random;
use crate::tally::{Ceremony, Tally};

/// What all callers share.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) crowd: Crowd,
    pub(crate) site: Arc<Site>,
    pub(crate) passkeys: Arc<Passkeys>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) tenants: Arc<Vec<Tenant>>,
    /// The passkeys of those who register now.
    pub(crate) newcomers: Arc<Passkeys>,
    pub(crate) next_newcomer: Arc<AtomicU64>,
    pub(crate) ledger: Option<Arc<Ledger>>,
    /// The first failure to write the ledger.
    pub(crate) ledger_failure: Arc<Mutex<Option<io::Error>>>,
    pub(crate) counts: Arc<Counts>,
}

/// A thread's callers, and what they find.
pub(crate) struct Lane {
    pub(crate) runtime: Runtime,
    callers: Vec<(Caller, Random)>,
}

/// What a stage came to.
pub(crate) struct Stage {
    pub(crate) tally: Tally,
    pub(crate) elapsed: Duration,
    pub(crate) not_begun: u64,
    pub(crate) registered: Vec<Account>,
}

/// How a stage is paced.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) phase: Phase,
    pub(crate) extent: Extent,
    pub(crate) rate: Option<f64>,
}

/// Has all callers go through ceremonies until the stage is over.
pub(crate) fn run_stage(lanes: &mut [Lane], world: &World, plan: Plan) -> Stage {
    let begin = Instant::now();
    let left = Arc::new(AtomicU64::new(match plan.extent {
        Extent::Time(_) => u64::MAX,
        Extent::Count(count) => count,
    }));
    let count = u32::try_from(lanes.len()).unwrap_or(u32::MAX);
    let parts: Vec<Part> = std::thread::scope(|scope| {
        let threads = lanes.iter_mut().zip(0_u32..).map(|(lane, index)| {
            let due = plan.rate.map(|rate| Arc::new(due(rate, plan.extent, begin, index, count)));
            let pace = match &due {
                None => Pace::closed(plan.extent, begin, &left),
                Some(due) => {
                    let keeper = Arc::clone(due);
                    scope.spawn(move || keeper.keep_time());
                    Pace::Open { due: Arc::clone(due) }
                }
            };
            scope.spawn(move || lane.run(world, plan.phase, &pace, due.as_deref()))
        });
        // All run before the first is waited for.
        let threads: Vec<_> = threads.collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Part>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    let mut stage =
        Stage { tally: Tally::new(), elapsed: begin.elapsed(), not_begun: 0, registered: Vec::new() };
    for part in parts {
        stage.tally.add(&part.tally);
        stage.not_begun += part.not_begun;
        stage.registered.extend(part.registered);
    }
    stage
}

/// When a lane's ceremonies are due: those of all lanes together come at even intervals.
fn due(rate: f64, extent: Extent, begin: Instant, lane: u32, lanes: u32) -> Due {
    let interval = Duration::from_secs_f64(1.0 / rate);
    let lane_interval = interval * lanes;
    let count = match extent {
        Extent::Count(count) => (count + u64::from(lanes - 1 - lane)) / u64::from(lanes),
        Extent::Time(time) => {
            u64::try_from(time.as_nanos() / lane_interval.as_nanos().max(1)).unwrap_or(u64::MAX)
        }
    };
    Due::new(begin + interval * lane, lane_interval, count)
}

/// What one lane found.
struct Part {
    tally: Tally,
    not_begun: u64,
    registered: Vec<Account>,
}

impl Lane {
    /// So many callers, shared out among so many threads.
    pub(crate) fn all(endpoint: &Endpoint, callers: u32, threads: u32) -> io::Result<Vec<Self>> {
        let threads = threads.clamp(1, callers.max(1));
        let lane = |index| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // Where it doesn't come out even, the first have one more.
            let share = (callers + threads - 1 - index) / threads;
            let caller = |_| (Caller::new(Connection::new(endpoint.clone())), Random::new());
            Ok(Self { runtime, callers: (0..share).map(caller).collect() })
        };
        (0..threads).map(lane).collect()
    }

    fn run(&mut self, world: &World, phase: Phase, pace: &Pace, due: Option<&Due>) -> Part {
        let found = Arc::new(Mutex::new((Tally::new(), Vec::new())));
        let callers = std::mem::take(&mut self.callers);
        self.callers = self.runtime.block_on(async {
            let live = callers.into_iter().map(|(mut caller, mut random)| {
                let (world, pace, found) = (world.clone(), pace.clone(), Arc::clone(&found));
                tokio::spawn(async move {
                    while let Some(begin) = pace.next().await {
                        let ceremony = phase.next(&mut random);
                        let done = go_through(ceremony, &mut caller, &mut random, &world).await;
                        let latency = begin.elapsed();
                        world.note(&caller, done.place);
                        // The lock is this thread's alone.
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        found.0.steps(&caller.steps);
                        let counter = match done.result {
                            Ok(account) => {
                                found.0.completed(ceremony, latency);
                                found.1.extend(account);
                                &world.counts.completed
                            }
                            Err(failure) => {
                                found.0.failed(failure);
                                &world.counts.failed
                            }
                        };
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                    (caller, random)
                })
            });
            let tasks: Vec<_> = live.collect();
            let mut back = Vec::with_capacity(tasks.len());
            for task in tasks {
                back.push(joined(task.await));
            }
            back
        });
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let (tally, registered) = std::mem::replace(&mut *found, (Tally::new(), Vec::new()));
        Part { tally, not_begun: due.map_or(0, Due::not_begun), registered }
    }
}

/// How a ceremony went, at which tenant.
struct Done {
    place: u32,
    /// Whoever registered.
    result: Result<Option<Account>, Failure>,
}

async fn go_through(ceremony: Ceremony, caller: &mut Caller, random: &mut Random, world: &World) -> Done {
    match ceremony {
        Ceremony::Registration => {
            let number = world.next_newcomer.fetch_add(1, Ordering::Relaxed);
            let tenants = u64::try_from(world.tenants.len()).unwrap_or(u64::MAX);
            let place = u32::try_from(number.checked_rem(tenants).unwrap_or_default()).unwrap_or_default();
            let result = caller.register(world.person(&world.newcomers, place), number).await;
            Done { place, result: result.map(Some) }
        }
        Ceremony::Login => {
            let Some(account) = world.account(random) else { return Done { place: 0, result: Ok(None) } };
            let person = world.person(&world.passkeys, account.tenant);
            Done { place: account.tenant, result: caller.log_in(person, &account).await.map(|()| None) }
        }
        Ceremony::PageView => {
            // As many views as a tenant has accounts, if there are any.
            let place = world.account(random).map(|account| account.tenant);
            let place = place.unwrap_or_else(|| world.random_place(random));
            let result = caller.leave_login_page(world.tenant(place)).await;
            Done { place, result: result.map(|()| None) }
        }
    }
}

impl World {
    /// The tenant at a place, which comes from `tenants` or was checked against it.
    fn tenant(&self, place: u32) -> &Tenant {
        &self.tenants[usize::try_from(place).unwrap_or(usize::MAX)]
    }

    fn random_place(&self, random: &mut Random) -> u32 {
        let tenants = u64::try_from(self.tenants.len()).unwrap_or(u64::MAX);
        random.below(tenants).and_then(|place| u32::try_from(place).ok()).unwrap_or_default()
    }

    fn person<'a>(&'a self, passkeys: &'a Passkeys, place: u32) -> Person<'a> {
        Person { passkeys, site: &self.site, tenant: self.tenant(place), place }
    }

    fn account(&self, random: &mut Random) -> Option<Account> {
        self.accounts.pick(random, |number| self.passkeys.user_handle_text(number))
    }

    /// Notes in the ledger, if there is one, what a caller's finalize came to.
    fn note(&self, caller: &Caller, place: u32) {
        if let (Some(ledger), Some((step, finalized))) = (&self.ledger, caller.finalized) {
            let noted = ledger.note(self.tenant(place).id, step, finalized, caller.finalize_body());
            if let Err(error) = noted {
                let mut failure = self.ledger_failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert(error);
            }
        }
    }
}

/// What a task came to. None is cancelled, and if one panicked, so does this.
pub(crate) fn joined<T>(task: Result<T, JoinError>) -> T {
    match task {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => panic!("a task was cancelled: {error}"),
        },
    }
}
