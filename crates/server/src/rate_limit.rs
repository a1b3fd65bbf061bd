//! How much strangers may ask for: per source address and per tenant, on the endpoints that need no API key.
//!
//! A valid API key exempts from the limit per address, since behind an app's backend every person comes from one; not
//! from the limit per tenant, which keeps one app's crowd from taking the others' share.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};
use passgate_api::ErrorCode;
use passgate_core::config::RateLimit;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::is_keyed;
use crate::request::RequestInfo;
use crate::source_address::network;

/// How many counts there are for addresses. Each address has one of them, by a hash that nobody can foresee; two may
/// share one. So a flood of addresses takes no more memory than this, and pushes nobody's count out.
const ADDRESS_COUNTS: u64 = 1 << 18;

/// What the console counts as among tenants.
const CONSOLE: TenantId = TenantId::new(uuid::Uuid::nil());

/// How many seconds' worth of requests may come at once.
const BURST: u32 = 5;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// What one address asks.
    Address,
    /// What is asked of one tenant.
    Tenant,
}

/// A limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TooMany {
    limit: Limit,
    /// How long until another request is let through.
    wait: Duration,
}

/// The limits of a process.
pub struct RateLimits {
    addresses: DefaultKeyedRateLimiter<u64>,
    tenants: DefaultKeyedRateLimiter<TenantId>,
    hasher: RandomState,
    clock: DefaultClock,
}

impl RateLimits {
    /// So many requests a second for each address and for each tenant, with bursts of five times as many.
    #[must_use]
    pub fn per_second(address: NonZeroU32, tenant: NonZeroU32) -> Self {
        let quota = |rate: NonZeroU32| {
            Quota::per_second(rate)
                .allow_burst(rate.saturating_mul(const { NonZeroU32::new(BURST).unwrap() }))
        };
        Self {
            addresses: RateLimiter::keyed(quota(address)),
            tenants: RateLimiter::keyed(quota(tenant)),
            hasher: RandomState::new(),
            clock: DefaultClock::default(),
        }
    }

    /// Lets a request through, or says why not. Without an address, only the tenant's limit is asked.
    fn check(&self, tenant: TenantId, source: Option<IpAddr>) -> Result<(), TooMany> {
        let too_many = |limit| {
            move |refused: NotUntil<_>| TooMany { limit, wait: refused.wait_time_from(self.clock.now()) }
        };
        if let Some(source) = source {
            let count = self.hasher.hash_one(network(source)) % ADDRESS_COUNTS;
            self.addresses.check_key(&count).map_err(too_many(Limit::Address))?;
        }
        self.tenants.check_key(&tenant).map_err(too_many(Limit::Tenant))
    }

    /// Forgets whoever has been idle long enough to have the whole burst again.
    pub(crate) fn forget_idle(&self) {
        self.addresses.retain_recent();
        self.tenants.retain_recent();
    }
}

/// What tenants allow one address beside [`RateLimits`], each as its configuration says.
///
/// Each address has at each tenant one of a fixed number of moments, by a hash that nobody can foresee: when it will have
/// been idle for long enough to have the whole burst again (the generic cell rate algorithm). So it takes no more memory
/// however many ask, and knows no tenant that was deleted. A moment says by a mark whose it is: who comes upon another's
/// begins anew, since that was reckoned with another tenant's limit.
pub struct TenantLimits {
    /// In microseconds since `begun`, below a mark of 16 bits: enough for eight years.
    moments: Box<[AtomicU64]>,
    hasher: RandomState,
    begun: Instant,
}

/// How many moments there are.
const MOMENTS: usize = 1 << 16;

/// The bits of a moment that are its time; the others are its mark.
const MOMENT: u64 = (1 << 48) - 1;

impl Default for TenantLimits {
    fn default() -> Self {
        let moments = (0..MOMENTS).map(|_| AtomicU64::new(0)).collect();
        Self { moments, hasher: RandomState::new(), begun: Instant::now() }
    }
}

impl TenantLimits {
    fn check(&self, tenant: TenantId, source: IpAddr, limit: RateLimit) -> Result<(), TooMany> {
        self.check_at(self.begun.elapsed(), tenant, source, limit)
    }

    fn check_at(
        &self,
        now: Duration,
        tenant: TenantId,
        source: IpAddr,
        limit: RateLimit,
    ) -> Result<(), TooMany> {
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let (now, interval) = (micros(now), micros(limit.interval()));
        let burst = interval.saturating_mul(u64::from(limit.burst()));
        let hash = self.hasher.hash_one((tenant, network(source)));
        let mark = hash & !MOMENT;
        // The remainder is within bounds.
        let moment = &self.moments[usize::try_from(hash % MOMENTS as u64).unwrap_or_default()];
        let after_this = |found: u64| {
            let idle_at = if found & !MOMENT == mark { found & MOMENT } else { 0 };
            idle_at.max(now).saturating_add(interval)
        };
        let next = |found: u64| {
            let idle_at = after_this(found);
            (idle_at - now <= burst).then_some(mark | (idle_at & MOMENT))
        };
        let wait = |found: u64| {
            let over = after_this(found) - now;
            TooMany { limit: Limit::Address, wait: Duration::from_micros(over.saturating_sub(burst)) }
        };
        moment.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).map(drop).map_err(wait)
    }
}

