//! The extensions of a certificate that decide something (RFC 5280, section 4.2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use x509_parser::extensions::{ParsedExtension, X509Extension};

use super::certificate::CertificateFault;
use super::crl_scope::Reasons;
use super::general_name::GeneralName;
use super::name::Name;
use super::name_constraint::NameConstraints;
use super::policy::PolicyFields;
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};

/// What the extensions of one certificate say.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    pub(super) basic: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) ext_key_usage: Option<ExtKeyUsage>,
    pub(super) alternative_names: Vec<GeneralName>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    pub(super) distribution_points: Vec<DistributionPoint>,
    pub(super) freshest_points: Vec<DistributionPoint>,
    pub(super) netscape_crl_urls: Vec<String>,
    pub(super) ocsp_urls: Vec<String>,
    pub(super) policy: PolicyFields,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) ocsp_no_check: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct BasicConstraints {
    pub(super) ca: bool,
    pub(super) path_len: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct ExtKeyUsage {
    pub(super) oids: Vec<String>,
    pub(super) critical: bool,
}

/// Uses of a key (RFC 5280, 4.2.1.3).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Signatures other than those on certificates and CRLs.
    #[must_use]
    pub fn digital_signature(self) -> bool {
        self.0 & 1 != 0
    }

    /// Signatures that the signer cannot deny (contentCommitment).
    #[must_use]
    pub fn non_repudiation(self) -> bool {
        self.0 & 1 << 1 != 0
    }

    /// Signatures on certificates.
    #[must_use]
    pub fn key_cert_sign(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    /// Signatures on CRLs.
    #[must_use]
    pub fn crl_sign(self) -> bool {
        self.0 & 1 << 6 != 0
    }
}

/// Where and by whom revocations are published (RFC 5280, 4.2.1.13).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DistributionPoint {
    /// Full names; one relative to the issuer of the CRL is made full.
    pub names: Vec<GeneralName>,
    /// The reasons that it covers.
    pub reasons: Reasons,
    /// Who issues the CRL, when it is said to be somebody else.
    pub crl_issuer: Vec<GeneralName>,
}

impl DistributionPoint {
    /// Its names that are addresses of resources.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| match name {
            GeneralName::Uri(uri) => Some(uri.as_str()),
            _ => None,
        })
    }
}

const NAME_CONSTRAINTS: &str = "2.5.29.30";
const ALTERNATIVE_NAME: &str = "2.5.29.17";
const DISTRIBUTION_POINTS: &str = "2.5.29.31";
const FRESHEST: &str = "2.5.29.46";
const POLICIES: &str = "2.5.29.32";
const POLICY_MAPPINGS: &str = "2.5.29.33";
const POLICY_CONSTRAINTS: &str = "2.5.29.36";
const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
const ANY_POLICY: &[u8] = &[0x55, 0x1d, 0x20, 0];
const ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1];
/// id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1).
const OCSP_NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";
/// Netscape's revocation URL and CA revocation URL, which VGCA G1 has instead of distribution points.
const NETSCAPE_REVOCATION: &str = "2.16.840.1.113730.1.3";
const NETSCAPE_CA_REVOCATION: &str = "2.16.840.1.113730.1.4";

/// Extensions that say nothing about a path, so that being critical changes nothing: issuerAltName and the two
/// information access extensions.
const HARMLESS: [&str; 3] = ["2.5.29.18", ACCESS, "1.3.6.1.5.5.7.1.11"];

/// More points or policies than this are found in attacks only.
const MAX_ITEMS: usize = 200;

