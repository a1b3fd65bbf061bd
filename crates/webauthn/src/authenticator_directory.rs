//! What people call the authenticators that most passkeys are kept in, and a drawing of each kind.
//!
//! AAGUIDs and names are facts, as vendors publish them; the drawings are our own.

use crate::{Aaguid, mds::MetadataBlob};

/// What an authenticator is, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthenticatorDescription<'a> {
    /// Its name.
    pub name: &'a str,
    /// A picture, as a `data:` URL: the metadata's own (PNG), or a drawing of its kind (SVG, in the colour of the text
    /// around it).
    pub icon: Option<&'a str>,
}

/// Where an authenticator is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// In a device, or with the maker of its system.
    Device,
    /// With a password manager.
    PasswordManager,
    /// On a key ring.
    SecurityKey,
    /// In a test.
    Virtual,
}

impl Kind {
    const fn icon(self) -> Option<&'static str> {
        match self {
            Self::Device => Some(LAPTOP),
            Self::PasswordManager => Some(SAFE),
            Self::SecurityKey => Some(KEY),
            Self::Virtual => None,
        }
    }
}

const LAPTOP: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' \
stroke='currentColor' stroke-width='1.5'%3E%3Crect x='4' y='5' width='16' height='11' rx='1.5'/%3E%3Cpath \
d='M2 19h20'/%3E%3C/svg%3E";
const SAFE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' \
stroke='currentColor' stroke-width='1.5'%3E%3Crect x='3' y='4' width='18' height='15' rx='2'/%3E%3Ccircle cx='12' \
cy='11.5' r='3'/%3E%3Cpath d='M12 8.5v-2M12 16.5v-2M6 19v2M18 19v2'/%3E%3C/svg%3E";
const KEY: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' \
stroke='currentColor' stroke-width='1.5'%3E%3Crect x='2' y='8' width='13' height='8' rx='2'/%3E%3Cpath \
d='M15 10h7v4h-7'/%3E%3Ccircle cx='6' cy='12' r='1.5'/%3E%3C/svg%3E";

