//! Why verdicts differ, and why ours is as it is.

use crate::{
    case::Case,
    comparison::{Comparison, Outcome, Peer},
    response::Response,
    verifier::Facts,
};

/// Declares the classes, so that each is listed with its reason, and no list leaves one out.
macro_rules! classes {
    ($($(#[doc = $reason:literal])+ $name:ident,)+) => {
        /// A kind of disagreement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Class {
            $($(#[doc = $reason])+ $name,)+
        }

        impl Class {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// Why verdicts differ, and why ours is as it is.
            #[must_use]
            pub const fn reason(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($reason,)+).trim_ascii(),)+
                }
            }
        }
    };
}

classes! {
    // Ours refuses.

    /// Ours takes canonical CBOR only (CTAP 2.1 §8): no key twice, no length left open or longer than needed, no tag
    /// and no float, and each member of its own type. What two parsers read differently can mean two things.
    StrictCbor,
    /// Ours refuses bytes after what the flags announce (§6.1), and attested credential data without its flag.
    TrailingBytes,
    /// Ours refuses attested credential data in an assertion: §6.1 has it in attestations only.
    AttestedDataInAssertion,
    /// Ours refuses a credential id of more than 1023 bytes (§7.1 step 25).
    CredentialIdTooLong,
    /// Ours holds `id`, `rawId` and the attested credential's id against each other: what is stored must be found
    /// under the id that the client will send.
    CredentialIdsCompared,
    /// Ours wants the `type` of a credential to be `public-key` (§5.1).
    CredentialType,
    /// Ours refuses a frame inside another site's page unless it is expected, at both ceremonies, and a `topOrigin`
    /// even where `crossOrigin` is missing (§7.1 steps 10 and 11, §7.2 steps 13 and 14).
    CrossOrigin,
    /// Ours compares origins as texts, as clients write them (§7.1 step 9, §7.2 step 12). The other parses a URL first,
    /// and lets a path, a user, a query, capitals or a default port pass.
    OriginNormalised,
    /// Ours compares the user handle with the user's (§7.2 step 6), and takes 64 bytes at most. The other leaves both
    /// to its caller.
    UserHandleUnchecked,
    /// Ours reads every member of client data that the specification names, by its type: `topOrigin`, and the
    /// `tokenBinding` of Level 2. The other doesn't look at these.
    ClientDataMembers,
    /// Ours refuses client data that isn't UTF-8. The specification's decoder, which the other has, puts U+FFFD in its
    /// place (§7.1 step 5): no browser writes such data.
    ClientDataUtf8,
    /// Ours takes a challenge in the one form that clients write: base64url without padding.
    ChallengeForm,
    /// Ours reads every member of a credential that the specification names, by its type, once, and not empty where it
    /// may not be. The other doesn't look at these.
    CredentialMembers,
    /// Ours takes a statement of format `none` only if it is an empty map (§8.7), and of the others only members that
    /// belong there.
    StatementMembers,
    /// Ours holds the algorithm that a statement names against the key that signed it (§8.2). The other takes the
    /// algorithm of the certificate's key, whatever the statement says.
    StatementAlgorithm,
    /// Ours refuses a certificate in which something is out of the form that §8 wants: a subject that is no text, say, or
    /// a critical AAGUID extension. The other reads it otherwise.
    CertificateForm,
    /// Ours refuses a key of an algorithm and a curve that don't belong together (§5.8.5), with parameters that don't
    /// belong there (§6.5.1), of RSA beyond 2048 to 8192 bits, or of Ed25519 for which anybody can sign.
    KeyForm,

    // Ours accepts.

    /// The other doesn't have the algorithm.
    AlgorithmMissing,
    /// The other registers keys on P-521, but takes no signature by them.
    P521Unverified,
    /// The other doesn't have the attestation format: `webauthn_rp` has `none` and `packed` without certificates,
    /// `webauthn-rs-core` all but `compound`, and refuses every TPM.
    AttestationFormatMissing,
    /// The other wants credential ids of at least 16 bytes. The specification asks authenticators for as much (§4,
    /// "Credential ID"), not relying parties to check it.
    CredentialIdTooShort,
    /// The other judges extension outputs that nobody asked for. Ours ignores them, as §7.1 step 19 and §7.2 step 22
    /// allow.
    UnaskedExtensions,
    /// The other refuses flags that are reserved for future use. Ours ignores them, as such must be (§6.1).
    ReservedFlags,
    /// The other refuses an Ed25519 key that is no point of the curve. Ours stores it: no signature verifies by it.
    Ed25519NotOnCurve,
    /// The other takes RSA keys of 2048 bits with an exponent of three bytes alone.
    RsaSize,
    /// The other wants `fmt`, `attStmt` and `authData` and nothing else, in this order. Clients put the object together
    /// in others, too.
    AttestationObjectOrder,
    /// The other compares what a registration's JSON repeats of the attestation object (`authenticatorData`,
    /// `publicKeyAlgorithm`, `publicKey`), or misses it. Ours ignores it: nothing vouches for it.
    RepeatedDataCompared,
    /// The other knows fewer values of a member that the specification says may have unknown ones (attachment,
    /// transports).
    UnknownValue,
    /// The other reads `clientExtensionResults`, by its own grammar. Ours leaves what nobody signed alone.
    ClientExtensionResults,
    /// The other takes base64url in one form only. Ours takes padding, the other alphabet and stray bits as well: each
    /// is something that a client of the Passkey API sends, and members are compared as bytes.
    Base64Form,
    /// The other refuses a member that comes twice. So does ours, where the member means something to it.
    RepeatedMember,
    /// The other misses `rawId`. Ours reads `id`.
    RawIdMissing,
    /// The other takes an empty user handle for one. Ours takes it as none, which some clients mean by it.
    EmptyUserHandle,
    /// The other refuses a byte order mark before client data, with which §7.1 step 5 ("UTF-8 decode") does away.
    ByteOrderMark,
    /// The other refuses client data in which something nests deeply. Ours steps over members that it doesn't know.
    DeepClientData,
    /// The other wants a user verified who was at registration, though the options only prefer it.
    VerificationRemembered,
    /// The other refuses a certificate for something that ours has no need to read, as no policy asked for trust.
    CertificateUnread,
}