impl Extensions {
    /// Reads all in a certificate of `issuer`, and says what is wrong with the first that is wrong.
    pub(super) fn read(extensions: &[X509Extension<'_>], issuer: &Name) -> (Self, Option<CertificateFault>) {
        let mut all = Self::default();
        let mut fault = None;
        let mut seen = BTreeSet::new();
        for extension in extensions {
            let oid = asn1::dotted(extension.oid.as_bytes());
            if !seen.insert(oid.clone()) {
                fault.get_or_insert(CertificateFault::DuplicateExtension { oid });
                continue;
            }
            match all.take(extension, &oid, issuer) {
                Outcome::Unknown if extension.critical => {
                    fault.get_or_insert(CertificateFault::UnknownCriticalExtension { oid });
                }
                Outcome::Malformed { decides } if decides || extension.critical => {
                    fault.get_or_insert(CertificateFault::MalformedExtension { oid });
                }
                // VGCA writes an empty issuerAltName (30 00); nothing depends on it.
                Outcome::Malformed { .. } | Outcome::Read | Outcome::Unknown => {}
            }
        }
        (all, fault)
    }

    fn take(&mut self, extension: &X509Extension<'_>, oid: &str, issuer: &Name) -> Outcome {
        let value = extension.value;
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(basic) => {
                self.basic = Some(BasicConstraints { ca: basic.ca, path_len: basic.path_len_constraint });
                return Outcome::Read;
            }
            ParsedExtension::KeyUsage(usage) => {
                self.key_usage = Some(KeyUsage(usage.flags));
                return Outcome::Read;
            }
            ParsedExtension::SubjectKeyIdentifier(id) => {
                self.subject_key_id = Some(id.0.to_vec());
                return Outcome::Read;
            }
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                return Outcome::Read;
            }
            _ => {}
        }
        match oid {
            // Deciding extensions that x509-parser could not read.
            "2.5.29.15" | "2.5.29.19" => Outcome::Malformed { decides: true },
            "2.5.29.14" | "2.5.29.35" => Outcome::Malformed { decides: false },
            "2.5.29.37" => read_oids(value, 1).map_or(Outcome::Malformed { decides: true }, |oids| {
                self.ext_key_usage = Some(ExtKeyUsage { oids, critical: extension.critical });
                Outcome::Read
            }),
            ALTERNATIVE_NAME => match inside(value).and_then(GeneralName::read_all) {
                Ok(names) => {
                    self.alternative_names = names;
                    Outcome::Read
                }
                Err(_) => Outcome::Malformed { decides: true },
            },
            NAME_CONSTRAINTS => match NameConstraints::read(value) {
                Ok(constraints) => {
                    self.name_constraints = Some(constraints);
                    Outcome::Read
                }
                Err(_) => Outcome::Malformed { decides: true },
            },
            DISTRIBUTION_POINTS | FRESHEST => match read_points(value, issuer) {
                Ok(points) if oid == FRESHEST => {
                    self.freshest_points = points;
                    Outcome::Read
                }
                Ok(points) => {
                    self.distribution_points = points;
                    Outcome::Read
                }
                Err(_) => Outcome::Malformed { decides: false },
            },
            POLICIES | POLICY_MAPPINGS | POLICY_CONSTRAINTS | INHIBIT_ANY_POLICY => {
                self.policy.take(oid, value).map_or(Outcome::Malformed { decides: true }, |()| Outcome::Read)
            }
            ACCESS => match read_ocsp_urls(value) {
                Ok(urls) => {
                    self.ocsp_urls = urls;
                    Outcome::Read
                }
                Err(_) => Outcome::Malformed { decides: false },
            },
            // The content is NULL and says nothing more; responders have been issued certificates with other content.
            OCSP_NO_CHECK => {
                self.ocsp_no_check = true;
                Outcome::Read
            }
            NETSCAPE_REVOCATION | NETSCAPE_CA_REVOCATION => {
                // The content is an IA5String.
                let url = Value::only(value).and_then(|value| value.expect(0x16)).ok();
                let url = url.and_then(|url| std::str::from_utf8(url).ok()).filter(|url| url.is_ascii());
                self.netscape_crl_urls.extend(url.map(str::to_owned));
                Outcome::Unknown
            }
            oid if HARMLESS.contains(&oid) => Outcome::Read,
            _ => Outcome::Unknown,
        }
    }
}

enum Outcome {
    Malformed { decides: bool },
    Read,
    Unknown,
}

fn inside(value: &[u8]) -> Result<Reader<'_>, Asn1Error> {
    Value::only(value)?.inside(asn1::SEQUENCE)
}

/// A SEQUENCE OF at least `least` object identifiers.
fn read_oids(value: &[u8], least: usize) -> Option<Vec<String>> {
    let mut reader = inside(value).ok()?;
    let mut oids = Vec::new();
    while !reader.is_empty() {
        if oids.len() == MAX_ITEMS {
            return None;
        }
        oids.push(asn1::dotted(reader.expect(asn1::OID).ok()?));
    }
    (oids.len() >= least).then_some(oids)
}

impl PolicyFields {
    fn take(&mut self, oid: &str, value: &[u8]) -> Result<(), Asn1Error> {
        match oid {
            POLICIES => self.policies = Some(read_policies(value)?),
            POLICY_MAPPINGS => self.mappings = read_mappings(value)?,
            POLICY_CONSTRAINTS => {
                let mut fields = inside(value)?;
                let mut skip = |number| match fields.optional(context_primitive(number))? {
                    Some(value) => small_integer(value.content).map(Some),
                    None => Ok(None),
                };
                self.require_explicit = skip(0)?;
                self.inhibit_mapping = skip(1)?;
                fields.finish()?;
            }
            _ => self.inhibit_any = Some(small_integer(Value::only(value)?.expect(asn1::INTEGER)?)?),
        }
        Ok(())
    }
}

