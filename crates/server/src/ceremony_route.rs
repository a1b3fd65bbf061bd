//! Which routes are halves of ceremonies.

use passgate_core::console::Ceremony;

/// Half of a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Half {
    pub(crate) ceremony: Ceremony,
    pub(crate) step: Step,
}

/// Which half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Initialize,
    Finalize,
}

impl Half {
    /// The one that a route's pattern is of, where it is posted to.
    pub(crate) fn of_route(pattern: &str) -> Option<Self> {
        let (path, step) = pattern.strip_prefix("/{tenant_id}/")?.rsplit_once('/')?;
        let ceremony = match path {
            "registration" => Ceremony::Registration,
            "login" => Ceremony::Login,
            "mfa/registration" => Ceremony::MfaRegistration,
            "mfa/login" => Ceremony::MfaLogin,
            "transaction" => Ceremony::Transaction,
            _ => return None,
        };
        let step = match step {
            "initialize" => Step::Initialize,
            "finalize" => Step::Finalize,
            _ => return None,
        };
        Some(Self { ceremony, step })
    }
}

impl Step {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Initialize => "initialize",
            Self::Finalize => "finalize",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_of_ceremonies_are_told_by_their_routes() {
        let half = |ceremony, step| Some(Half { ceremony, step });
        for (pattern, expected) in [
            ("/{tenant_id}/login/initialize", half(Ceremony::Login, Step::Initialize)),
            ("/{tenant_id}/mfa/registration/finalize", half(Ceremony::MfaRegistration, Step::Finalize)),
            ("/{tenant_id}/transaction/finalize", half(Ceremony::Transaction, Step::Finalize)),
            ("/{tenant_id}/transaction/{user_id}", None),
            ("/{tenant_id}/credentials", None),
            ("/tenants/{tenant_id}/users", None),
            ("/", None),
        ] {
            assert_eq!(Half::of_route(pattern), expected, "{pattern}");
        }
    }
}
