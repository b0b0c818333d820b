//! What all sources at hand say of one certificate: lists and responses that were gathered, and those that the document
//! brings along. Each is believed as far as its own signature goes (`x509`); what it is worth is for `standing` to say.

use std::collections::HashSet;

use crate::budget::{Budget, Exhausted, Resource};
use crate::digest::Sha256;
use crate::evidence::Need;
use crate::time::UnixTime;
use crate::x509::{
    AnchorStore, Certificate, Crl, CrlFault, CrlSet, GeneralName, Name, OcspFault, OcspResponse, OcspSet, PathSearch,
    Purpose, Question, Silence, Statement,
};

use super::context::Context;
use super::embedded::{Embedded, Source};
use super::existence::Existence;
use super::responders::said_by_responders;
use super::standing::{Heard, Provenance};

/// Where to look, and what is proven of the age of what the document brings.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    /// What was gathered, and whom to trust.
    pub(super) context: &'a Context<'a>,
    /// What the document brings along.
    pub(super) embedded: &'a Embedded,
    /// How old the parts of the document are proven to be.
    pub(super) existence: &'a Existence,
    /// Where the signature ends that the embedded material came with.
    pub(super) end: Option<u64>,
    /// By when the signature is proven to exist, and with it what stands among its signed attributes.
    pub(super) signed: Option<UnixTime>,
}

/// Everything that was said of one certificate, whatever it is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Spoken {
    /// By what was gathered alone.
    gathered: Vec<Statement>,
    /// By that and what the document brings together: one list may change what another says.
    all: Vec<Statement>,
    /// A responder says that it does not know the certificate.
    ocsp_unknown: bool,
    /// A limit was reached before all were read: then nothing acquits, because what accuses may be missing.
    cut_off: bool,
}