/// SkipCerts: what is too large to matter counts as the largest, what is negative is no number.
fn small_integer(content: &[u8]) -> Result<u32, Asn1Error> {
    if content.first().is_none_or(|first| first & 0x80 != 0) {
        return Err(Asn1Error::Value);
    }
    Ok(content.iter().fold(0_u32, |sum, digit| sum.saturating_mul(256).saturating_add(u32::from(*digit))))
}

fn read_policies(value: &[u8]) -> Result<Vec<String>, Asn1Error> {
    let mut reader = inside(value)?;
    let mut policies = Vec::new();
    while !reader.is_empty() {
        let policy = asn1::dotted(reader.inside(asn1::SEQUENCE)?.expect(asn1::OID)?);
        // RFC 5280, 4.2.1.4: a policy occurs once.
        if policies.len() == MAX_ITEMS || policies.contains(&policy) {
            return Err(Asn1Error::Value);
        }
        policies.push(policy);
    }
    Ok(policies)
}

/// RFC 5280, 6.1.4 a: anyPolicy may stand on neither side of a mapping.
fn read_mappings(value: &[u8]) -> Result<Vec<(String, String)>, Asn1Error> {
    let mut reader = inside(value)?;
    let mut mappings = Vec::new();
    while !reader.is_empty() {
        let mut pair = reader.inside(asn1::SEQUENCE)?;
        let (issuer, subject) = (pair.expect(asn1::OID)?, pair.expect(asn1::OID)?);
        pair.finish()?;
        if issuer == ANY_POLICY || subject == ANY_POLICY || mappings.len() == MAX_ITEMS {
            return Err(Asn1Error::Value);
        }
        mappings.push((asn1::dotted(issuer), asn1::dotted(subject)));
    }
    Ok(mappings)
}

fn read_ocsp_urls(value: &[u8]) -> Result<Vec<String>, Asn1Error> {
    let mut reader = inside(value)?;
    let mut urls = Vec::new();
    while !reader.is_empty() && urls.len() < MAX_ITEMS {
        let mut description = reader.inside(asn1::SEQUENCE)?;
        let method = description.expect(asn1::OID)?;
        if let GeneralName::Uri(url) = GeneralName::read(&description.any()?)
            && method == OCSP
        {
            urls.push(url);
        }
    }
    Ok(urls)
}

/// Reads `CRLDistributionPoints`, where a name may be relative to that of the CRL's issuer, which is `issuer` unless
/// another one is named.
pub(super) fn read_points(value: &[u8], issuer: &Name) -> Result<Vec<DistributionPoint>, Asn1Error> {
    let mut reader = inside(value)?;
    let mut points = Vec::new();
    while !reader.is_empty() {
        if points.len() == MAX_ITEMS {
            return Err(Asn1Error::Value);
        }
        let mut fields = reader.inside(asn1::SEQUENCE)?;
        let name = match fields.optional(context(0))? {
            Some(point) => Some(read_point_name(point.content)?),
            None => None,
        };
        let reasons = match fields.optional(context_primitive(1))? {
            Some(flags) => Reasons::read(flags.content)?,
            None => Reasons::ALL,
        };
        let crl_issuer = match fields.optional(context(2))? {
            Some(issuer) => GeneralName::read_all(Reader::new(issuer.content))?,
            None => Vec::new(),
        };
        fields.finish()?;
        let names = match name {
            None => Vec::new(),
            Some(PointName::Full(names)) => names,
            Some(PointName::Relative(rdn)) => vec![full_name(rdn, &crl_issuer, issuer)],
        };
        points.push(DistributionPoint { names, reasons, crl_issuer });
    }
    Ok(points)
}

/// RFC 5280, 4.2.1.13: a relative name may not be used where several issuers are named, as it would mean several.
fn full_name(rdn: &[u8], crl_issuer: &[GeneralName], issuer: &Name) -> GeneralName {
    let base = match crl_issuer {
        [] => Some(issuer),
        [GeneralName::Directory(name)] => Some(name),
        _ => None,
    };
    // A name that is equal to none, so that the point does not count as one without a name.
    base.and_then(|base| base.with_relative(rdn)).map_or(GeneralName::Other(context(1)), GeneralName::Directory)
}

/// The alternatives of `DistributionPointName`.
pub(super) enum PointName<'a> {
    Full(Vec<GeneralName>),
    /// The content of one relative distinguished name.
    Relative(&'a [u8]),
}

pub(super) fn read_point_name(content: &[u8]) -> Result<PointName<'_>, Asn1Error> {
    let value = Value::only(content)?;
    match value.tag {
        tag if tag == context(0) => GeneralName::read_all(Reader::new(value.content)).map(PointName::Full),
        tag if tag == context(1) => Ok(PointName::Relative(value.content)),
        found => Err(Asn1Error::Tag { expected: context(0), found }),
    }
}
