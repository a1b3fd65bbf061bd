//! A document as a page for people: static HTML, made once, without a script.

use std::fmt::Write;

use passgate_api::ErrorCode;
use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{HttpMethod, Ref, RefOr};

use crate::openapi::description::{Access, Answer, Content, Description, Parameter, Place};
use crate::openapi::document::{Api, DescribedOperation, Document, meaning, title};

/// The stylesheet of every page.
pub(crate) const STYLE: &str = include_str!("page.css");

/// How many codes are shown without being asked for.
const SHOWN_CODES: usize = 12;

/// The page of a document.
pub(crate) fn render(document: &Document) -> String {
    let mut page = Page::begin(document.api.title(), Some(document.api));
    page.contents(document);
    page.push("<main id=\"main\" tabindex=\"-1\">");
    page.push(&format!("<h1>{}</h1>", escape(document.api.title())));
    page.push(&format!("<p class=\"version\">Version {}</p>", env!("CARGO_PKG_VERSION")));
    page.prose(document.api.about());
    page.access(document.api);
    page.refusals_of_any(document.api);
    for tag in document.tags() {
        let anchor = anchor(tag.name());
        page.push(&format!("<section aria-labelledby=\"{anchor}\"><h2 id=\"{anchor}\">"));
        page.push(&format!("{}</h2>", escape(tag.name())));
        page.prose(tag.about());
        for operation in document.operations.iter().filter(|operation| operation.description.tag == tag) {
            page.operation(document, operation);
        }
        page.push("</section>");
    }
    page.push("<section aria-labelledby=\"schemas\"><h2 id=\"schemas\">Schemas</h2>");
    for (name, schema) in &document.schemas {
        page.schema(name, schema);
    }
    page.push("</section></main>");
    page.end()
}

/// A page that is being written.
pub(crate) struct Page {
    html: String,
    /// What lists of codes were shown, and at which endpoint: the next one links there.
    listed: Vec<(String, &'static str)>,
}

impl Page {
    /// What stands above every page; `current` is the API that it is about.
    pub(crate) fn begin(title: &str, current: Option<Api>) -> Self {
        let title = escape(title);
        let mut page = Self { html: String::with_capacity(128 * 1024), listed: Vec::new() };
        page.push(&format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>\
             <a class=\"skip\" href=\"#main\">Skip to the content</a><header><a class=\"home\" href=\"/status\">Passgate</a>\
             <nav aria-label=\"Documents\">"
        ));
        for (api, path, name) in
            [(Api::Public, "/docs", "Public API"), (Api::Admin, "/docs/admin", "Admin API")]
        {
            let current = if current == Some(api) { " aria-current=\"page\"" } else { "" };
            page.push(&format!("<a href=\"{path}\"{current}>{name}</a>"));
        }
        let json = match current {
            Some(Api::Public) => "<a href=\"/openapi/public.json\">OpenAPI</a>",
            Some(Api::Admin) => "<a href=\"/openapi.json\">OpenAPI</a>",
            Some(Api::Console) => "<a href=\"/openapi/console.json\">OpenAPI</a>",
            None => "",
        };
        page.push(&format!("{json}</nav></header><div class=\"layout\">"));
        page
    }

    /// The whole page.
    pub(crate) fn end(mut self) -> String {
        self.push("</div></body></html>\n");
        self.html
    }

    /// Adds HTML.
    pub(crate) fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn contents(&mut self, document: &Document) {
        self.push("<nav class=\"contents\" aria-label=\"Endpoints\">");
        for tag in document.tags() {
            self.push(&format!(
                "<h2><a href=\"#{}\">{}</a></h2><ul>",
                anchor(tag.name()),
                escape(tag.name())
            ));
            for operation in &document.operations {
                let Description { id, summary, .. } = &operation.description;
                if operation.description.tag == tag {
                    let method = method(&operation.method);
                    self.push(&format!(
                        "<li><a href=\"#{id}\"><span>{}</span><span class=\"method {method}\">{method}</span></a></li>",
                        escape(summary)
                    ));
                }
            }
            self.push("</ul>");
        }
        self.push("<h2><a href=\"#schemas\">Schemas</a></h2></nav>");
    }

