//! Which tokens are refused, and why.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use passgate_client::{Claims, Error, Purpose, TokenError};
use serde_json::{Value, json};

use crate::fake_passgate::{Answer, FakePassgate, NOW, RP_ID};
use crate::signing_key::{SigningKey, message, sign_hs256};

async fn refusal(passgate: &FakePassgate, token: &str) -> TokenError {
    match passgate.tenant().verifier().verify(token, Purpose::Login).await {
        Err(Error::Token(why)) => why,
        other => panic!("not refused as a token: {other:?}"),
    }
}

/// A login token's claims with one of them changed.
fn with(passgate: &FakePassgate, claim: &str, value: Value) -> Value {
    let mut claims = passgate.claims("login");
    claims[claim] = value;
    claims
}

#[tokio::test]
async fn a_good_token_is_believed_with_either_algorithm() {
    for key in [SigningKey::es256("k"), SigningKey::rs256("k")] {
        let passgate = FakePassgate::with_key(&key).await;
        let token = key.sign(&with(&passgate, "trans", json!("transfer-1")));
        let claims = passgate.tenant().verifier().verify(&token, Purpose::Login).await.unwrap();
        let expected = Claims {
            user_id: "user-1".to_owned(),
            credential_id: "Y3JlZC0x".to_owned(),
            purpose: Purpose::Login,
            user_verified: true,
            transaction_id: Some("transfer-1".to_owned()),
            token_id: "token-1".to_owned(),
            issued_at: Duration::from_secs(NOW),
            expires_at: Duration::from_secs(NOW + 300),
        };
        assert_eq!(claims, expected);
    }
}

#[tokio::test]
async fn another_tenants_token_is_refused() {
    let (ours, theirs) = (SigningKey::es256("ours"), SigningKey::es256("theirs"));
    let passgate = FakePassgate::with_key(&ours).await;
    assert_eq!(refusal(&passgate, &theirs.sign(&passgate.claims("login"))).await, TokenError::KeyUnknown);

    let same_name = SigningKey::es256("ours");
    let token = same_name.sign(&passgate.claims("login"));
    assert_eq!(refusal(&passgate, &token).await, TokenError::SignatureInvalid);

    let issuer = format!("{}/c0ffee00-7f1d-4a53-9a53-0c1f6f6c3b11", passgate.url);
    let token = ours.sign(&with(&passgate, "iss", json!(issuer)));
    assert_eq!(refusal(&passgate, &token).await, TokenError::IssuerMismatch);
}

#[tokio::test]
async fn another_audience_is_refused() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    for audience in [json!(["example.com"]), json!("example.com"), json!([])] {
        let token = key.sign(&with(&passgate, "aud", audience));
        assert_eq!(refusal(&passgate, &token).await, TokenError::AudienceMismatch);
    }
    for audience in [json!(RP_ID), json!(["example.com", RP_ID])] {
        let token = key.sign(&with(&passgate, "aud", audience));
        assert!(passgate.tenant().verifier().verify(&token, Purpose::Login).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_counts_for_its_own_purpose_only() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let verifier = passgate.tenant().verifier().clone();
    let all = [Purpose::Registration, Purpose::Login, Purpose::Mfa, Purpose::Transaction];
    for found in all {
        let token = key.sign(&passgate.claims(&found.to_string()));
        for expected in all {
            match verifier.verify(&token, expected).await {
                Ok(claims) => assert_eq!((claims.purpose, found), (expected, expected)),
                Err(Error::Token(why)) => assert_eq!(why, TokenError::PurposeMismatch { expected, found }),
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_token_counts_until_five_seconds_after_its_expiry() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let token = key.sign(&passgate.claims("login"));
    passgate.clock.advance(304);
    assert!(passgate.tenant().verifier().verify(&token, Purpose::Login).await.is_ok());
    passgate.clock.advance(1);
    assert_eq!(refusal(&passgate, &token).await, TokenError::Expired);
}

#[tokio::test]
async fn a_token_from_more_than_a_minute_in_the_future_is_refused() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let token = key.sign(&with(&passgate, "iat", json!(NOW + 60)));
    assert!(passgate.tenant().verifier().verify(&token, Purpose::Login).await.is_ok());
    let token = key.sign(&with(&passgate, "iat", json!(NOW + 61)));
    assert_eq!(refusal(&passgate, &token).await, TokenError::IssuedInFuture);
}

#[tokio::test]
async fn alg_none_is_refused_with_and_without_a_signature() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({ "alg": alg, "kid": "k" });
        let unsigned = format!("{}.", message(&header, &passgate.claims("login")));
        assert_eq!(refusal(&passgate, &unsigned).await, TokenError::AlgorithmMismatch, "{alg}");
        let signed = key.sign_under(&header, &passgate.claims("login"));
        assert_eq!(refusal(&passgate, &signed).await, TokenError::AlgorithmMismatch, "{alg}");
    }
}

#[tokio::test]
async fn an_hmac_over_the_public_key_is_refused_in_whatever_form_the_key_is() {
    for key in [SigningKey::es256("k"), SigningKey::rs256("k")] {
        let passgate = FakePassgate::with_key(&key).await;
        let jwk = key.jwk.to_string();
        let jwks = json!({ "keys": [key.jwk] }).to_string();
        let (pem, trimmed) = (key.pem(), key.pem().trim_end().to_owned());
        let secrets = [&key.spki[..], pem.as_bytes(), trimmed.as_bytes(), jwk.as_bytes(), jwks.as_bytes()];
        // An EC key's SPKI ends with the point; the coordinate or modulus alone is a form too.
        let point = &key.spki[key.spki.len() - 65..];
        let member = key.jwk["x"].as_str().or(key.jwk["n"].as_str()).unwrap().as_bytes();
        for secret in secrets.into_iter().chain([point, member]) {
            let token = sign_hs256("k", secret, &passgate.claims("login"));
            assert_eq!(refusal(&passgate, &token).await, TokenError::AlgorithmMismatch);
        }
    }
}

#[tokio::test]
async fn a_token_that_names_a_key_for_another_algorithm_is_refused() {
    let (ec, rsa) = (SigningKey::es256("ec"), SigningKey::rs256("rsa"));
    let passgate = FakePassgate::start().await;
    passgate.says("GET /.well-known/jwks.json", [Answer::jwks(&[&ec, &rsa])]);
    let claims = passgate.claims("login");
    for (key, alg, kid) in
        [(&rsa, "RS256", "ec"), (&ec, "ES256", "rsa"), (&rsa, "PS256", "rsa"), (&ec, "ES384", "ec")]
    {
        let token = key.sign_under(&json!({ "alg": alg, "kid": kid }), &claims);
        assert_eq!(refusal(&passgate, &token).await, TokenError::AlgorithmMismatch, "{alg} {kid}");
    }
    // The header says what the named key is for; the signature is the other key's.
    let token = rsa.sign_under(&json!({ "alg": "ES256", "kid": "ec" }), &claims);
    assert_eq!(refusal(&passgate, &token).await, TokenError::SignatureInvalid);
}

#[tokio::test]
async fn keys_that_are_not_for_our_tokens_are_no_keys() {
    let key = SigningKey::es256("good");
    let secret = BASE64URL_NOPAD.encode(b"a secret that should not be there");
    let not_ours = [
        json!({ "kty": "oct", "use": "sig", "alg": "HS256", "kid": "bad", "k": secret }),
        json!({ "kty": "oct", "kid": "bad", "k": secret }),
        json!({ "kty": "AKP", "use": "sig", "alg": "ML-DSA-44", "kid": "bad", "pub": "AAAA" }),
        json!({ "kty": "EC", "use": "enc", "alg": "ES256", "kid": "bad", "crv": "P-256",
                "x": key.jwk["x"], "y": key.jwk["y"] }),
        json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": "bad", "crv": "P-384",
                "x": key.jwk["x"], "y": key.jwk["y"] }),
        json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": "bad", "crv": "P-256", "x": "AAAA",
                "y": key.jwk["y"] }),
        json!("no key at all"),
    ];
    for bad in not_ours {
        let passgate = FakePassgate::start().await;
        let jwks = Answer::json(200, &json!({ "keys": [bad, key.jwk] }));
        passgate.says("GET /.well-known/jwks.json", [jwks]);
        let claims = passgate.claims("login");
        assert!(passgate.tenant().verifier().verify(&key.sign(&claims), Purpose::Login).await.is_ok());
        let token = key.sign_under(&json!({ "alg": "ES256", "kid": "bad" }), &claims);
        assert_eq!(refusal(&passgate, &token).await, TokenError::KeyUnknown);
        let token = sign_hs256("bad", b"a secret that should not be there", &claims);
        assert_eq!(refusal(&passgate, &token).await, TokenError::KeyUnknown);
    }
}

