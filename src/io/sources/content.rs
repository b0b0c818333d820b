//! What a file of the drop folder holds, known by its octets and never by its name.

use std::fmt;

use memchr::memmem;

use crate::asn1::{self, Asn1Error, Reader, Value, context};
use crate::evidence::Piece;
use crate::time::UnixTime;
use crate::x509::{Crl, CrlError, Name, pem};

/// Lists and responses in one PEM file; a bundle of a CA has one list for each of its generations.
const BLOCKS: usize = 100;
/// An OCSP response about a single certificate has some kilobytes (pki.md of the design: 64 KiB); one about a hundred, more.
const LARGEST_RESPONSE: usize = 1 << 20;
/// issuingDistributionPoint (RFC 5280, 5.2.5), content of the OBJECT IDENTIFIER.
const ISSUING_POINT: &[u8] = &[0x55, 0x1d, 0x1c];

/// One list or response.
#[derive(Clone, Debug)]
pub enum Content {
    /// A revocation list (RFC 5280, section 5).
    Crl {
        /// Who issued it.
        issuer: Name,
        /// It may speak of certificates of other issuers.
        indirect: bool,
        /// When it was issued.
        this_update: UnixTime,
        /// When the next one is due.
        next_update: Option<UnixTime>,
    },
    /// An OCSP response (RFC 6960, 4.2.1).
    Ocsp,
}

/// A piece, and what it is.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) content: Content,
    pub(super) piece: Piece,
}

/// The octets are neither a list nor a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unrecognised {
    /// It has the outer form of a list, and cannot be read as one.
    Crl(CrlError),
    /// Nothing that belongs here.
    Neither,
}

impl fmt::Display for Unrecognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crl(error) => error.fmt(f),
            Self::Neither => f.write_str("neither a CRL nor an OCSP response"),
        }
    }
}

/// Everything that a file holds. Blocks of a PEM file that belong elsewhere are passed over as long as one is of use.
pub(super) fn recognise(octets: &[u8], name: &str, taken: Option<UnixTime>) -> Result<Vec<Found>, Unrecognised> {
    if octets.first() == Some(&asn1::SEQUENCE) {
        return one(octets.to_vec(), name.to_owned(), taken).map(|found| vec![found]);
    }
    let blocks = ["X509 CRL", "CRL", "OCSP RESPONSE"].into_iter().filter_map(|label| pem::decode(octets, label));
    let blocks: Vec<Vec<u8>> = blocks.flatten().take(BLOCKS).collect();
    let several = blocks.len() > 1;
    let mut found = Vec::new();
    let mut fault = Unrecognised::Neither;
    for (number, der) in blocks.into_iter().enumerate() {
        let source = if several { format!("{name} ({})", number + 1) } else { name.to_owned() };
        match one(der, source, taken) {
            Ok(piece) => found.push(piece),
            Err(error) => fault = error,
        }
    }
    if found.is_empty() { Err(fault) } else { Ok(found) }
}

fn one(der: Vec<u8>, source: String, taken: Option<UnixTime>) -> Result<Found, Unrecognised> {
    let content = if is_response(&der) {
        Content::Ocsp
    } else {
        let crl = Crl::parse(&der).map_err(|error| match error {
            // A certificate, say: that it is no list in this or that octet helps nobody.
            CrlError::Malformed(_) if !looks_like_list(&der) => Unrecognised::Neither,
            error => Unrecognised::Crl(error),
        })?;
        Content::Crl {
            issuer: crl.issuer().clone(),
            indirect: is_indirect(&der),
            this_update: crl.this_update(),
            next_update: crl.next_update(),
        }
    };
    Ok(Found { content, piece: Piece::new(der, source, taken) })
}

/// `OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT OPTIONAL }`. One that says nothing
/// but that the responder would not answer is of no use; who reads responses says so.
fn is_response(der: &[u8]) -> bool {
    let shape = || -> Result<(), Asn1Error> {
        let mut outer = Value::only(der)?.inside(asn1::SEQUENCE)?;
        outer.expect(asn1::ENUMERATED)?;
        outer.optional(context(0))?;
        outer.finish()
    };
    der.len() <= LARGEST_RESPONSE && shape().is_ok()
}

/// `TBSCertList` begins with a version or an algorithm; `TBSCertificate` of version 3 with `[0]`.
fn looks_like_list(der: &[u8]) -> bool {
    let first = || -> Result<Option<u8>, Asn1Error> {
        Ok(Reader::new(Reader::new(Reader::new(der).expect(asn1::SEQUENCE)?).expect(asn1::SEQUENCE)?).peek())
    };
    matches!(first(), Ok(Some(asn1::INTEGER | asn1::SEQUENCE)))
}

/// Whether the extension that says so is there with its field indirectCRL (RFC 5280, 5.2.5). What a list means is for
/// its own reader; here it only decides to which questions it is offered.
fn is_indirect(der: &[u8]) -> bool {
    let read = || -> Result<bool, Asn1Error> {
        let mut tbs = Reader::new(Value::only(der)?.inside(asn1::SEQUENCE)?.expect(asn1::SEQUENCE)?);
        let mut extensions = loop {
            let field = tbs.any()?;
            if let Ok(extensions) = field.expect(context(0)) {
                break Value::only(extensions)?.inside(asn1::SEQUENCE)?;
            }
        };
        while !extensions.is_empty() {
            let mut extension = extensions.inside(asn1::SEQUENCE)?;
            if extension.expect(asn1::OID)? != ISSUING_POINT {
                continue;
            }
            extension.optional(asn1::BOOLEAN)?;
            let mut fields = Value::only(extension.expect(asn1::OCTET_STRING)?)?.inside(asn1::SEQUENCE)?;
            while !fields.is_empty() {
                let field = fields.any()?;
                if let Ok(flag) = field.expect(asn1::context_primitive(4)) {
                    return Ok(flag != [0]);
                }
            }
        }
        Ok(false)
    };
    read().unwrap_or(false)
}

/// Whether a response can be about the certificate with this serial number: its CertID repeats the number (RFC 6960,
/// 4.1.1). That it is about another one with the same number is found by who reads it.
pub(super) fn names_serial(response: &[u8], serial: &[u8]) -> bool {
    !serial.is_empty() && memmem::find(response, serial).is_some()
}