    fn access(&mut self, api: Api) {
        self.push("<section aria-labelledby=\"access\"><h2 id=\"access\">Who may call</h2><dl>");
        let rows: &[(&str, &str)] = match api {
            Api::Public => &[
                ("API key", "The header `apiKey`, or `Authorization: Bearer` (ours): a key of the tenant."),
                ("anyone, or API key", "A key makes a difference, which the endpoint's text tells."),
                ("anyone", "Strangers may call."),
                (
                    "for a person",
                    "A backend may name the person it acts for by the headers `x-passgate-client-ip` and \
                     `x-passgate-client-ua`: the audit log keeps these instead of its own address and user agent. They \
                     count with a valid API key only.",
                ),
            ],
            Api::Admin => &[
                (
                    "admin token",
                    "The header `Authorization: Bearer`: a token of `passgate admin-token create`.",
                ),
                ("anyone", "Whoever reaches the listener."),
            ],
            Api::Console => &[
                ("session", "The console's cookie, from the console's own pages."),
                ("anyone", "Whoever reaches the listener."),
            ],
        };
        for (name, about) in rows {
            self.push(&format!("<dt>{name}</dt><dd>{}</dd>", inline(about)));
        }
        self.push("</dl></section>");
    }

    fn operation(&mut self, document: &Document, operation: &DescribedOperation) {
        let DescribedOperation { method: http_method, path, description } = operation;
        let method = method(http_method);
        let id = description.id;
        self.push(&format!(
            "<article id=\"{id}\"><h3><a href=\"#{id}\">{}</a></h3>\
             <p class=\"route\"><span class=\"method {method}\">{method}</span> <code>{}</code></p>",
            escape(description.summary),
            path_with_breaks(path),
        ));
        self.prose(description.about);
        let access = match description.access {
            Access::Anyone => "anyone",
            Access::AnyoneOrKey => "anyone, or API key",
            Access::Key => "API key",
            Access::Token => "admin token",
            Access::Console(_) => "session",
        };
        let acts_for = description.parameters.iter().any(|parameter| parameter.place == Place::Header);
        let acts_for = if acts_for { ", <a href=\"#access\">for a person</a>" } else { "" };
        self.push(&format!("<p class=\"access\">Access: <a href=\"#access\">{access}</a>{acts_for}</p>"));
        // The tenant, and the headers that name a person, are explained once, above.
        let own = |parameter: &&Parameter| parameter.name != "tenant_id" && parameter.place != Place::Header;
        if description.parameters.iter().any(|parameter| own(&parameter)) {
            self.push("<h4>Parameters</h4><dl class=\"members\">");
            for parameter in description.parameters.iter().filter(own) {
                self.parameter(parameter);
            }
            self.push("</dl>");
        }
        if let Some(body) = &description.body {
            // The call with curl, below, has an example.
            self.push(&format!("<h4>Body</h4><p class=\"type\">{}</p>", type_of(&body.schema)));
        }
        for answer in &description.answers {
            self.answer(answer);
        }
        self.refusals(document.api, description);
        self.push(&format!(
            "<details><summary>Example with curl</summary><pre tabindex=\"0\"><code>{}</code></pre></details></article>",
            escape(&curl(document, operation))
        ));
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let place = match parameter.place {
            Place::Path => "in the path",
            Place::Query => "in the query",
            Place::Header => "a header",
        };
        self.push(&format!(
            "<dt><code>{}</code> <span class=\"type\">{}</span> <span class=\"note\">{place}</span></dt><dd>{}{}</dd>",
            parameter.name,
            type_of(&parameter.schema),
            inline(parameter.about),
            bounds(&parameter.schema),
        ));
    }

    fn answer(&mut self, answer: &Answer) {
        self.push(&format!("<h4>Answer {}</h4>", answer.status));
        self.prose(answer.about);
        if !answer.headers.is_empty() {
            let names: Vec<_> = answer.headers.iter().map(|name| format!("<code>{name}</code>")).collect();
            self.push(&format!("<p>Headers: {}.</p>", names.join(", ")));
        }
        match &answer.content {
            Content::Nothing => {}
            Content::Json { schema, example } => self.content(schema, example),
            Content::Text(media_type) => self.push(&format!("<p><code>{media_type}</code></p>")),
        }
    }

    /// A body: its type, and an example of it.
    fn content(&mut self, schema: &RefOr<Schema>, example: &Value) {
        self.push(&format!("<p class=\"type\">{}</p>", type_of(schema)));
        let example = serde_json::to_string_pretty(example).unwrap_or_default();
        self.push(&format!(
            "<details><summary>Example</summary><pre tabindex=\"0\"><code>{}</code></pre></details>",
            escape(&example)
        ));
    }

