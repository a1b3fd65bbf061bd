//! What the document says of one endpoint.

use std::collections::BTreeMap;

use passgate_api::ErrorCode;
use passgate_core::console::ActivityKind;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};

use crate::console::{Passkey, Right, Who};

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Anyone,
    /// Anybody; a tenant's API key makes a difference.
    AnyoneOrKey,
    /// Whoever has an API key of the tenant.
    Key,
    /// Whoever has an admin token.
    Token,
    /// Whoever has this right at the console.
    Console(Right),
}

/// What endpoints are about, in the document's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tag {
    Registration,
    Login,
    Credentials,
    Transactions,
    SecondFactors,
    AuditLog,
    SigningKeysInPublic,
    Tenants,
    ApiKeys,
    SigningKeys,
    Users,
    Webhooks,
    Accounts,
    Organizations,
    Projects,
    Environments,
    Insights,
    Health,
    Documentation,
}

impl Tag {
    /// Its name, for people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Registration => "Registration",
            Self::Login => "Login",
            Self::Credentials => "Credentials",
            Self::Transactions => "Transactions",
            Self::SecondFactors => "Second factors",
            Self::AuditLog => "Audit log",
            Self::SigningKeysInPublic => "Token verification",
            Self::Tenants => "Tenants",
            Self::ApiKeys => "API keys",
            Self::SigningKeys => "Signing keys",
            Self::Users => "Users",
            Self::Webhooks => "Webhooks",
            Self::Accounts => "Accounts",
            Self::Organizations => "Organizations",
            Self::Projects => "Projects",
            Self::Environments => "Environments",
            Self::Insights => "Insights",
            Self::Health => "Health",
            Self::Documentation => "Documentation",
        }
    }

    /// What belongs to it.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Registration => "A person makes a passkey for an account of the app's.",
            Self::Login => "A person shows a passkey.",
            Self::Credentials => "The passkeys and second factors of a tenant's users.",
            Self::Transactions => {
                "A person confirms something with a passkey: it is bound into the challenge that the authenticator \
                 signs."
            }
            Self::SecondFactors => {
                "Security keys beside a password. They work for `mfa/login` only; passkeys work there too."
            }
            Self::AuditLog => "What happened in a tenant: who, what, when, from where.",
            Self::SigningKeysInPublic => {
                "What a backend needs to verify the tokens that ceremonies end with."
            }
            Self::Tenants => "An app each, with its configuration. Nothing is shared between them.",
            Self::ApiKeys => "What an app's backend proves itself with.",
            Self::SigningKeys => "What a tenant's tokens are signed with. They rotate without a gap.",
            Self::Users => "Who has registered, by the row's id.",
            Self::Webhooks => "Where a tenant wants to hear of events, signed, at least once.",
            Self::Accounts => "How operators get in, and what is theirs alone.",
            Self::Organizations => "Operators who share projects, each with a role.",
            Self::Projects => "Apps, each with a development and a production environment.",
            Self::Environments => "One environment: a tenant of its own.",
            Self::Insights => "What happened in an environment, in numbers.",
            Self::Health => "For whatever watches the process.",
            Self::Documentation => "These documents and pages.",
        }
    }
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// A parameter.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) about: &'static str,
    pub(crate) schema: RefOr<Schema>,
}

/// A request's body: JSON.
pub(crate) struct Body {
    pub(crate) schema: RefOr<Schema>,
    pub(crate) example: Value,
    pub(crate) presence: Presence,
}

/// Whether there has to be a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Without one, the request is refused.
    Required,
    /// A missing or empty one counts as `{}`.
    Optional,
}

/// An answer that is no refusal.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) about: &'static str,
    pub(crate) content: Content,
    /// Names among the document's headers.
    pub(crate) headers: Vec<&'static str>,
}

/// What an answer has in it.
pub(crate) enum Content {
    Nothing,
    Json {
        schema: Box<RefOr<Schema>>,
        example: Value,
    },
    /// Something else, of this media type.
    Text(&'static str),
}

/// What the document says of one endpoint.
pub(crate) struct Description {
    pub(crate) access: Access,
    pub(crate) tag: Tag,
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) about: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) refusals: BTreeMap<u16, Vec<ErrorCode>>,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    /// The path of the endpoint whose description holds here too.
    pub(crate) covered_by: Option<&'static str>,
    /// What the console's guard keeps of a success, in the organization's activity.
    pub(crate) noted: Option<ActivityKind>,
}

