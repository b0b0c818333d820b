//! The Government's first hierarchy made again: root and issuing CA signed with SHA-1 and pinned, an authority for
//! timestamps below the root, signers with nonRepudiation alone, CMS in BER of indefinite length with SHA-1.

use dieu7::asn1::{self, context, encode};
use dieu7::budget::Budget;
use dieu7::evidence::{Answer, Evidence, Need, Piece};
use dieu7::pdf;
use dieu7::signature::{self, Algorithm, AlgorithmRule, Algorithms, Constraints, Context, Known, Validated};
use dieu7::time::UnixTime;
use dieu7::x509::{AnchorStore, Certificate, Name};

use super::forge::{Key, digested, for_authorities, for_documents};
use super::tokens::{Stamp, TST_INFO, attribute, for_timestamps};

const DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1];
const SIGNED_DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2];
const PKCS9: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9];
const SHA256_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
const SHA1_RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 5, 5, 0];

pub const RECEIVED: &str = "2026-11-02";

fn oid(arcs: &[u8]) -> Vec<u8> {
    encode(asn1::OID, &[PKCS9, arcs])
}

fn moment(text: &str) -> Vec<u8> {
    encode(asn1::GENERALIZED_TIME, &[text.as_bytes()])
}

fn sealed(tbs: &[u8], key: &Key, weak: bool) -> Vec<u8> {
    let signature = encode(asn1::BIT_STRING, &[&[0], &key.sign(tbs, weak)]);
    encode(asn1::SEQUENCE, &[tbs, scheme(weak), &signature])
}

fn scheme(weak: bool) -> &'static [u8] {
    if weak { SHA1_RSA } else { SHA256_RSA }
}

/// A key and its certificate.
pub struct Holder {
    pub key: Key,
    pub certificate: Certificate,
}

impl Holder {
    pub fn new(
        (name, key, serial): (&str, &str, u8),
        issuer: Option<&Self>,
        (from, to): (&str, &str),
        extensions: &[Vec<u8>],
        weak: bool,
    ) -> Self {
        let subject = Name::from_text(name).unwrap();
        let key = Key::of(key);
        let by = issuer.map_or(subject.der().to_vec(), |issuer| issuer.certificate.subject().der().to_vec());
        let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
        let fields: [&[u8]; 8] = [
            &[0xa0, 3, 2, 1, 2],
            &encode(asn1::INTEGER, &[&[serial]]),
            scheme(weak),
            &by,
            &encode(asn1::SEQUENCE, &[&moment(from), &moment(to)]),
            subject.der(),
            &key.spki(),
            &encode(context(3), &[&encode(asn1::SEQUENCE, &extensions)]),
        ];
        let tbs = encode(asn1::SEQUENCE, &fields);
        let der = sealed(&tbs, issuer.map_or(&key, |issuer| &issuer.key), weak);
        Self { certificate: Certificate::parse(&der).unwrap(), key }
    }

    /// A list of this CA; each entry is a serial number, a day, a reason and a date of invalidity.
    pub fn list(&self, from: &str, to: &str, entries: &[(u8, &str, Option<u8>, Option<&str>)]) -> Vec<u8> {
        self.list_with(from, to, entries, &[])
    }