#[tokio::test]
async fn a_header_without_kid_or_with_a_critical_extension_is_refused() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let claims = passgate.claims("login");
    let token = key.sign_under(&json!({ "alg": "ES256" }), &claims);
    assert_eq!(refusal(&passgate, &token).await, TokenError::KeyIdMissing);
    let token = key.sign_under(&json!({ "alg": "ES256", "kid": "k", "crit": ["exp"] }), &claims);
    assert_eq!(refusal(&passgate, &token).await, TokenError::Malformed);
}

#[tokio::test]
async fn each_claim_is_needed() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    for claim in ["iss", "sub", "aud", "iat", "exp", "purpose", "cred", "uv", "jti"] {
        let mut claims = passgate.claims("login");
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(refusal(&passgate, &key.sign(&claims)).await, TokenError::Malformed, "{claim}");
    }
    for (claim, value) in [
        ("sub", json!("")),
        ("sub", json!(1)),
        ("exp", json!("2099-01-01")),
        ("exp", json!(-1)),
        ("purpose", json!("admin")),
        ("uv", json!("true")),
    ] {
        let token = key.sign(&with(&passgate, claim, value));
        assert_eq!(refusal(&passgate, &token).await, TokenError::Malformed, "{claim}");
    }
}

#[tokio::test]
async fn what_is_no_jwt_is_refused_before_anything_is_fetched() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let good = key.sign(&passgate.claims("login"));
    let long = key.sign(&with(&passgate, "sub", json!("x".repeat(8192))));
    let padded = format!("{good}==");
    let four_parts = format!("{good}.e30");
    for token in ["", ".", "..", "...", "a.b.c", "e30.e30", "e30.e30.", &long, &padded, &four_parts] {
        assert_eq!(refusal(&passgate, token).await, TokenError::Malformed, "{token}");
    }
    assert_eq!(passgate.fetches(), 0);
}

#[tokio::test]
async fn a_changed_payload_or_signature_is_refused() {
    let key = SigningKey::es256("k");
    let passgate = FakePassgate::with_key(&key).await;
    let token = key.sign(&passgate.claims("login"));
    let parts: Vec<&str> = token.split('.').collect();
    let other = BASE64URL_NOPAD.encode(with(&passgate, "sub", json!("user-2")).to_string().as_bytes());
    for changed in [
        format!("{}.{other}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], BASE64URL_NOPAD.encode(&[0; 64])),
    ] {
        assert_eq!(refusal(&passgate, &changed).await, TokenError::SignatureInvalid);
    }
}
