//! For which certificates, and for which reasons of revocation, a list speaks (RFC 5280, 5.2.5 and 6.3.3 b).

use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::extension::{DistributionPoint, PointName, read_point_name};
use super::general_name::GeneralName;
use super::name::Name;
use super::revocation::Unusable;
use crate::asn1::{self, Asn1Error, Reader, Value, context, context_primitive};

/// Reasons of revocation that a list or a distribution point covers (`ReasonFlags`, RFC 5280, 4.2.1.13).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Reasons(u16);

impl Reasons {
    /// From keyCompromise to aACompromise; "unused" is no reason.
    pub const ALL: Self = Self(0x1fe);
    /// No reason at all.
    pub const NONE: Self = Self(0);

    /// Reads the content of a BIT STRING. Bits that its first octet calls unused count as absent.
    pub(super) fn read(content: &[u8]) -> Result<Self, Asn1Error> {
        let (unused, octets) = content.split_first().ok_or(Asn1Error::Value)?;
        let bits = (octets.len() * 8).checked_sub(usize::from(*unused)).ok_or(Asn1Error::Value)?;
        let is_set =
            |bit: usize| bit < bits && octets.get(bit / 8).is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0);
        Ok(Self((0..9).filter(|bit| is_set(*bit)).fold(0, |mask, bit| mask | 1 << bit) & Self::ALL.0))
    }

    /// Those in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing can have happened that these do not cover.
    #[must_use]
    pub fn is_all(self) -> bool {
        self == Self::ALL
    }
}

/// What the issuing distribution point limits a list to. A list without the extension speaks of everything.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Scope {
    points: Option<Vec<GeneralName>>,
    kind: Kind,
    reasons: Reasons,
    /// Whether entries may be for certificates of other issuers.
    pub(super) indirect: bool,
}

/// Of what kind the certificates are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Any,
    AttributeCertificates,
    Authorities,
    /// Two kinds at once, which no certificate is.
    None,
    Users,
}

impl Default for Scope {
    fn default() -> Self {
        Self { points: None, kind: Kind::Any, reasons: Reasons::ALL, indirect: false }
    }
}

impl Scope {
    /// Reads `IssuingDistributionPoint`; a relative name continues that of the list's issuer.
    pub(super) fn read(value: &[u8], issuer: &Name) -> Result<Self, Asn1Error> {
        let mut fields = Value::only(value)?.inside(asn1::SEQUENCE)?;
        let points = match fields.optional(context(0))? {
            Some(point) => Some(match read_point_name(point.content)? {
                PointName::Full(names) => names,
                PointName::Relative(rdn) => {
                    vec![GeneralName::Directory(issuer.with_relative(rdn).ok_or(Asn1Error::Value)?)]
                }
            }),
            None => None,
        };
        let only_users = flag(&mut fields, 1)?;
        let only_authorities = flag(&mut fields, 2)?;
        let reasons = match fields.optional(context_primitive(3))? {
            Some(flags) => Reasons::read(flags.content)?,
            None => Reasons::ALL,
        };
        let indirect = flag(&mut fields, 4)?;
        let only_attributes = flag(&mut fields, 5)?;
        fields.finish()?;
        let kind = match (only_users, only_authorities, only_attributes) {
            (false, false, false) => Kind::Any,
            (true, false, false) => Kind::Users,
            (false, true, false) => Kind::Authorities,
            (false, false, true) => Kind::AttributeCertificates,
            _ => Kind::None,
        };
        Ok(Self { points, kind, reasons, indirect })
    }

    /// Whether it speaks of part of the reasons only.
    pub(super) fn is_partial(&self) -> bool {
        !self.reasons.is_all()
    }

    /// The reasons for which a list of `issuer` speaks of `certificate`, by any of its distribution points or, as the
    /// last paragraph of 6.3.3 has it, by none of them.
    pub(super) fn reach(&self, issuer: &Name, certificate: &Certificate) -> Result<Reasons, Unusable> {
        match (self.kind, certificate.is_ca()) {
            (Kind::Any, _) | (Kind::Users, false) | (Kind::Authorities, true) => {}
            (Kind::AttributeCertificates, _) => return Err(Unusable::AttributeCertificates),
            (Kind::None | Kind::Users | Kind::Authorities, _) => return Err(Unusable::OtherScope),
        }
        let mut reasons = Reasons::NONE;
        let mut why = Unusable::OtherIssuer;
        let own = issuer == certificate.issuer();
        for point in certificate.distribution_points() {
            let delegated = is_delegated(point, certificate);
            let meant = if delegated { self.indirect && names(&point.crl_issuer, issuer) } else { own };
            if !meant {
                continue;
            }
            why = Unusable::OtherPoint;
            let named = if point.names.is_empty() { &point.crl_issuer } else { &point.names };
            if self.points.as_ref().is_none_or(|points| meet(points, named)) {
                reasons = reasons.or(point.reasons.and(self.reasons));
            }
        }
        if own {
            why = Unusable::OtherPoint;
            let itself = [GeneralName::Directory(issuer.clone())];
            if self.points.as_ref().is_none_or(|points| meet(points, &itself)) {
                reasons = reasons.or(self.reasons);
            }
        }
        if reasons == Reasons::NONE { Err(why) } else { Ok(reasons) }
    }
}

/// Whether the point leaves revocation to somebody else than the certificate's issuer.
///
/// A `cRLIssuer` that names the issuer itself delegates nothing (RFC 5280, 4.2.1.13: it is left out then). Two of the
/// Vietnamese roots write themselves with an en dash there ("ROOT CA – RS") and with a hyphen in their subject: the
/// same name but for the dash. Passing that over is safe, because the list must then be signed by the issuer's own key
/// or by a proven one of its name, and its scope must fit as ever; what is passed over is only that somebody else might
/// have been meant, and nobody tells two authorities apart by a dash. Any other difference is a name of its own.
fn is_delegated(point: &DistributionPoint, certificate: &Certificate) -> bool {
    !point.crl_issuer.is_empty()
        && !point.crl_issuer.iter().any(|name| match name {
            GeneralName::Directory(name) => name.is_equal_but_for_dashes(certificate.issuer()),
            _ => false,
        })
}

fn names(all: &[GeneralName], issuer: &Name) -> bool {
    all.iter().any(|name| matches!(name, GeneralName::Directory(name) if name == issuer))
}

/// Whether the two have a name in common. Names that were not read have none in common with anything.
fn meet(left: &[GeneralName], right: &[GeneralName]) -> bool {
    left.iter().any(|name| !matches!(name, GeneralName::Other(_)) && right.contains(name))
}

/// An implicitly tagged BOOLEAN DEFAULT FALSE.
fn flag(fields: &mut Reader<'_>, number: u8) -> Result<bool, Asn1Error> {
    match fields.optional(context_primitive(number))? {
        None => Ok(false),
        Some(Value { content: [octet], .. }) => Ok(*octet != 0),
        Some(_) => Err(Asn1Error::Value),
    }
}
