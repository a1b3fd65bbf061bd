//! Who is logged in, kept in memory: a restart logs everybody out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use passgate_client::Clock;
use uuid::Uuid;

const LIFETIME: Duration = Duration::from_hours(1);
/// With more than this the one that would expire first makes room.
const MOST: usize = 10_000;

pub(crate) struct Sessions {
    clock: Arc<dyn Clock>,
    by_id: Mutex<HashMap<String, Session>>,
}

struct Session {
    user_id: Uuid,
    /// Since the Unix epoch.
    expires_at: Duration,
}

impl Sessions {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, by_id: Mutex::default() }
    }

    /// A new session's id: 32 random bytes. Fails where the system has no randomness.
    pub(crate) fn start(&self, user_id: Uuid) -> Result<String, getrandom::Error> {
        let mut id = [0; 32];
        getrandom::fill(&mut id)?;
        let id = BASE64URL_NOPAD.encode(&id);

        let now = self.clock.unix_time();
        let mut sessions = self.lock();
        sessions.retain(|_, session| now < session.expires_at);
        if sessions.len() >= MOST {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.expires_at);
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.and_then(|id| sessions.remove(&id));
        }
        sessions.insert(id.clone(), Session { user_id, expires_at: now + LIFETIME });
        Ok(id)
    }

    /// Whose session it is, if it has not expired.
    pub(crate) fn user_id(&self, id: &str) -> Option<Uuid> {
        let now = self.clock.unix_time();
        let sessions = self.lock();
        sessions.get(id).filter(|session| now < session.expires_at).map(|session| session.user_id)
    }

    /// Ends a session; `false` where there was none any more.
    pub(crate) fn end(&self, id: &str) -> bool {
        let now = self.clock.unix_time();
        self.lock().remove(id).is_some_and(|session| now < session.expires_at)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        // No holder leaves the map half changed, so one that panicked is no reason to stop.
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TestClock;

    #[test]
    fn expired_sessions_are_forgotten_when_the_next_one_starts() {
        let clock = TestClock::default();
        let sessions = Sessions::new(Arc::new(clock.clone()));
        let old = sessions.start(Uuid::nil()).unwrap();
        clock.advance(3599);
        assert_eq!(sessions.user_id(&old), Some(Uuid::nil()));
        clock.advance(1);
        assert_eq!(sessions.user_id(&old), None);
        let new = sessions.start(Uuid::nil()).unwrap();
        assert_eq!(sessions.lock().keys().collect::<Vec<_>>(), [&new]);
        assert_eq!(new.len(), 43, "32 bytes in base64url");
    }

    #[test]
    fn the_oldest_session_makes_room_when_there_are_too_many() {
        let clock = TestClock::default();
        let sessions = Sessions::new(Arc::new(clock.clone()));
        let first = sessions.start(Uuid::nil()).unwrap();
        clock.advance(1);
        let second = sessions.start(Uuid::nil()).unwrap();
        clock.advance(1);
        let others: HashMap<_, _> = (2..MOST)
            .map(|n| {
                (n.to_string(), Session { user_id: Uuid::nil(), expires_at: clock.unix_time() + LIFETIME })
            })
            .collect();
        sessions.lock().extend(others);
        sessions.start(Uuid::nil()).unwrap();
        assert_eq!(sessions.lock().len(), MOST);
        assert_eq!((sessions.user_id(&first), sessions.user_id(&second)), (None, Some(Uuid::nil())));
    }
}