    /// What is not told again with each endpoint.
    fn refusals_of_any(&mut self, api: Api) {
        self.push("<section aria-labelledby=\"refusals\"><h2 id=\"refusals\">Refusals of any request</h2>");
        for (status, codes) in of_any(api) {
            self.codes("refusals", status, &codes.iter().collect::<Vec<_>>());
        }
        self.push("</section>");
    }

    fn refusals(&mut self, api: Api, description: &Description) {
        let of_any = of_any(api);
        let is_own = |status: u16, code: &ErrorCode| {
            !of_any.iter().any(|(known, codes)| *known == status && codes.contains(code))
        };
        let own: Vec<(u16, Vec<_>)> = description
            .refusals
            .iter()
            .map(|(status, codes)| {
                (*status, codes.iter().filter(|code| is_own(*status, code)).collect::<Vec<_>>())
            })
            .filter(|(_, codes)| !codes.is_empty())
            .collect();
        let count: usize = own.iter().map(|(_, codes)| codes.len()).sum();
        if count == 0 {
            return;
        }
        let noun = if count == 1 { "code" } else { "codes" };
        self.push(&format!("<details><summary>Refusals: {count} {noun}</summary>"));
        for (status, codes) in own {
            self.codes(description.id, status, &codes);
        }
        self.push("</details>");
    }

    fn codes(&mut self, id: &'static str, status: u16, codes: &[&ErrorCode]) {
        self.push(&format!("<h5>{status} {}</h5>", title(status)));
        let (known, own): (Vec<&ErrorCode>, Vec<_>) = codes.iter().partition(|code| meaning(code).is_some());
        if !known.is_empty() {
            self.push("<dl>");
            for code in known {
                self.push(&format!(
                    "<dt><code>{code}</code></dt><dd>{}</dd>",
                    inline(meaning(code).unwrap_or_default())
                ));
            }
            self.push("</dl>");
        }
        self.codes_of_the_verifier(id, &own);
    }

    fn codes_of_the_verifier(&mut self, id: &'static str, codes: &[&ErrorCode]) {
        if codes.is_empty() {
            return;
        }
        let listed = codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let count = codes.len();
        if let Some((_, elsewhere)) = self.listed.iter().find(|(known, _)| *known == listed) {
            let html = format!(
                "<p>and {count} of the verifier's own, as at <a href=\"#{elsewhere}\">{elsewhere}</a></p>"
            );
            self.push(&html);
            return;
        }
        self.listed.push((listed.clone(), id));
        if count <= SHOWN_CODES {
            self.push(&format!("<p><code>{listed}</code></p>"));
        } else {
            self.push(&format!(
                "<details><summary>and {count} of the verifier's own</summary><p><code>{listed}</code></p></details>"
            ));
        }
    }

    fn schema(&mut self, name: &str, schema: &RefOr<Schema>) {
        self.push(&format!("<article id=\"schema-{name}\"><h3><a href=\"#schema-{name}\">{name}</a></h3>"));
        if let Some(about) = description_of(schema) {
            self.prose(about);
        }
        match schema {
            RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => self.members(object),
            RefOr::T(Schema::AllOf(all)) => {
                for part in &all.items {
                    match part {
                        RefOr::T(Schema::Object(object)) => self.members(object),
                        other => {
                            self.push(&format!("<p class=\"type\">Everything of {}</p>", type_of(other)));
                        }
                    }
                }
            }
            other => self.push(&format!("<p class=\"type\">{}{}</p>", type_of(other), bounds(other))),
        }
        self.push("</article>");
    }

    fn members(&mut self, object: &Object) {
        self.push("<dl class=\"members\">");
        for (name, schema) in &object.properties {
            let note = if object.required.contains(name) {
                ""
            } else {
                " <span class=\"note\">may be absent</span>"
            };
            let about = description_of(schema).map(inline).unwrap_or_default();
            self.push(&format!(
                "<dt><code>{}</code> <span class=\"type\">{}</span>{note}</dt><dd>{about}{}</dd>",
                escape(name),
                type_of(schema),
                bounds(schema),
            ));
        }
        self.push("</dl>");
    }

