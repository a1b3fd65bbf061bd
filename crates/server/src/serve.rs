//! `passgate serve`: both listeners, upkeep, and an end that loses nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use passgate_core::clock::SystemClock;
use passgate_core::console::ClaimLinkError;
use passgate_core::passgate::Passgate;
use passgate_core::rng::SystemRng;
use passgate_core::store::{Changed, Store, StoreError};
use passgate_webhooks::{BuildError, Deliverer, DeliverySettings, FetchSettings, Fetcher, SystemResolver};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::app::{App, Parts};
use crate::console::{ConsoleSettings, link_url};
use crate::listener::{self, HalfClosed, Limits};
use crate::metadata::Refresher;
use crate::open::{IfMissing, StartError, open_with_metadata, with_passgate};
use crate::outbox::StoredOutbox;
use crate::rate_limit::RateLimits;
use crate::routes;
use crate::settings::Settings;

/// How often other processes' changes are looked for.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// How often what has expired is forgotten.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(10);

/// How often what was counted of ceremonies is written, and how long each few counts wait for those before.
const COUNTS_INTERVAL: Duration = Duration::from_secs(30);
const COUNTS_PAUSE: Duration = Duration::from_millis(20);

/// How many connections the admin listener takes: browsers keep some open, and one for each view of live rows.
const ADMIN_CONNECTIONS: usize = 256;

/// How many file descriptors are kept for everything but the public listener's connections.
const RESERVED_DESCRIPTORS: usize = 384;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// It can't begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A listener's address can't be had.
    #[error("can't listen on {address} ({key}): {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The key that configures it.
        key: &'static str,
        /// Why.
        error: io::Error,
    },
    /// What delivers webhooks can't be put together.
    #[error("can't deliver webhooks: {0}")]
    Webhooks(BuildError),
    /// Signals can't be had.
    #[error("can't watch for signals: {0}")]
    Signals(io::Error),
}

/// Runs until SIGTERM or SIGINT; a second one ends the wait for requests under way.
pub(crate) async fn run(settings: Settings) -> Result<(), ServeError> {
    // Signals first: one that comes during the start must not kill the process with work half done.
    let terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
    let interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
    // Ports next: one that is taken should be said before anything is made.
    let public_listener = bind("public_listen", settings.public_listen).await?;
    let admin_listener = bind("admin_listen", settings.admin_listen).await?;
    let listeners = Listeners { public: public_listener, admin: admin_listener };
    let signals = Signals { terminate, interrupt };
    let opened = open_with_metadata(&settings, IfMissing::Create).await?;
    with_passgate!(opened, passgate => serve(passgate, settings, listeners, signals).await)
}

/// Where requests come in.
struct Listeners {
    public: TcpListener,
    admin: TcpListener,
}

/// What tells the process to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

