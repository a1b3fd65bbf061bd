//! What one request asks of a ceremony, within what its tenant allows.

use passgate_webauthn::AttestationFormat;
use passgate_webauthn::extensions::{AppId, AppIdHash, CreationExtensions, RequestExtensions};
use passgate_webauthn::options::{
    AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification,
};
use serde::{Deserialize, Serialize};

use crate::challenge::CredentialHash;
use crate::config::{CeremonyPolicy, CeremonyTimeout};
use crate::ids::CredentialId;

/// What a request asks for; what it leaves out is as the tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Whether the person must prove that it is them.
    pub user_verification: Option<UserVerification>,
    /// Which kind of authenticator is asked for.
    pub attachment: Option<AuthenticatorAttachment>,
    /// Whether the authenticator is asked to prove its make.
    pub attestation: Option<AttestationConveyance>,
    /// Whether the credential must be discoverable.
    pub resident_key: Option<ResidentKey>,
    /// How long the challenge lives.
    pub timeout: Option<CeremonyTimeout>,
    /// What the page expects the person to use (WebAuthn Level 3, §5.8.7). Asks for nothing.
    pub hints: Vec<Hint>,
    /// How the person is to be asked.
    pub mediation: Mediation,
    /// Which attestation statement formats are preferred, the best first (WebAuthn Level 3, §5.4). Asks for nothing.
    pub attestation_formats: Vec<AttestationFormat>,
    /// The extensions of a registration.
    pub creation_extensions: CreationExtensions,
    /// The extensions of a login. What they hold for credentials that the login does not allow is left out.
    pub request_extensions: RequestExtensions,
    /// The one credential of the user that is to be allowed.
    pub credential: Option<CredentialId>,
}

impl Asked {
    pub(crate) fn app_id(&self) -> Option<AppIdHash> {
        self.request_extensions.app_id.as_ref().map(AppId::hash)
    }

    pub(crate) fn credential(&self) -> Option<CredentialHash> {
        self.credential.as_ref().map(CredentialHash::of)
    }
}

/// How the person is asked (Credential Management Level 1, §2.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mediation {
    /// With a prompt.
    #[default]
    Prompted,
    /// Without one: a provider makes a passkey after a login with a password. The person need not be present
    /// (WebAuthn Level 3, §7.1, step 15).
    Conditional,
}

/// What a tenant lets a request ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestPolicy {
    /// More than the tenant's policy, never less.
    #[default]
    Stricter,
    /// Anything.
    Any,
}

