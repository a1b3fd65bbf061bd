//! The tenant's public keys, cached.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, DecodingKey};
use passgate_api::public::Jwk;
use reqwest::header::{self, HeaderMap};
use serde::Deserialize;
use serde_json::Value;

use crate::clock::Clock;
use crate::error::{Error, UnreachableKind};
use crate::transport::{Call, Transport};

/// The longest that keys are used without asking again, and how long where the server does not say.
const LONGEST_FRESH: Duration = Duration::from_mins(10);
/// How long keys that could not be fetched again go on being used, from when they were fetched.
const LONGEST_STALE: Duration = Duration::from_hours(1);
/// The least time between two fetches. Without it a stranger's tokens with made-up key ids would each cause one.
const FETCH_INTERVAL: Duration = Duration::from_secs(10);

/// The tenant's keys, fetched when first needed.
///
/// Keys are fetched again once they are older than the server's `max-age` (10 minutes at most), and where a
/// token names one that is not there, but at most once in 10 seconds; those who want a fetch at the same time
/// share one. While fetching fails the keys at hand are used, up to an hour after they were fetched.
pub(crate) struct KeyCache {
    transport: Arc<Transport>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    fetching: tokio::sync::Mutex<()>,
}

/// What is known, and how the last fetch went.
#[derive(Clone, Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    fetches: u64,
    last_fetch: Option<Duration>,
    last_failure: Option<Error>,
}

struct KeySet {
    keys: HashMap<String, Arc<VerifyingKey>>,
    fetched_at: Duration,
    max_age: Duration,
}

/// A public key with the one algorithm that it is for.
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl KeyCache {
    pub(crate) fn new(transport: Arc<Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { transport, clock, state: Mutex::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// The key called `kid`; `None` where the tenant has no such key; an error where that can't be known.
    pub(crate) async fn find(self: &Arc<Self>, kid: &str) -> Result<Option<Arc<VerifyingKey>>, Error> {
        let state = self.state().clone();
        let now = self.clock.unix_time();
        if let Some(key) = state.keys_at(now, KeySet::is_fresh).and_then(|set| set.keys.get(kid)) {
            return Ok(Some(Arc::clone(key)));
        }
        if state.may_fetch(now) {
            let cache = Arc::clone(self);
            // A task of its own, so that whoever hangs up does not stop the fetch for the others. It fails only
            // when the runtime shuts down, and then the state below says that there are no keys.
            tokio::spawn(async move { cache.fetch_unless_done_since(state.fetches).await }).await.ok();
        }

        let state = self.state().clone();
        let usable = state.keys_at(self.clock.unix_time(), KeySet::is_usable);
        match (usable.map(|set| set.keys.get(kid)), &state.last_failure) {
            (Some(Some(key)), _) => Ok(Some(Arc::clone(key))),
            (Some(None), None) => Ok(None),
            (_, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(Error::Unreachable { kind: UnreachableKind::Interrupted, source: None }),
        }
    }

    async fn fetch_unless_done_since(&self, fetches_seen: u64) {
        let _alone = self.fetching.lock().await;
        if self.state().fetches != fetches_seen {
            return;
        }
        let fetched = self.fetch().await;
        let mut state = self.state();
        state.fetches += 1;
        state.last_fetch = Some(self.clock.unix_time());
        match fetched {
            Ok(keys) => {
                state.keys = Some(Arc::new(keys));
                state.last_failure = None;
            }
            Err(error) => state.last_failure = Some(error),
        }
    }

    async fn fetch(&self) -> Result<KeySet, Error> {
        /// RFC 7517 §5: members of the set that can't be understood are ignored, so they are parsed one by one.
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let answer = self.transport.send(Call::get(&[".well-known", "jwks.json"])).await?;
        let set: Set = answer.json()?;
        let keys = set.keys.into_iter().filter_map(|key| {
            let key: Jwk = serde_json::from_value(key).ok()?;
            let verifying = Arc::new(VerifyingKey::from_jwk(&key)?);
            Some((key.kid, verifying))
        });
        Ok(KeySet {
            keys: keys.collect(),
            fetched_at: self.clock.unix_time(),
            max_age: max_age(&answer.headers),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keys_at(&self, now: Duration, fit: fn(&KeySet, Duration) -> bool) -> Option<&KeySet> {
        self.keys.as_deref().filter(|keys| fit(keys, now))
    }

    /// Without any keys yet nothing can be verified, so then each wish for one is a try.
    fn may_fetch(&self, now: Duration) -> bool {
        let too_soon = |last| now.checked_sub(last).is_some_and(|passed| passed < FETCH_INTERVAL);
        self.keys.is_none() || !self.last_fetch.is_some_and(too_soon)
    }
}

impl KeySet {
    /// A clock that was set back makes keys stale: they are fetched again.
    fn is_fresh(&self, now: Duration) -> bool {
        now.checked_sub(self.fetched_at).is_some_and(|age| age < self.max_age)
    }

    fn is_usable(&self, now: Duration) -> bool {
        now.saturating_sub(self.fetched_at) < LONGEST_STALE
    }
}

impl VerifyingKey {
    /// `None` for a key that no token of ours is signed with.
    fn from_jwk(jwk: &Jwk) -> Option<Self> {
        if jwk.use_ != "sig" {
            return None;
        }
        let member = |member: &Option<String>| BASE64URL_NOPAD.decode(member.as_deref()?.as_bytes()).ok();
        match (jwk.kty.as_str(), jwk.alg.as_str(), jwk.crv.as_deref()) {
            ("EC", "ES256", Some("P-256")) => {
                let (x, y) = (member(&jwk.x)?, member(&jwk.y)?);
                // An uncompressed point (SEC 1, §2.3.3). Whether it is on the curve shows at verification.
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let whole = x.len() == 32 && y.len() == 32;
                whole.then(|| Self { algorithm: Algorithm::ES256, key: DecodingKey::from_ec_der(&point) })
            }
            ("RSA", "RS256", None) => {
                let key = DecodingKey::from_rsa_raw_components(&member(&jwk.n)?, &member(&jwk.e)?);
                Some(Self { algorithm: Algorithm::RS256, key })
            }
            _ => None,
        }
    }

    /// The `alg` that the header of a token signed with this key has.
    pub(crate) fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::RS256 => "RS256",
            _ => "ES256",
        }
    }

    /// Whether `signature` is this key's over `message`. RSA keys have 2048 to 8192 bits.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        // Named rather than the process's default, which an app that uses `jsonwebtoken` too may have set.
        (aws_lc::DEFAULT_PROVIDER.verifier_factory)(&self.algorithm, &self.key)
            .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }
}

fn max_age(headers: &HeaderMap) -> Duration {
    headers
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .into_iter()
        .flat_map(|directives| directives.split(','))
        .find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse().ok())
        .map_or(LONGEST_FRESH, Duration::from_secs)
        .min(LONGEST_FRESH)
}
