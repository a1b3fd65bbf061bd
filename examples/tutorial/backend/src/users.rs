//! The demo's users. A real app has them in its database.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use uuid::{Uuid, uuid};

/// Checking one password takes 19 MiB and some 20 ms, so only this many are checked at a time.
const CHECKS_AT_ONCE: usize = 4;
/// No password has this hash. Checked for an unknown email, so that the time taken doesn't tell.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$8raQHoBGEYvtCJnCZO5Spw$UoKEXt9mEfsLhdXZeeo5Hj9pNz3MzxK+ImdTxTPKvlE";

#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: &'static str,
    password_hash: &'static str,
}

pub(crate) struct Users {
    all: [User; 3],
    checks: Arc<Semaphore>,
}

impl Users {
    /// John with `password123`, Sergio with `very_secure_password`, and Ab with `123`. `backend-hono` has the same
    /// three, so that a passkey made with either backend works with both.
    pub(crate) fn demo() -> Self {
        let user = |id, email, password_hash| User { id, email, password_hash };
        let all = [
            user(
                uuid!("5cf9ee9f-1f6e-4b1c-9d8e-6a5f5b0d6a01"),
                "john.doe@example.com",
                "$argon2id$v=19$m=19456,t=2,p=1$ZWkpgWRjMXBX9dv4Y0aMZg$BZpEUtQjGP+0FAGDrlepzz8mkE8M2yOQkNkAiK0dpfY",
            ),
            user(
                uuid!("b1c2b5a4-0d5c-4a63-8f0e-3f4a9d1c7e02"),
                "sergio_mq@example.com",
                "$argon2id$v=19$m=19456,t=2,p=1$6xAHR2b2zT+pEv+NDU+4lA$K4AdAbZ7bdud3GPcIrJVyzGs2tkU99AGZb7yVO8w7rU",
            ),
            user(
                uuid!("e7a0c9d3-62f4-4c0b-b7a5-92d8f16b4c03"),
                "ab@g.com",
                "$argon2id$v=19$m=19456,t=2,p=1$8tEPLuMewf6DA6IwpBJFTg$i89uY0F4qt+8t91E0OSWgVBpQJa1i3GR3mYr18x5Wl0",
            ),
        ];
        Self { all, checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)) }
    }

    pub(crate) fn by_id(&self, id: Uuid) -> Option<&User> {
        self.all.iter().find(|user| user.id == id)
    }

    /// The user with this email, if the password is theirs.
    pub(crate) async fn by_password(&self, email: &str, password: String) -> Option<&User> {
        let user = self.all.iter().find(|user| user.email.eq_ignore_ascii_case(email));
        let hash = user.map_or(NOBODYS_HASH, |user| user.password_hash);
        let turn = Arc::clone(&self.checks).acquire_owned().await.ok()?;
        let check = move || {
            // Held by the check itself, which goes on where the caller hangs up.
            let _turn = turn;
            is_right(&password, hash)
        };
        let right = spawn_blocking(check).await.ok()?;
        user.filter(|_| right)
    }
}

fn is_right(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_check_keeps_its_turn_where_the_caller_hangs_up() {
        let one_thread = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build();
        one_thread.expect("a runtime").block_on(async {
            let users = Users::demo();
            let (go_on, busy) = mpsc::channel::<()>();
            spawn_blocking(move || busy.recv());
            tokio::select! {
                biased;
                _ = users.by_password("ab@g.com", "123".to_owned()) => panic!("the thread is busy"),
                () = ready(()) => {}
            }
            assert_eq!(users.checks.available_permits(), CHECKS_AT_ONCE - 1);

            drop(go_on);
            assert!(users.by_password("ab@g.com", "123".to_owned()).await.is_some());
            assert_eq!(users.checks.available_permits(), CHECKS_AT_ONCE);
        });
    }

    #[test]
    fn every_hash_costs_the_same_to_check() {
        let users = Users::demo();
        let costs = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        for user in &users.all {
            assert!(PasswordHash::new(user.password_hash).is_ok());
            assert_eq!(costs(user.password_hash), costs(NOBODYS_HASH));
        }
        assert!(PasswordHash::new(NOBODYS_HASH).is_ok());
    }
}
