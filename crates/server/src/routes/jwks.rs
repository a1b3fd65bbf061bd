//! `GET /{tenant_id}/.well-known/jwks.json`

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use passgate_api::public::{Jwk, Jwks};
use passgate_core::signing_key::{PublicKey, PublicKeyParameters};
use passgate_core::store::Store;
use serde_json::json;

use crate::app::App;
use crate::extract::InTenant;
use crate::openapi::{Access, Description, Tag};

pub(crate) fn description() -> Description {
    Description::new(
        Access::Anyone,
        Tag::SigningKeysInPublic,
        "getJwks",
        "Get the keys that verify tokens",
        "A JWKS (RFC 7517), which may be cached for ten minutes. A token's header names its key by `kid`.",
    )
    .answers::<Jwks>(
        200,
        "Every key that may verify a token now or soon.",
        json!({ "keys": [{
            "kty": "EC", "use": "sig", "alg": "ES256", "kid": "9f0c5d2e", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }] }),
    )
}

pub(crate) async fn handler<S: Store>(
    State(app): State<App<S>>,
    InTenant(tenant): InTenant,
) -> ([(HeaderName, &'static str); 1], Json<Jwks>) {
    let keys = tenant.public_keys(app.passgate.now()).into_iter().map(to_wire).collect();
    // A key is published for longer than this before it signs, so that a cached JWKS always has it.
    ([(CACHE_CONTROL, "max-age=600")], Json(Jwks { keys }))
}

fn to_wire(key: PublicKey) -> Jwk {
    let jwk = |kty: &str, alg: &str| Jwk {
        kty: kty.to_owned(),
        use_: "sig".to_owned(),
        alg: alg.to_owned(),
        kid: key.kid.clone(),
        crv: None,
        x: None,
        y: None,
        n: None,
        e: None,
    };
    match key.parameters {
        PublicKeyParameters::P256 { x, y } => {
            Jwk { crv: Some("P-256".to_owned()), x: Some(x), y: Some(y), ..jwk("EC", "ES256") }
        }
        PublicKeyParameters::Rsa { n, e } => Jwk { n: Some(n), e: Some(e), ..jwk("RSA", "RS256") },
    }
}
