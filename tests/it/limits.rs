//! What judging may cost, whatever the reader of a document says.

use dieu7::budget::Budget;
use dieu7::dossier::{self, Content};
use dieu7::evidence::Evidence;
use dieu7::io::samples;
use dieu7::signature::{self, Constraints, Context, Integrity, Known};
use dieu7::time::UnixTime;
use dieu7::x509::AnchorStore;

use crate::cases::AT;

#[test]
fn a_signature_value_is_paid_for_each_time_it_is_read() {
    let sample = samples::all().into_iter().find(|sample| sample.id.starts_with("01")).unwrap();
    let mut budget = Budget::for_message();
    let examined = dossier::examine(&sample.message(), &mut budget);
    let Content::Pdf(Ok(reading)) = &examined.dossier.documents[0].content else { panic!("a PDF") };
    let (anchors, evidence, known) = (AnchorStore::default(), Evidence::default(), Known::default());
    let constraints = Constraints::default();
    let context = Context {
        anchors: &anchors,
        intermediates: &[],
        evidence: &evidence,
        known: &known,
        at: UnixTime::parse(AT).unwrap(),
        constraints: &constraints,
    };
    let validate = |budget: &mut Budget| {
        signature::validate(&examined.octets[0], reading, &context, budget).swap_remove(0).integrity
    };
    assert_eq!(validate(&mut budget), Integrity::Intact);
    budget.decoded(usize::try_from(budget.decoded_left()).unwrap()).unwrap();
    assert_eq!(validate(&mut budget), Integrity::Unexamined);
}