async fn serve<S: Store>(
    passgate: Arc<Passgate<S>>,
    settings: Settings,
    listeners: Listeners,
    Signals { mut terminate, mut interrupt }: Signals,
) -> Result<(), ServeError> {
    let (stop, stopped) = watch::channel(false);
    let fetcher = Some(fetcher(&settings).map_err(ServeError::Webhooks)?);
    let parts = Parts::new(Arc::clone(&passgate), &settings, stopped.clone());
    let app = App::from(Parts { fetcher, ..parts });
    let refresher = settings
        .metadata
        .as_ref()
        .map(|metadata| Refresher::new(Arc::clone(&passgate), metadata.source.clone(), Arc::new(SystemRng)));
    if let Some(refresher) = &refresher {
        // Before the first request is answered, which the list may decide.
        refresher.find_newer().await;
    }
    let deliverer = deliverer(&passgate, &settings).map_err(ServeError::Webhooks)?;

    warn_of_public_url(&settings);
    let console = prepare_console(&passgate, &settings.console).await.map_err(StartError::from)?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        database = %settings.database,
        public = %settings.public_listen,
        public_url = settings.public_url,
        admin = %settings.admin_listen,
        console = settings.console.place.url(),
        "passgate is ready"
    );
    if let Some(link) = console {
        offer(&link);
    }

    let limits = limits(&settings);
    let router = routes::public(app.clone(), settings.request_timeout);
    let proxies = settings.trusted_proxies.clone();
    let public =
        tokio::spawn(listener::serve(listeners.public, router, limits, proxies.clone(), stopped.clone()));
    let limits = Limits {
        connections: ADMIN_CONNECTIONS,
        // Operators come from few addresses, and strangers don't.
        connections_per_address: ADMIN_CONNECTIONS,
        half_closed: HalfClosed::GivenUp,
        ..limits
    };
    let forgetting = tokio::spawn(forget_idle(app.clone(), stopped.clone()));
    let router = routes::admin(app, settings.request_timeout);
    let admin = tokio::spawn(listener::serve(listeners.admin, router, limits, proxies, stopped.clone()));
    let polls = tokio::spawn(repeat(POLL_INTERVAL, stopped.clone(), Arc::clone(&passgate), poll));
    let webhooks = tokio::spawn(deliverer.run(stopped.clone()));
    let refreshing = tokio::spawn(refresh(refresher, stopped.clone()));
    let counts = tokio::spawn(write_counts(Arc::clone(&passgate), stopped.clone()));
    let upkeep = tokio::spawn(repeat(UPKEEP_INTERVAL, stopped, Arc::clone(&passgate), keep_up));

    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: requests under way may finish");
    let _ = stop.send(true);
    tokio::select! {
        _ = async { tokio::join!(public, admin, polls, webhooks, refreshing, counts, upkeep, forgetting) } => {}
        _ = terminate.recv() => tracing::warn!("told again: not waiting any longer"),
        _ = interrupt.recv() => tracing::warn!("told again: not waiting any longer"),
    }
    // What API keys were last used for, and whatever still waits in the writer's queue.
    keep_up(Arc::clone(&passgate)).await;
    if let Err(error) = passgate.sum_up_refusals().await {
        tracing::error!(%error, "refusals were not summed up");
    }
    if let Err(error) = passgate.write_ceremony_counts().await {
        tracing::error!(%error, "what was counted of ceremonies was not written");
    }
    passgate.store().close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Moves the console to where it is now, and makes a link that claims it, where nobody has yet.
async fn prepare_console<S: Store>(
    passgate: &Passgate<S>,
    console: &ConsoleSettings,
) -> Result<Option<String>, StoreError> {
    if passgate.keep_console_at(&console.place).await? == Changed::Done {
        tracing::warn!(
            console = console.place.url(),
            "the console has moved: operators' passkeys of another domain don't work there; `passgate console recover` \
             lets an operator in"
        );
    }
    match passgate.make_claim_link().await {
        Ok(secret) => Ok(Some(link_url(&console.place, secret.expose_secret()))),
        Err(ClaimLinkError::Claimed) => Ok(None),
        Err(ClaimLinkError::Store(error)) => Err(error),
    }
}

/// Shows the link that claims the console to whoever started the process: on standard output, since standard error is the
/// log's.
fn offer(link: &str) {
    use std::io::Write as _;
    // Standard output may be gone; `passgate console claim` makes another link.
    let _ = writeln!(
        io::stdout(),
        "\nThe console has no operator yet. This link makes its holder the first one; it works once, within an hour:\n\n  \
         {link}\n"
    );
}

/// What fetches tenants' hosted documents: where webhooks may go.
fn fetcher(settings: &Settings) -> Result<Fetcher, BuildError> {
    let destinations = settings.webhook_destinations.clone();
    let fetching = FetchSettings { destinations, ..FetchSettings::default() };
    Fetcher::new(fetching, Arc::new(SystemResolver::default()))
}

/// What delivers the webhooks of all tenants, until the server is told to stop.
fn deliverer<S: Store>(
    passgate: &Arc<Passgate<S>>,
    settings: &Settings,
) -> Result<Deliverer<StoredOutbox<S>>, BuildError> {
    let delivery = DeliverySettings {
        destinations: settings.webhook_destinations.clone(),
        ..DeliverySettings::default()
    };
    Deliverer::new(
        StoredOutbox(Arc::clone(passgate)),
        delivery,
        Arc::new(SystemResolver::default()),
        Arc::new(SystemClock),
        Arc::new(SystemRng),
    )
}

