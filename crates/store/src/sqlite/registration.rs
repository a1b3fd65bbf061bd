//! Registrations.

use passgate_core::event::{self, EventType, Occurrence};
use passgate_core::store::{BeginRegistration, BegunRegistration, FinishRegistration, FinishedRegistration};
use rusqlite::Connection;

use super::challenges::{Spent, spend};
use super::credentials::{self, Insertion};
use super::fault::Fault;
use super::webhooks::Publisher;
use super::{audit, users};
use crate::failure;

pub(super) fn begin(db: &Connection, begin: &BeginRegistration) -> Result<BegunRegistration, Fault> {
    let user =
        users::upsert(db, begin.tenant_id, &begin.profile, begin.new_user_id, &begin.new_handle, begin.now)?;
    let exclude = credentials::descriptors(db, begin.tenant_id, user.id, Some(begin.kind), None)?;
    audit::append(db, &begin.audit)?;
    Ok(BegunRegistration { user, exclude })
}

pub(super) fn finish(db: &Connection, finish: &FinishRegistration) -> Result<FinishedRegistration, Fault> {
    // First, and kept whatever comes of the rest.
    let outcome = match spend(db, &finish.spend)? {
        Spent::Before => FinishedRegistration::ChallengeSpent,
        Spent::Now => match credentials::insert(db, finish.spend.tenant_id, &finish.credential)? {
            Insertion::Stored => FinishedRegistration::Registered,
            Insertion::IdTaken => FinishedRegistration::CredentialExists,
            Insertion::UnknownUser => FinishedRegistration::UnknownUser,
        },
    };
    let failed = |code| finish.audit.failed(code);
    match outcome {
        FinishedRegistration::Registered => {
            audit::append(db, &finish.audit)?;
            Publisher::new(db, &finish.audit).publish(EventType::CredentialCreated, || {
                let credential = event::Credential::of(finish.spend.tenant_id, &finish.credential);
                Ok(Some(Occurrence::CredentialCreated(credential)))
            })?;
        }
        // Whoever sends the same again, and again, writes nothing.
        FinishedRegistration::ChallengeSpent => {}
        FinishedRegistration::CredentialExists => {
            audit::append(db, &failed(failure::CREDENTIAL_ALREADY_REGISTERED))?;
        }
        FinishedRegistration::UnknownUser => audit::append(db, &failed(failure::USER_NOT_FOUND))?,
    }
    Ok(outcome)
}
