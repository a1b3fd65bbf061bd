//! Verifying a registration (§7.1).

use std::ops::Range;

use aws_lc_rs::digest;

use crate::{
    Aaguid, AaguidPolicy, Algorithm, AttestationError, AttestationFormat, AttestationPolicy, AttestationType,
    AuthenticatorAttachment, AuthenticatorDataError, AuthenticatorTransport, CborError, ClientDataError,
    ClientDataExpectation, CoseKeyError, ResponseError, RpId, TrustError, UserVerification,
    attestation::{self, Judged, Statement},
    authenticator_data::{AttestedCredentialData, AuthenticatorData},
    cbor::{self, Key, KeyOrder, Reader},
    client_data::{Ceremony, ClientData},
    cose::CoseKey,
    credential_json::{self, AttestationResponseJson, CredentialJson, Text},
    extensions::{AskedExtensions, AuthenticatorOutputs, CreationOutputs, ExtensionValueError, Occasion},
};

/// What a browser sends after `navigator.credentials.create()`, decoded and not yet verified.
#[derive(Debug, Clone)]
pub struct RegistrationResponse {
    buffer: Vec<u8>,
    credential_id: Range<usize>,
    client_data_json: Range<usize>,
    attestation_object: Range<usize>,
    client_data: ClientData,
    extension_results: Range<usize>,
    transports: Vec<AuthenticatorTransport>,
    authenticator_attachment: Option<AuthenticatorAttachment>,
}

/// The attestation object of a registration: it names the credential, and nothing in it is verified yet.
#[derive(Debug, Clone, Copy)]
pub struct AttestationObject<'a> {
    response: &'a RegistrationResponse,
    format: &'a str,
    statement: &'a [u8],
    authenticator_data: &'a [u8],
    data: AuthenticatorData<'a>,
    attested: AttestedCredentialData<'a>,
}

/// What a registration must be like, besides its client data.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationExpectation<'a> {
    /// The RP ID of the options.
    pub rp_id: &'a RpId,
    /// `Required` refuses a registration whose user wasn't verified; the others don't look.
    pub user_verification: UserVerification,
    /// Whether the user must have been present.
    pub user_presence: UserPresence,
    /// The algorithms that the options offered.
    pub algorithms: &'a [Algorithm],
    /// Which attestation is good enough.
    pub attestation: AttestationPolicy<'a>,
    /// Which models may register.
    pub aaguids: AaguidPolicy<'a>,
    /// The extensions that the options asked for, whose outputs are read.
    pub extensions: AskedExtensions,
    /// The time, in seconds since 1970, that certificates must be valid at where the policy looks at their
    /// path: [`AttestationPolicy::Trusted`] and [`AttestationPolicy::Metadata`] do.
    pub now_unix_seconds: i64,
}

/// Whether the user must have been present at a registration (§7.1 step 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserPresence {
    /// As ever.
    Required,
    /// The options asked for conditional mediation: a password manager may add a passkey by itself.
    NotRequired,
}

/// What a verified registration says: the credential record of §7.1 step 27.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRegistration {
    /// The credential id, 1 to 1023 bytes. Whether another user has it already (step 26) is for the caller.
    pub credential_id: Vec<u8>,
    /// The public key, a COSE key in the bytes that came.
    pub public_key: Vec<u8>,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The signature counter; 0 where the authenticator keeps none.
    pub sign_count: u32,
    /// What model the authenticator says it is; zero for a U2F key, whose signature covers no AAGUID.
    pub aaguid: Aaguid,
    /// The format of the attestation statement.
    pub attestation_format: AttestationFormat,
    /// What the statement proves.
    pub attestation_type: AttestationType,
    /// The certificates that came, in DER, the attestation's own first. They lead to a trust anchor where
    /// the policy was [`AttestationPolicy::Trusted`], and else to nothing that was checked.
    pub trust_path: Vec<Vec<u8>>,
    /// How the client says the authenticator can be reached.
    pub transports: Vec<AuthenticatorTransport>,
    /// Where the client says the authenticator is.
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the user was verified, not only present.
    pub user_verified: bool,
    /// Whether the credential may be backed up.
    pub backup_eligible: bool,
    /// Whether it is backed up now.
    pub backup_state: bool,
    /// What the client says of the extensions that were asked for; unproven.
    pub client_extensions: CreationOutputs,
    /// What the authenticator says of them, in its own data.
    pub authenticator_extensions: AuthenticatorOutputs,
}

