//! What a browser is asked to do: the options of §5.4 and §5.5 in their JSON form (§5.1.8, §5.1.9).

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    Algorithm, AttestationFormat, AuthenticatorTransport,
    authenticator_data::MAX_CREDENTIAL_ID_BYTES,
    base64url,
    credential_json::MAX_USER_HANDLE_BYTES,
    extensions::{CreationExtensions, ExtensionInputError, RequestExtensions},
};

/// The fewest bytes of a challenge (§13.4.3).
const MIN_CHALLENGE_BYTES: usize = 16;

/// The argument of `navigator.credentials.create()`: `{"publicKey": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// The only member.
    pub public_key: PublicKeyCredentialCreationOptions,
}

/// §5.4, `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCredentialCreationOptions {
    /// Who asks.
    pub rp: RelyingParty,
    /// For whom.
    pub user: UserEntity,
    /// At least 16 unguessable bytes (§13.4.3).
    #[serde(serialize_with = "as_base64url")]
    pub challenge: Vec<u8>,
    /// Acceptable algorithms, most wanted first.
    pub pub_key_cred_params: Vec<PublicKeyCredentialParameters>,
    /// How long the user may take, in milliseconds: a hint to the client.
    pub timeout: u64,
    /// Credentials whose authenticator shall not make another; left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What the authenticator must be able to do.
    pub authenticator_selection: AuthenticatorSelection,
    /// Whether an attestation statement is wanted.
    pub attestation: AttestationConveyance,
    /// Of which formats, most wanted first: a hint to client and authenticator; left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<AttestationFormat>,
    /// Client extension inputs; left out when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<CreationExtensions>,
    /// What kind of authenticator the user is likely to have; left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// The argument of `navigator.credentials.get()`: `{"publicKey": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// The only member.
    pub public_key: PublicKeyCredentialRequestOptions,
}

/// §5.5, `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCredentialRequestOptions {
    /// At least 16 unguessable bytes (§13.4.3).
    #[serde(serialize_with = "as_base64url")]
    pub challenge: Vec<u8>,
    /// How long the user may take, in milliseconds: a hint to the client.
    pub timeout: u64,
    /// The RP ID that the credential is scoped to.
    pub rp_id: String,
    /// Credentials to choose from; left out when empty, which asks for a discoverable one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
    /// Client extension inputs; left out when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<RequestExtensions>,
    /// What kind of authenticator the user is likely to have; left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// Why options can't go out: clients would fail, or less would be secure than it seems.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// The challenge has less than 16 bytes.
    #[error("the challenge has less than 16 bytes")]
    ChallengeTooShort,
    /// The user handle hasn't 1 to 64 bytes.
    #[error("the user handle does not have 1 to 64 bytes")]
    UserHandle,
    /// No algorithm is offered, for which clients would offer two of their own choice.
    #[error("no algorithm is offered")]
    NoAlgorithm,
    /// The id of a credential that is allowed or excluded hasn't 1 to 1023 bytes.
    #[error("a credential id does not have 1 to 1023 bytes")]
    CredentialId,
    /// The inputs of an extension don't fit.
    #[error(transparent)]
    Extension(#[from] ExtensionInputError),
}

impl OptionsError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ChallengeTooShort => "options_challenge_too_short",
            Self::UserHandle => "options_user_handle",
            Self::NoAlgorithm => "options_no_algorithm",
            Self::CredentialId => "options_credential_id",
            Self::Extension(error) => error.code(),
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::ChallengeTooShort => "§13.4.3",
            Self::UserHandle => "§5.4.3",
            Self::NoAlgorithm => "own check",
            Self::CredentialId => "§5.8.3",
            Self::Extension(error) => error.step(),
        }
    }
}

impl PublicKeyCredentialCreationOptions {
    /// Checks what the types leave open, before the options go out.
    pub fn check(&self) -> Result<(), OptionsError> {
        check_challenge(&self.challenge)?;
        // §5.4.3.
        if !(1..=MAX_USER_HANDLE_BYTES).contains(&self.user.id.len()) {
            return Err(OptionsError::UserHandle);
        }
        // Own check: §5.1.3 step 10 would let the client offer ES256 and RS256.
        if self.pub_key_cred_params.is_empty() {
            return Err(OptionsError::NoAlgorithm);
        }
        check_ids(&self.exclude_credentials)?;
        if let Some(extensions) = &self.extensions {
            extensions.check()?;
        }
        Ok(())
    }
}

