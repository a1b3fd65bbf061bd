//! Passkeys that were made on the original log in here.

use passgate_authenticator::{Algorithm, Authenticator, Config};
use passgate_core::asked::Asked;
use passgate_core::audit::RequestOrigin;
use passgate_core::credential::CredentialKind;
use passgate_core::ids::TenantId;
use passgate_core::user::AppUserId;
use passgate_transfer::Kind;
use passgate_webauthn::base64url;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::Here;
use crate::original::{API_KEY, ORIGIN, Original, TENANT, tenant};

/// Logs in and returns the token's claims.
async fn login(
    here: &Here,
    kind: CredentialKind,
    authenticator: &mut Authenticator,
    user_id: Option<&str>,
) -> Value {
    let tenant = here.passgate.tenant(TenantId::new(TENANT)).await.unwrap().unwrap();
    let options = match user_id {
        None => here.passgate.begin_discoverable_login(&tenant, &Asked::default()).unwrap(),
        Some(id) => {
            let id = AppUserId::new(id).unwrap();
            let origin = RequestOrigin::default();
            here.passgate.begin_login(&tenant, kind, id, &Asked::default(), &origin).await.unwrap()
        }
    };
    let options = serde_json::to_value(options).unwrap();
    let credential = authenticator.get(&options, ORIGIN).unwrap().to_string();
    // As a server does twice a second.
    here.passgate.poll_version().await.unwrap();
    let token = here
        .passgate
        .finish_login(&tenant, kind, credential.as_bytes(), &RequestOrigin::default())
        .await
        .unwrap();
    let claims = token.expose_secret().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64url::decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn passkeys_made_under_each_handle_log_in_discovered_and_named() {
    let uuid = "6f1c2a34-1111-4000-8000-0123456789ab";
    let binary = Uuid::try_parse(uuid).unwrap();
    let original = Original::start().await;
    let mut authenticators = Vec::new();
    // Whose, under which handle, signing with what.
    let cases: [(&str, &[u8], Algorithm); 5] = [
        ("kim@example.com", b"kim@example.com", Algorithm::Es256),
        (uuid, uuid.as_bytes(), Algorithm::Rs256),
        (uuid, binary.as_bytes(), Algorithm::EdDsa),
        // At the original, these 16 bytes are taken for a UUID, and nobody logs in with them.
        ("sixteen-bytes-id", b"sixteen-bytes-id", Algorithm::Es256),
        ("6F1C2A34-1111-4000-8000-0123456789AB", b"6F1C2A34-1111-4000-8000-0123456789AB", Algorithm::Es256),
    ];
    let mut rows = std::collections::HashMap::new();
    for (number, (user_id, handle, algorithm)) in (1_u8..).zip(cases) {
        let row = match rows.get(user_id) {
            Some(row) => *row,
            None => original.user(u128::from(number), user_id).await,
        };
        rows.insert(user_id, row);
        let config = Config { algorithm, ..Config::default() };
        let mut authenticator = Authenticator::with_config(u64::from(number), config);
        let id = original.passkey(&mut authenticator, row, user_id, handle, false).await;
        authenticators.push((user_id, id, authenticator));
    }

    let here = Here::start();
    let mut database = original.database().await;
    let snapshot = database.snapshot().await.unwrap();
    let report = here.import(&mut snapshot.source(tenant(&snapshot).await).await.unwrap()).await;
    assert_eq!(report.counts(Kind::User).inserted, 4);
    assert_eq!(report.counts(Kind::Credential).inserted, 5);
    assert_eq!(report.codes().collect::<Vec<_>>(), []);

    for (user_id, id, mut authenticator) in authenticators {
        for named in [None, Some(user_id)] {
            let claims = login(&here, CredentialKind::Passkey, &mut authenticator, named).await;
            assert_eq!((claims["sub"].as_str(), claims["cred"].as_str()), (Some(user_id), Some(id.as_str())));
            assert_eq!(claims["aud"], json!(["example.com"]));
        }
    }
}

#[tokio::test]
async fn a_second_factor_made_on_the_original_proves_itself_and_is_no_passkey() {
    let original = Original::start().await;
    let row = original.user(1, "kim").await;
    let mut authenticator = Authenticator::new(1);
    original.passkey(&mut authenticator, row, "kim", b"kim", true).await;
    let here = Here::start();
    let mut database = original.database().await;
    let snapshot = database.snapshot().await.unwrap();
    here.import(&mut snapshot.source(tenant(&snapshot).await).await.unwrap()).await;

    let claims = login(&here, CredentialKind::Mfa, &mut authenticator, Some("kim")).await;
    assert_eq!((claims["sub"].as_str(), claims["purpose"].as_str()), (Some("kim"), Some("mfa")));

    let tenant = here.passgate.tenant(TenantId::new(TENANT)).await.unwrap().unwrap();
    let options = here.passgate.begin_discoverable_login(&tenant, &Asked::default()).unwrap();
    let credential = authenticator.get(&serde_json::to_value(options).unwrap(), ORIGIN).unwrap().to_string();
    let error = here
        .passgate
        .finish_login(&tenant, CredentialKind::Passkey, credential.as_bytes(), &RequestOrigin::default())
        .await
        .unwrap_err();
    assert_eq!(error.code(), "credential_mfa_only");
}

#[tokio::test]
async fn the_api_key_goes_on_opening_its_tenant_and_tokens_stay_rs256() {
    let original = Original::start().await;
    let here = Here::start();
    let mut database = original.database().await;
    let snapshot = database.snapshot().await.unwrap();
    here.import(&mut snapshot.source(tenant(&snapshot).await).await.unwrap()).await;
    here.passgate.poll_version().await.unwrap();
    let tenant = here.passgate.tenant(TenantId::new(TENANT)).await.unwrap().unwrap();
    assert!(here.passgate.authorize(&tenant, Some(API_KEY)).is_ok());
    assert!(here.passgate.authorize(&tenant, Some("a secret that must not come along")).is_err());
    let keys = here.passgate.list_api_keys(TenantId::new(TENANT)).await.unwrap().unwrap();
    assert_eq!(
        keys.iter().map(|key| (key.name.as_str(), key.hint.as_str())).collect::<Vec<_>>(),
        [("Backend", &API_KEY[..4])]
    );
    let record = here.passgate.find_tenant(TenantId::new(TENANT)).await.unwrap().unwrap();
    let algorithms: Vec<_> = record.signing_keys.iter().map(|key| key.algorithm.as_str()).collect();
    assert_eq!(algorithms, ["RS256"]);
}