/// How an attestation object fails to name a credential. The challenge needn't be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttestationObjectError {
    /// It isn't CBOR of the strict kind, or a member has the wrong type.
    #[error("the attestation object is malformed: {0}")]
    Cbor(#[from] CborError),
    /// A member is missing.
    #[error("the attestation object lacks {member}")]
    MissingMember {
        /// `fmt`, `attStmt` or `authData`.
        member: &'static str,
    },
    /// The authenticator data is malformed.
    #[error(transparent)]
    AuthenticatorData(#[from] AuthenticatorDataError),
    /// The authenticator data names no credential.
    #[error("the authenticator data has no attested credential data")]
    AttestedCredentialDataMissing,
    /// It names another credential than the response's `id`.
    #[error("the attestation object is of another credential than the response")]
    CredentialIdMismatch,
}

impl AttestationObjectError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cbor(error) => error.code(),
            Self::MissingMember { .. } => "attestation_object_member_missing",
            Self::AuthenticatorData(error) => error.code(),
            Self::AttestedCredentialDataMissing => "attested_credential_data_missing",
            Self::CredentialIdMismatch => "credential_id_mismatch",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Cbor(_) | Self::MissingMember { .. } => "§7.1 step 13",
            Self::AuthenticatorData(error) => error.step(),
            Self::AttestedCredentialDataMissing => "§6.5",
            Self::CredentialIdMismatch => "own check",
        }
    }
}

/// How a registration fails, once its credential is named. The challenge must be spent by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The authenticator data is for another RP ID.
    #[error("the registration is for another RP ID")]
    RpIdMismatch,
    /// The user wasn't present.
    #[error("the user was not present")]
    UserPresenceMissing,
    /// The user wasn't verified, and had to be.
    #[error("the user was not verified")]
    UserVerificationMissing,
    /// The public key isn't one that is supported.
    #[error(transparent)]
    PublicKey(#[from] CoseKeyError),
    /// The public key's algorithm wasn't offered.
    #[error("{} was not offered", algorithm.as_str())]
    AlgorithmNotAllowed {
        /// The key's algorithm.
        algorithm: Algorithm,
    },
    /// The format of the attestation statement is unknown.
    #[error("the format of the attestation statement is unknown")]
    AttestationFormatUnknown,
    /// The format of the attestation statement is known and not verified.
    #[error("attestation statements of format {} are not supported", format.as_str())]
    AttestationFormatUnsupported {
        /// The format.
        format: AttestationFormat,
    },
    /// The attestation statement doesn't verify.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// The attestation statement verifies, and isn't one that the policy trusts.
    #[error(transparent)]
    Untrusted(#[from] TrustError),
    /// The model isn't one that may register.
    #[error("authenticators of model {aaguid} are not allowed")]
    AaguidNotAllowed {
        /// The model.
        aaguid: Aaguid,
    },
    /// The model is one that may not register.
    #[error("authenticators of model {aaguid} are denied")]
    AaguidDenied {
        /// The model.
        aaguid: Aaguid,
    },
    /// The output of an extension that was asked for isn't of its type.
    #[error(transparent)]
    Extension(#[from] ExtensionValueError),
}

impl RegistrationError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RpIdMismatch => "rp_id_mismatch",
            Self::UserPresenceMissing => "user_presence_missing",
            Self::UserVerificationMissing => "user_verification_missing",
            Self::PublicKey(error) => error.code(),
            Self::AlgorithmNotAllowed { .. } => "algorithm_not_allowed",
            Self::AttestationFormatUnknown => "attestation_format_unknown",
            Self::AttestationFormatUnsupported { .. } => "attestation_format_unsupported",
            Self::Attestation(error) => error.code(),
            Self::Untrusted(error) => error.code(),
            Self::AaguidNotAllowed { .. } => "aaguid_not_allowed",
            Self::AaguidDenied { .. } => "aaguid_denied",
            Self::Extension(error) => error.code(),
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::RpIdMismatch => "§7.1 step 14",
            Self::UserPresenceMissing => "§7.1 step 15",
            Self::UserVerificationMissing => "§7.1 step 16",
            Self::PublicKey(error) => error.step(),
            Self::AlgorithmNotAllowed { .. } => "§7.1 step 20",
            Self::AttestationFormatUnknown | Self::AttestationFormatUnsupported { .. } => "§7.1 step 21",
            Self::Attestation(error) => error.step(),
            Self::Untrusted(error) => error.step(),
            Self::AaguidNotAllowed { .. } | Self::AaguidDenied { .. } => "§7.1 step 24",
            Self::Extension(error) => error.step(),
        }
    }
}

