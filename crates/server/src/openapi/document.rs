//! An API's document, put together from its endpoints' descriptions.

use std::collections::BTreeMap;

use passgate_api::{ErrorBody, ErrorCode};
use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    AllOfBuilder, Components, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi,
    OpenApiBuilder, Ref, RefOr, Required, Response, Schema, SecurityRequirement, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::console::{COOKIE, Who};
use crate::openapi::Endpoint;
use crate::openapi::description::{
    Access, Content, Description, Parameter, Place, Presence, Tag, text, uuid,
};

/// Which API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// For apps' backends and browsers.
    Public,
    /// For operators' programs.
    Admin,
    /// For operators in a browser.
    Console,
}

impl Api {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Public => "Passgate's public API",
            Self::Admin => "Passgate's admin API",
            Self::Console => "Passgate's console API",
        }
    }

    /// What somebody has to know who reads about an endpoint.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Public => PUBLIC_API,
            Self::Admin => ADMIN_API,
            Self::Console => CONSOLE_API,
        }
    }
}

const PUBLIC_API: &str = "\
Passkeys for an app that already has users and a login. The app's backend begins a ceremony and hands the options to \
the page; the browser runs it; its result goes to `finalize`, which answers with a token that names the user. `tenant_id`, in every path, is the app's tenant.

All bodies are JSON; a missing one counts as `{}`, and members that are not listed are passed over. Binary values are \
base64url without padding. Times are RFC 3339, in UTC.

What is marked as ours is additive: clients of the plain protocol never see it.

Every refusal has the same body. Programs decide by its `code`, which never changes its meaning; `title` and \
`details` are for developers. `x-request-id` names the request in Passgate's log. A path without an endpoint is \
refused with 404 `route_not_found`, another method with 405 `method_not_allowed`.

Browsers may call what needs no API key, from the origins that the tenant allows (CORS).";

const ADMIN_API: &str = "\
Tenants, their keys and their users. It listens on an address of its own, which only operators should reach.

`passgate admin-token create` makes a token. The health checks, these documents and the pages need none: they hold no \
secret. Requests with an `Origin` header are refused: no web page has business here.

All bodies are JSON; members that are not listed are passed over. Times are RFC 3339, in UTC. Every refusal has the \
same body; programs decide by its `code`. `x-request-id` names the request in Passgate's log. A path without an \
endpoint is refused with 404 `route_not_found`, another method with 405 `method_not_allowed`.";

const CONSOLE_API: &str = "\
What the console's pages do, and whatever else wants to do the same. It is on the admin listener, under `/console/api`.

A browser has a session, in a cookie that no script reads, and calls from the console's own pages: any other `Origin` is \
refused. A program sends an admin token as `Authorization: Bearer`, and no `Origin`; it may do what an owner of every \
organization may, and has no account of its own.

What can't be undone or shows a secret asks for a passkey shown within the last five minutes: 403 \
`fresh_passkey_needed` until `step-up` was done. What belongs to an organization is answered to its members alone; to \
others it does not exist. Each endpoint says which role it asks for.

All bodies are JSON. Times are RFC 3339, in UTC. Every refusal has the same body; programs decide by its `code`.";

/// An API's endpoints as they are described, in the order in which they are shown.
pub(crate) struct Document {
    pub(crate) api: Api,
    /// Where clients reach it.
    pub(crate) server: String,
    pub(crate) operations: Vec<DescribedOperation>,
    pub(crate) schemas: BTreeMap<String, RefOr<Schema>>,
}

/// An endpoint with its whole path.
pub(crate) struct DescribedOperation {
    pub(crate) method: HttpMethod,
    pub(crate) path: String,
    pub(crate) description: Description,
}

/// The header that every answer has.
const REQUEST_ID: &str = "x-request-id";