/// The class of a disagreement; `None` if it is in none.
#[must_use]
pub fn classify(case: &Case, comparison: &Comparison) -> Option<Class> {
    match (&comparison.ours, &comparison.theirs) {
        (Outcome::Refused(ours), Outcome::Accepted(_)) => stricter(comparison.peer, &ours.code),
        (Outcome::Accepted(facts), Outcome::Refused(theirs)) => {
            let json = match &case.registration {
                Some((_, registration)) if comparison.is_before => registration,
                _ => &case.json,
            };
            let is_registration = comparison.is_before || case.registration.is_none();
            wider(comparison.peer, &theirs.code, facts, &Response::read(json, is_registration))
        }
        // Different facts, or a panic: nothing explains that.
        _ => None,
    }
}

/// Where ours refuses, its own code says why.
fn stricter(peer: Peer, ours: &str) -> Option<Class> {
    use Class as C;
    let (class, peers): (_, &[Peer]) = match ours {
        "authenticator_data_trailing_bytes" => (C::TrailingBytes, &[Peer::WebauthnRs]),
        "attested_credential_data_present" => (C::AttestedDataInAssertion, &[Peer::WebauthnRs]),
        "credential_id_too_long" => (C::CredentialIdTooLong, &[Peer::WebauthnRs]),
        "credential_id_mismatch" => (C::CredentialIdsCompared, &[Peer::WebauthnRs]),
        "credential_type" => (C::CredentialType, &[Peer::WebauthnRs]),
        "cross_origin" => (C::CrossOrigin, &[Peer::WebauthnRs]),
        "origin_not_allowed" => (C::OriginNormalised, &[Peer::WebauthnRs]),
        "user_handle_mismatch" | "user_handle_too_long" => (C::UserHandleUnchecked, &[Peer::WebauthnRs]),
        "client_data_json" => (C::ClientDataMembers, &Peer::ALL),
        "client_data_utf8" => (C::ClientDataUtf8, &[Peer::WebauthnRp]),
        "response_base64" => (C::ChallengeForm, &[Peer::WebauthnRs]),
        "response_member_missing" => (C::CredentialMembers, &[Peer::WebauthnRp]),
        "response_json" | "response_member_empty" => (C::CredentialMembers, &[Peer::WebauthnRs]),
        "attestation_statement_malformed" | "attestation_statement_member_unexpected" => {
            (C::StatementMembers, &[Peer::WebauthnRs])
        }
        "attestation_signature_invalid" | "algorithm_rs1_refused" | "algorithm_unknown" => {
            (C::StatementAlgorithm, &[Peer::WebauthnRs])
        }
        "public_key_mismatch" | "public_key_parameter_unexpected" => (C::KeyForm, &[Peer::WebauthnRs]),
        "public_key_rsa_size" | "public_key_weak_point" => (C::KeyForm, &Peer::ALL),
        _ if ours.starts_with("attestation_certificate_") => (C::CertificateForm, &[Peer::WebauthnRs]),
        _ if ours.starts_with("cbor_") || matches!(ours, "extensions_cbor" | "public_key_cbor") => {
            (C::StrictCbor, &[Peer::WebauthnRs])
        }
        _ => return None,
    };
    peers.contains(&peer).then_some(class)
}

/// Where ours accepts, the other's own code must say why it doesn't, and the response must be so.
fn wider(peer: Peer, theirs: &str, facts: &Facts, response: &Response) -> Option<Class> {
    match peer {
        Peer::WebauthnRs => wider_than_rs(theirs, facts, response),
        Peer::WebauthnRp => wider_than_rp(theirs, facts, response),
    }
}

