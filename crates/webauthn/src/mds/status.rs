//! What became of a model (§3.1.4, "`AuthenticatorStatus`").

use serde::Deserialize;

/// Declares the statuses: their variants, and how the specification spells them.
macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// A status of an authenticator model.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AuthenticatorStatus {
            $($(#[$doc])* $variant,)+
            /// One that is unknown here.
            Unknown,
        }

        impl AuthenticatorStatus {
            /// The specification's spelling; `UNKNOWN` for one that is unknown here.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ Self::Unknown => "UNKNOWN" }
            }

            fn parse(text: &str) -> Self {
                match text { $($text => Self::$variant,)+ _ => Self::Unknown }
            }
        }
    };
}

statuses! {
    /// Not certified by FIDO.
    NotFidoCertified = "NOT_FIDO_CERTIFIED",
    /// Certified as working with others.
    FidoCertified = "FIDO_CERTIFIED",
    /// Users can be verified by what isn't them.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS",
    /// The key that signs attestations is known to others.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE",
    /// Credentials' private keys can be taken from afar.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE",
    /// Credentials' private keys can be taken by who holds the authenticator.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE",
    /// There is an update.
    UpdateAvailable = "UPDATE_AVAILABLE",
    /// Not to be trusted any longer, for a reason that isn't said.
    Revoked = "REVOKED",
    /// Not made or supported any longer.
    Retired = "RETIRED",
    /// The vendor filled in FIDO's checklist.
    SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED",
    /// Certified at level 1.
    FidoCertifiedL1 = "FIDO_CERTIFIED_L1",
    /// Certified at level 1+.
    FidoCertifiedL1Plus = "FIDO_CERTIFIED_L1plus",
    /// Certified at level 2.
    FidoCertifiedL2 = "FIDO_CERTIFIED_L2",
    /// Certified at level 2+.
    FidoCertifiedL2Plus = "FIDO_CERTIFIED_L2plus",
    /// Certified at level 3.
    FidoCertifiedL3 = "FIDO_CERTIFIED_L3",
    /// Certified at level 3+.
    FidoCertifiedL3Plus = "FIDO_CERTIFIED_L3plus",
}

impl<'de> Deserialize<'de> for AuthenticatorStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

/// One report of a model's status (§3.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// The status.
    pub status: AuthenticatorStatus,
    /// Since when, `YYYY-MM-DD`, as it was written; `None` for since ever.
    pub effective_date: Option<String>,
}

/// Which statuses are reason enough to refuse a model's attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusPolicy<'a> {
    refused: &'a [AuthenticatorStatus],
}

impl StatusPolicy<'static> {
    /// Refuses what is revoked or compromised: `REVOKED`, `ATTESTATION_KEY_COMPROMISE`, `USER_VERIFICATION_BYPASS`,
    /// `USER_KEY_REMOTE_COMPROMISE` and `USER_KEY_PHYSICAL_COMPROMISE`.
    pub const UNCOMPROMISED: Self = Self {
        refused: &[
            AuthenticatorStatus::Revoked,
            AuthenticatorStatus::AttestationKeyCompromise,
            AuthenticatorStatus::UserVerificationBypass,
            AuthenticatorStatus::UserKeyRemoteCompromise,
            AuthenticatorStatus::UserKeyPhysicalCompromise,
        ],
    };
}

impl Default for StatusPolicy<'static> {
    fn default() -> Self {
        Self::UNCOMPROMISED
    }
}

impl<'a> StatusPolicy<'a> {
    /// Refuses these.
    #[must_use]
    pub const fn refusing(refused: &'a [AuthenticatorStatus]) -> Self {
        Self { refused }
    }

    /// The first status among a model's reports that is refused.
    ///
    /// Whatever was reported later: an authenticator doesn't prove that it was updated since.
    #[must_use]
    pub fn refused_by(&self, reports: &[StatusReport]) -> Option<AuthenticatorStatus> {
        reports.iter().map(|report| report.status).find(|status| self.refused.contains(status))
    }
}