/// The configured limits, and no more connections than the system has file descriptors for: the admin listener and the
/// database must always get theirs.
fn limits(settings: &Settings) -> Limits {
    let descriptors =
        rlimit::increase_nofile_limit(u64::MAX).ok().and_then(|limit| usize::try_from(limit).ok());
    let available = descriptors.map_or(usize::MAX, |all| all.saturating_sub(RESERVED_DESCRIPTORS).max(1));
    if available < settings.max_connections {
        tracing::warn!(
            available,
            wanted = settings.max_connections,
            "the limit of open files allows fewer connections"
        );
    }
    let connections = settings.max_connections.min(available);
    Limits {
        headers: settings.header_timeout,
        unread: settings.request_timeout,
        shutdown: settings.shutdown_timeout,
        connections,
        connections_per_address: (connections / 4).max(1),
        half_closed: HalfClosed::Served,
    }
}

/// Tokens and links carry the public URL: one that nobody else can reach is a mistake where others can reach us.
fn warn_of_public_url(settings: &Settings) {
    let is_local = url::Url::parse(&settings.public_url).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(host)) => host == "localhost" || host.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    });
    if is_local && !settings.public_listen.ip().is_loopback() {
        tracing::warn!(
            public_url = settings.public_url,
            public_listen = %settings.public_listen,
            "others can reach the public API, but not under its public_url, which is this machine's own"
        );
    }
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Listen { address, key, error })
}

/// Does something again and again until told to stop.
async fn repeat<S: Store, F: Future<Output = ()> + Send>(
    interval: Duration,
    mut stop: watch::Receiver<bool>,
    passgate: Arc<Passgate<S>>,
    act: impl Fn(Arc<Passgate<S>>) -> F + Send,
) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => act(Arc::clone(&passgate)).await,
            _ = stop.changed() => return,
        }
    }
}

/// Keeps the metadata service's list up to date, where there is to be one.
async fn refresh<S: Store>(refresher: Option<Refresher<S>>, stop: watch::Receiver<bool>) {
    if let Some(refresher) = refresher {
        refresher.run(stop).await;
    }
}

/// Keeps the table of who asks small.
async fn forget_idle<S: Store>(app: App<S>, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        tokio::select! {
            _ = ticks.tick() => app.rate_limits.iter().for_each(RateLimits::forget_idle),
            _ = stop.changed() => return,
        }
    }
}

async fn poll<S: Store>(passgate: Arc<Passgate<S>>) {
    if let Err(error) = passgate.poll_version().await {
        tracing::error!(%error, "can't read the database's version");
        return;
    }
    if let Err(error) = passgate.compare_clocks().await {
        tracing::error!(%error, "can't read the database's clock");
    }
}

/// Writes what was counted of ceremonies, so slowly that logins don't notice.
async fn write_counts<S: Store>(passgate: Arc<Passgate<S>>, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(COUNTS_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_written = true;
    loop {
        let pause = async {
            if is_written {
                ticks.tick().await;
            } else {
                tokio::time::sleep(COUNTS_PAUSE).await;
            }
        };
        tokio::select! {
            () = pause => {}
            _ = stop.changed() => return,
        }
        if is_written {
            passgate.pick_ceremony_counts();
        }
        is_written = match passgate.write_a_few_ceremony_counts().await {
            Ok(were_any) => !were_any,
            Err(error) => {
                tracing::error!(%error, "what was counted of ceremonies was not written");
                true
            }
        };
    }
}

async fn keep_up<S: Store>(passgate: Arc<Passgate<S>>) {
    match passgate.upkeep().await {
        Ok(done) => tracing::debug!(?done, "upkeep"),
        Err(error) => tracing::error!(%error, "upkeep failed"),
    }
}