    /// Text of ours: paragraphs, lists, and code between backticks.
    pub(crate) fn prose(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            self.push(&format!("<p>{}</p>", inline(paragraph)));
        }
    }
}

/// The refusals that come of who may call, of the tenant, or of any body and parameter.
fn of_any(api: Api) -> Vec<(u16, Vec<ErrorCode>)> {
    let proof = match api {
        Api::Public => vec![(401, vec![ErrorCode::API_KEY_MISSING, ErrorCode::API_KEY_INVALID])],
        Api::Admin => vec![
            (401, vec![ErrorCode::ADMIN_TOKEN_MISSING, ErrorCode::ADMIN_TOKEN_INVALID]),
            (403, vec![ErrorCode::WEB_PAGE_REFUSED]),
        ],
        Api::Console => vec![(401, vec![ErrorCode::SESSION_MISSING, ErrorCode::ADMIN_TOKEN_INVALID])],
    };
    let malformed =
        vec![ErrorCode::TENANT_ID_INVALID, ErrorCode::MALFORMED_BODY, ErrorCode::VALIDATION_FAILED];
    let mut of_any = vec![(400, malformed)];
    of_any.extend(proof);
    of_any.extend([
        (404, vec![ErrorCode::TENANT_NOT_FOUND]),
        (408, vec![ErrorCode::REQUEST_TIMEOUT]),
        (413, vec![ErrorCode::BODY_TOO_LARGE]),
        (500, vec![ErrorCode::INTERNAL]),
        (503, vec![ErrorCode::UNAVAILABLE]),
    ]);
    of_any
}

/// A type, in words; what has a name is linked to.
fn type_of(schema: &RefOr<Schema>) -> String {
    match schema {
        RefOr::Ref(reference) => linked(reference),
        RefOr::T(Schema::Array(array)) => match &array.items {
            ArrayItems::RefOrSchema(items) => format!("list of {}", type_of(items)),
            ArrayItems::False => "list".to_owned(),
        },
        RefOr::T(Schema::Object(object)) => match (&object.enum_values, &object.additional_properties) {
            (Some(values), _) => {
                let values: Vec<_> = values
                    .iter()
                    .map(|value| format!("<code>{}</code>", escape(&value.to_string())))
                    .collect();
                values.join(" or ")
            }
            (None, Some(additional)) => match additional.as_ref() {
                AdditionalProperties::RefOr(schema) => format!("object of {}", type_of(schema)),
                AdditionalProperties::FreeForm(_) => "object".to_owned(),
            },
            (None, None) => primitive(object),
        },
        RefOr::T(Schema::OneOf(one)) => joined(&one.items, " or "),
        RefOr::T(Schema::AnyOf(any)) => joined(&any.items, " or "),
        RefOr::T(Schema::AllOf(all)) => joined(&all.items, " and "),
        RefOr::T(_) => "anything".to_owned(),
    }
}

fn joined(schemas: &[RefOr<Schema>], word: &str) -> String {
    schemas.iter().map(type_of).collect::<Vec<_>>().join(word)
}

fn linked(reference: &Ref) -> String {
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
    format!("<a href=\"#schema-{name}\">{name}</a>")
}

fn primitive(object: &Object) -> String {
    let word = |kind: &Type| match kind {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer => "whole number",
        Type::Number => "number",
        Type::Boolean => "true or false",
        Type::Array => "list",
        Type::Null => "null",
    };
    let words = match &object.schema_type {
        SchemaType::Type(kind) => word(kind).to_owned(),
        SchemaType::Array(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
        SchemaType::AnyValue => "anything".to_owned(),
    };
    match object.format.as_ref().and_then(|format| serde_json::to_value(format).ok()) {
        // How many bits a number has is Rust's business.
        Some(Value::String(format)) if !format.starts_with("int") => format!("{words} ({format})"),
        _ => words,
    }
}

/// Bounds and defaults, as sentences behind the description.
fn bounds(schema: &RefOr<Schema>) -> String {
    let mut sentences = Vec::new();
    let mut between = |least: Option<u64>, most: Option<u64>, unit: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => sentences.push(format!("{}{unit}", grouped(most))),
        (Some(least), Some(most)) => sentences.push(format!("{} to {}{unit}", grouped(least), grouped(most))),
        (Some(least), None) => sentences.push(format!("At least {}{unit}", grouped(least))),
        (None, Some(most)) => sentences.push(format!("At most {}{unit}", grouped(most))),
        (None, None) => {}
    };
    let count = |count: Option<usize>| count.and_then(|count| u64::try_from(count).ok());
    let mut default = None;
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let number = |number: &Option<utoipa::Number>| {
                number.as_ref().and_then(|number| serde_json::to_value(number).ok()?.as_u64())
            };
            between(count(object.min_length), count(object.max_length), " characters");
            between(number(&object.minimum), number(&object.maximum), "");
            default = object.default.as_ref();
        }
        // What may be empty has its bounds in its first form.
        RefOr::T(Schema::AnyOf(any)) => return any.items.first().map(bounds).unwrap_or_default(),
        RefOr::T(Schema::Array(array)) => between(count(array.min_items), count(array.max_items), " of them"),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
    if let Some(default) = default {
        sentences.push(format!("Default: <code>{}</code>", escape(&default.to_string())));
    }
    sentences.iter().fold(String::new(), |mut text, sentence| {
        // Writing to a String can't fail.
        let _ = write!(text, " <span class=\"bounds\">{sentence}.</span>");
        text
    })
}