/// A request asks for less than its tenant's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}: asks for less than the tenant's policy, which the tenant does not allow")]
pub struct AskedForLess(pub &'static str);

impl CeremonyPolicy {
    /// The policy of one request.
    pub(crate) fn asked(&self, asked: &Asked, allowed: RequestPolicy) -> Result<Self, AskedForLess> {
        let pick = Pick { allowed };
        Ok(Self {
            timeout: pick.one("timeout", self.timeout, asked.timeout, |timeout| {
                std::cmp::Reverse(timeout.as_millis())
            })?,
            user_verification: pick.one(
                "user_verification",
                self.user_verification,
                asked.user_verification,
                strictness_of_user_verification,
            )?,
            attachment: match (self.attachment, asked.attachment) {
                (own, None) => own,
                (Some(own), Some(asked)) if own != asked && allowed == RequestPolicy::Stricter => {
                    return Err(AskedForLess("authenticator_attachment"));
                }
                (_, Some(asked)) => Some(asked),
            },
            attestation: pick.one("attestation", self.attestation, asked.attestation, |attestation| {
                match attestation {
                    AttestationConveyance::None => 0,
                    AttestationConveyance::Indirect => 1,
                    AttestationConveyance::Direct => 2,
                    AttestationConveyance::Enterprise => 3,
                }
            })?,
            resident_key: pick.one(
                "resident_key",
                self.resident_key,
                asked.resident_key,
                |key| match key {
                    ResidentKey::Discouraged => 0,
                    ResidentKey::Preferred => 1,
                    ResidentKey::Required => 2,
                },
            )?,
        })
    }
}

/// Of the tenant's and the request's, the request's where it is allowed.
struct Pick {
    allowed: RequestPolicy,
}

impl Pick {
    fn one<T: Copy, S: Ord>(
        &self,
        member: &'static str,
        own: T,
        asked: Option<T>,
        strictness: impl Fn(T) -> S,
    ) -> Result<T, AskedForLess> {
        match asked {
            None => Ok(own),
            Some(asked) if self.allowed == RequestPolicy::Any || strictness(asked) >= strictness(own) => {
                Ok(asked)
            }
            Some(_) => Err(AskedForLess(member)),
        }
    }
}

/// What finalize enforces: what the challenge was made with, and what the tenant asks for now, unless requests may
/// ask for less.
pub(crate) fn enforced(
    sealed: UserVerification,
    own: UserVerification,
    allowed: RequestPolicy,
) -> UserVerification {
    let tightened = strictness_of_user_verification(own) > strictness_of_user_verification(sealed);
    match allowed {
        RequestPolicy::Stricter if tightened => own,
        RequestPolicy::Stricter | RequestPolicy::Any => sealed,
    }
}

fn strictness_of_user_verification(value: UserVerification) -> u8 {
    match value {
        UserVerification::Discouraged => 0,
        UserVerification::Preferred => 1,
        UserVerification::Required => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> CeremonyPolicy {
        CeremonyPolicy {
            user_verification: UserVerification::Preferred,
            attestation: AttestationConveyance::Indirect,
            resident_key: ResidentKey::Preferred,
            ..CeremonyPolicy::passkeys(CeremonyTimeout::DEFAULT)
        }
    }

    #[test]
    fn a_request_that_asks_for_nothing_gets_the_tenants_policy() {
        assert_eq!(policy().asked(&Asked::default(), RequestPolicy::Stricter), Ok(policy()));
    }

    #[test]
    fn more_is_given() {
        let timeout = CeremonyTimeout::from_millis(10_000).unwrap();
        let asked = Asked {
            user_verification: Some(UserVerification::Required),
            attachment: Some(AuthenticatorAttachment::Platform),
            attestation: Some(AttestationConveyance::Direct),
            resident_key: Some(ResidentKey::Required),
            timeout: Some(timeout),
            ..Asked::default()
        };
        let expected = CeremonyPolicy {
            timeout,
            user_verification: UserVerification::Required,
            attachment: Some(AuthenticatorAttachment::Platform),
            attestation: AttestationConveyance::Direct,
            resident_key: ResidentKey::Required,
        };
        assert_eq!(policy().asked(&asked, RequestPolicy::Stricter), Ok(expected));
    }

    #[test]
    fn less_is_refused_by_name_unless_the_tenant_allows_it() {
        let own = CeremonyPolicy { attachment: Some(AuthenticatorAttachment::Platform), ..policy() };
        let less = [
            (
                Asked { user_verification: Some(UserVerification::Discouraged), ..Asked::default() },
                "user_verification",
            ),
            (Asked { attestation: Some(AttestationConveyance::None), ..Asked::default() }, "attestation"),
            (Asked { resident_key: Some(ResidentKey::Discouraged), ..Asked::default() }, "resident_key"),
            (Asked { timeout: CeremonyTimeout::from_millis(300_001).ok(), ..Asked::default() }, "timeout"),
            (
                Asked { attachment: Some(AuthenticatorAttachment::CrossPlatform), ..Asked::default() },
                "authenticator_attachment",
            ),
        ];
        for (asked, member) in less {
            assert_eq!(own.asked(&asked, RequestPolicy::Stricter), Err(AskedForLess(member)));
            assert!(own.asked(&asked, RequestPolicy::Any).is_ok(), "{member}");
        }
    }

    #[test]
    fn finalize_enforces_the_stricter_of_then_and_now() {
        use UserVerification::{Discouraged, Preferred, Required};
        for (sealed, own, stricter) in [
            (Required, Discouraged, Required),
            (Discouraged, Required, Required),
            (Preferred, Discouraged, Preferred),
            (Discouraged, Discouraged, Discouraged),
        ] {
            assert_eq!(enforced(sealed, own, RequestPolicy::Stricter), stricter);
            assert_eq!(enforced(sealed, own, RequestPolicy::Any), sealed);
        }
    }
}