impl Description {
    /// An endpoint that refuses only what its access, its path and the server as a whole do.
    pub(crate) fn new(
        access: Access,
        tag: Tag,
        id: &'static str,
        summary: &'static str,
        about: &'static str,
    ) -> Self {
        let description = Self {
            access,
            tag,
            id,
            summary,
            about,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refusals: BTreeMap::new(),
            schemas: Vec::new(),
            covered_by: None,
            noted: None,
        };
        let description =
            description.refuses(408, &[ErrorCode::REQUEST_TIMEOUT]).refuses(500, &[ErrorCode::INTERNAL]);
        match access {
            Access::Anyone => description,
            Access::AnyoneOrKey => description.refuses(503, &[ErrorCode::UNAVAILABLE]),
            Access::Key => description
                .refuses(401, &[ErrorCode::API_KEY_MISSING, ErrorCode::API_KEY_INVALID])
                .refuses(503, &[ErrorCode::UNAVAILABLE]),
            Access::Token => description
                .refuses(401, &[ErrorCode::ADMIN_TOKEN_MISSING, ErrorCode::ADMIN_TOKEN_INVALID])
                .refuses(403, &[ErrorCode::WEB_PAGE_REFUSED])
                .refuses(503, &[ErrorCode::UNAVAILABLE]),
            Access::Console(right) => description.at_the_console(right),
        }
    }

    /// The same endpoint at the console, for whoever has a right there.
    pub(crate) fn behind(mut self, right: Right, tag: Tag, id: &'static str) -> Self {
        let others = [
            ErrorCode::API_KEY_MISSING,
            ErrorCode::API_KEY_INVALID,
            ErrorCode::ADMIN_TOKEN_MISSING,
            ErrorCode::ADMIN_TOKEN_INVALID,
            ErrorCode::WEB_PAGE_REFUSED,
            ErrorCode::TENANT_RESERVED,
            ErrorCode::RATE_LIMITED,
        ];
        for codes in self.refusals.values_mut() {
            codes.retain(|code| !others.contains(code));
        }
        self.refusals.retain(|_, codes| !codes.is_empty());
        self.parameters.retain(|parameter| parameter.place != Place::Header);
        Self { access: Access::Console(right), tag, id, ..self }.at_the_console(right)
    }

    /// What the console's guard refuses.
    fn at_the_console(self, right: Right) -> Self {
        let description = self
            .refuses(403, &[ErrorCode::ORIGIN_REFUSED])
            .refuses(415, &[ErrorCode::CONTENT_TYPE_REFUSED])
            .refuses(503, &[ErrorCode::UNAVAILABLE]);
        let description = match right.who {
            Who::Anyone => description
                .refuses(401, &[ErrorCode::ADMIN_TOKEN_INVALID])
                .refuses(429, &[ErrorCode::RATE_LIMITED]),
            Who::Operator | Who::Member(_) => {
                description.refuses(401, &[ErrorCode::SESSION_MISSING, ErrorCode::ADMIN_TOKEN_INVALID])
            }
        };
        let description = match right.who {
            Who::Anyone | Who::Operator => description,
            Who::Member(_) => description.refuses(403, &[ErrorCode::ROLE_INSUFFICIENT]).refuses(
                404,
                &[
                    ErrorCode::ORGANIZATION_NOT_FOUND,
                    ErrorCode::PROJECT_NOT_FOUND,
                    ErrorCode::ENVIRONMENT_NOT_FOUND,
                ],
            ),
        };
        match right.passkey {
            Passkey::Any => description,
            Passkey::Fresh => description.refuses(403, &[ErrorCode::FRESH_PASSKEY_NEEDED]),
        }
    }

    /// A path of its own for what the endpoint of another path answers: no operation of the document.
    pub(crate) fn covered_by(path: &'static str, same: Self) -> Self {
        Self { covered_by: Some(path), ..same }
    }

    /// Its success is kept in the organization's activity, by the console's guard.
    pub(crate) fn noted(self, kind: ActivityKind) -> Self {
        Self { noted: Some(kind), ..self }
    }

