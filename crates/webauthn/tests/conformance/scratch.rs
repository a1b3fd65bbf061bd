use crate::vectors::read;
use passgate_webauthn::*;
#[test]
fn survey() {
    let Some(file) = read("peer-vectors-simplewebauthn.json") else { return };
    for v in file["vectors"].as_array().unwrap() {
        let json = v["credential"].to_string();
        let rp = RpId::parse(v["rpId"].as_str().unwrap_or("x.y"));
        let origins: Vec<Origin> = v["origins"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|o| Origin::parse(o.as_str()?).ok())
            .collect();
        let ch = base64url::decode(v["challenge"].as_str().unwrap_or("")).unwrap_or_default();
        let uv = if v["policy"]["requireUserVerification"] == false {
            UserVerification::Preferred
        } else {
            UserVerification::Required
        };
        let exp = ClientDataExpectation {
            challenge: &ch,
            origins: &origins,
            cross_origin: CrossOriginPolicy::Refuse,
        };
        let out: Result<String, String> = (|| {
            let rp = rp.map_err(|e| e.to_string())?;
            if v["kind"] == "registration" {
                let r = RegistrationResponse::parse(json.as_bytes()).map_err(|e| format!("P {e:?}"))?;
                r.check_client_data(&exp).map_err(|e| format!("C {e:?}"))?;
                let o = r.attestation_object().map_err(|e| format!("O {e:?}"))?;
                let x = o
                    .verify(&RegistrationExpectation {
                        rp_id: &rp,
                        user_verification: uv,
                        user_presence: UserPresence::Required,
                        algorithms: &Algorithm::DEFAULT,
                        attestation: AttestationPolicy::Any,
                        now_unix_seconds: 0,
                    })
                    .map_err(|e| format!("R {e:?}"))?;
                Ok(format!("{:?}", x.attestation_type))
            } else {
                let r = AuthenticationResponse::parse(json.as_bytes()).map_err(|e| format!("P {e:?}"))?;
                r.check_client_data(&exp).map_err(|e| format!("C {e:?}"))?;
                let k = base64url::decode(v["storedCredential"]["publicKeyCose"].as_str().unwrap_or(""))
                    .unwrap_or_default();
                let x = r
                    .verify(&AssertionExpectation {
                        rp_id: &rp,
                        user_verification: uv,
                        public_key: &k,
                        backup_eligible: false,
                        backup_eligibility_policy: BackupEligibilityPolicy::Warn,
                    })
                    .map_err(|e| format!("A {e:?}"))?;
                Ok(format!("{:?}", x.sign_count))
            }
        })();
        println!(
            "{:14} exp={} mocked={} -> {:?} | {} | {}",
            v["kind"].as_str().unwrap_or("?"),
            v["expected"],
            v["mocked"],
            out,
            v["test"],
            v["error"]
        );
    }
    let file = read("peer-vectors-fido2-helpers.json").unwrap();
    println!("{:?}", file.as_object().map(|o| o.keys().collect::<Vec<_>>()));
    for v in file["vectors"].as_array().into_iter().flatten() {
        println!("{}", &v.to_string()[..400.min(v.to_string().len())]);
        let json = v["credential"].to_string();
        if let Ok(r) = RegistrationResponse::parse(json.as_bytes()) {
            println!("   R obj {:?}", r.attestation_object().map(|_| ()));
        } else {
            println!(
                "   {:?} {:?}",
                RegistrationResponse::parse(json.as_bytes()).err(),
                AuthenticationResponse::parse(json.as_bytes()).err()
            );
        }
    }
}
