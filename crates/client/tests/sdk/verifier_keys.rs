//! When the tenant's keys are fetched, and how long they are used.

use std::time::Duration;

use passgate_client::{Error, Purpose, TokenError, Verifier};

use crate::fake_passgate::{Answer, FakePassgate};
use crate::signing_key::SigningKey;

const JWKS: &str = "GET /.well-known/jwks.json";

/// A token that does not expire while the test moves the clock.
fn token(passgate: &FakePassgate, key: &SigningKey) -> String {
    let mut claims = passgate.claims("login");
    claims["exp"] = u64::MAX.into();
    key.sign(&claims)
}

async fn verdict(verifier: &Verifier, token: &str) -> Result<(), Error> {
    verifier.verify(token, Purpose::Login).await.map(drop)
}

#[tokio::test]
async fn keys_are_fetched_once_and_used_for_ten_minutes() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let (verifier, token) = (passgate.tenant().verifier().clone(), token(&passgate, &key));
    for _ in 0..3 {
        verdict(&verifier, &token).await.unwrap();
    }
    passgate.clock.advance(599);
    verdict(&verifier, &token).await.unwrap();
    assert_eq!(passgate.fetches(), 1);
    passgate.clock.advance(1);
    verdict(&verifier, &token).await.unwrap();
    assert_eq!(passgate.fetches(), 2);
}

#[tokio::test]
async fn a_shorter_max_age_is_respected_and_a_longer_one_bounded() {
    for (cache_control, fresh_for) in
        [("public, max-age=60", 60), ("max-age=86400", 600), ("no-cache", 600), ("max-age=soon", 600)]
    {
        let key = SigningKey::es256("k");
        let passgate = FakePassgate::start().await;
        passgate.says(JWKS, [Answer::jwks(&[&key]).header("cache-control", cache_control)]);
        let (verifier, token) = (passgate.tenant().verifier().clone(), token(&passgate, &key));
        verdict(&verifier, &token).await.unwrap();
        passgate.clock.advance(fresh_for - 1);
        verdict(&verifier, &token).await.unwrap();
        assert_eq!(passgate.fetches(), 1, "{cache_control}");
        passgate.clock.advance(1);
        verdict(&verifier, &token).await.unwrap();
        assert_eq!(passgate.fetches(), 2, "{cache_control}");
    }
}

#[tokio::test]
async fn made_up_key_ids_cause_one_fetch_in_ten_seconds() {
    let (key, stranger) = (SigningKey::es256("k"), SigningKey::es256("made-up"));
    let passgate = FakePassgate::with_key(&key).await;
    let verifier = passgate.tenant().verifier().clone();
    verdict(&verifier, &token(&passgate, &key)).await.unwrap();
    passgate.clock.advance(10);
    for expected_fetches in [2, 2, 2] {
        let refused = verdict(&verifier, &token(&passgate, &stranger)).await;
        assert!(matches!(refused, Err(Error::Token(TokenError::KeyUnknown))), "{refused:?}");
        assert_eq!(passgate.fetches(), expected_fetches);
    }
    passgate.clock.advance(9);
    verdict(&verifier, &token(&passgate, &stranger)).await.unwrap_err();
    assert_eq!(passgate.fetches(), 2);
    passgate.clock.advance(1);
    verdict(&verifier, &token(&passgate, &stranger)).await.unwrap_err();
    assert_eq!(passgate.fetches(), 3);
}

#[tokio::test]
async fn a_rotation_is_picked_up_when_the_new_key_first_signs() {
    let (old, new) = (SigningKey::es256("old"), SigningKey::rs256("new"));
    let passgate = FakePassgate::with_key(&old).await;
    let verifier = passgate.tenant().verifier().clone();
    verdict(&verifier, &token(&passgate, &old)).await.unwrap();

    passgate.says(JWKS, [Answer::jwks(&[&new, &old])]);
    passgate.clock.advance(10);
    verdict(&verifier, &token(&passgate, &new)).await.unwrap();
    verdict(&verifier, &token(&passgate, &old)).await.unwrap();
    assert_eq!(passgate.fetches(), 2);

    passgate.says(JWKS, [Answer::jwks(&[&new])]);
    passgate.clock.advance(600);
    let refused = verdict(&verifier, &token(&passgate, &old)).await;
    assert!(matches!(refused, Err(Error::Token(TokenError::KeyUnknown))), "{refused:?}");
}

