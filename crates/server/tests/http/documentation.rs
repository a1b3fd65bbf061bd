//! The documents and the pages: what they have in them, and that nothing is missing from them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use passgate_api::ceremony;
use passgate_authenticator::Authenticator;
use passgate_core::store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::{ADMIN, CONSOLE, Contract, PUBLIC};
use crate::harness::{ADMIN_URL, ORIGIN, PUBLIC_URL, TestServer};

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// A template with something in the place of each parameter.
fn filled(path: &str, tenant: &str) -> String {
    let ids = [
        ("{tenant_id}", tenant),
        ("{credential_id}", "AAAA"),
        ("{secret_id}", tenant),
        ("{user_id}", tenant),
    ];
    ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
}

#[tokio::test]
async fn every_path_answers_the_methods_that_its_document_has_and_no_other() {
    let server = TestServer::start().await;
    let mut asked = 0;
    for (contract, is_admin) in [(&PUBLIC, false), (&ADMIN, true)] {
        let paths: BTreeSet<_> = contract.operations().map(|operation| operation.path.to_owned()).collect();
        for (path, method) in paths.iter().flat_map(|path| METHODS.map(|method| (path, method))) {
            // A tenant for each, since some of the requests delete it.
            let tenant = server.tenant().await;
            let filled = filled(path, &tenant.id);
            let answer = if is_admin {
                server.admin(method.clone(), &filled, Some(json!({}))).await
            } else {
                server.send(method.clone(), &server.public_url(&filled), Some(&tenant.api_key), vec![]).await
            };
            let described = contract.operation(method.as_str(), &filled).is_some();
            assert_eq!(answer.status != 405, described, "{method} {path} answered {}", answer.status);
            assert_ne!(answer.body["code"], "route_not_found", "{method} {path}");
            asked += 1;
        }
    }
    println!("{asked} methods of paths asked for");
}

