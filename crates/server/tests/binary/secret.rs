use passgate_authenticator::Authenticator;

use crate::harness::{Caller, Place};

#[tokio::test]
async fn the_server_secret_is_rotated_and_the_old_one_forgotten() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let mut authenticator = Authenticator::new(1);
    {
        let server = place.serve();
        let caller = Caller::new(&server, &tenant);
        let body = caller.prepare_registration("u1", &mut authenticator).await.unwrap();
        assert_eq!(caller.post("registration/finalize", &body).await.unwrap().0, 200);
    }
    let file = place.folder.path().join("passgate.db.secret");
    let old = std::fs::read_to_string(&file).unwrap();
    let new = place.json(&["secret", "generate"])["secret"].as_str().unwrap().to_owned();

    // Without the old one, nothing starts: tenants could sign no token.
    std::fs::write(&file, &new).unwrap();
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not configured"));

    std::fs::write(&file, format!("{new}\n{old}")).unwrap();
    assert_eq!(place.json(&["secret", "reseal"])["resealed"], 1);
    assert_eq!(place.json(&["secret", "reseal"])["resealed"], 0);

    std::fs::write(&file, &new).unwrap();
    let server = place.serve();
    let caller = Caller::new(&server, &tenant);
    let body = caller.prepare_login(&mut authenticator).await.unwrap();
    assert_eq!(caller.post("login/finalize", &body).await.unwrap().0, 200);
}

#[test]
fn nothing_is_resealed_under_a_server_that_could_not_open_it() {
    let place = Place::new();
    place.create_tenant();
    let file = place.folder.path().join("passgate.db.secret");
    let old = std::fs::read_to_string(&file).unwrap();
    let new = place.json(&["secret", "generate"])["secret"].as_str().unwrap().to_owned();
    let mut server = place.serve();
    std::fs::write(&file, format!("{new}\n{old}")).unwrap();
    let refused = place.run(&["secret", "reseal"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("restart it with the new secret first"));
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let _server = place.serve();
    assert_eq!(place.json(&["secret", "reseal"])["resealed"], 1);
}

#[test]
fn a_lost_secret_file_is_not_made_anew() {
    let place = Place::new();
    place.create_tenant();
    let file = place.folder.path().join("passgate.db.secret");
    std::fs::remove_file(&file).unwrap();
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("restore the file"));
    assert!(!file.exists());
}

#[test]
fn what_lies_on_the_disk_tells_no_private_key() {
    let place = Place::new();
    place.create_tenant();
    let bytes = std::fs::read(place.database()).unwrap();
    // A PKCS#8 P-256 key names its curve; sealed, nothing of it shows.
    let p256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    assert!(!bytes.windows(p256.len()).any(|window| window == p256));
}