fn wider_than_rs(theirs: &str, facts: &Facts, response: &Response) -> Option<Class> {
    use Class as C;
    let is = |algorithms: &[i64]| algorithms.contains(&facts.cose_algorithm);
    let holds = |condition: bool, class: Class| condition.then_some(class);
    match theirs {
        // EdDSA, ML-DSA; RSA other than RS256 has a name there and no way to verify it.
        "SshPublicKeyEDUnsupported" => holds(is(&[-8]), C::AlgorithmMissing),
        "COSEKeyInvalidAlgorithm" => holds(is(&[-48, -49, -50]), C::AlgorithmMissing),
        "COSEKeyInvalidType" if response.format().as_deref() == Some("tpm") => {
            Some(C::AttestationFormatMissing)
        }
        "COSEKeyInvalidType" => holds(is(&[-37, -38, -39, -258, -259]), C::AlgorithmMissing),
        "AuthenticationFailure" | "AttestationStatementSigInvalid" => holds(is(&[-36]), C::P521Unverified),
        "AttestationNotSupported" => {
            holds(response.format().as_deref() == Some("compound"), C::AttestationFormatMissing)
        }
        "COSEKeyRSANEInvalid" => holds(
            facts.public_key.len() == 2
                && (facts.public_key[0].len() != 256 || facts.public_key[1].len() != 3),
            C::RsaSize,
        ),
        "UserNotVerified" => holds(facts.user_verified == Some(false), C::VerificationRemembered),
        "X509DerInvalid" => holds(response.format().as_deref() != Some("none"), C::CertificateUnread),
        "ParseJSONFailure(Error" if response.client_data_has_byte_order_mark() => Some(C::ByteOrderMark),
        "ParseJSONFailure(Error" => holds(response.client_data_nests_deeply(), C::DeepClientData),
        "Json" => [
            (response.lacks_raw_id(), C::RawIdMissing),
            (response.has_loose_base64(), C::Base64Form),
            (response.repeats_a_member(), C::RepeatedMember),
            (response.has_extension_results(), C::ClientExtensionResults),
        ]
        .into_iter()
        .find_map(|(condition, class)| holds(condition, class)),
        _ => None,
    }
}

fn wider_than_rp(theirs: &str, facts: &Facts, response: &Response) -> Option<Class> {
    use Class as C;
    let holds = |condition: bool, class: Class| condition.then_some(class);
    let is_about_extensions = |prefix: &str| {
        theirs
            .strip_prefix(prefix)
            .is_some_and(|rest| matches!(rest, "CborHeader" | "HmacSecretType" | "Unsupported" | "Missing"))
    };
    match theirs {
        "AttestationObject(Attestation(UnsupportedFormat" => holds(
            !matches!(response.format().as_deref(), Some("none" | "packed")),
            C::AttestationFormatMissing,
        ),
        "AttestationObject(Attestation(PackedFormat" => holds(
            response.format().as_deref() == Some("packed") && response.has_certificates(),
            C::AttestationFormatMissing,
        ),
        "AuthenticatorData(FlagsBit1Not0"
        | "AuthenticatorData(FlagsBit5Not0"
        | "AttestationObject(AuthData(FlagsBit1Not0"
        | "AttestationObject(AuthData(FlagsBit5Not0" => Some(C::ReservedFlags),
        "Credential(HmacSecretWithoutPrf" | "Credential(PrfWithoutHmacSecret" => Some(C::UnaskedExtensions),
        _ if is_about_extensions("AuthenticatorData(AuthenticatorExtension(")
            || is_about_extensions("AttestationObject(AuthData(AuthenticatorExtension(") =>
        {
            Some(C::UnaskedExtensions)
        }
        "PubKey(Ed25519" => holds(facts.cose_algorithm == -8, C::Ed25519NotOnCurve),
        "Json" => [
            (facts.credential_id.len() < 16, C::CredentialIdTooShort),
            (
                response.is_registration() && ![-7, -8, -35, -257].contains(&facts.cose_algorithm),
                C::AlgorithmMissing,
            ),
            (response.orders_the_attestation_object_otherwise(), C::AttestationObjectOrder),
            (response.has_loose_base64(), C::Base64Form),
            (response.repeats_other_data(facts.cose_algorithm), C::RepeatedDataCompared),
            (response.repeats_a_member(), C::RepeatedMember),
            (response.has_an_unknown_value(), C::UnknownValue),
            (response.has_an_empty_user_handle(), C::EmptyUserHandle),
            (response.has_extension_results(), C::ClientExtensionResults),
            (response.lacks_raw_id(), C::RawIdMissing),
        ]
        .into_iter()
        .find_map(|(condition, class)| holds(condition, class)),
        _ => None,
    }
}