    /// The same, of a CA that keeps certificates on it that ended at `since` or later.
    pub fn list_with(
        &self,
        from: &str,
        to: &str,
        entries: &[(u8, &str, Option<u8>, Option<&str>)],
        further: &[Vec<u8>],
    ) -> Vec<u8> {
        let plain = |arc: u8, value: &[u8]| {
            encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, arc], &encode(asn1::OCTET_STRING, &[value])])
        };
        let entry = |(serial, day, reason, void): &(u8, &str, Option<u8>, Option<&str>)| {
            let reason = reason.map_or_else(Vec::new, |code| plain(21, &[0x0a, 1, code]));
            let void = void.map_or_else(Vec::new, |void| plain(24, &moment(void)));
            let extensions = [reason, void].concat();
            let extensions = if extensions.is_empty() { extensions } else { encode(asn1::SEQUENCE, &[&extensions]) };
            encode(asn1::SEQUENCE, &[&[2, 1, *serial], &moment(day), &extensions])
        };
        let entries: Vec<u8> = entries.iter().flat_map(entry).collect();
        let entries = if entries.is_empty() { entries } else { encode(asn1::SEQUENCE, &[&entries]) };
        let number = plain(20, &[2, 1, 2]);
        let extensions = encode(context(0), &[&encode(asn1::SEQUENCE, &[&number, &further.concat()])]);
        let name = self.certificate.subject();
        let fields: [&[u8]; 7] =
            [&[2, 1, 1], SHA256_RSA, name.der(), &moment(from), &moment(to), &entries, &extensions];
        sealed(&encode(asn1::SEQUENCE, &fields), &self.key, false)
    }

    /// A token over these octets.
    pub fn stamp(&self, octets: &[u8], time: &str, weak_imprint: bool) -> Vec<u8> {
        let (algorithm, digest) = digested(octets, weak_imprint);
        let imprint = encode(asn1::SEQUENCE, &[algorithm, &encode(asn1::OCTET_STRING, &[&digest])]);
        let info = encode(
            asn1::SEQUENCE,
            &[&[2, 1, 1], &[6, 3, 0x2a, 3, 4], &imprint, &[2, 1, 9], &moment(time), &[0x30, 3, 2, 1, 60]],
        );
        Cms { inside: true, attributes: vec![super::tokens::ess(&self.certificate)], ..Cms::of(self) }.over(&info)
    }
}

/// `expiredCertsOnCRL`: the list keeps certificates that ended since then.
pub fn keeping_since(time: &str) -> Vec<u8> {
    encode(asn1::SEQUENCE, &[&[6, 3, 0x55, 0x1d, 60], &encode(asn1::OCTET_STRING, &[&moment(time)])])
}

/// A CMS object to be made.
pub struct Cms<'a> {
    pub holder: &'a Holder,
    pub inside: bool,
    pub attributes: Vec<Vec<u8>>,
    pub token: Option<Stamp<'a>>,
    pub lists: Vec<Vec<u8>>,
    pub weak: bool,
}

impl<'a> Cms<'a> {
    pub fn of(holder: &'a Holder) -> Self {
        Self { holder, inside: false, attributes: Vec::new(), token: None, lists: Vec::new(), weak: false }
    }

    pub fn over(&self, content: &[u8]) -> Vec<u8> {
        let kind = if self.inside { TST_INFO } else { DATA };
        let (algorithm, digest) = digested(content, self.weak);
        let attributes = [
            attribute(&oid(&[3]), kind),
            attribute(&oid(&[4]), &encode(asn1::OCTET_STRING, &[&digest])),
            self.attributes.concat(),
        ]
        .concat();
        let value = self.holder.key.sign(&encode(asn1::SET, &[&attributes]), self.weak);
        let unsigned = self
            .token
            .map_or_else(Vec::new, |token| encode(context(1), &[&attribute(&oid(&[16, 2, 14]), &token(&value))]));
        let certificate = &self.holder.certificate;
        let sid =
            encode(asn1::SEQUENCE, &[certificate.issuer().der(), &encode(asn1::INTEGER, &[certificate.serial()])]);
        let value = encode(asn1::OCTET_STRING, &[&value]);
        let info = encode(
            asn1::SEQUENCE,
            &[&[2, 1, 1], &sid, algorithm, &encode(context(0), &[&attributes]), scheme(self.weak), &value, &unsigned],
        );
        let content = encode(context(0), &[&encode(asn1::OCTET_STRING, &[content])]);
        let encapsulated = encode(asn1::SEQUENCE, &[kind, if self.inside { &content } else { &[] }]);
        let lists: Vec<&[u8]> = self.lists.iter().map(Vec::as_slice).collect();
        let lists = if lists.is_empty() { Vec::new() } else { encode(context(1), &lists) };
        let fields = [
            [2, 1, 3].to_vec(),
            encode(asn1::SET, &[algorithm]),
            encapsulated,
            encode(context(0), &[certificate.der()]),
            lists,
            encode(asn1::SET, &[&info]),
        ]
        .concat();
        // As VGCA's tools write it.
        [&[0x30, 0x80], SIGNED_DATA, &[0xa0, 0x80, 0x30, 0x80], &fields, &[0; 6]].concat()
    }
}

