//! What responses say, who may sign them, what strangers make of them, and the data of others.

mod answers;
mod corpora;
mod forged;
mod hostile;
mod request;
mod responders;

use super::super::testing::{Draft, NOW, Party, root};
use super::super::{AnchorStore, Certificate, PathSearch, Question, RevocationStatus, Silence, Statement, Verified};
use super::testing::*;
use super::*;
use crate::budget::Budget;

/// A root that issues to persons and to its responder. Every test starts with what passes and bends one thing.
struct World {
    top: Party,
    helper: Party,
    root: Certificate,
    leaf: Certificate,
    /// Certificates at hand for building paths.
    pool: Vec<Certificate>,
    anchors: AnchorStore,
}

impl World {
    fn new() -> Self {
        let top = Party::new("Root", 1);
        let root = root(&top);
        let leaf = Draft::leaf(&Party::new("Person", 3), &top).certificate();
        let anchors = AnchorStore::trusting([root.clone()]);
        Self { helper: Party::new("Responder", 4), top, root, leaf, pool: Vec::new(), anchors }
    }

    /// The responder's certificate as the root issues it.
    fn delegation(&self) -> Draft<'_> {
        Draft { serial: 9, extensions: responder_extensions(), ..Draft::leaf(&self.helper, &self.top) }
    }

    fn good(&self) -> AnswerDraft<'static> {
        AnswerDraft::good(&self.leaf, &self.root)
    }

    /// Signed by the root itself.
    fn direct(&self) -> OcspDraft<'_> {
        OcspDraft::new(&self.top, self.good())
    }

    /// Signed by the responder that `delegation` certifies.
    fn delegated(&self, delegation: &Draft<'_>) -> OcspDraft<'_> {
        OcspDraft::delegated(&self.helper, &delegation.certificate(), self.good())
    }

    fn ask(&self, draft: &OcspDraft<'_>) -> Result<Vec<Statement>, OcspFault> {
        self.ask_about(&self.leaf, &self.root, draft.response())
    }

    fn ask_about(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        response: OcspResponse,
    ) -> Result<Vec<Statement>, OcspFault> {
        let search = PathSearch { pool: &self.pool, anchors: &self.anchors, purposes: &[], at: NOW };
        let question = Question { certificate, issuer, search, verified: &Verified::default() };
        let mut set = OcspSet::default();
        set.insert(response);
        let mut said = set.statements(&question, &mut Budget::for_message());
        match said.silent.pop() {
            None => Ok(said.statements),
            Some((_, Silence::Ocsp(fault))) => Err(fault),
            Some((_, other)) => panic!("{other:?}"),
        }
    }

    /// What the only statement says.
    fn status(&self, draft: &OcspDraft<'_>) -> Result<RevocationStatus, OcspFault> {
        self.ask(draft).map(|statements| match &statements[..] {
            [statement] => statement.status,
            other => panic!("{other:?}"),
        })
    }

    /// Why the signer is not believed.
    fn refusal(&self, draft: &OcspDraft<'_>) -> ResponderFault {
        match self.ask(draft) {
            Err(OcspFault::Responder(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }
}