/// What is asked for the lists of an issuer: at the addresses that the certificate names, or where it names none that
/// can be asked (only `ldap`, as old ones do), at the one that the issuer's own entry among the anchors knows.
pub(super) fn lists_of(certificate: &Certificate, issuer: &Certificate, anchors: &AnchorStore) -> Need {
    let mut points: Vec<String> = certificate.crl_urls().into_iter().map(str::to_owned).collect();
    let is_web = |address: &String| {
        ["http:", "https:"]
            .iter()
            .any(|scheme| address.trim().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    };
    if !points.iter().any(is_web)
        && let Some(entry) = anchors.entry_of(issuer)
    {
        points.extend(entry.crl().iter().cloned());
    }
    points.sort();
    points.dedup();
    Need::Crl { issuer: issuer.subject().der().to_vec(), key: issuer.spki().to_vec(), points }
}

/// What is asked of the responders that a certificate names.
pub(super) fn response_on(certificate: &Certificate, issuer: &Certificate) -> Need {
    let mut responders = certificate.ocsp_urls().to_vec();
    responders.sort();
    responders.dedup();
    Need::Ocsp {
        issuer: issuer.subject().der().to_vec(),
        key: issuer.spki().to_vec(),
        serial: certificate.serial().to_vec(),
        responders,
    }
}

/// The same of nobody: what lies at hand already. Reading it tells no responder whose mail is read, and it may accuse
/// where a list acquits.
pub(super) fn response_at_hand(certificate: &Certificate, issuer: &Certificate) -> Need {
    Need::Ocsp {
        issuer: issuer.subject().der().to_vec(),
        key: issuer.spki().to_vec(),
        serial: certificate.serial().to_vec(),
        responders: Vec::new(),
    }
}

impl Spoken {
    /// What is said of a certificate, from memory where it was asked before.
    pub(super) fn of(
        certificate: &Certificate,
        issuer: &Certificate,
        sources: &Sources<'_>,
        budget: &mut Budget,
    ) -> std::sync::Arc<Self> {
        let brought = Brought::about(certificate, sources.embedded);
        // Without the embedded pieces that have a say one signature would answer for another.
        let asked = (certificate.fingerprint(), issuer.fingerprint(), brought.digests.clone());
        let listen = || {
            let mut spoken = Self::default();
            spoken.cut_off = spoken.listen((certificate, issuer), &brought, sources.context, budget).is_err();
            spoken
        };
        sources.context.known.spoken(asked, listen)
    }

    fn listen(
        &mut self,
        (certificate, issuer): (&Certificate, &Certificate),
        brought: &Brought<'_>,
        context: &Context<'_>,
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        let search = PathSearch {
            pool: context.intermediates,
            anchors: context.anchors,
            purposes: &Purpose::ALL,
            at: context.at,
        };
        let question = Question { certificate, issuer, search, verified: context.known.verified() };
        let (mut lists, mut responses) = (CrlSet::default(), OcspSet::default());
        for piece in context.evidence.pieces(&lists_of(certificate, issuer, context.anchors)) {
            // Lists have megabytes, and a file may bear a thousand signatures that name their issuer.
            budget.digested(piece.octets.len() as u64)?;
            if let Ok(crl) = context.known.list(&piece.octets) {
                lists.insert(crl);
            }
        }
        let needs = [response_at_hand(certificate, issuer), response_on(certificate, issuer)];
        for piece in needs.iter().flat_map(|need| context.evidence.pieces(need)) {
            budget.digested(piece.octets.len() as u64)?;
            if let Ok(response) = OcspResponse::parse(&piece.octets) {
                responses.insert(response);
            }
        }
        self.gathered = self.ask(&question, &lists, &responses, budget)?;
        if brought.digests.is_empty() {
            return Ok(());
        }
        for crl in &brought.lists {
            budget.digested(crl.der().len() as u64)?;
            lists.insert((*crl).clone());
        }
        for octets in &brought.responses {
            budget.digested(octets.len() as u64)?;
            if let Ok(response) = OcspResponse::parse(octets) {
                responses.insert(response);
            }
        }
        self.all = self.ask(&question, &lists, &responses, budget)?;
        Ok(())
    }

    fn ask(
        &mut self,
        question: &Question<'_>,
        lists: &CrlSet,
        responses: &OcspSet,
        budget: &mut Budget,
    ) -> Result<Vec<Statement>, Exhausted> {
        let mut said = lists.statements(question, budget);
        let by_responders = said_by_responders(question, lists, responses, budget);
        said.statements.extend(by_responders.statements);
        said.silent.extend(by_responders.silent);
        for (_, why) in &said.silent {
            match why {
                Silence::Ocsp(OcspFault::Unknown) => self.ocsp_unknown = true,
                Silence::Ocsp(OcspFault::Exhausted) | Silence::Fault(CrlFault::Exhausted) => {
                    return Err(Exhausted(Resource::SignatureChecks));
                }
                Silence::Fault(_) | Silence::Ocsp(_) | Silence::Unusable(_) => {}
            }
        }
        Ok(said.statements)
    }

    /// Whether a responder says that it does not know the certificate.
    pub(super) fn ocsp_unknown(&self) -> bool {
        self.ocsp_unknown
    }

    /// Whether somebody may not have been heard.
    pub(super) fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// The statements with who brought them.
    pub(super) fn heard<'s>(&'s self, sources: &Sources<'_>) -> Vec<Heard<'s>> {
        let gathered = self.gathered.iter().map(|statement| Heard { statement, provenance: Provenance::Gathered });
        // What was gathered and is in the document too is heard as both: only of the latter it is proven how old it is.
        let brought: HashSet<Sha256> = sources.embedded.sources().map(|(digest, _)| digest).collect();
        let together = self.all.iter().filter(|one| one.pieces.iter().any(|piece| brought.contains(piece)));
        let together = together.map(|statement| {
            let existed = sources.existed(&statement.pieces);
            Heard { statement, provenance: Provenance::Embedded { existed } }
        });
        gathered.chain(together).collect()
    }
}

/// What the document brings that may speak of a certificate.
struct Brought<'a> {
    lists: Vec<&'a Crl>,
    responses: Vec<&'a [u8]>,
    digests: Vec<Sha256>,
}

