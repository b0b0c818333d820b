//! Certificates and CRLs made in code for tests: fixed P-256 keys, periods that include any sensible time.

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;

use super::{Certificate, Crl, Name};
use crate::asn1::{self, context, encode};
use crate::time::UnixTime;

/// A time inside every period made here.
pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// AlgorithmIdentifier of ecdsa-with-SHA256.
pub(crate) const ECDSA_SHA256: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// A key with the name that it speaks for.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) name: String,
    key: SigningKey,
}

impl Party {
    /// The key is a function of `seed` alone.
    pub(crate) fn new(name: &str, seed: u8) -> Self {
        let mut scalar = [seed; 32];
        scalar[0] = 1;
        Self { name: format!("CN={name}, O=Test, C=VN"), key: SigningKey::from_slice(&scalar).unwrap() }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.key.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let algorithm =
            [0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let point = self.key.verifying_key().to_sec1_point(false);
        encode(asn1::SEQUENCE, &[&algorithm, &encode(asn1::BIT_STRING, &[&[0], point.as_bytes()])])
    }
}

/// A certificate to be made; the fields are what tests bend.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    pub(crate) subject: &'a Party,
    pub(crate) issuer: &'a Party,
    pub(crate) serial: u8,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) inner_algorithm: &'a [u8],
    /// Another SubjectPublicKeyInfo than the subject's.
    pub(crate) spki: Option<Vec<u8>>,
}

impl<'a> Draft<'a> {
    /// An end entity that may sign documents.
    pub(crate) fn leaf(subject: &'a Party, issuer: &'a Party) -> Self {
        Self {
            subject,
            issuer,
            serial: 7,
            from: "20000101000000Z",
            to: "99991231235959Z",
            extensions: vec![key_usage(0x40)],
            inner_algorithm: ECDSA_SHA256,
            spki: None,
        }
    }

    /// A CA.
    pub(crate) fn authority(subject: &'a Party, issuer: &'a Party) -> Self {
        Self { extensions: vec![basic_constraints(None), key_usage(0x06)], ..Self::leaf(subject, issuer) }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let name = |party: &Party| Name::from_text(&party.name).unwrap().der().to_vec();
        let time = |text: &str| encode(asn1::GENERALIZED_TIME, &[text.as_bytes()]);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = encode(context(3), &[&encode(asn1::SEQUENCE, &extensions)]);
        let tbs = encode(
            asn1::SEQUENCE,
            &[
                &[0xa0, 3, 2, 1, 2],
                &encode(asn1::INTEGER, &[&[self.serial]]),
                self.inner_algorithm,
                &name(self.issuer),
                &encode(asn1::SEQUENCE, &[&time(self.from), &time(self.to)]),
                &name(self.subject),
                &self.spki.clone().unwrap_or_else(|| self.subject.spki()),
                if self.extensions.is_empty() { &[] } else { &extensions },
            ],
        );
        sealed(&tbs, self.issuer)
    }

    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::parse(&self.der()).unwrap()
    }
}

/// A signed structure: what is signed, the algorithm, the signature.
pub(crate) fn sealed(tbs: &[u8], signer: &Party) -> Vec<u8> {
    let signature = encode(asn1::BIT_STRING, &[&[0], &signer.sign(tbs)]);
    encode(asn1::SEQUENCE, &[tbs, ECDSA_SHA256, &signature])
}

/// An extension with the object identifier 2.5.29.`arc`.
pub(crate) fn extension(arc: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, arc], flag, &encode(asn1::OCTET_STRING, &[value])])
}

/// keyUsage with these bits, the first one highest (0x80 digitalSignature, 0x40 nonRepudiation, 0x06 the two of CAs).
pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    extension(15, true, &[3, 2, 0, bits])
}

/// basicConstraints of a CA.
pub(crate) fn basic_constraints(path_len: Option<u8>) -> Vec<u8> {
    let len = path_len.map_or_else(Vec::new, |len| vec![2, 1, len]);
    extension(19, true, &encode(asn1::SEQUENCE, &[&[1, 1, 0xff], &len]))
}

/// certificateIssuer of a CRL entry.
pub(crate) fn entry_issuer(party: &Party) -> Vec<u8> {
    extension(29, true, &encode(asn1::SEQUENCE, &[&directory(&party.name)]))
}

/// The GeneralName alternative directoryName.
pub(crate) fn directory(name: &str) -> Vec<u8> {
    encode(context(4), &[Name::from_text(name).unwrap().der()])
}

/// The GeneralName alternative uniformResourceIdentifier.
pub(crate) fn uri(uri: &str) -> Vec<u8> {
    encode(asn1::context_primitive(6), &[uri.as_bytes()])
}