impl RegistrationResponse {
    /// Reads the JSON of a credential: steps 3 to 6 of §7.1.
    pub fn parse(json: &[u8]) -> Result<Self, ResponseError> {
        let mut credential = CredentialJson::<AttestationResponseJson<'_>>::parse(json)?;
        // §7.1 step 3.
        let response = credential.take_response()?;
        let mut buffer = Vec::with_capacity(json.len());
        let credential_id = credential.append_id(&mut buffer)?;
        let client_data_json = credential_json::append(
            response.client_data_json.as_ref(),
            "response.clientDataJSON",
            &mut buffer,
        )?;
        let attestation_object = credential_json::append(
            response.attestation_object.as_ref(),
            "response.attestationObject",
            &mut buffer,
        )?;
        // §7.1 step 4.
        let extension_results = credential.append_extension_results(&mut buffer);
        // §7.1 steps 5 and 6.
        let client_data = ClientData::parse(&mut buffer, client_data_json.clone())?;
        let transports = response.transports.as_ref().or(credential.transports.as_ref());
        let transports = transports.into_iter().flatten().map(|Text(name)| name.as_ref());
        Ok(Self {
            transports: AuthenticatorTransport::collect(transports),
            authenticator_attachment: credential.attachment(),
            buffer,
            credential_id,
            client_data_json,
            attestation_object,
            client_data,
            extension_results,
        })
    }

    /// The challenge of the client data; never empty.
    #[must_use]
    pub fn challenge(&self) -> &[u8] {
        self.client_data.challenge(&self.buffer)
    }

    /// Holds the client data against what the ceremony expects: steps 7 to 11 of §7.1.
    pub fn check_client_data(&self, expected: &ClientDataExpectation<'_>) -> Result<(), ClientDataError> {
        self.client_data.check(&self.buffer, Ceremony::Create, expected)
    }

    /// Reads the attestation object, and with it the credential's id: step 13 of §7.1.
    pub fn attestation_object(&self) -> Result<AttestationObject<'_>, AttestationObjectError> {
        let bytes = &self.buffer[self.attestation_object.clone()];
        // §7.1 step 13. The client puts the object together, in whatever order.
        cbor::check_item(bytes, KeyOrder::Any)?;
        let (mut format, mut statement, mut authenticator_data) = (None, None, None);
        let mut reader = Reader::new(bytes);
        for _ in 0..reader.map()? {
            match reader.key()? {
                Key::Text("fmt") => format = Some(reader.text()?),
                Key::Text("attStmt") => statement = Some(reader.item()?),
                Key::Text("authData") => authenticator_data = Some(reader.bytes()?),
                // Nothing covers a further member, and nothing looks at it.
                Key::Text(_) | Key::Int(_) => {
                    reader.item()?;
                }
            }
        }
        let missing = |member| AttestationObjectError::MissingMember { member };
        let format = format.ok_or(missing("fmt"))?;
        let statement = statement.ok_or(missing("attStmt"))?;
        let authenticator_data = authenticator_data.ok_or(missing("authData"))?;
        // §6.1; with it steps 17 and 25 of §7.1.
        let data = AuthenticatorData::parse(authenticator_data)?;
        let attested = data.attested.ok_or(AttestationObjectError::AttestedCredentialDataMissing)?;
        // Own check: what is stored must be found under the id that the client will send.
        if attested.credential_id != &self.buffer[self.credential_id.clone()] {
            return Err(AttestationObjectError::CredentialIdMismatch);
        }
        Ok(AttestationObject { response: self, format, statement, authenticator_data, data, attested })
    }
}

