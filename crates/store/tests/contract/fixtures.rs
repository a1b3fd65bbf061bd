//! Tenants, users and ceremonies to test with. Ids are counted, so that no two are the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use passgate_core::api_key::NewApiKey;
use passgate_core::asked::RequestPolicy;
use passgate_core::attestation_rules::AttestationRules;
use passgate_core::audit::{AuditEntry, AuditType, RequestOrigin};
use passgate_core::challenge::Nonce;
use passgate_core::clock::Timestamp;
use passgate_core::config::{
    CeremonyPolicy, CeremonyTimeout, DeviationPolicy, Origins, RelyingParty, Retention, TenantConfig,
    UnknownCredentials,
};
use passgate_core::cors::{CorsPolicy, Wildcard};
use passgate_core::credential::{
    Accepts, Credential, CredentialDescriptor, CredentialKind, KnownCredential, Order, PageRequest,
};
use passgate_core::ids::{
    ApiKeyId, AuditId, CredentialId, SigningKeyId, TenantId, TransactionId, UserHandle, UserId,
};
use passgate_core::key_secret::KeyHash;
use passgate_core::server_secret::{Sealed, SecretId};
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm};
use passgate_core::store::{
    BeginLogin, BeginRegistration, BeginTransaction, BegunRegistration, BegunTransaction, ChallengeSpend,
    CredentialChange, FailCeremony, FinishLogin, FinishRegistration, FinishedRegistration, NewTenant, Store,
};
use passgate_core::text::Text;
use passgate_core::transaction::{Transaction, TransactionData, TransactionIdentifier, TransactionStatus};
use passgate_core::user::{AppUserId, User, UserProfile};
use passgate_webauthn::{Aaguid, CredentialPublicKey, Origin, RpId};
use uuid::Uuid;

/// When everything happens, unless a test says otherwise.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The first page of a list, newest first.
pub(crate) const FIRST: PageRequest = PageRequest { page: 1, per_page: 20, order: Order::Descending };

/// What must be nothing but text wherever it comes in: quotes, wildcards, ends of statements, and a classic.
pub(crate) const METACHARACTERS: &[&str] = &[
    "'",
    "\"",
    "%",
    "_",
    "\\",
    ";",
    "--",
    "?1",
    "' OR '1'='1",
    "'; DROP TABLE audit_logs; --",
    "a%_'\"\\;b",
];

pub(crate) const SECRET: SecretId = SecretId::from_bytes(*b"secret 1");

fn next() -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    COUNTER.fetch_add(1, Ordering::Relaxed)
}

