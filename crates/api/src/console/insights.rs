//! What happened in an environment, in numbers.

use serde::{Deserialize, Serialize};

/// What happened in an environment, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Insights {
    /// Every day of the range.
    pub days: Vec<DayCount>,
    /// Each ceremony from begun to done.
    pub funnels: Vec<Funnel>,
    /// Why ceremonies failed, the most frequent first.
    pub failures: Vec<Failures>,
    /// What the passkeys there are now were made on, the most frequent first.
    pub authenticators: Vec<NameCount>,
    /// The browsers that they were last used in, the most frequent first.
    pub browsers: Vec<NameCount>,
    /// Where they are kept.
    pub storage: StorageCounts,
}

/// What happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayCount {
    /// The day, in the viewer's zone.
    #[cfg_attr(feature = "openapi", schema(example = "2027-01-15"))]
    pub day: String,
    /// How many passkeys were registered.
    pub registrations: u64,
    /// How many logins there were.
    pub logins: u64,
}

/// A ceremony from begun to done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Funnel {
    /// `registration`, `login`, `mfa_registration`, `mfa_login` or `transaction`.
    pub ceremony: String,
    /// How many began. With autofill, every view of a login page begins one.
    pub begun: u64,
    /// How many were finished.
    pub done: u64,
    /// How many were refused at their end.
    pub failed: u64,
}

/// How often a ceremony failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failures {
    /// The ceremony.
    pub ceremony: String,
    /// The reason: an error code.
    pub code: String,
    /// How often.
    pub count: u64,
}

/// How many of one name there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NameCount {
    /// The name.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Where passkeys are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StorageCounts {
    /// On all of the person's devices.
    pub synced: u64,
    /// On one device so far.
    pub syncable: u64,
    /// On one device for good.
    pub device_bound: u64,
}
