//! Who signed, held against the agency whose mailbox sent the message.

use crate::sender::binding::{self, code};
use crate::sender::{Against, Binding, Compared, Directory, Doubt, Hierarchy, SignerFacts};
use crate::signature::{TimeSource, Trust, Validated};
use crate::time::UnixTime;
use crate::x509::{Certificate, GeneralName, Purpose};

use super::person::is_of_person;

/// How a signer is bound to the sending agency, and what was held against each other.
#[derive(Clone, Debug)]
pub(super) struct Bond {
    pub(super) binding: Binding,
    /// `None` where there is no certificate.
    pub(super) compared: Option<Compared>,
    /// The certificate is a person's, by what it says or by what the directory says: name and number are not shown.
    pub(super) of_person: bool,
}

impl Bond {
    /// Where no agency is known that could have signed.
    pub(super) fn without_agency(signature: &Validated, directory: Option<&Directory>) -> Self {
        let facts = signature.signer.as_ref().map(|certificate| facts(certificate, &signature.trust));
        let listed = |facts: &SignerFacts| directory.is_some_and(|all| all.is_pinned_to_a_person(&facts.fingerprint));
        let facts = facts.map(|facts| SignerFacts { of_person: facts.of_person || listed(&facts), ..facts });
        let of_person = facts.as_ref().is_some_and(|facts| facts.of_person);
        let compared = facts.map(|facts| Compared::new(&facts, None));
        Self { binding: Binding::Unknown(Doubt::NoAgency), compared, of_person }
    }

    /// Holds the signer of a signature against an agency.
    pub(super) fn of(signature: &Validated, against: Against<'_>) -> Self {
        let Some(certificate) = &signature.signer else {
            return Self::without_agency(signature, Some(against.directory));
        };
        let facts = facts(certificate, &signature.trust);
        let against = Against { signed: proven_time(signature).unwrap_or(against.received), ..against };
        let binding = binding::bind(&facts, &against);
        // What was asked of the path and of names rests on the certificate alone; what is shown does not: many a person's
        // certificate has no number, and only the directory knows that it is the head's.
        let of_person = facts.of_person
            || matches!(binding, Binding::Person(_))
            || against.directory.is_pinned_to_a_person(&facts.fingerprint);
        let compared = Compared::new(&SignerFacts { of_person, ..facts }, Some(against.sender));
        Self { binding, compared: Some(compared), of_person }
    }
}

/// The moment before which a timestamp proves that it was signed. What holds only unless an authority was revoked is no proof.
fn proven_time(signature: &Validated) -> Option<UnixTime> {
    match signature.time_source {
        TimeSource::DocumentTimestamp | TimeSource::SignatureTimestamp => {
            (!signature.time_open).then_some(signature.best_signature_time)
        }
        TimeSource::Receipt => None,
    }
}

/// What kind of anchor a path ends at.
pub(super) fn hierarchy(trust: &Trust) -> Hierarchy {
    match trust {
        Trust::Trusted(path) => match path.purpose() {
            Purpose::PublicDuty => Hierarchy::PublicDuty,
            Purpose::PublicCa => Hierarchy::PublicCa,
            Purpose::Ocsp | Purpose::Timestamping => Hierarchy::Other,
        },
        Trust::AnchorMissing { .. }
        | Trust::Bad(_)
        | Trust::Limit
        | Trust::NoCertificate
        | Trust::NotForDocuments
        | Trust::NotTrusted
        | Trust::Unlisted => Hierarchy::Other,
    }
}

/// What a certificate says, as far as its path lets it be believed.
fn facts(certificate: &Certificate, trust: &Trust) -> SignerFacts {
    let subject = certificate.subject();
    // The mail address in the subject itself is no rfc822Name: nobody checks that field (RFC 5280, 4.1.2.6).
    let emails = certificate.alternative_names().iter().filter_map(|name| match name {
        GeneralName::Email(email) => Some(email.clone()),
        _ => None,
    });
    // Of several names none is *the* name: which one counts could be chosen by who compares.
    let mut names = subject.common_names();
    let common_name = names.pop().filter(|_| names.is_empty());
    let ids = subject.user_ids();
    let identifiers = subject.organization_identifiers();
    let codes = ids.iter().filter(|id| code::is_marked(id)).filter_map(|id| code::of(id));
    SignerFacts {
        fingerprint: certificate.fingerprint(),
        emails: emails.collect(),
        common_name,
        organizations: subject.organizations(),
        localities: subject.localities(),
        codes: codes.chain(identifiers.iter().filter_map(|id| code::of_identifier(id))).collect(),
        of_person: is_of_person(certificate),
        under: hierarchy(trust),
    }
}