impl<'a> Brought<'a> {
    fn about(certificate: &Certificate, embedded: &'a Embedded) -> Self {
        let points = certificate.distribution_points();
        let named = points.iter().flat_map(|point| &point.crl_issuer).filter_map(|name| match name {
            GeneralName::Directory(name) => Some(name),
            _ => None,
        });
        let issuers: HashSet<&Name> = named.chain([certificate.issuer()]).collect();
        // Of lists by others than the issuer it is asked in turn who signed them, in any list at hand.
        let others = issuers.len() > 1;
        let lists: Vec<(&Crl, Sha256)> =
            embedded.lists().filter(|(crl, _)| others || issuers.contains(crl.issuer())).collect();
        // Responses do not say of whose certificates they speak before they are read.
        let responses: Vec<(&[u8], Sha256)> = embedded.responses().collect();
        let digests = lists.iter().map(|(_, digest)| *digest).chain(responses.iter().map(|(_, digest)| *digest));
        Self {
            digests: digests.collect(),
            lists: lists.into_iter().map(|(crl, _)| crl).collect(),
            responses: responses.into_iter().map(|(octets, _)| octets).collect(),
        }
    }
}

impl Sources<'_> {
    /// By when all of the pieces existed; `None` where that is not proven of each.
    fn existed(&self, pieces: &[Sha256]) -> Option<UnixTime> {
        let beside = || self.existence.proven(self.end?.checked_add(1)?);
        let by = |source| match source {
            Source::SecurityStore { written } => self.existence.proven(written),
            Source::SignedData => beside(),
            // Under the signature value: what proves that it existed proves them too.
            Source::Archival => self.signed.into_iter().chain(beside()).min(),
        };
        let of = |piece: &Sha256| {
            let places = self.embedded.sources().filter(|(digest, _)| digest == piece);
            places.filter_map(|(_, source)| by(source)).min()
        };
        pieces.iter().map(of).collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::Origin;
    use crate::x509::testing::*;

    #[test]
    fn where_a_certificate_names_no_address_that_can_be_asked_the_issuers_entry_does_and_nobody_elses() {
        let (ca, other) = (Party::new("CA", 1), Party::new("Other", 2));
        let (issuer, stranger) = (root(&ca), root(&other));
        let mut anchors = AnchorStore::default();
        let entry = format!(
            "[[anchor]]\nid = \"a\"\nkind = \"root\"\npurpose = [\"public-duty\"]\nsubject = \"CN=CA\"\nsha256 = \
             \"{}\"\nsource = \"s\"\nlegal-basis = \"l\"\ncrl = [\"http://pub/ca.crl\"]\n",
            issuer.fingerprint()
        );
        anchors.overlay(&entry, Origin::Own).unwrap();
        let points = |extensions: Vec<Vec<u8>>, issuer: &Certificate| {
            let person = Party::new("Person", 3);
            let leaf = Draft { extensions, ..Draft::leaf(&person, &ca) }.certificate();
            let Need::Crl { points, .. } = lists_of(&leaf, issuer, &anchors) else { panic!() };
            points
        };
        let named = |address: &str| vec![distribution_points(&[&full_name(&uri(address))])];
        assert_eq!(points(vec![], &issuer), ["http://pub/ca.crl"]);
        assert_eq!(points(named("ldap://ca/x"), &issuer), ["http://pub/ca.crl", "ldap://ca/x"]);
        assert_eq!(points(named("HTTP://ca/a.crl"), &issuer), ["HTTP://ca/a.crl"]);
        assert!(points(vec![], &stranger).is_empty());
    }
}