impl Document {
    /// Takes the descriptions of endpoints whose router is nested in `prefix`.
    pub(crate) fn new<S>(
        api: Api,
        server: &str,
        endpoints: impl IntoIterator<Item = (&'static str, Vec<Endpoint<S>>)>,
    ) -> Self {
        let mut schemas = BTreeMap::new();
        let error = [(ErrorBody::name().into_owned(), ErrorBody::schema())];
        let mut of_error = Vec::new();
        ErrorBody::schemas(&mut of_error);
        schemas.extend(error.into_iter().chain(of_error));
        let mut operations = Vec::new();
        for (prefix, endpoints) in endpoints {
            for Endpoint { method, path, mut description, .. } in endpoints {
                if description.covered_by.is_some() {
                    continue;
                }
                schemas.extend(std::mem::take(&mut description.schemas));
                let path = format!("{prefix}{path}");
                description = match api {
                    Api::Admin if path.contains("{tenant_id}") && method != HttpMethod::Get => {
                        in_tenant(description).refuses(409, &[ErrorCode::TENANT_RESERVED])
                    }
                    Api::Public | Api::Admin if path.contains("{tenant_id}") => in_tenant(description),
                    Api::Public | Api::Admin => description,
                    Api::Console => at_the_console(&path, description),
                };
                operations.push(DescribedOperation { method, path, description });
            }
        }
        operations.sort_by_key(|operation| operation.description.tag);
        Self { api, server: server.to_owned(), operations, schemas }
    }

    /// The tags in use, in order.
    pub(crate) fn tags(&self) -> Vec<Tag> {
        let mut tags: Vec<_> = self.operations.iter().map(|operation| operation.description.tag).collect();
        tags.dedup();
        tags
    }

    /// As OpenAPI has it.
    pub(crate) fn to_openapi(&self) -> OpenApi {
        let mut paths = Paths::new();
        for operation in &self.operations {
            let described = self.operation(&operation.description);
            let item = PathItem::new(operation.method.clone(), described);
            match paths.paths.get_mut(&operation.path) {
                Some(known) => known.merge_operations(item),
                None => {
                    paths.paths.insert(operation.path.clone(), item);
                }
            }
        }
        let tags = self
            .tags()
            .into_iter()
            .map(|tag| TagBuilder::new().name(tag.name()).description(Some(tag.about())).build());
        let license =
            LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build();
        OpenApiBuilder::new()
            .info(
                InfoBuilder::new()
                    .title(self.api.title())
                    .version(env!("CARGO_PKG_VERSION"))
                    .description(Some(self.api.about()))
                    .license(Some(license))
                    .build(),
            )
            .servers(Some([ServerBuilder::new().url(&self.server).build()]))
            .paths(paths)
            .components(Some(self.components()))
            .tags(Some(tags))
            .build()
    }

    fn operation(&self, description: &Description) -> OperationBuilder {
        let mut operation = OperationBuilder::new()
            .tag(description.tag.name())
            .operation_id(Some(description.id))
            .summary(Some(description.summary))
            .description(Some(about(description)))
            .securities(Some(security(description.access)));
        for parameter in &description.parameters {
            operation = operation.parameter(to_openapi(parameter));
        }
        if let Some(body) = &description.body {
            let content =
                ContentBuilder::new().schema(Some(body.schema.clone())).example(Some(body.example.clone()));
            let required = match body.presence {
                Presence::Required => Required::True,
                Presence::Optional => Required::False,
            };
            operation = operation.request_body(Some(
                RequestBodyBuilder::new()
                    .content("application/json", content.build())
                    .required(Some(required))
                    .build(),
            ));
        }
        for answer in &description.answers {
            let mut response = ResponseBuilder::new()
                .description(answer.about)
                .header_ref(REQUEST_ID, header_reference(REQUEST_ID));
            for name in &answer.headers {
                response = response.header_ref(*name, header_reference(name));
            }
            response = match &answer.content {
                Content::Nothing => response,
                Content::Json { schema, example } => {
                    let content = ContentBuilder::new()
                        .schema(Some(schema.as_ref().clone()))
                        .example(Some(example.clone()));
                    response.content("application/json", content.build())
                }
                Content::Text(media_type) => {
                    response.content(*media_type, ContentBuilder::new().schema(Some(text())).build())
                }
            };
            operation = operation.response(answer.status.to_string(), response.build());
        }
        let shared = self.shared_refusals();
        for (status, codes) in &description.refusals {
            if description.answers.iter().any(|answer| answer.status == *status) {
                continue;
            }
            let same =
                shared.iter().find(|(_, shared_status, shared)| shared_status == status && shared == codes);
            let response: RefOr<Response> = match same {
                Some((name, ..)) => Ref::from_response_name(*name).into(),
                None => refusal(*status, codes).into(),
            };
            operation = operation.response(status.to_string(), response);
        }
        operation
    }

    /// Refusals that many endpoints have in common, each by its name.
    fn shared_refusals(&self) -> Vec<(&'static str, u16, Vec<ErrorCode>)> {
        let key = vec![ErrorCode::API_KEY_MISSING, ErrorCode::API_KEY_INVALID];
        let token = vec![ErrorCode::ADMIN_TOKEN_MISSING, ErrorCode::ADMIN_TOKEN_INVALID];
        let everywhere = [
            ("TenantIdInvalid", 400, vec![ErrorCode::TENANT_ID_INVALID]),
            ("TenantNotFound", 404, vec![ErrorCode::TENANT_NOT_FOUND]),
            ("RequestTimeout", 408, vec![ErrorCode::REQUEST_TIMEOUT]),
            ("BodyTooLarge", 413, vec![ErrorCode::BODY_TOO_LARGE]),
            ("Internal", 500, vec![ErrorCode::INTERNAL]),
            ("Unavailable", 503, vec![ErrorCode::UNAVAILABLE]),
        ];
        let here = match self.api {
            Api::Public => {
                vec![("ApiKeyRefused", 401, key), ("RateLimited", 429, vec![ErrorCode::RATE_LIMITED])]
            }
            Api::Console => vec![("RateLimited", 429, vec![ErrorCode::RATE_LIMITED])],
            Api::Admin => vec![
                ("AdminTokenRefused", 401, token),
                ("WebPageRefused", 403, vec![ErrorCode::WEB_PAGE_REFUSED]),
            ],
        };
        everywhere.into_iter().chain(here).collect()
    }

    fn components(&self) -> Components {
        let mut components = Components::new();
        components.schemas.clone_from(&self.schemas);
        for (name, status, codes) in self.shared_refusals() {
            components.responses.insert(name.to_owned(), refusal(status, &codes).into());
        }
        for (name, about, schema) in headers() {
            let header = HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build();
            components.headers.insert(name.to_owned(), header.into());
        }
        match self.api {
            Api::Public => {
                let key = ApiKeyValue::with_description(
                    "apiKey",
                    "An API key of the tenant, `pgk_…`. For an app's backend: it must never reach a browser.",
                );
                components.add_security_scheme("apiKey", SecurityScheme::ApiKey(ApiKey::Header(key)));
                let mut bearer = Http::new(HttpAuthScheme::Bearer);
                bearer.description =
                    Some("The API key again, where a client can't send `apiKey` (ours).".to_owned());
                components.add_security_scheme("apiKeyBearer", SecurityScheme::Http(bearer));
            }
            Api::Console => {
                let session = ApiKeyValue::with_description(
                    COOKIE,
                    "An operator's session. `sign-in`, `sign-up` and `recovery` begin one.",
                );
                components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
                let mut bearer = Http::new(HttpAuthScheme::Bearer);
                bearer.description = Some("An admin token, `pga_…`, of a program.".to_owned());
                components.add_security_scheme("adminToken", SecurityScheme::Http(bearer));
            }
            Api::Admin => {
                let mut bearer = Http::new(HttpAuthScheme::Bearer);
                bearer.description =
                    Some("An admin token, `pga_…`; `passgate admin-token create` makes one.".to_owned());
                components.add_security_scheme("adminToken", SecurityScheme::Http(bearer));
            }
        }
        components
    }
}

/// What the path of a tenant's endpoint brings with it.
fn in_tenant(mut description: Description) -> Description {
    let tenant = Parameter {
        name: "tenant_id",
        place: Place::Path,
        about: "The tenant's id.",
        schema: uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11").into(),
    };
    description.parameters.insert(0, tenant);
    let mut description = description
        .refuses(400, &[ErrorCode::TENANT_ID_INVALID])
        .refuses(404, &[ErrorCode::TENANT_NOT_FOUND])
        .refuses(503, &[ErrorCode::UNAVAILABLE]);
    // What is looked at first comes first.
    for (status, code) in [(400, ErrorCode::TENANT_ID_INVALID), (404, ErrorCode::TENANT_NOT_FOUND)] {
        if let Some(codes) = description.refusals.get_mut(&status) {
            codes.sort_by_key(|known| *known != code);
        }
    }
    description
}

/// What the path of a console's endpoint brings with it, and what it says of who may call.
fn at_the_console(path: &str, mut description: Description) -> Description {
    let places = [
        ("organization_id", "The organization's id."),
        ("project_id", "The project's id."),
        ("tenant_id", "The environment's id, which is its tenant's."),
    ];
    for (name, about) in places {
        let is_described = description.parameters.iter().any(|parameter| parameter.name == name);
        if path.contains(&format!("{{{name}}}")) && !is_described {
            let schema = uuid("5c1f9a3e-0f0e-4a53-9a3c-0a4c5b7f2d11").into();
            description.parameters.insert(0, Parameter { name, place: Place::Path, about, schema });
        }
    }
    if path.contains("{tenant_id}") {
        description = description
            .refuses(400, &[ErrorCode::TENANT_ID_INVALID])
            .refuses(404, &[ErrorCode::TENANT_NOT_FOUND]);
    }
    description
}

/// What may be sent to prove who calls; each alone will do.
fn security(access: Access) -> Vec<SecurityRequirement> {
    let none: [&str; 0] = [];
    let scheme = |name: &str| SecurityRequirement::new(name, none);
    match access {
        Access::Anyone => vec![],
        Access::AnyoneOrKey => {
            vec![SecurityRequirement::default(), scheme("apiKey"), scheme("apiKeyBearer")]
        }
        Access::Key => vec![scheme("apiKey"), scheme("apiKeyBearer")],
        Access::Token => vec![scheme("adminToken")],
        Access::Console(right) => match right.who {
            Who::Anyone => vec![],
            Who::Operator | Who::Member(_) => vec![scheme("session"), scheme("adminToken")],
        },
    }
}

/// What an endpoint is about; at the console, with who may call it.
fn about(description: &Description) -> String {
    match description.access {
        Access::Console(right) => format!("{}\n\n{right}", description.about),
        Access::Anyone | Access::AnyoneOrKey | Access::Key | Access::Token => description.about.to_owned(),
    }
}

fn to_openapi(parameter: &Parameter) -> ParameterBuilder {
    let place = match parameter.place {
        Place::Path => ParameterIn::Path,
        Place::Query => ParameterIn::Query,
        Place::Header => ParameterIn::Header,
    };
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(place)
        .required(if parameter.place == Place::Path { Required::True } else { Required::False })
        .description(Some(parameter.about))
        .schema(Some(parameter.schema.clone()))
}

/// An error with this status and one of these codes.
fn refusal(status: u16, codes: &[ErrorCode]) -> Response {
    let codes_schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(codes.iter().map(ErrorCode::as_str)))
        .build();
    let narrowed = ObjectBuilder::new()
        .property(
            "status",
            ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([status])).build(),
        )
        .property("code", codes_schema)
        .build();
    let schema = AllOfBuilder::new().item(Ref::from_schema_name(ErrorBody::name())).item(narrowed).build();
    let mut response = ResponseBuilder::new()
        .description(refusal_description(codes))
        .header_ref(REQUEST_ID, header_reference(REQUEST_ID))
        .content(
            "application/json",
            ContentBuilder::new()
                .schema(Some(Schema::AllOf(schema)))
                .example(Some(example(status, codes)))
                .build(),
        );
    if matches!(status, 429 | 503) {
        response = response.header_ref("Retry-After", header_reference("Retry-After"));
    }
    response.build()
}

