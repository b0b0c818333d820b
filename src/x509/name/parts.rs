//! All values of one kind of attribute: a name may bear several, and who compares names must not overlook one.

use super::{COMMON_NAME, LOCALITY, Name, ORGANIZATION};

const GIVEN_NAME: &[u8] = &[0x55, 4, 42];
const ORGANIZATION_IDENTIFIER: &[u8] = &[0x55, 4, 97];
const SERIAL_NUMBER: &[u8] = &[0x55, 4, 5];
const SURNAME: &[u8] = &[0x55, 4, 4];

impl Name {
    /// Every CN.
    #[must_use]
    pub fn common_names(&self) -> Vec<String> {
        self.all(COMMON_NAME)
    }

    /// Every O.
    #[must_use]
    pub fn organizations(&self) -> Vec<String> {
        self.all(ORGANIZATION)
    }

    /// Every L.
    #[must_use]
    pub fn localities(&self) -> Vec<String> {
        self.all(LOCALITY)
    }

    /// organizationIdentifier (ITU-T X.520, 6.4.4): a scheme with its country, a hyphen, the number (EN 319 412-1, 5.1.4).
    #[must_use]
    pub fn organization_identifiers(&self) -> Vec<String> {
        self.all(ORGANIZATION_IDENTIFIER)
    }

    /// serialNumber of the subject; not that of the certificate.
    #[must_use]
    pub fn serial_numbers(&self) -> Vec<String> {
        self.all(SERIAL_NUMBER)
    }

    /// Whether it has a surname or a given name, which only persons have (EN 319 412-2, 4.2.4).
    #[must_use]
    pub fn has_personal_name(&self) -> bool {
        [GIVEN_NAME, SURNAME].iter().any(|oid| self.attributes.iter().any(|attribute| attribute.oid == *oid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{self, encode};

    fn name(parts: &[(&[u8], &str)]) -> Name {
        let rdns = parts.iter().map(|(oid, text)| {
            let pair = encode(asn1::SEQUENCE, &[&encode(asn1::OID, &[oid]), &encode(0x0c, &[text.as_bytes()])]);
            encode(asn1::SET, &[&pair])
        });
        Name::parse(&encode(asn1::SEQUENCE, &[&rdns.collect::<Vec<_>>().concat()])).unwrap()
    }

    #[test]
    fn no_value_of_several_is_overlooked() {
        let two = name(&[(ORGANIZATION, "A"), (COMMON_NAME, "x"), (ORGANIZATION, "B"), (LOCALITY, "L")]);
        assert_eq!(two.organizations(), ["A", "B"]);
        assert_eq!((two.common_names(), two.localities()), (vec!["x".to_owned()], vec!["L".to_owned()]));
        assert!(!two.has_personal_name());
    }

    #[test]
    fn a_given_name_or_a_surname_is_a_persons() {
        assert!(name(&[(SURNAME, "Nguyễn")]).has_personal_name());
        assert!(name(&[(GIVEN_NAME, "An")]).has_personal_name());
    }
}