impl AttestationObject<'_> {
    /// The credential id, 1 to 1023 bytes.
    #[must_use]
    pub const fn credential_id(&self) -> &[u8] {
        self.attested.credential_id
    }

    /// Verifies the registration: steps 12, 14 to 25 and 28 of §7.1. Step 26, that nobody has the credential
    /// yet, is the caller's.
    pub fn verify(
        &self,
        expected: &RegistrationExpectation<'_>,
    ) -> Result<VerifiedRegistration, RegistrationError> {
        // §7.1 step 14.
        if self.data.rp_id_hash != expected.rp_id.hash() {
            return Err(RegistrationError::RpIdMismatch);
        }
        // §7.1 step 15.
        if expected.user_presence == UserPresence::Required && !self.data.flags.user_present() {
            return Err(RegistrationError::UserPresenceMissing);
        }
        // §7.1 step 16.
        if expected.user_verification == UserVerification::Required && !self.data.flags.user_verified() {
            return Err(RegistrationError::UserVerificationMissing);
        }
        // §7.1 step 20.
        let key = CoseKey::parse(self.attested.public_key)?;
        if !expected.algorithms.contains(&key.algorithm) {
            return Err(RegistrationError::AlgorithmNotAllowed { algorithm: key.algorithm });
        }
        key.check_on_curve()?;
        // §7.1 step 21.
        let format =
            AttestationFormat::parse(self.format).ok_or(RegistrationError::AttestationFormatUnknown)?;
        // §7.1 steps 12 and 22.
        let hash =
            digest::digest(&digest::SHA256, &self.response.buffer[self.response.client_data_json.clone()]);
        let verdicts = attestation::verify(
            format,
            &Statement {
                members: self.statement,
                signed: &[self.authenticator_data, hash.as_ref()].concat(),
                rp_id_hash: self.data.rp_id_hash,
                aaguid: self.attested.aaguid,
                credential_id: self.attested.credential_id,
                credential_key: &key,
            },
        )?;
        // A U2F key has no AAGUID, and its signature covers none: what stands in its place is unproven.
        let aaguid = if format == AttestationFormat::FidoU2f { Aaguid::ZERO } else { self.attested.aaguid };
        // §7.1 steps 23 and 24.
        let judged = Judged { verdicts, aaguid: self.attested.aaguid };
        let verdict = attestation::choose(judged, expected.attestation, expected.now_unix_seconds)?;
        if expected.aaguids.denied.contains(&aaguid) {
            return Err(RegistrationError::AaguidDenied { aaguid });
        }
        if expected.aaguids.allowed.is_some_and(|allowed| !allowed.contains(&aaguid)) {
            return Err(RegistrationError::AaguidNotAllowed { aaguid });
        }
        // §7.1 step 28.
        let results = &self.response.buffer[self.response.extension_results.clone()];
        let client_extensions = CreationOutputs::read(results, expected.extensions)?;
        let authenticator_extensions =
            AuthenticatorOutputs::parse(self.data.extensions, expected.extensions, Occasion::Registration)?;
        Ok(VerifiedRegistration {
            credential_id: self.attested.credential_id.to_vec(),
            public_key: self.attested.public_key.to_vec(),
            algorithm: key.algorithm,
            sign_count: self.data.sign_count,
            aaguid,
            attestation_format: format,
            attestation_type: verdict.attestation_type,
            trust_path: verdict.trust_path,
            transports: self.response.transports.clone(),
            authenticator_attachment: self.response.authenticator_attachment,
            user_verified: self.data.flags.user_verified(),
            backup_eligible: self.data.flags.backup_eligible(),
            backup_state: self.data.flags.backup_state(),
            client_extensions,
            authenticator_extensions,
        })
    }
}
