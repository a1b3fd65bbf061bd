//! Verifying an authentication (§7.2).

use std::ops::Range;

use aws_lc_rs::digest;

use crate::{
    AuthenticatorAttachment, AuthenticatorDataError, ClientDataError, ClientDataExpectation, CoseKeyError,
    CredentialPublicKey, ResponseError, RpId, UserVerification,
    authenticator_data::AuthenticatorData,
    client_data::{Ceremony, ClientData},
    credential_json::{self, AssertionResponseJson, CredentialJson, MAX_USER_HANDLE_BYTES, Text},
    extensions::{
        AppIdHash, AskedExtensions, AuthenticatorOutputs, ExtensionValueError, Occasion, RequestOutputs,
    },
};

/// What a browser sends after `navigator.credentials.get()`, decoded and not yet verified.
///
/// All of it lies in one buffer; the rest are ranges. The authenticator data is followed by the hash of the
/// client data, because that is the message that was signed.
#[derive(Debug, Clone)]
pub struct AuthenticationResponse {
    buffer: Vec<u8>,
    credential_id: Range<usize>,
    user_handle: Option<Range<usize>>,
    authenticator_data: Range<usize>,
    signed: Range<usize>,
    signature: Range<usize>,
    client_data: ClientData,
    extension_results: Range<usize>,
    authenticator_attachment: Option<AuthenticatorAttachment>,
}

/// What an authentication must be like, besides its client data.
#[derive(Debug, Clone, Copy)]
pub struct AssertionExpectation<'a> {
    /// The RP ID of the options.
    pub rp_id: &'a RpId,
    /// `Required` refuses an assertion whose user wasn't verified; the others don't look.
    pub user_verification: UserVerification,
    /// The stored public key of the credential.
    pub public_key: &'a CredentialPublicKey,
    /// The stored backup eligibility of the credential.
    pub backup_eligible: bool,
    /// What to do where it has changed.
    pub backup_eligibility_policy: BackupEligibilityPolicy,
    /// The extensions that the options asked for, whose outputs are read.
    pub extensions: AskedExtensions,
    /// The `AppID` of the options' `appid`, hashed, where they asked for it: an assertion that the client says is of the
    /// `AppID` must then be of it and not of the RP ID (§10.1.1).
    pub app_id: Option<AppIdHash>,
}

/// What to do where a credential's backup eligibility has changed, which the specification forbids
/// (§6.1.3) and some providers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupEligibilityPolicy {
    /// Refuse the assertion.
    Strict,
    /// Accept it, and say so in [`VerifiedAssertion::backup_eligibility_changed`].
    Warn,
}

/// What a verified authentication says. The signature counter is still to be checked, with
/// [`check_counter`](crate::check_counter), against the stored one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that the specification names, and independent"
)]
pub struct VerifiedAssertion {
    /// The signature counter; 0 where the authenticator keeps none.
    pub sign_count: u32,
    /// Whether the user was verified, not only present.
    pub user_verified: bool,
    /// Whether the credential may be backed up.
    pub backup_eligible: bool,
    /// Whether it is backed up now.
    pub backup_state: bool,
    /// Whether `backup_eligible` differs from the stored value.
    pub backup_eligibility_changed: bool,
    /// What the client says of the extensions that were asked for; unproven, but that an assertion is of the `AppID`
    /// where `app_id` is true.
    pub client_extensions: RequestOutputs,
    /// What the authenticator says of them, in its own data.
    pub authenticator_extensions: AuthenticatorOutputs,
}

/// How an assertion fails, once its credential is known. The challenge must be spent by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// The authenticator data is malformed.
    #[error(transparent)]
    AuthenticatorData(#[from] AuthenticatorDataError),
    /// The authenticator data has attested credential data, which belongs to registrations.
    #[error("the authenticator data of an assertion has attested credential data")]
    AttestedCredentialDataPresent,
    /// The authenticator data is for another RP ID.
    #[error("the assertion is for another RP ID")]
    RpIdMismatch,
    /// The output of an extension that was asked for isn't of its type.
    #[error(transparent)]
    Extension(#[from] ExtensionValueError),
    /// The user wasn't present.
    #[error("the user was not present")]
    UserPresenceMissing,
    /// The user wasn't verified, and had to be.
    #[error("the user was not verified")]
    UserVerificationMissing,
    /// The credential's backup eligibility has changed.
    #[error("the credential's backup eligibility has changed")]
    BackupEligibilityChanged,
    /// The stored public key isn't one: no fault of the peer's.
    #[error("the stored public key is unusable: {0}")]
    StoredPublicKey(CoseKeyError),
    /// The signature isn't one by the stored key.
    #[error("the signature is invalid")]
    SignatureInvalid,
}

impl AssertionError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AuthenticatorData(error) => error.code(),
            Self::AttestedCredentialDataPresent => "attested_credential_data_present",
            Self::RpIdMismatch => "rp_id_mismatch",
            Self::Extension(error) => error.code(),
            Self::UserPresenceMissing => "user_presence_missing",
            Self::UserVerificationMissing => "user_verification_missing",
            Self::BackupEligibilityChanged => "backup_eligibility_changed",
            Self::StoredPublicKey(_) => "stored_public_key",
            Self::SignatureInvalid => "signature_invalid",
        }
    }

    /// The step of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::AuthenticatorData(error) => error.step(),
            Self::AttestedCredentialDataPresent => "§6.1",
            Self::RpIdMismatch => "§7.2 step 15",
            Self::Extension(error) => error.step(),
            Self::UserPresenceMissing => "§7.2 step 16",
            Self::UserVerificationMissing => "§7.2 step 17",
            Self::BackupEligibilityChanged => "§7.2 step 19",
            Self::StoredPublicKey(_) | Self::SignatureInvalid => "§7.2 step 21",
        }
    }
}

