//! The console's pages, as `npm run build` made them, built into the binary.

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// A file of the built console.
struct Asset {
    /// As it stands in a URL, from `/console/` on.
    path: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/console_assets.rs"));

/// No code but what is served from here runs, nothing is asked of anybody else, and no other page frames this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What a build without the console serves instead.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Passgate</title></head><body><main>\
    <h1>This Passgate was built without its console</h1>\
    <p>The API works. To have the console too, build it with Node.js, then build the server again:</p>\
    <pre>npm --prefix apps/console ci\nnpm --prefix apps/console run build\ntouch crates/server/build.rs\n\
cargo build --release -p passgate</pre>\
    <p><a href=\"/status\">Status</a></p></main></body></html>";

/// The page that every path of the console's answers; the script in it looks at the path.
pub(crate) fn page(headers: &HeaderMap) -> Response {
    if let Some(page) = ASSETS.iter().find(|asset| asset.path == "index.html") {
        return serve(page, headers, "no-cache");
    }
    let mut response =
        (StatusCode::OK, [(CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response();
    protect(&mut response, "no-store");
    response
}

/// A file by its path, if there is one.
pub(crate) fn asset(path: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = ASSETS.iter().find(|asset| asset.path == path && asset.path != "index.html")?;
    // Names of what is in this folder change with what is in the file.
    let is_hashed = path.starts_with("assets/");
    Some(serve(asset, headers, if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" }))
}

fn serve(asset: &'static Asset, headers: &HeaderMap, lifetime: &'static str) -> Response {
    let takes_gzip = headers
        .get(ACCEPT_ENCODING)
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|accepted| accepted.split(',').any(|coding| coding.trim().starts_with("gzip")));
    let body = if takes_gzip { asset.gzip } else { asset.plain };
    let mut response = Bytes::from_static(body).into_response();
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(asset.path)));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if takes_gzip {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    protect(&mut response, lifetime);
    response
}

fn protect(response: &mut Response, lifetime: &'static str) {
    let headers: [(HeaderName, &'static str); 5] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, lifetime),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self), \
             camera=(), microphone=(), geolocation=()",
        ),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