    /// A parameter of the path; `tenant_id` needs none.
    pub(crate) fn path(self, name: &'static str, about: &'static str, schema: Schema) -> Self {
        self.parameter(name, Place::Path, about, schema.into())
    }

    /// A parameter of the query.
    pub(crate) fn query(self, name: &'static str, about: &'static str, schema: Schema) -> Self {
        self.parameter(name, Place::Query, about, schema.into()).refuses(400, &[ErrorCode::VALIDATION_FAILED])
    }

    /// The parameters of a list; `order` is the name of the one that turns it around.
    pub(crate) fn paged(self, order: &'static str) -> Self {
        self.query("page", "Which page, from 1.", integer(1, 100_000, 1))
            .query("per_page", "How many to a page.", integer(1, 100, 20))
            .query(order, "Newest first, or oldest.", one_of(&["desc", "asc"], "desc"))
    }

    /// The headers with which an app's backend names the person it acts for.
    pub(crate) fn acts_for_a_person(self) -> Self {
        self.parameter(
            "x-passgate-client-ip",
            Place::Header,
            "The address of the person whom the app's backend acts for: the audit log keeps it instead of the \
             backend's. Counts with a valid API key only.",
            text().examples(["192.0.2.7"]).build().into(),
        )
        .parameter(
            "x-passgate-client-ua",
            Place::Header,
            "The user agent of that person.",
            text().examples(["Mozilla/5.0"]).build().into(),
        )
    }

    fn parameter(
        mut self,
        name: &'static str,
        place: Place,
        about: &'static str,
        schema: RefOr<Schema>,
    ) -> Self {
        self.parameters.push(Parameter { name, place, about, schema });
        self
    }

    /// A body that a handler takes as `JsonBody`.
    pub(crate) fn takes<T: ToSchema>(mut self, presence: Presence, example: Value) -> Self {
        self.body = Some(Body { schema: self.schema_of::<T>(), example, presence });
        self.refuses(400, &[ErrorCode::MALFORMED_BODY, ErrorCode::VALIDATION_FAILED])
            .refuses(413, &[ErrorCode::BODY_TOO_LARGE])
    }

    /// A body that a handler takes as `JsonBody<Asking<T, A>>`.
    pub(crate) fn takes_asking<T: ToSchema, A: ToSchema>(
        mut self,
        presence: Presence,
        example: Value,
    ) -> Self {
        let (request, asked) = (self.schema_of::<T>(), self.schema_of::<A>());
        let schema = RefOr::T(AllOfBuilder::new().item(request).item(asked).build().into());
        self.body = Some(Body { schema, example, presence });
        self.refuses(400, &[ErrorCode::MALFORMED_BODY, ErrorCode::VALIDATION_FAILED])
            .refuses(413, &[ErrorCode::BODY_TOO_LARGE])
    }

    /// A body that a handler takes as `RawBody`, for the verifier to read.
    pub(crate) fn takes_credential<T: ToSchema>(mut self, example: Value) -> Self {
        let presence = Presence::Required;
        self.body = Some(Body { schema: self.schema_of::<T>(), example, presence });
        self.refuses(400, &[ErrorCode::MALFORMED_BODY]).refuses(413, &[ErrorCode::BODY_TOO_LARGE])
    }

    /// JSON of this type.
    pub(crate) fn answers<T: ToSchema>(mut self, status: u16, about: &'static str, example: Value) -> Self {
        let schema = self.schema_of::<T>();
        self.answer(status, about, Content::Json { schema: Box::new(schema), example }, &[])
    }

    /// A JSON object whose form is described elsewhere.
    pub(crate) fn answers_object(self, about: &'static str, example: Value) -> Self {
        let schema = RefOr::T(ObjectBuilder::new().schema_type(Type::Object).build().into());
        self.answer(200, about, Content::Json { schema: Box::new(schema), example }, &[])
    }

    /// A list of this type, all of it.
    pub(crate) fn answers_list<T: ToSchema>(mut self, about: &'static str, example: Value) -> Self {
        let schema = RefOr::T(ArrayBuilder::new().items(self.schema_of::<T>()).build().into());
        self.answer(200, about, Content::Json { schema: Box::new(schema), example }, &[])
    }

