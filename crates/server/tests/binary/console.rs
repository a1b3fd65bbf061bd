use crate::harness::Place;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_command_line_makes_a_link_that_claims_the_console() {
    let place = Place::new();
    let output = place.run(&["console", "claim"]);
    let said = text(output.stdout);
    let port = place.admin;
    assert!(said.contains(&format!("http://localhost:{port}/console/link#pgl_")), "{said}");
    let output = place.run(&["console", "claim", "--json"]);
    let again: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!said.contains(again["url"].as_str().unwrap()), "each link is another");

    let output = place.run(&["console", "operators"]);
    assert_eq!(text(output.stdout).trim(), "There is no operator.");
    let output = place.run(&["console", "recover", "--email", "kim@example.com"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("no operator has it"));
}

#[test]
fn a_console_that_passkeys_can_not_be_bound_to_is_refused_at_the_start() {
    let place = Place::new();
    for (url, why) in [
        ("http://127.0.0.1:8001", "names an address"),
        ("http://console.example.com", "https URLs and at localhost only"),
        ("https://example.com/console", "must be an http or https URL of a host"),
    ] {
        let output = place.run(&["serve", "--console-url", url]);
        assert_eq!(output.status.code(), Some(2), "{url}");
        let error = text(output.stderr);
        assert!(error.contains("console_url") && error.contains(why), "{error}");
    }
    assert!(!place.database().exists());
}

#[test]
fn a_server_without_an_operator_shows_a_link_and_keeps_it_out_of_its_log() {
    let place = Place::new();
    let server = place.serve();
    assert!(server.log().contains("passgate is ready"));
    assert!(!server.log().contains("pgl_"), "{}", server.log());
}