fn uuid() -> Uuid {
    Uuid::from_u128(0xaaaa_0000_0000_4000_8000_0000_0000_0000 | u128::from(next()))
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn text<const MIN: usize, const MAX: usize>(text: &str) -> Text<MIN, MAX> {
    Text::new(text).unwrap()
}

pub(crate) fn app_id(id: &str) -> AppUserId {
    AppUserId::new(id).unwrap()
}

pub(crate) fn config(domain: &str) -> TenantConfig {
    let origin = format!("https://{domain}");
    TenantConfig {
        cors: CorsPolicy::new(std::slice::from_ref(&origin), Wildcard::Literal).unwrap(),
        relying_party: RelyingParty {
            id: RpId::parse(domain).unwrap(),
            display_name: text("Example"),
            icon: Some(text("https://example.com/icon.png")),
            origins: Origins::new(vec![Origin::parse(&origin).unwrap()]).unwrap(),
        },
        passkeys: CeremonyPolicy::passkeys(CeremonyTimeout::DEFAULT),
        mfa: CeremonyPolicy::mfa(CeremonyTimeout::from_millis(60_000).unwrap()),
        counter: DeviationPolicy::Strict,
        backup_eligibility: DeviationPolicy::Warn,
        requests: RequestPolicy::Stricter,
        audit_retention: Retention::DEFAULT,
        rate_limit: None,
        unknown_credentials: UnknownCredentials::Refuse,
        attestation: AttestationRules::default(),
        mfa_attestation: None,
    }
}

pub(crate) fn api_key(name: &str) -> NewApiKey {
    NewApiKey {
        id: ApiKeyId::new(uuid()),
        name: text(name),
        hash: KeyHash::of(&format!("key {}", next())),
        hint: "pgk_abcd".to_owned(),
        created_at: NOW,
        expires_at: None,
    }
}

pub(crate) fn signing_key(tenant_id: TenantId, signs_from: Timestamp) -> SealedSigningKey {
    let id = SigningKeyId::new(uuid());
    SealedSigningKey {
        id,
        tenant_id,
        name: text("Signing key"),
        kid: format!("kid-{id}"),
        algorithm: SigningAlgorithm::Es256,
        private_key: Sealed { secret_id: SECRET, bytes: vec![0, 1, 2, 255] },
        created_at: signs_from,
        signs_from,
    }
}

pub(crate) fn new_tenant(display_name: &str) -> NewTenant {
    let id = TenantId::new(uuid());
    NewTenant {
        id,
        display_name: text(display_name),
        config: config("example.com"),
        api_key: Some(api_key("Initial API Key")),
        signing_key: signing_key(id, NOW),
        now: NOW,
    }
}

/// A tenant of that name.
pub(crate) async fn tenant(store: &impl Store, display_name: &str) -> TenantId {
    let tenant = new_tenant(display_name);
    let id = tenant.id;
    store.create_tenant(tenant).await.unwrap();
    id
}

pub(crate) fn origin() -> RequestOrigin {
    RequestOrigin {
        request_id: "request-1".to_owned(),
        source_ip: "192.0.2.7".to_owned(),
        user_agent: "Mozilla/5.0".to_owned(),
    }
}

pub(crate) fn audit(tenant_id: TenantId, kind: AuditType) -> AuditEntry {
    AuditEntry {
        id: AuditId::new(uuid()),
        tenant_id,
        kind,
        error: None,
        actor: Some(app_id("alice")),
        credential: None,
        transaction: None,
        origin: origin(),
        at: NOW,
    }
}

pub(crate) fn begin_registration(
    tenant_id: TenantId,
    app_user_id: &str,
    kind: CredentialKind,
) -> BeginRegistration {
    BeginRegistration {
        tenant_id,
        profile: UserProfile {
            app_id: app_id(app_user_id),
            name: text("alice@example.com"),
            display_name: Some(text("Alice")),
            icon: None,
        },
        kind,
        new_user_id: UserId::new(uuid()),
        new_handle: UserHandle::new(&[uuid().into_bytes(), uuid().into_bytes()].concat()).unwrap(),
        now: NOW,
        audit: audit(tenant_id, AuditType::RegistrationInitSucceeded),
    }
}

/// A user without credentials.
pub(crate) async fn user(store: &impl Store, tenant_id: TenantId, app_user_id: &str) -> User {
    let begin = begin_registration(tenant_id, app_user_id, CredentialKind::Passkey);
    let BegunRegistration { user, .. } = store.begin_registration(begin).await.unwrap();
    user
}

pub(crate) fn credential_id(id: &str) -> CredentialId {
    CredentialId::new(id.as_bytes()).unwrap()
}

pub(crate) fn credential(user: &User, id: &str) -> Credential {
    Credential {
        id: credential_id(id),
        user_id: user.id,
        app_user_id: user.app_id.clone(),
        kind: CredentialKind::Passkey,
        name: text("1Password"),
        public_key: vec![0xa5, 1, 2, 3, 0],
        attestation_format: "none".to_owned(),
        aaguid: Aaguid::from_bytes([7; 16]),
        sign_count: 0,
        transports: vec!["internal".to_owned(), "hybrid".to_owned()],
        backup_eligible: true,
        backup_state: false,
        created_at: NOW,
        last_used_at: NOW,
        use_count: 0,
        registered_user_agent: origin().user_agent,
        last_user_agent: origin().user_agent,
    }
}

/// A challenge of a tenant's, never seen before, that expires in five minutes.
pub(crate) fn challenge(tenant_id: TenantId) -> ChallengeSpend {
    challenge_until(tenant_id, NOW + seconds(300))
}

pub(crate) fn challenge_until(tenant_id: TenantId, expires_at: Timestamp) -> ChallengeSpend {
    ChallengeSpend { expires_at, nonce: Nonce(uuid().into_bytes()), tenant_id }
}

pub(crate) fn finish_registration(tenant_id: TenantId, credential: Credential) -> FinishRegistration {
    FinishRegistration {
        spend: challenge(tenant_id),
        credential,
        audit: audit(tenant_id, AuditType::RegistrationFinalSucceeded),
    }
}

pub(crate) async fn register(store: &impl Store, tenant_id: TenantId, credential: Credential) {
    let finished = store.finish_registration(finish_registration(tenant_id, credential)).await.unwrap();
    assert_eq!(finished, FinishedRegistration::Registered);
}

/// A user with one credential.
pub(crate) async fn user_with_credential(
    store: &impl Store,
    tenant_id: TenantId,
    app_user_id: &str,
    id: &str,
) -> (User, Credential) {
    let user = user(store, tenant_id, app_user_id).await;
    let credential = credential(&user, id);
    register(store, tenant_id, credential.clone()).await;
    (user, credential)
}

pub(crate) fn begin_login(tenant_id: TenantId, app_user_id: &str) -> BeginLogin {
    BeginLogin {
        tenant_id,
        app_user_id: app_id(app_user_id),
        accepts: Accepts::Passkeys,
        only: None,
        audit: audit(tenant_id, AuditType::AuthenticationInitSucceeded),
    }
}

pub(crate) fn finish_login(tenant_id: TenantId, credential: &Credential) -> FinishLogin {
    FinishLogin {
        spend: challenge(tenant_id),
        credential: Arc::new(known(credential, Vec::new())),
        sign_count: 0,
        counter_policy: DeviationPolicy::Strict,
        backup_state: credential.backup_state,
        transaction: None,
        now: NOW + seconds(60),
        audit: audit(tenant_id, AuditType::AuthenticationFinalSucceeded),
    }
}

/// What a login reads of a credential.
pub(crate) fn known(credential: &Credential, handles: Vec<UserHandle>) -> KnownCredential {
    KnownCredential {
        id: credential.id.clone(),
        kind: credential.kind,
        public_key: CredentialPublicKey::new(&*credential.public_key),
        backup_eligible: credential.backup_eligible,
        user: User { id: credential.user_id, app_id: credential.app_user_id.clone(), handles },
    }
}

/// The beginning of a transaction, whose identifier the audit log tells too.
pub(crate) fn begin_transaction(tenant_id: TenantId, user: &str, identifier: &str) -> BeginTransaction {
    let identifier = TransactionIdentifier::new(identifier).unwrap();
    let audit = audit(tenant_id, AuditType::TransactionInitSucceeded);
    BeginTransaction {
        tenant_id,
        app_user_id: app_id(user),
        accepts: Accepts::Passkeys,
        only: None,
        id: TransactionId::new(uuid()),
        identifier: identifier.clone(),
        data: TransactionData::from_stored(r#"{"amount":5}"#.to_owned()),
        nonce: Nonce(uuid().into_bytes()),
        now: NOW,
        audit: AuditEntry { transaction: Some(identifier), ..audit },
    }
}

/// What a transaction that has begun is stored as.
pub(crate) fn pending(begin: &BeginTransaction, user: &User) -> Transaction {
    Transaction {
        id: begin.id,
        user_id: user.id,
        identifier: begin.identifier.clone(),
        data: begin.data.clone(),
        status: TransactionStatus::Pending,
        created_at: begin.now,
        updated_at: begin.now,
        finalized_at: None,
    }
}

/// A pending transaction of a user who has a credential.
pub(crate) async fn transaction(
    store: &impl Store,
    tenant_id: TenantId,
    user: &User,
    identifier: &str,
) -> Transaction {
    let begin = begin_transaction(tenant_id, user.app_id.as_str(), identifier);
    let outcome = store.begin_transaction(begin.clone()).await.unwrap();
    assert!(matches!(outcome, BegunTransaction::Begun(..)), "{outcome:?}");
    pending(&begin, user)
}

pub(crate) fn finish_transaction(
    tenant_id: TenantId,
    credential: &Credential,
    transaction: &Transaction,
) -> FinishLogin {
    let audit = audit(tenant_id, AuditType::TransactionFinalSucceeded);
    FinishLogin {
        transaction: Some(transaction.id),
        audit: AuditEntry { transaction: Some(transaction.identifier.clone()), ..audit },
        ..finish_login(tenant_id, credential)
    }
}

pub(crate) fn describe(credential: &Credential) -> CredentialDescriptor {
    CredentialDescriptor { id: credential.id.clone(), transports: credential.transports.clone() }
}

pub(crate) fn fail_login(spend: ChallengeSpend) -> FailCeremony {
    let audit = audit(spend.tenant_id, AuditType::AuthenticationFinalFailed);
    FailCeremony { spend, audit: AuditEntry { error: Some("signature_invalid".into()), ..audit } }
}

/// What is to be logged of each credential that goes with its user. The other fixtures' ids are counted, so this series
/// begins elsewhere.
pub(crate) fn user_deletion(tenant_id: TenantId, at: Timestamp) -> AuditEntry {
    let id = AuditId::new(Uuid::from_u128((0xffff << 112) | (u128::from(next()) << 32)));
    AuditEntry { id, actor: None, at, ..audit(tenant_id, AuditType::CredentialDeleted) }
}

pub(crate) fn change(tenant_id: TenantId, id: &str, kind: AuditType) -> CredentialChange {
    let audit = AuditEntry { actor: None, at: NOW + seconds(90), ..audit(tenant_id, kind) };
    CredentialChange { tenant_id, credential_id: credential_id(id), audit }
}