#[tokio::test]
async fn keys_at_hand_are_used_for_an_hour_while_passgate_is_down() {
    let (key, other) = (SigningKey::es256("k"), SigningKey::es256("other"));
    let passgate = FakePassgate::with_key(&key).await;
    let verifier = passgate.tenant().verifier().clone();
    let (good, unknown) = (token(&passgate, &key), token(&passgate, &other));
    verdict(&verifier, &good).await.unwrap();

    passgate.says(JWKS, [Answer::error(500, "internal")]);
    passgate.clock.advance(3599);
    verdict(&verifier, &good).await.unwrap();
    // Nobody can know whether the tenant has this key by now, so it is not the token that is bad.
    let error = verdict(&verifier, &unknown).await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == 500), "{error}");
    assert_eq!(passgate.fetches(), 2, "failed fetches are rate-limited too");

    passgate.clock.advance(1);
    let error = verdict(&verifier, &good).await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status == 500), "{error}");

    passgate.says(JWKS, [Answer::jwks(&[&key])]);
    passgate.clock.advance(10);
    verdict(&verifier, &good).await.unwrap();
    let refused = verdict(&verifier, &unknown).await;
    assert!(matches!(refused, Err(Error::Token(TokenError::KeyUnknown))), "{refused:?}");
}

#[tokio::test]
async fn without_any_keys_each_verification_tries_again() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::start().await;
    passgate.says(JWKS, [Answer::error(500, "internal"), Answer::jwks(&[&key])]);
    let (verifier, token) = (passgate.tenant().verifier().clone(), token(&passgate, &key));
    assert!(matches!(verdict(&verifier, &token).await, Err(Error::Api(_))));
    verdict(&verifier, &token).await.unwrap();
}

#[tokio::test]
async fn verifications_at_the_same_time_share_one_fetch() {
    let key = SigningKey::es256("k");
    let slow = Duration::from_millis(100);
    for (jwks, good) in [(Answer::jwks(&[&key]), true), (Answer::error(500, "internal"), false)] {
        let passgate = FakePassgate::start().await;
        passgate.says(JWKS, [jwks.after(slow)]);
        let (verifier, token) = (passgate.tenant().verifier().clone(), token(&passgate, &key));
        let all: Vec<_> = (0..50)
            .map(|_| {
                let (verifier, token) = (verifier.clone(), token.clone());
                tokio::spawn(async move { verdict(&verifier, &token).await.is_ok() })
            })
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), good);
        }
        assert_eq!(passgate.fetches(), 1);
    }
}

#[tokio::test]
async fn whoever_hangs_up_does_not_stop_the_fetch_for_the_others() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::start().await;
    passgate.says(JWKS, [Answer::jwks(&[&key]).after(Duration::from_millis(100))]);
    let (verifier, token) = (passgate.tenant().verifier().clone(), token(&passgate, &key));
    let gone = tokio::time::timeout(Duration::from_millis(30), verdict(&verifier, &token)).await;
    assert!(gone.is_err(), "hung up before the keys came");
    verdict(&verifier, &token).await.unwrap();
    assert_eq!(passgate.fetches(), 1);
}

#[tokio::test]
async fn a_clock_that_was_set_back_causes_a_fetch_and_no_panic() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    passgate.clock.advance(1000);
    let (verifier, token) = (passgate.tenant().verifier().clone(), token(&passgate, &key));
    verdict(&verifier, &token).await.unwrap();
    passgate.clock.advance(0_u64.wrapping_sub(500));
    verdict(&verifier, &token).await.unwrap();
    assert_eq!(passgate.fetches(), 2);
}