/// A DistributionPointName of full names, with the tag that both extensions give it.
pub(crate) fn full_name(names: &[u8]) -> Vec<u8> {
    encode(context(0), &[&encode(context(0), &[names])])
}

/// cRLDistributionPoints of these points, each the content of its SEQUENCE.
pub(crate) fn distribution_points(points: &[&[u8]]) -> Vec<u8> {
    let points: Vec<u8> = points.iter().flat_map(|point| encode(asn1::SEQUENCE, &[point])).collect();
    extension(31, false, &encode(asn1::SEQUENCE, &[&points]))
}

/// issuingDistributionPoint with these fields.
pub(crate) fn issuing_point(fields: &[&[u8]]) -> Vec<u8> {
    extension(28, true, &encode(asn1::SEQUENCE, fields))
}

/// reasonCode of a CRL entry.
pub(crate) fn reason_code(code: u8) -> Vec<u8> {
    extension(21, false, &[asn1::ENUMERATED, 1, code])
}

/// A self-signed CA.
pub(crate) fn root(party: &Party) -> Certificate {
    Draft::authority(party, party).certificate()
}

/// A CRL to be made; the fields are what tests bend.
#[derive(Clone)]
pub(crate) struct CrlDraft<'a> {
    pub(crate) issuer: &'a Party,
    pub(crate) this_update: &'a str,
    pub(crate) next_update: &'a str,
    /// Serial number and entry extensions.
    pub(crate) entries: Vec<(u8, Vec<Vec<u8>>)>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl<'a> CrlDraft<'a> {
    /// An empty list.
    pub(crate) fn new(issuer: &'a Party) -> Self {
        Self {
            issuer,
            this_update: "20250101000000Z",
            next_update: "99991231235959Z",
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let time = |text: &str| encode(asn1::GENERALIZED_TIME, &[text.as_bytes()]);
        let sequence = |parts: &[Vec<u8>]| {
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            if parts.is_empty() { Vec::new() } else { encode(asn1::SEQUENCE, &parts) }
        };
        let revoked_at = encode(asn1::UTC_TIME, &[b"250101000000Z"]);
        let list: Vec<Vec<u8>> = self
            .entries
            .iter()
            .map(|(serial, extensions)| encode(asn1::SEQUENCE, &[&[2, 1, *serial], &revoked_at, &sequence(extensions)]))
            .collect();
        let extensions = sequence(&self.extensions);
        let extensions = if extensions.is_empty() { extensions } else { encode(context(0), &[&extensions]) };
        let name = Name::from_text(&self.issuer.name).unwrap();
        let fields: [&[u8]; 7] = [
            &[2, 1, 1],
            ECDSA_SHA256,
            name.der(),
            &time(self.this_update),
            // RFC 5280 wants it; X.509 does not.
            &if self.next_update.is_empty() { Vec::new() } else { time(self.next_update) },
            &sequence(&list),
            &extensions,
        ];
        sealed(&encode(asn1::SEQUENCE, &fields), self.issuer)
    }

    pub(crate) fn crl(&self) -> Crl {
        Crl::parse(&self.der()).unwrap()
    }
}

/// A CRL with these entries (serial and entry extensions) and list extensions.
pub(crate) fn crl(issuer: &Party, entries: &[(u8, &[Vec<u8>])], extensions: &[Vec<u8>]) -> Crl {
    Crl::parse(&crl_der(issuer, entries, extensions)).unwrap()
}

pub(crate) fn crl_der(issuer: &Party, entries: &[(u8, &[Vec<u8>])], extensions: &[Vec<u8>]) -> Vec<u8> {
    let entries = entries.iter().map(|(serial, extensions)| (*serial, extensions.to_vec())).collect();
    CrlDraft { entries, extensions: extensions.to_vec(), ..CrlDraft::new(issuer) }.der()
}

/// The test data of others, when it is there; says so when it is not.
pub(crate) fn corpora(folder: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("DIEU7_CORPORA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        std::path::PathBuf::from,
    );
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("left out: no test data at {}", path.display());
    None
}

/// Every file below `folder`, in order.
pub(crate) fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Octets bent in many small ways, always the same ones: for "never panics".
pub(crate) fn mutations(octets: &[u8], count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap()
    };
    (0..count).map(move |_| {
        let mut bent = octets.to_vec();
        for _ in 0..=next() % 3 {
            let at = next() % bent.len().max(1);
            match next() % 4 {
                0 => bent.truncate(at),
                1 if at < bent.len() => bent[at] = u8::try_from(next() % 256).unwrap(),
                2 if at < bent.len() => bent[at] ^= 1 << (next() % 8),
                _ => bent.insert(at.min(bent.len()), 0x80),
            }
        }
        bent
    })
}