/// A number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn description_of(schema: &RefOr<Schema>) -> Option<&str> {
    let text = match schema {
        RefOr::Ref(reference) => Some(reference.description.as_str()),
        RefOr::T(Schema::Object(object)) => object.description.as_deref(),
        RefOr::T(Schema::Array(array)) => array.description.as_deref(),
        // What may be null has its description beside the reference.
        RefOr::T(Schema::OneOf(one)) => {
            one.description.as_deref().or_else(|| one.items.iter().find_map(description_of_reference))
        }
        RefOr::T(Schema::AllOf(all)) => all.description.as_deref(),
        RefOr::T(Schema::AnyOf(any)) => any.description.as_deref(),
        RefOr::T(_) => None,
    };
    text.filter(|text| !text.is_empty())
}

fn description_of_reference(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(reference) => Some(&reference.description),
        RefOr::T(_) => None,
    }
}

/// A call that can be tried, with the shell's variables for what is secret.
fn curl(document: &Document, operation: &DescribedOperation) -> String {
    let DescribedOperation { method: http_method, path, description } = operation;
    let mut path = path.clone();
    for parameter in &description.parameters {
        let name = format!("{{{}}}", parameter.name);
        if parameter.name == "tenant_id" {
            path = path.replace(&name, "$TENANT_ID");
        } else if let RefOr::T(Schema::Object(object)) = &parameter.schema {
            let example = object.examples.first().and_then(Value::as_str).unwrap_or_default();
            path = path.replace(&name, example);
        }
    }
    let verb = match method(http_method) {
        "get" => String::new(),
        verb => format!(" -X {}", verb.to_ascii_uppercase()),
    };
    let mut command = format!("curl{verb} \"{}{path}\"", document.server);
    match description.access {
        Access::Key => command.push_str(" \\\n  -H \"apiKey: $API_KEY\""),
        Access::Token => command.push_str(" \\\n  -H \"Authorization: Bearer $PASSGATE_ADMIN_TOKEN\""),
        Access::Anyone | Access::AnyoneOrKey | Access::Console(_) => {}
    }
    if let Some(body) = &description.body {
        let json = serde_json::to_string_pretty(&body.example).unwrap_or_default();
        // Writing to a String can't fail.
        let _ = write!(command, " \\\n  --json '{}'", json.replace('\'', r"'\''"));
    }
    command
}

fn method(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Delete => "delete",
        HttpMethod::Patch => "patch",
        HttpMethod::Options => "options",
        HttpMethod::Head => "head",
        HttpMethod::Trace => "trace",
    }
}

/// A path that a narrow screen may break after its slashes.
fn path_with_breaks(path: &str) -> String {
    escape(path).replace('/', "/<wbr>")
}

fn anchor(name: &str) -> String {
    name.to_ascii_lowercase().replace(' ', "-")
}

/// Text with code between backticks.
fn inline(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 0 {
            html.push_str(&escape(part));
        } else {
            // Writing to a String can't fail.
            let _ = write!(html, "<code>{}</code>", escape(part));
        }
    }
    html
}

/// Text as HTML has it, also between quotes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text() {
        assert_eq!(inline("a `<b>` & \"c\""), "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([7, 1_000, 3_600_000].map(grouped), ["7", "1,000", "3,600,000"]);
    }
}