/// authorityInfoAccess that names a responder (RFC 5280, 4.2.2.1).
pub fn responder(url: &str) -> Vec<u8> {
    let location = encode(asn1::context_primitive(6), &[url.as_bytes()]);
    let access = encode(asn1::SEQUENCE, &[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 48, 1], &location]);
    let value = encode(asn1::SEQUENCE, &[&access]);
    encode(asn1::SEQUENCE, &[&[6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 1], &encode(asn1::OCTET_STRING, &[&value])])
}

/// content-time-stamp with this token; what is signed is DER (RFC 5652, 5.3).
pub fn content_stamp(token: &[u8]) -> Vec<u8> {
    attribute(&oid(&[16, 2, 20]), dieu7::cms::to_der(token).unwrap().octets())
}

/// signing-time.
pub fn signing_time(time: &str) -> Vec<u8> {
    attribute(&oid(&[5]), &moment(time))
}

/// Root, issuing CA, authorities for timestamps, signers.
pub struct Hierarchy {
    pub root: Holder,
    pub issuing: Holder,
    /// Ended in August 2018.
    pub old_tsa: Holder,
    /// From August 2018 to 2028.
    pub tsa: Holder,
    /// Another one, with a key of its own.
    pub second_tsa: Holder,
    /// From 2014 to January 2019.
    pub signer: Holder,
    pub stranger: Holder,
    anchors: AnchorStore,
}

impl Default for Hierarchy {
    fn default() -> Self {
        let root = ("CN=RootCA, O=Ban Mau, C=VN", "gov-root", 1);
        let root = Holder::new(root, None, ("20100310000000Z", "20300305000000Z"), &for_authorities(), true);
        let below = |who, issuer, period, extensions: &[Vec<u8>], weak| {
            Holder::new(who, Some(issuer), period, extensions, weak)
        };
        let issuing = below(
            ("CN=CP, O=Ban Mau, C=VN", "gov-issuing", 4),
            &root,
            ("20100325000000Z", "20300304000000Z"),
            &for_authorities(),
            true,
        );
        let clock = for_timestamps();
        let tsa = |name, key, serial, issuer, period, weak| below((name, key, serial), issuer, period, &clock, weak);
        let late = ("20180813000000Z", "20280810000000Z");
        let stranger = ("CN=RootCA, O=Ban Mau, C=VN", "untrusted-root", 1);
        let stranger = Holder::new(stranger, None, ("20100310000000Z", "20300305000000Z"), &for_authorities(), false);
        let anchors = trusting(&root, &issuing, "\"public-duty\", \"timestamping\"");
        Self {
            old_tsa: tsa("CN=TSA, C=VN", "taichinh", 10, &root, ("20130828000000Z", "20180827000000Z"), true),
            tsa: tsa("CN=TSA 01, C=VN", "tsa", 11, &root, late, false),
            second_tsa: tsa("CN=TSA 02, C=VN", "noivu-expired", 12, &root, late, false),
            signer: below(
                ("CN=Cong, O=Van phong, C=VN", "noivu", 7),
                &issuing,
                ("20140115000000Z", "20190114000000Z"),
                &for_documents(),
                true,
            ),
            root,
            issuing,
            stranger,
            anchors,
        }
    }
}