/// In the order of the AAGUIDs.
const DIRECTORY: [(u128, &str, Kind); 62] = [
    // What Chromium's developer tools and WebDriver make.
    (0x01020304_0506_0708_0102_030405060708, "Chromium's virtual authenticator", Kind::Virtual),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello", Kind::Device),
    (0x0bb43545_fd2c_4185_87dd_feb0b2916ace, "Security Key NFC by Yubico", Kind::SecurityKey),
    (0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6, "Keeper", Kind::PasswordManager),
    (0x149a2021_8ef6_4133_96b8_81f8d5b7f1f5, "Security Key by Yubico with NFC", Kind::SecurityKey),
    (0x19083c3d_8383_4b18_bc03_8f1c9ab2fd1b, "YubiKey 5 Series", Kind::SecurityKey),
    (0x1ac71f64_468d_4fe0_bef1_0e5f2f551f18, "YubiKey 5 Series with NFC", Kind::SecurityKey),
    (0x20ac7a17_c814_4833_93fe_539f0d5e3389, "YubiKey 5 Series", Kind::SecurityKey),
    (0x22248c4c_7a12_46e2_9a41_44291b373a4d, "LogMeOnce", Kind::PasswordManager),
    (0x24673149_6c86_42e7_98d9_433fb5b73296, "YubiKey 5 Series with Lightning", Kind::SecurityKey),
    (0x2fc0579f_8113_47ea_b116_bb5a8db9202a, "YubiKey 5 Series with NFC", Kind::SecurityKey),
    (0x34f5766d_1536_4a24_9033_0e294e510fb0, "YubiKey 5 Series", Kind::SecurityKey),
    (0x39a5647e_1853_446c_a1f6_a79bae9f5bc7, "IDmelon", Kind::Device),
    (0x3b24bf49_1d45_4484_a917_13175df0867b, "YubiKey 5 Series with Lightning", Kind::SecurityKey),
    (0x42b4fb4a_2866_43b2_9bf7_6c6669c2e5d3, "Google Titan Security Key", Kind::SecurityKey),
    (0x47ab2fb4_66ac_4184_9ae1_86be814012d5, "Security Key NFC by Yubico", Kind::SecurityKey),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass", Kind::PasswordManager),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane", Kind::PasswordManager),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass", Kind::PasswordManager),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello", Kind::Device),
    (0x6d44ba9b_f6ec_2e49_b930_0c8fe920cb73, "Security Key by Yubico with NFC", Kind::SecurityKey),
    (0x73bb0cd4_e502_49b8_9c6f_b59445bf720b, "YubiKey 5 FIPS Series", Kind::SecurityKey),
    (0x771b48fd_d3d4_4f74_9232_fc157ab0507a, "Edge on Mac", Kind::Device),
    (0x7d1351a6_e097_4852_b8bf_c9ac5c9ce4a3, "YubiKey Bio Series", Kind::SecurityKey),
    (0x83c47309_aabb_4108_8470_8be838b573cb, "YubiKey Bio Series", Kind::SecurityKey),
    (0x85203421_48f9_4355_9bc8_8a53846e5083, "YubiKey 5Ci FIPS", Kind::SecurityKey),
    (0x891494da_2c90_4d31_a9cd_4eab0aed1309, "Sésame", Kind::PasswordManager),
    (0x90a3ccdf_635c_4729_a248_9b709135078f, "Microsoft Authenticator", Kind::Device),
    (0x9addb28c_b46f_4402_808f_019651441ff3, "KeePassPasskey", Kind::PasswordManager),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello", Kind::Device),
    (0xa02167b9_ae71_4ac7_9a07_06432ebb6f1c, "YubiKey 5 Series with Lightning", Kind::SecurityKey),
    (0xa10c6dd9_465e_4226_8198_c7c44b91c555, "Kaspersky Password Manager", Kind::PasswordManager),
    (0xa11a5faa_9f32_4b8c_8c5d_2f7d13e8c942, "AliasVault", Kind::PasswordManager),
    (0xa25342c0_3cdc_4414_8e46_f4807fca511c, "YubiKey 5 Series with NFC", Kind::SecurityKey),
    (0xa4e9fc6d_4cbe_4758_b8ba_37598bb5bbaa, "Security Key NFC by Yubico", Kind::SecurityKey),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac", Kind::Device),
    (0xb35a26b2_8f6e_4697_ab1d_d44db4da28c6, "Zoho Vault", Kind::PasswordManager),
    (0xb5397666_4885_aa6b_cebf_e52262a439a2, "Chromium", Kind::Device),
    (0xb78a0a55_6ef8_d246_a042_ba0f6d55050c, "LastPass", Kind::PasswordManager),
    (0xb7d3f68e_88a6_471e_9ecf_2df26d041ede, "Security Key NFC by Yubico", Kind::SecurityKey),
    (0xb84e4048_15dc_4dd0_8640_f4f60813c8af, "NordPass", Kind::PasswordManager),
    (0xb92c3f9a_c014_4056_887f_140a2501163b, "Security Key by Yubico", Kind::SecurityKey),
    (0xb93fd961_f2e6_462f_b122_82002247de78, "Android", Kind::Device),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password", Kind::PasswordManager),
    (0xc1f9a0bc_1dd2_404a_b27f_8e29047a43fd, "YubiKey 5 FIPS Series with NFC", Kind::SecurityKey),
    (0xc5ef55ff_ad9a_4b9f_b580_adebafe026d0, "YubiKey 5Ci", Kind::SecurityKey),
    (0xcb69481e_8ff7_4039_93ec_0a2729a154a8, "YubiKey 5 Series", Kind::SecurityKey),
    (0xd3452668_01fd_4c12_926c_83a4204853aa, "Microsoft Password Manager", Kind::PasswordManager),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden", Kind::PasswordManager),
    (0xd7781e5d_e353_46aa_afe2_3ca49f13332a, "YubiKey 5 Series with NFC", Kind::SecurityKey),
    (0xd8522d9f_575b_4866_88a9_ba99fa02f35b, "YubiKey Bio Series", Kind::SecurityKey),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain", Kind::Device),
    (0xde1e552d_db1d_4423_a619_566b625cdc84, "Microsoft Authenticator", Kind::Device),
    (0xde503f9c_21a4_4f76_b4b7_558eb55c6f89, "Devolutions", Kind::PasswordManager),
    (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager", Kind::PasswordManager),
    (0xeaecdef2_1c31_5634_8639_f1cbd9c00a08, "KeePassDX", Kind::PasswordManager),
    (0xee882879_721c_4913_9775_3dfcce97072a, "YubiKey 5 Series", Kind::SecurityKey),
    (0xf3809540_7f14_49c1_a8b3_8f813b225541, "Enpass", Kind::PasswordManager),
    (0xf8a011f3_8c0a_4d15_8006_17111f9edc7d, "Security Key by Yubico", Kind::SecurityKey),
    (0xfa2b99dc_9e39_4257_8f92_4a30d23c4118, "YubiKey 5 Series with NFC", Kind::SecurityKey),
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "iCloud Keychain", Kind::Device),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC", Kind::PasswordManager),
];