#[test]
fn routes_are_made_in_one_place_of_what_is_described() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let makes_routes = |text: &str| {
        ["route", "route_service", "nest_service"].iter().any(|name| text.contains(&format!(".{name}(")))
    };
    let makers: Vec<_> =
        files(&source).into_iter().filter(|file| makes_routes(&fs::read_to_string(file).unwrap())).collect();
    assert_eq!(makers, [source.join("openapi/endpoint.rs")]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn operation_ids_are_unique_and_every_operation_says_what_it_does() {
    for contract in [&PUBLIC, &ADMIN, &CONSOLE] {
        let mut ids = BTreeSet::new();
        for operation in contract.operations() {
            let description = operation.description;
            let id = description["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} twice");
            for member in ["summary", "description"] {
                assert!(!description[member].as_str().unwrap().is_empty(), "{id}: {member}");
            }
            assert!(description["security"].is_array(), "{id}: who may call");
            for parameter in description["parameters"].as_array().into_iter().flatten() {
                assert!(
                    parameter["description"].is_string() && parameter["schema"].is_object(),
                    "{id}: {parameter}"
                );
            }
            for (status, response) in description["responses"].as_object().unwrap() {
                let response = contract.resolve(response);
                assert!(response["headers"]["x-request-id"].is_object(), "{id} {status}");
                assert!(!response["description"].as_str().unwrap().is_empty(), "{id} {status}");
            }
        }
    }
}

#[test]
fn every_example_is_of_its_schema() {
    let mut compared = 0;
    for contract in [&PUBLIC, &ADMIN, &CONSOLE] {
        for operation in contract.operations() {
            let body = &operation.description["requestBody"];
            let responses = operation.description["responses"].as_object().unwrap().values();
            for described in responses.map(|response| contract.resolve(response)).chain([body]) {
                let content = &described["content"]["application/json"];
                if content.is_object() {
                    let off = contract.mismatch(&content["schema"], &content["example"], "$");
                    assert_eq!(off, None, "{} {}: {}", operation.method, operation.path, content["example"]);
                    compared += 1;
                }
            }
        }
    }
    println!("{compared} examples");
}

#[test]
fn every_schema_says_what_it_is_and_so_does_every_member() {
    for contract in [&PUBLIC, &ADMIN, &CONSOLE] {
        for (name, schema) in contract.json()["components"]["schemas"].as_object().unwrap() {
            let text = schema.to_string();
            assert!(!text.contains("[`"), "{name} has a link that only rustdoc understands: {text}");
            let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
            for (member, schema) in parts.iter().filter_map(|part| part["properties"].as_object()).flatten() {
                // What may be null has its description beside the reference.
                let own = [
                    &schema["description"],
                    &schema["oneOf"][0]["description"],
                    &schema["oneOf"][1]["description"],
                ];
                assert!(own.iter().any(|description| description.is_string()), "{name}.{member}: {schema}");
            }
        }
    }
}

/// The codes that a document has for an answer.
fn codes(contract: &Contract) -> BTreeSet<String> {
    contract
        .operations()
        .flat_map(|operation| {
            let responses = operation.description["responses"].as_object().unwrap().values();
            responses
                .filter_map(|response| {
                    let schema = &contract.resolve(response)["content"]["application/json"]["schema"];
                    schema["allOf"][1]["properties"]["code"]["enum"].as_array()
                })
                .flatten()
                .map(|code| code.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What `docs/guides/errors.md` lists in its tables and lists, section by section.
fn guide() -> Vec<(String, BTreeSet<String>)> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/errors.md");
    let text = fs::read_to_string(guide).unwrap();
    let sections = text.split("\n## ").flat_map(|section| section.split("\n### "));
    sections
        .map(|section| {
            let (title, body) = section.split_once('\n').unwrap();
            // The first cell of a row, or a line of nothing but codes.
            let is_list = |line: &str| {
                line.split('`').step_by(2).all(|between| matches!(between, "" | ", " | "," | "."))
            };
            let listed = body.lines().filter_map(|line| match line.strip_prefix("| ") {
                Some(row) => row.split(" |").next(),
                None => is_list(line).then_some(line),
            });
            let codes =
                listed.flat_map(|listed| listed.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
            (title.to_owned(), codes)
        })
        .collect()
}

/// Codes of routes that don't exist: no operation has them.
const OF_NO_OPERATION: [&str; 2] = ["method_not_allowed", "route_not_found"];

#[test]
fn the_guide_to_errors_has_every_code_of_the_documents_and_the_documents_every_code_of_the_guide() {
    let documented: BTreeSet<_> =
        [&PUBLIC, &ADMIN, &CONSOLE].into_iter().flat_map(|contract| codes(contract)).collect();
    let listed: BTreeSet<_> = guide()
        .into_iter()
        .filter(|(title, _)| {
            !matches!(title.as_str(), "Command line" | "Audit log" | "Warnings" | "The metadata service")
                && !title.starts_with("# ")
        })
        .flat_map(|(_, codes)| codes)
        .filter(|code| !OF_NO_OPERATION.contains(&code.as_str()))
        .collect();
    let missing: Vec<_> = documented.difference(&listed).collect();
    assert!(missing.is_empty(), "the guide lacks {missing:?}");
    let missing: Vec<_> = listed.difference(&documented).collect();
    assert!(missing.is_empty(), "the documents lack {missing:?}");
}

/// A code that the verifier gets must not be forgotten here, so they are read from its source.
#[test]
fn the_documents_have_every_code_of_the_verifiers_and_the_cores() {
    let documented = codes(&PUBLIC);
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    for file in ["webauthn/src", "core/src"].iter().flat_map(|folder| files(&crates.join(folder))) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        // What is asked of a client is no answer to it, nor what an import or a warning says.
        let of_no_answer =
            ["config_warnings.rs", "inputs.rs", "options.rs", "related_origins.rs", "transfer.rs"];
        // What is wrong with a list of the metadata service is told to the log.
        if of_no_answer.contains(&name.as_str()) || file.ends_with("mds/error.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for function in text.split("fn code(").skip(1) {
            let body = function.split("\n    }\n").next().unwrap();
            let names = body.split('"').skip(1).step_by(2);
            found.extend(names.filter(|name| *name != "internal").map(str::to_owned));
        }
    }
    assert!(found.len() > 90, "only {} codes were found", found.len());
    let missing: Vec<_> = found.difference(&documented).collect();
    assert!(missing.is_empty(), "the documents lack {missing:?}");
}

/// The document describes ceremonies' JSON by types of its own: what is answered is read as those.
#[tokio::test]
async fn options_and_credentials_are_what_the_document_says_to_the_last_member() {
    fn assert_is<T: serde::de::DeserializeOwned + serde::Serialize>(json: &Value) {
        let read: T = serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{error}: {json}"));
        assert_eq!(&serde_json::to_value(read).unwrap(), json);
    }
    let server = TestServer::start().await;
    let tenant = server.tenant().await;
    let mut authenticator = Authenticator::new(1);
    let asked = json!({
        "user_id": "u1", "username": "kim", "mediation": "conditional", "hints": ["hybrid"],
        "authenticator_attachment": "platform",
    });
    let options = tenant.keyed(Method::POST, "registration/initialize", asked).await.ok();
    assert_is::<ceremony::CreationOptions>(&options);
    let options = tenant.begin_registration("u1").await;
    assert_is::<ceremony::CreationOptions>(&options);
    let credential = authenticator.create(&options, ORIGIN).unwrap();
    let schema = json!({ "$ref": "#/components/schemas/RegistrationCredential" });
    assert_eq!(PUBLIC.mismatch(&without_repeats(&schema), &without_repeats(&credential), "$"), None);
    tenant.finish_registration(&credential).await.ok();
    // With a credential to exclude, and to allow.
    assert_is::<ceremony::CreationOptions>(&tenant.begin_registration("u1").await);
    assert_is::<ceremony::RequestOptions>(&tenant.begin_login_of("u1").await);
    let options = tenant.begin_login().await;
    assert_is::<ceremony::RequestOptions>(&options);
    let assertion = authenticator.get(&options, ORIGIN).unwrap();
    let schema = json!({ "$ref": "#/components/schemas/AssertionCredential" });
    assert_eq!(PUBLIC.mismatch(&schema, &assertion, "$"), None);
}

/// A credential without what browsers repeat of the attestation object, which is passed over.
fn without_repeats(credential: &Value) -> Value {
    let mut credential = credential.clone();
    if let Some(response) = credential.pointer_mut("/response").and_then(Value::as_object_mut) {
        for name in ["authenticatorData", "publicKey", "publicKeyAlgorithm"] {
            response.remove(name);
        }
    }
    credential
}

#[tokio::test]
async fn both_listeners_serve_their_document_with_their_own_url() {
    let server = TestServer::start().await;
    let at = async |url: String| server.send(Method::GET, &url, None, vec![]).await.ok();
    let with_url = |contract: &Contract, url: &str| {
        let mut document = contract.json().clone();
        document["servers"] = json!([{ "url": url }]);
        document
    };
    assert_eq!(at(server.public_url("/openapi.json")).await, with_url(&PUBLIC, PUBLIC_URL));
    assert_eq!(at(server.admin_url("/openapi.json")).await, with_url(&ADMIN, ADMIN_URL));
    assert_eq!(at(server.admin_url("/openapi/public.json")).await, with_url(&PUBLIC, PUBLIC_URL));
}

#[tokio::test]
async fn pages_need_no_token_load_nothing_from_elsewhere_and_run_nothing() {
    let server = TestServer::start().await;
    for (path, contract) in [("/docs", Some(&PUBLIC)), ("/docs/admin", Some(&ADMIN)), ("/status", None)] {
        let response = server.client.get(server.admin_url(path)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src data:;"), "{policy}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = response.text().await.unwrap();
        for forbidden in ["<script", " style=", " onclick", "src=", "<form"] {
            assert!(!page.contains(forbidden), "{path} has {forbidden}");
        }
        let links = page.split("href=\"").skip(1).map(|link| link.split('"').next().unwrap());
        for link in links {
            let target = link.strip_prefix('#');
            let is_on_it = target.is_some_and(|id| page.contains(&format!("id=\"{id}\"")));
            let is_ours = link == "data:," || link.starts_with('/') && !link.starts_with("//");
            assert!(is_on_it || is_ours, "{path} links to {link}");
            if link.starts_with('/') {
                let answer = server.client.get(server.admin_url(link)).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{path} links to {link}");
            }
        }
        for operation in contract.iter().flat_map(|contract| contract.operations()) {
            let id = operation.description["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("<article id=\"{id}\">")), "{path} lacks {id}");
        }
        assert!(page.len() < 120_000, "{path} has {} bytes", page.len());
    }
}

#[tokio::test]
async fn the_status_page_says_whether_the_database_answers() {
    let server = TestServer::start().await;
    let page = async || {
        let response = server.client.get(server.admin_url("/status")).send().await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        response.text().await.unwrap()
    };
    let ready = page().await;
    assert!(
        ready.contains("Ready: the database answers.") && ready.contains(env!("CARGO_PKG_VERSION")),
        "{ready}"
    );
    server.passgate.store().close().await;
    assert!(page().await.contains("Not ready"));
}