/// A line for each code that has a meaning here; the verifier's own are in the guide.
fn refusal_description(codes: &[ErrorCode]) -> String {
    let known: Vec<_> = codes
        .iter()
        .filter_map(|code| meaning(code).map(|meaning| format!("- `{code}`: {meaning}")))
        .collect();
    if known.len() == codes.len() {
        known.join("\n")
    } else {
        format!(
            "{}\n- and the verifier's own codes: docs/guides/errors.md says what each means.",
            known.join("\n")
        )
    }
}

/// What a code means, without its status.
pub(crate) fn meaning(code: &ErrorCode) -> Option<&'static str> {
    let (_, meaning) = ErrorCode::MEANINGS.iter().find(|(known, _)| *known == code.as_str())?;
    Some(match meaning.split_once(": ") {
        Some((status, meaning)) if status.bytes().all(|byte| byte.is_ascii_digit()) => meaning,
        _ => meaning,
    })
}

fn example(status: u16, codes: &[ErrorCode]) -> Value {
    let code = codes.first().map_or("internal", ErrorCode::as_str);
    json!({
        "title": title(status),
        "details": "what was wrong with this request, for a developer to read",
        "status": status,
        "code": code,
    })
}

/// What a status is called.
pub(crate) fn title(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Refused")
}

fn header_reference(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

fn headers() -> [(&'static str, &'static str, Object); 4] {
    let text = || text().build();
    let number = || ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    [
        (REQUEST_ID, "The request, as the server's log and the audit log name it: a UUID.", text()),
        (
            "Link",
            "The pages around this one (RFC 8288): `first`, `last`, `next` and `prev`, as they apply.",
            text(),
        ),
        ("X-Total-Count", "How many there are on all pages together.", number()),
        ("Retry-After", "How many seconds to wait.", number()),
    ]
}