/// The refusal of a request to an endpoint that strangers may call, where there are too many.
pub(crate) fn refuse_too_many<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    request: &Request,
) -> Option<Response> {
    if app.rate_limits.is_none() && tenant.config.rate_limit.is_none() {
        return None;
    }
    let source = request.extensions().get::<RequestInfo>().and_then(|info| info.source);
    let is_keyed = is_keyed(tenant, request.headers(), app.passgate.now());
    let source = source.filter(|_| !is_keyed);
    let installation = app.rate_limits.as_ref().map_or(Ok(()), |limits| limits.check(tenant.id, source));
    let own = || match (tenant.config.rate_limit, source) {
        (Some(limit), Some(source)) => app.tenant_limits.check(tenant.id, source, limit),
        (None, _) | (_, None) => Ok(()),
    };
    let TooMany { limit, wait } = installation.and_then(|()| own()).err()?;
    app.metrics.count_rate_limited(limit);
    Some(refuse(wait))
}

/// The same at the console, where whoever has no session yet is a stranger. It has one count for all, besides those of
/// addresses.
pub(crate) fn refuse_too_many_strangers<S: Store>(app: &App<S>, request: &Request) -> Option<Response> {
    let limits = app.rate_limits.as_ref()?;
    let source = request.extensions().get::<RequestInfo>().and_then(|info| info.source);
    let TooMany { limit, wait } = limits.check(CONSOLE, source).err()?;
    app.metrics.count_rate_limited(limit);
    Some(refuse(wait))
}

fn refuse(wait: Duration) -> Response {
    // Rounded up: who comes back then is let in.
    let seconds = wait.as_secs() + 1;
    let error = ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::RATE_LIMITED,
        "Too many requests",
        format!("try again in {seconds} second(s)"),
    );
    let mut response = error.into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use uuid::Uuid;

    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::new(Uuid::from_u128(number))
    }

    fn limits(address: u32, tenant: u32) -> RateLimits {
        RateLimits::per_second(NonZeroU32::new(address).unwrap(), NonZeroU32::new(tenant).unwrap())
    }

    #[test]
    fn an_address_has_its_burst_and_then_waits() {
        let limits = limits(1, 1_000);
        let source = Some([192, 0, 2, 1].into());
        for _ in 0..BURST {
            assert_eq!(limits.check(tenant(1), source), Ok(()));
        }
        let refused = limits.check(tenant(1), source).unwrap_err();
        assert_eq!(refused.limit, Limit::Address);
        assert!(refused.wait <= Duration::from_secs(1), "{refused:?}");
        assert_eq!(limits.check(tenant(1), Some([192, 0, 2, 2].into())), Ok(()), "another address does not");
        assert_eq!(limits.check(tenant(1), None), Ok(()), "and whoever has the key does not");
    }

    #[test]
    fn a_tenant_has_its_burst_whoever_asks() {
        let limits = limits(1_000, 1);
        for last in 0..u8::try_from(BURST).unwrap() {
            assert_eq!(limits.check(tenant(1), Some([192, 0, 2, last].into())), Ok(()));
        }
        assert!(limits.check(tenant(1), Some([198, 51, 100, 1].into())).is_err());
        let refused = limits.check(tenant(1), None).unwrap_err();
        assert_eq!(refused.limit, Limit::Tenant);
        assert_eq!(limits.check(tenant(2), None), Ok(()), "another tenant's crowd is its own");
    }

    #[test]
    fn the_addresses_of_one_host_count_as_one() {
        let limits = limits(1, 1_000);
        for last in 0..u128::from(BURST) {
            let address = Ipv6Addr::from_bits((0x2001_0db8 << 96) | last);
            assert_eq!(limits.check(tenant(1), Some(address.into())), Ok(()));
        }
        let next = Ipv6Addr::from_bits((0x2001_0db8 << 96) | 0xffff_ffff_ffff_ffff);
        assert!(limits.check(tenant(1), Some(next.into())).is_err());
    }

    #[test]
    fn a_flood_of_addresses_takes_bounded_memory() {
        let limits = limits(1, 1_000_000);
        for address in 0..400_000_u32 {
            let _ = limits.check(tenant(1), Some(std::net::Ipv4Addr::from_bits(address).into()));
        }
        assert!(u64::try_from(limits.addresses.len()).unwrap() <= ADDRESS_COUNTS);
    }

    #[test]
    fn a_tenants_own_limit_lets_a_burst_through_and_then_one_at_a_time() {
        let limits = TenantLimits::default();
        let limit = RateLimit::new(60, 3).unwrap();
        let (here, elsewhere) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let at = |seconds, source| limits.check_at(Duration::from_secs(seconds), tenant(1), source, limit);
        for _ in 0..3 {
            assert_eq!(at(10, here), Ok(()));
        }
        let refused = at(10, here).unwrap_err();
        assert_eq!(refused, TooMany { limit: Limit::Address, wait: Duration::from_secs(1) });
        assert_eq!(at(10, elsewhere), Ok(()), "another address has its own");
        assert_eq!(at(11, here), Ok(()));
        assert!(at(11, here).is_err());
        let other = limits.check_at(Duration::from_secs(11), tenant(2), here, limit);
        assert_eq!(other, Ok(()), "another tenant's is its own");
        for _ in 0..3 {
            assert_eq!(at(60, here), Ok(()), "whoever was idle has the burst again");
        }
        assert!(at(60, here).is_err());
    }

    #[test]
    fn a_strict_tenants_visitors_hold_up_nobody_elses() {
        let limits = TenantLimits::default();
        let (strict, usual) = (RateLimit::new(1, 10_000).unwrap(), RateLimit::new(120, 20).unwrap());
        let address = |bits: u32| std::net::Ipv4Addr::from_bits(bits).into();
        let now = Duration::from_secs(10);
        // Enough that nearly every moment is of the strict tenant.
        for bits in 0..400_000 {
            assert_eq!(limits.check_at(now, tenant(1), address(bits), strict), Ok(()));
        }
        for bits in 0..1_000 {
            assert_eq!(limits.check_at(now, tenant(2), address(bits), usual), Ok(()), "{bits}");
        }
    }
}