    /// A page of a list of this type.
    pub(crate) fn answers_page<T: ToSchema>(mut self, about: &'static str, example: Value) -> Self {
        let schema = RefOr::T(ArrayBuilder::new().items(self.schema_of::<T>()).build().into());
        self.answer(
            200,
            about,
            Content::Json { schema: Box::new(schema), example },
            &["Link", "X-Total-Count"],
        )
    }

    /// 204, and no body.
    pub(crate) fn answers_nothing(self, about: &'static str) -> Self {
        self.answer(204, about, Content::Nothing, &[])
    }

    /// A list of words.
    pub(crate) fn answers_texts(self, about: &'static str, example: Value) -> Self {
        let schema = RefOr::T(ArrayBuilder::new().items(text().build()).build().into());
        self.answer(200, about, Content::Json { schema: Box::new(schema), example }, &[])
    }

    /// 303, to another place.
    pub(crate) fn answers_elsewhere(self, about: &'static str) -> Self {
        self.answer(303, about, Content::Nothing, &[])
    }

    /// A body that is described by its media type alone.
    pub(crate) fn answers_text(self, about: &'static str, media_type: &'static str) -> Self {
        self.answer(200, about, Content::Text(media_type), &[])
    }

    fn answer(
        mut self,
        status: u16,
        about: &'static str,
        content: Content,
        headers: &[&'static str],
    ) -> Self {
        self.answers.push(Answer { status, about, content, headers: headers.to_vec() });
        self
    }

    /// Refusals with this status, each by its code.
    pub(crate) fn refuses(mut self, status: u16, codes: &[ErrorCode]) -> Self {
        let known = self.refusals.entry(status).or_default();
        for code in codes {
            if !known.contains(code) {
                known.push(code.clone());
            }
        }
        self
    }

    /// As [`Self::refuses`], with codes of the verifier's.
    pub(crate) fn refuses_with(self, status: u16, codes: &[&[&'static str]]) -> Self {
        let codes: Vec<_> = codes.iter().copied().flatten().map(|code| ErrorCode::new(code)).collect();
        self.refuses(status, &codes)
    }

    /// Among those that strangers may call so often and no oftener.
    pub(crate) fn limited(self) -> Self {
        self.refuses(429, &[ErrorCode::RATE_LIMITED])
    }

    fn schema_of<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        RefOr::Ref(utoipa::openapi::Ref::from_schema_name(T::name()))
    }
}

/// Text.
pub(crate) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// NUL is the one character that no text of ours may have.
const NO_NUL: &str = r"^[^\x00]*$";

/// Text of so many characters.
pub(crate) fn text_between(least: usize, most: usize, example: &str) -> Schema {
    text()
        .min_length(Some(least))
        .max_length(Some(most))
        .pattern(Some(NO_NUL))
        .examples([example])
        .build()
        .into()
}

/// Text that may be empty.
pub(crate) fn text_at_most(most: usize, example: &str) -> Schema {
    text().max_length(Some(most)).pattern(Some(NO_NUL)).examples([example]).build().into()
}

/// A credential id as it stands in a path: 1 to 1023 bytes in base64url.
pub(crate) fn credential_id() -> Schema {
    text_between(2, 1364, "3q2-7wAAQIBFvX0Vx1m5Lg")
}

/// A UUID.
pub(crate) fn uuid(example: &str) -> Schema {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).examples([example]).build().into()
}

/// A moment.
pub(crate) fn moment(example: &str) -> Schema {
    or_empty(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).examples([example]))
}

/// A number with bounds.
fn integer(least: u32, most: u32, default: u32) -> Schema {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most));
    or_empty(number.default(Some(default.into())))
}

/// One of these words.
fn one_of(words: &[&'static str], default: &str) -> Schema {
    or_empty(text().enum_values(Some(words.iter().copied())).default(Some(default.into())))
}

/// What a parameter may be that counts as absent where it is empty.
fn or_empty(schema: ObjectBuilder) -> Schema {
    AnyOfBuilder::new().item(schema).item(text().enum_values(Some([""]))).build().into()
}

/// A parameter that may repeat, each time one of these words.
pub(crate) fn some_of(words: &[&'static str]) -> Schema {
    ArrayBuilder::new().items(text().enum_values(Some(words.iter().copied()))).build().into()
}
