//! Refusals that cost no write: what strangers send that names no credential, or repeats what was spent. Each is
//! counted, and the counts become one row of the audit log per tenant, kind, code and minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::audit::AuditType;
use crate::ids::TenantId;

/// What is counted together. All three come from us, so that a flood can't make the table large.
type Key = (TenantId, AuditType, &'static str);

/// The counts since they were last taken.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<Key, u64>>);

/// A count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) tenant_id: TenantId,
    pub(crate) kind: AuditType,
    pub(crate) code: &'static str,
    pub(crate) times: u64,
}

impl Refusals {
    /// Counts one. `kind` is the success that did not come.
    pub(crate) fn count(&self, tenant_id: TenantId, kind: AuditType, code: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((tenant_id, kind.failed(), code)).or_default() += 1;
    }

    /// Takes all counts, in no order.
    pub(crate) fn take(&self) -> Vec<Refused> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        counts
            .into_iter()
            .map(|((tenant_id, kind, code), times)| Refused { tenant_id, kind, code, times })
            .collect()
    }

    /// Puts back what was taken and could not be written.
    pub(crate) fn put_back(&self, taken: Vec<Refused>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for Refused { tenant_id, kind, code, times } in taken {
            *counts.entry((tenant_id, kind, code)).or_default() += times;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_back_is_counted_with_what_came_meanwhile() {
        let (refusals, tenant_id) = (Refusals::default(), TenantId::new(uuid::Uuid::nil()));
        let count = || refusals.count(tenant_id, AuditType::AuthenticationFinalSucceeded, "challenge_spent");
        count();
        count();
        let taken = refusals.take();
        assert_eq!(refusals.take(), []);
        count();
        refusals.put_back(taken.clone());
        assert_eq!(refusals.take(), [Refused { times: 3, ..taken[0].clone() }]);
    }
}