impl AuthenticationResponse {
    /// Reads the JSON of a credential: steps 3, 4 and 7 to 9 of §7.2.
    pub fn parse(json: &[u8]) -> Result<Self, ResponseError> {
        let mut credential = CredentialJson::<AssertionResponseJson<'_>>::parse(json)?;
        // §7.2 step 3.
        let response = credential.take_response()?;
        // What is decoded is shorter than its base64; the hash and most challenges fit into what is saved.
        let mut buffer = Vec::with_capacity(json.len());
        let credential_id = credential.append_id(&mut buffer)?;
        let user_handle = match &response.user_handle {
            None => None,
            Some(Text(text)) if text.is_empty() => None,
            Some(_) => Some(credential_json::append(
                response.user_handle.as_ref(),
                "response.userHandle",
                &mut buffer,
            )?),
        };
        if user_handle.as_ref().is_some_and(|range| range.len() > MAX_USER_HANDLE_BYTES) {
            return Err(ResponseError::UserHandleTooLong);
        }
        // §7.2 step 7.
        let client_data = credential_json::append(
            response.client_data_json.as_ref(),
            "response.clientDataJSON",
            &mut buffer,
        )?;
        let authenticator_data = credential_json::append(
            response.authenticator_data.as_ref(),
            "response.authenticatorData",
            &mut buffer,
        )?;
        // §7.2 step 20, here already, so that it follows the authenticator data.
        let hash = digest::digest(&digest::SHA256, &buffer[client_data.clone()]);
        buffer.extend_from_slice(hash.as_ref());
        let signed = authenticator_data.start..buffer.len();
        let signature =
            credential_json::append(response.signature.as_ref(), "response.signature", &mut buffer)?;
        // §7.2 step 4.
        let extension_results = credential.append_extension_results(&mut buffer);
        // §7.2 steps 8 and 9.
        let client_data = ClientData::parse(&mut buffer, client_data)?;
        Ok(Self {
            authenticator_attachment: credential.attachment(),
            buffer,
            credential_id,
            user_handle,
            authenticator_data,
            signed,
            signature,
            client_data,
            extension_results,
        })
    }

    /// The credential id, 1 to 1023 bytes.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.buffer[self.credential_id.clone()]
    }

    /// The user handle, 1 to 64 bytes; `None` where it is missing, null or empty.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.clone().map(|range| &self.buffer[range])
    }

    /// The challenge of the client data; never empty.
    #[must_use]
    pub fn challenge(&self) -> &[u8] {
        self.client_data.challenge(&self.buffer)
    }

    /// Where the client says the authenticator is; unproven.
    #[must_use]
    pub const fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.authenticator_attachment
    }

    /// Holds the client data against what the ceremony expects: steps 10 to 14 of §7.2.
    pub fn check_client_data(&self, expected: &ClientDataExpectation<'_>) -> Result<(), ClientDataError> {
        self.client_data.check(&self.buffer, Ceremony::Get, expected)
    }

    /// Verifies the assertion: steps 15 to 21 and 23 of §7.2. Finding the credential (steps 5 and 6) and the
    /// counter (step 22) are the caller's.
    pub fn verify(&self, expected: &AssertionExpectation<'_>) -> Result<VerifiedAssertion, AssertionError> {
        // §6.1; with it §7.2 step 18.
        let data = AuthenticatorData::parse(&self.buffer[self.authenticator_data.clone()])?;
        // §6.1: attested credential data is for attestations.
        if data.attested.is_some() {
            return Err(AssertionError::AttestedCredentialDataPresent);
        }
        // §7.2 step 23, here already, since step 15 looks at one of them.
        let results = &self.buffer[self.extension_results.clone()];
        let client_extensions = RequestOutputs::read(results, expected.extensions, expected.app_id)?;
        let authenticator_extensions =
            AuthenticatorOutputs::parse(data.extensions, expected.extensions, Occasion::Authentication)?;
        // §7.2 step 15; §10.1.1: where the client says that the `AppID` was used, it must be that, and nothing else.
        let scope = match expected.app_id {
            Some(AppIdHash(hash)) if client_extensions.app_id == Some(true) => hash,
            _ => *expected.rp_id.hash(),
        };
        if data.rp_id_hash != scope {
            return Err(AssertionError::RpIdMismatch);
        }
        // §7.2 step 16.
        if !data.flags.user_present() {
            return Err(AssertionError::UserPresenceMissing);
        }
        // §7.2 step 17.
        if expected.user_verification == UserVerification::Required && !data.flags.user_verified() {
            return Err(AssertionError::UserVerificationMissing);
        }
        // §7.2 step 19.
        let backup_eligibility_changed = data.flags.backup_eligible() != expected.backup_eligible;
        if backup_eligibility_changed && expected.backup_eligibility_policy == BackupEligibilityPolicy::Strict
        {
            return Err(AssertionError::BackupEligibilityChanged);
        }
        // §7.2 steps 20 and 21.
        expected
            .public_key
            .verify(&self.buffer[self.signed.clone()], &self.buffer[self.signature.clone()])?;
        Ok(VerifiedAssertion {
            sign_count: data.sign_count,
            user_verified: data.flags.user_verified(),
            backup_eligible: data.flags.backup_eligible(),
            backup_state: data.flags.backup_state(),
            backup_eligibility_changed,
            client_extensions,
            authenticator_extensions,
        })
    }
}
