//! Rules for the walk over a mail: every document is found again at its place, the short walk finds the same ones, and
//! what is told of texts and names is short and clean.

use crate::budget::{Budget, Unpacking};
use crate::message::{
    Claims, Envelope, Extractor, FileKind, Message, SignedMail, charset, from, legacy, secret, stamps, walk,
    walk_past_pdfs,
};

/// The octets are a mail.
pub(super) fn mime(octets: &[u8]) {
    let message = Message::parse(Envelope::default(), octets.to_vec());
    walked(&message, Unpacking::Zip);
    walked(&message, Unpacking::Never);
    let _ = SignedMail::of(&message, &mut Budget::for_message());
    let _ = from::read(&message);
    let _ = secret::mark_of(octets);
    let _ = legacy::recognise(octets);
    let removed = stamps::Family::new("Demo-").with_results_of("gate").stamps(&message);
    for pair in removed.windows(2).filter(|pair| pair[0].name.eq_ignore_ascii_case(&pair[1].name)) {
        assert!(pair[0].index > pair[1].index, "from the last to the first");
    }
}

/// The rules hold whether archives are looked into or not.
fn walked(message: &Message, unpacking: Unpacking) {
    let budget = || Budget::for_message().unpacking(unpacking);
    let found = walk(message, &mut budget());
    let past = walk_past_pdfs(message, &mut budget());
    assert_eq!(found.documents.len(), past.documents.len());
    assert_eq!(
        (found.structure, found.secret_mark, &found.foreign_texts),
        (past.structure, past.secret_mark, &past.foreign_texts)
    );
    let mut extractor = Extractor::new(message);
    let mut budget = budget();
    for (index, (document, passed)) in (1..).zip(found.documents.iter().zip(&past.documents)) {
        assert_eq!((document.index, document.kind, &document.source), (index, passed.kind, &passed.source));
        assert!(document.name.as_str().chars().count() <= crate::message::name::SHOWN);
        assert!(!document.name.as_str().chars().any(crate::message::name::is_hidden));
        if document.kind != FileKind::TooLarge && found.stopped.is_none() {
            let again = extractor.take(&document.source, &mut budget).expect("what was paid once").expect("a place");
            assert!(again.octets == document.octets);
        }
    }
    assert!(found.foreign_texts.len() <= charset::MOST);
    assert!(found.foreign_texts.iter().all(|text| text.cleaned() == *text));
    let _ = Claims::read(message, &found.documents);
}