fn find(aaguid: Aaguid) -> Option<AuthenticatorDescription<'static>> {
    let number = u128::from_be_bytes(*aaguid.as_bytes());
    let index = DIRECTORY.binary_search_by_key(&number, |(known, ..)| *known).ok()?;
    let (_, name, kind) = DIRECTORY[index];
    Some(AuthenticatorDescription { name, icon: kind.icon() })
}

/// The name under which people know an authenticator, for those that most passkeys are kept in.
#[must_use]
pub fn authenticator_name(aaguid: Aaguid) -> Option<&'static str> {
    find(aaguid).map(|found| found.name)
}

/// What an authenticator is, for people: as the metadata service has it, or else as the directory here.
///
/// An AAGUID that no attestation proves is what the authenticator says it is, and so is this.
///
/// ```
/// use passgate_webauthn::{Aaguid, describe_authenticator};
///
/// let aaguid = Aaguid::from_bytes(0xd548826e_79b4_db40_a3d8_11116f7e8349_u128.to_be_bytes());
/// assert_eq!(describe_authenticator(aaguid, None).map(|found| found.name), Some("Bitwarden"));
/// ```
#[must_use]
pub fn describe_authenticator(
    aaguid: Aaguid,
    metadata: Option<&MetadataBlob>,
) -> Option<AuthenticatorDescription<'_>> {
    let known = find(aaguid);
    let entry = metadata.and_then(|metadata| metadata.by_aaguid(aaguid));
    let Some(name) = entry.and_then(|entry| entry.description.as_deref()) else { return known };
    let icon = entry.and_then(|entry| entry.icon.as_deref());
    Some(AuthenticatorDescription { name, icon: icon.or(known.and_then(|known| known.icon)) })
}

#[cfg(test)]
mod tests {
    use super::{DIRECTORY, Kind, authenticator_name, describe_authenticator};
    use crate::Aaguid;

    fn aaguid(number: u128) -> Aaguid {
        Aaguid::from_bytes(number.to_be_bytes())
    }

    #[test]
    fn the_directory_is_in_order_and_has_each_aaguid_once() {
        assert!(DIRECTORY.is_sorted_by(|(left, ..), (right, ..)| left < right));
        for (number, name, kind) in DIRECTORY {
            assert_eq!(authenticator_name(aaguid(number)), Some(name));
            let found = describe_authenticator(aaguid(number), None).unwrap();
            assert_eq!((found.name, found.icon), (name, kind.icon()));
        }
    }

    #[test]
    fn the_providers_that_the_field_knows_have_a_name_and_others_none() {
        for (number, name) in [
            (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "iCloud Keychain"),
            (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager"),
            (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
            (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
            (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
            (0x01020304_0506_0708_0102_030405060708, "Chromium's virtual authenticator"),
            (0xcb69481e_8ff7_4039_93ec_0a2729a154a8, "YubiKey 5 Series"),
        ] {
            assert_eq!(authenticator_name(aaguid(number)), Some(name));
        }
        assert_eq!(authenticator_name(Aaguid::ZERO), None);
        assert_eq!(describe_authenticator(aaguid(7), None), None);
    }

    #[test]
    fn drawings_are_small_and_can_stand_in_an_attribute() {
        for icon in [Kind::Device, Kind::PasswordManager, Kind::SecurityKey].map(Kind::icon) {
            let icon = icon.unwrap();
            let drawing = icon.strip_prefix("data:image/svg+xml,").unwrap();
            assert!(
                drawing.len() < 400 && drawing.is_ascii() && !drawing.contains(['"', '<', '>', '#', '\n'])
            );
            let svg = drawing.replace("%3C", "<").replace("%3E", ">");
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
            assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        }
        assert_eq!(Kind::Virtual.icon(), None);
    }
}