impl PublicKeyCredentialRequestOptions {
    /// Checks what the types leave open, before the options go out.
    pub fn check(&self) -> Result<(), OptionsError> {
        check_challenge(&self.challenge)?;
        check_ids(&self.allow_credentials)?;
        if let Some(extensions) = &self.extensions {
            extensions.check(&self.allow_credentials)?;
        }
        Ok(())
    }
}

/// §13.4.3: enough that none comes twice, and none is guessed.
const fn check_challenge(challenge: &[u8]) -> Result<(), OptionsError> {
    if challenge.len() < MIN_CHALLENGE_BYTES { Err(OptionsError::ChallengeTooShort) } else { Ok(()) }
}

/// §5.8.3; no credential has an id of another length (§7.1 step 25).
fn check_ids(credentials: &[CredentialDescriptor]) -> Result<(), OptionsError> {
    let is_id = |id: &[u8]| (1..=MAX_CREDENTIAL_ID_BYTES).contains(&id.len());
    if credentials.iter().all(|credential| is_id(&credential.id)) {
        Ok(())
    } else {
        Err(OptionsError::CredentialId)
    }
}

/// §5.4.2, `PublicKeyCredentialRpEntity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelyingParty {
    /// The RP ID.
    pub id: String,
    /// A name for people.
    pub name: String,
}

/// §5.4.3, `PublicKeyCredentialUserEntityJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user handle: 1 to 64 bytes that say nothing about the person.
    #[serde(serialize_with = "as_base64url")]
    pub id: Vec<u8>,
    /// The account's name, by which the user tells accounts apart.
    pub name: String,
    /// The person's name.
    pub display_name: String,
}

/// §5.3, one acceptable kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PublicKeyCredentialParameters {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub credential_type: CredentialType,
    /// The signature algorithm.
    pub alg: Algorithm,
}

impl From<Algorithm> for PublicKeyCredentialParameters {
    fn from(alg: Algorithm) -> Self {
        Self { credential_type: CredentialType::PublicKey, alg }
    }
}

/// §5.8.3, `PublicKeyCredentialDescriptorJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CredentialDescriptor {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub credential_type: CredentialType,
    /// The credential id.
    #[serde(serialize_with = "as_base64url")]
    pub id: Vec<u8>,
    /// How its authenticator may be reached; left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<AuthenticatorTransport>,
}

impl CredentialDescriptor {
    /// Describes a credential without saying how to reach its authenticator.
    #[must_use]
    pub const fn new(id: Vec<u8>) -> Self {
        Self { credential_type: CredentialType::PublicKey, id, transports: Vec::new() }
    }
}

/// §5.8.2, `PublicKeyCredentialType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialType {
    /// The only one there is.
    #[default]
    PublicKey,
}

/// §5.4.4, `AuthenticatorSelectionCriteria`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// Built in or roaming; left out when either will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the credential must be discoverable.
    pub resident_key: ResidentKey,
    /// The same for Level 1 clients: true if and only if `resident_key` is `Required`.
    pub require_resident_key: bool,
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
}

impl AuthenticatorSelection {
    /// Puts the criteria together; `require_resident_key` follows from `resident_key`.
    #[must_use]
    pub const fn new(
        authenticator_attachment: Option<AuthenticatorAttachment>,
        resident_key: ResidentKey,
        user_verification: UserVerification,
    ) -> Self {
        Self {
            authenticator_attachment,
            resident_key,
            require_resident_key: matches!(resident_key, ResidentKey::Required),
            user_verification,
        }
    }
}

