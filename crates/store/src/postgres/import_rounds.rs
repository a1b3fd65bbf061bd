//! Which records of an import can be decided side by side.

use std::collections::HashMap;

use passgate_core::transfer::TransferRecord;

use crate::decisions::tombstone_hash;

/// What a record is decided by, in the order of its kinds: two records that share one are decided one after the other.
type Name = (Kind, Vec<u8>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    ApiKeys,
    User,
    UserRow,
    Handle,
    Credential,
    Transaction,
    TransactionRow,
    AuditRow,
}

/// The places of records, round by round. Each is in the first round after those of all earlier records that it has to do
/// with, so that within a round the order says nothing.
pub(super) fn rounds(records: &[TransferRecord]) -> Vec<Vec<usize>> {
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut next_rounds: HashMap<Name, usize> = HashMap::new();
    for (place, record) in records.iter().enumerate() {
        let names = names(record);
        let round = names.iter().filter_map(|name| next_rounds.get(name)).copied().max().unwrap_or_default();
        for name in names {
            next_rounds.insert(name, round + 1);
        }
        if rounds.len() == round {
            rounds.push(Vec::new());
        }
        rounds[round].push(place);
    }
    rounds
}

fn names(record: &TransferRecord) -> Vec<Name> {
    let name = |kind, bytes: &[u8]| (kind, bytes.to_vec());
    match record {
        // They are few, and each has three names.
        TransferRecord::ApiKey(_) => vec![name(Kind::ApiKeys, &[])],
        TransferRecord::User(user) => {
            let row = name(Kind::UserRow, user.id.as_uuid().as_bytes());
            let mut names = vec![name(Kind::User, user.profile.app_id.as_str().as_bytes()), row];
            names.extend(user.handles.iter().map(|handle| name(Kind::Handle, handle.as_bytes())));
            names
        }
        TransferRecord::Credential(credential) => vec![
            name(Kind::Credential, tombstone_hash(&credential.id).as_ref()),
            name(Kind::User, credential.app_user_id.as_str().as_bytes()),
        ],
        TransferRecord::Tombstone(tombstone) => vec![name(Kind::Credential, &tombstone.id_hash)],
        TransferRecord::Transaction(transferred) => vec![
            name(Kind::Transaction, transferred.transaction.identifier.as_str().as_bytes()),
            name(Kind::TransactionRow, transferred.transaction.id.as_uuid().as_bytes()),
            name(Kind::User, transferred.app_user_id.as_str().as_bytes()),
        ],
        TransferRecord::Audit(row) => vec![name(Kind::AuditRow, row.id.as_uuid().as_bytes())],
    }
}

#[cfg(test)]
mod tests {
    use passgate_core::clock::Timestamp;
    use passgate_core::credential::Deletion;
    use passgate_core::ids::{UserHandle, UserId};
    use passgate_core::text::Text;
    use passgate_core::transfer::{Tombstone, TransferredUser};
    use passgate_core::user::{AppUserId, UserProfile};
    use uuid::Uuid;

    use super::*;

    fn user(number: u128, app_id: &str, handle: &[u8]) -> TransferRecord {
        TransferRecord::User(TransferredUser {
            id: UserId::new(Uuid::from_u128(number)),
            profile: UserProfile {
                app_id: AppUserId::new(app_id).unwrap(),
                name: Text::new("Kim").unwrap(),
                display_name: None,
                icon: None,
            },
            handles: vec![UserHandle::new(handle).unwrap()],
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
        })
    }

    fn tombstone(byte: u8) -> TransferRecord {
        let deleted_at = Timestamp::EPOCH;
        TransferRecord::Tombstone(Tombstone { id_hash: [byte; 32], deleted_at, reason: Deletion::Alone })
    }

    #[test]
    fn what_has_nothing_to_do_with_another_is_decided_at_once() {
        let records = [user(1, "a", b"1"), user(2, "b", b"2"), tombstone(1), tombstone(2)];
        assert_eq!(rounds(&records), [[0, 1, 2, 3]]);
        assert_eq!(rounds(&[]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn what_shares_a_name_keeps_its_order() {
        let records = [
            user(1, "a", b"1"),
            user(2, "b", b"2"),
            // The handle of the first, the row of the second.
            user(2, "c", b"1"),
            // The id of the third.
            user(3, "c", b"3"),
            tombstone(1),
            tombstone(1),
        ];
        assert_eq!(rounds(&records), [vec![0, 1, 4], vec![2, 5], vec![3]]);
    }
}