/// Both pinned, the root for these purposes.
fn trusting(root: &Holder, issuing: &Holder, purposes: &str) -> AnchorStore {
    let pin = |id: &str, holder: &Holder, purposes: &str| {
        format!(
            "[[anchor]]\nid = \"{id}\"\nkind = \"root\"\npurpose = [{purposes}]\nsubject = \"{}\"\n\
             sha256 = \"{}\"\nsource = \"s\"\nlegal-basis = \"l\"\n",
            holder.certificate.subject(),
            holder.certificate.fingerprint()
        )
    };
    let mut anchors = AnchorStore::default();
    anchors.read(&pin("root", root, purposes)).unwrap();
    anchors.read(&pin("cp", issuing, "\"public-duty\"")).unwrap();
    anchors.install(root.certificate.clone()).unwrap();
    anchors.install(issuing.certificate.clone()).unwrap();
    anchors
}

impl Hierarchy {
    /// The root is trusted for documents only.
    pub fn without_clocks() -> Self {
        let all = Self::default();
        let anchors = trusting(&all.root, &all.issuing, "\"public-duty\"");
        Self { anchors, ..all }
    }

    /// What the first signature of a file comes to, with these lists at hand.
    pub fn judge(&self, file: &[u8], lists: &[Vec<u8>]) -> Validated {
        self.judge_at(file, lists, RECEIVED)
    }

    pub fn judge_at(&self, file: &[u8], lists: &[Vec<u8>], at: &str) -> Validated {
        self.judge_and_asked(file, lists, at).0
    }

    /// The judgement, and which responders would have been asked.
    pub fn judge_and_asked(&self, file: &[u8], lists: &[Vec<u8>], at: &str) -> (Validated, Vec<Need>) {
        self.judge_hearing(file, lists, &[], at)
    }

    /// The same, where these are the answers of every responder.
    pub fn judge_hearing(
        &self,
        file: &[u8],
        lists: &[Vec<u8>],
        responses: &[Vec<u8>],
        at: &str,
    ) -> (Validated, Vec<Need>) {
        let reading = pdf::read(file, &mut Budget::for_message()).unwrap();
        let day = UnixTime::parse("2020-01-01").unwrap();
        let sha1 = AlgorithmRule {
            algorithm: Algorithm::Digest(dieu7::algorithm::DigestAlgorithm::Sha1),
            bits_least: 0,
            until: Some(day),
        };
        let rules = Algorithms::default().rules().iter().copied().chain([sha1]).collect();
        let constraints = Constraints { algorithms: Algorithms::new(rules), ..Constraints::default() };
        let mut evidence = Evidence::default();
        let mut asked = Vec::new();
        for _ in 0..4 {
            let known = Known::default();
            let context = self.context(&evidence, &known, at, &constraints);
            let needs = signature::needs(file, &reading, &context, &mut Budget::for_message());
            asked.extend(needs.iter().filter(|need| matches!(need, Need::Ocsp { .. })).cloned());
            for need in needs {
                // Of each issuer its own lists, as a drop folder has them.
                let piece = |octets: &Vec<u8>| Piece::new(octets.clone(), "", None);
                let pieces = match &need {
                    Need::Crl { issuer, .. } => {
                        let of = |list: &&Vec<u8>| {
                            dieu7::x509::Crl::parse(list).unwrap().issuer().der() == issuer.as_slice()
                        };
                        lists.iter().filter(of).map(piece).collect()
                    }
                    Need::Ocsp { responders, .. } if responders.is_empty() => Vec::new(),
                    Need::Ocsp { .. } => responses.iter().map(piece).collect(),
                    Need::Sender(_) | Need::SeenBefore { .. } => Vec::new(),
                };
                evidence.answer(need, Answer::of(pieces));
            }
        }
        let known = Known::default();
        let context = self.context(&evidence, &known, at, &constraints);
        let validated = signature::validate(file, &reading, &context, &mut Budget::for_message()).swap_remove(0);
        (validated, asked)
    }

    fn context<'a>(
        &'a self,
        evidence: &'a Evidence,
        known: &'a Known,
        at: &str,
        constraints: &'a Constraints,
    ) -> Context<'a> {
        let at = UnixTime::parse(at).unwrap();
        Context { anchors: &self.anchors, intermediates: &[], evidence, known, at, constraints }
    }
}