/// Declares an enumeration of the specification: its variants, and how the specification spells them.
macro_rules! spelled {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// The specification's spelling.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value of this spelling.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

spelled! {
    /// §5.8.6: whether the user must be verified (by PIN, finger or face).
    UserVerification {
        /// The ceremony fails without.
        Required = "required",
        /// Wanted, not needed.
        Preferred = "preferred",
        /// Not wanted.
        Discouraged = "discouraged",
    }
}

spelled! {
    /// §5.4.5: where the authenticator is.
    AuthenticatorAttachment {
        /// Part of the client's device.
        Platform = "platform",
        /// Removable from it.
        CrossPlatform = "cross-platform",
    }
}

spelled! {
    /// §5.4.6: whether the credential must be discoverable.
    ResidentKey {
        /// The ceremony fails without.
        Required = "required",
        /// Wanted, not needed.
        Preferred = "preferred",
        /// Not wanted.
        Discouraged = "discouraged",
    }
}

spelled! {
    /// §5.4.7: whether an attestation statement is wanted.
    AttestationConveyance {
        /// None is.
        None = "none",
        /// One is, anonymised if the client likes.
        Indirect = "indirect",
        /// The authenticator's own is.
        Direct = "direct",
        /// One that identifies the very device is, if the client allows it this relying party.
        Enterprise = "enterprise",
    }
}

spelled! {
    /// §5.8.7: what kind of authenticator the user is likely to have.
    Hint {
        /// A physical security key.
        SecurityKey = "security-key",
        /// The device at hand.
        ClientDevice = "client-device",
        /// A phone.
        Hybrid = "hybrid",
    }
}

fn as_base64url<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&base64url::encode(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        AttestationConveyance, AuthenticatorAttachment, AuthenticatorSelection, CreationOptions,
        CredentialDescriptor, Hint, OptionsError, PublicKeyCredentialCreationOptions,
        PublicKeyCredentialRequestOptions, RelyingParty, RequestOptions, ResidentKey, UserEntity,
        UserVerification,
    };
    use crate::{
        Algorithm, AttestationFormat, AuthenticatorTransport,
        extensions::{AppId, CreationExtensions, ExtensionInputError, LargeBlobRequest, RequestExtensions},
    };

    fn creation_options() -> PublicKeyCredentialCreationOptions {
        PublicKeyCredentialCreationOptions {
            rp: RelyingParty { id: "example.com".into(), name: "Example".into() },
            user: UserEntity { id: vec![0xfb, 0xff], name: "kim".into(), display_name: "Kim".into() },
            challenge: vec![0; 16],
            pub_key_cred_params: vec![Algorithm::Es256.into(), Algorithm::EdDsa.into()],
            timeout: 60_000,
            exclude_credentials: vec![],
            authenticator_selection: AuthenticatorSelection::new(
                None,
                ResidentKey::Required,
                UserVerification::Required,
            ),
            attestation: AttestationConveyance::None,
            attestation_formats: vec![],
            extensions: None,
            hints: vec![],
        }
    }

    #[test]
    fn creation_options_are_what_a_browser_takes() {
        let options = CreationOptions { public_key: creation_options() };
        assert_eq!(
            serde_json::to_value(options).unwrap(),
            json!({"publicKey": {
                "rp": {"id": "example.com", "name": "Example"},
                "user": {"id": "-_8", "name": "kim", "displayName": "Kim"},
                "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
                "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}],
                "timeout": 60000,
                "authenticatorSelection": {
                    "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
                },
                "attestation": "none",
            }})
        );
    }

    #[test]
    fn optional_members_of_creation_options_appear_when_given() {
        let mut descriptor = CredentialDescriptor::new(vec![1]);
        descriptor.transports = vec![AuthenticatorTransport::Internal];
        let options = PublicKeyCredentialCreationOptions {
            exclude_credentials: vec![CredentialDescriptor::new(vec![0]), descriptor],
            authenticator_selection: AuthenticatorSelection::new(
                Some(AuthenticatorAttachment::CrossPlatform),
                ResidentKey::Discouraged,
                UserVerification::Preferred,
            ),
            attestation: AttestationConveyance::Direct,
            attestation_formats: vec![AttestationFormat::Packed, AttestationFormat::AndroidKey],
            extensions: Some(CreationExtensions {
                credential_properties: true,
                ..CreationExtensions::default()
            }),
            hints: vec![Hint::SecurityKey],
            ..creation_options()
        };
        let json = serde_json::to_value(options).unwrap();
        assert_eq!(
            json["excludeCredentials"],
            json!([
                {"type": "public-key", "id": "AA"},
                {"type": "public-key", "id": "AQ", "transports": ["internal"]},
            ])
        );
        assert_eq!(
            json["authenticatorSelection"],
            json!({
                "authenticatorAttachment": "cross-platform", "residentKey": "discouraged",
                "requireResidentKey": false, "userVerification": "preferred"
            })
        );
        assert_eq!(json["attestation"], "direct");
        assert_eq!(json["attestationFormats"], json!(["packed", "android-key"]));
        assert_eq!(json["extensions"], json!({"credProps": true}));
        assert_eq!(json["hints"], json!(["security-key"]));
    }

    fn request_options() -> PublicKeyCredentialRequestOptions {
        PublicKeyCredentialRequestOptions {
            challenge: vec![0; 16],
            timeout: 60_000,
            rp_id: "example.com".into(),
            allow_credentials: vec![],
            user_verification: UserVerification::Discouraged,
            extensions: None,
            hints: vec![],
        }
    }

    #[test]
    fn request_options_are_what_a_browser_takes() {
        let mut public_key = request_options();
        assert_eq!(
            serde_json::to_value(RequestOptions { public_key: public_key.clone() }).unwrap(),
            json!({"publicKey": {
                "challenge": "AAAAAAAAAAAAAAAAAAAAAA", "timeout": 60000, "rpId": "example.com",
                "userVerification": "discouraged"
            }})
        );
        public_key.allow_credentials = vec![CredentialDescriptor::new(vec![0])];
        let app_id = AppId::parse("https://example.com");
        public_key.extensions = Some(RequestExtensions { app_id, ..RequestExtensions::default() });
        let json = serde_json::to_value(public_key).unwrap();
        assert_eq!(json["allowCredentials"], json!([{"type": "public-key", "id": "AA"}]));
        assert_eq!(json["extensions"], json!({"appid": "https://example.com"}));
    }

    #[test]
    fn creation_options_that_clients_would_fail_at_are_refused() {
        type Change = fn(&mut PublicKeyCredentialCreationOptions);
        let refusal = |change: Change| {
            let mut options = creation_options();
            change(&mut options);
            options.check().err()
        };
        let long = |length| vec![7; length];
        assert_eq!(refusal(|_| {}), None);
        assert_eq!(refusal(|options| options.challenge.truncate(15)), Some(OptionsError::ChallengeTooShort));
        assert_eq!(refusal(|options| options.user.id.clear()), Some(OptionsError::UserHandle));
        assert_eq!(refusal(|options| options.user.id = vec![7; 65]), Some(OptionsError::UserHandle));
        assert_eq!(refusal(|options| options.user.id = vec![7; 64]), None);
        assert_eq!(refusal(|options| options.pub_key_cred_params.clear()), Some(OptionsError::NoAlgorithm));
        for (length, expected) in
            [(0, Some(OptionsError::CredentialId)), (1023, None), (1024, Some(OptionsError::CredentialId))]
        {
            let mut options = creation_options();
            options.exclude_credentials = vec![CredentialDescriptor::new(long(length))];
            assert_eq!(options.check().err(), expected, "{length}");
        }
        let enforcing =
            CreationExtensions { enforce_credential_protection: true, ..CreationExtensions::default() };
        let options =
            PublicKeyCredentialCreationOptions { extensions: Some(enforcing), ..creation_options() };
        assert_eq!(options.check(), Err(ExtensionInputError::NothingToEnforce.into()));
    }

    #[test]
    fn request_options_that_clients_would_fail_at_are_refused() {
        assert_eq!(request_options().check(), Ok(()));
        let options = PublicKeyCredentialRequestOptions { challenge: vec![0; 15], ..request_options() };
        assert_eq!(options.check(), Err(OptionsError::ChallengeTooShort));
        let allow_credentials = vec![CredentialDescriptor::new(vec![0; 1024])];
        let options = PublicKeyCredentialRequestOptions { allow_credentials, ..request_options() };
        assert_eq!(options.check(), Err(OptionsError::CredentialId));
        let large_blob = Some(LargeBlobRequest::Write(vec![1]));
        let extensions = Some(RequestExtensions { large_blob, ..RequestExtensions::default() });
        let options = PublicKeyCredentialRequestOptions { extensions, ..request_options() };
        assert_eq!(options.check(), Err(ExtensionInputError::LargeBlobCredential.into()));
    }

    #[test]
    fn spellings_are_read_back() {
        for value in [UserVerification::Required, UserVerification::Preferred, UserVerification::Discouraged]
        {
            assert_eq!(UserVerification::parse(value.as_str()), Some(value));
            assert_eq!(serde_json::from_value::<UserVerification>(json!(value.as_str())).unwrap(), value);
        }
        assert_eq!(AuthenticatorAttachment::parse("Platform"), None);
    }
}
