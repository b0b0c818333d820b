//! What signatures permit, as they write it, and what came after them.

use super::*;
use crate::budget::Budget;
use crate::pdf::build::{Builder, catalog, field, page};
use crate::pdf::chain::read_chain;
use crate::pdf::{ChangedField, Reading, Weight, read};

const DETACHED: &str = "adbe.pkcs7.detached";

fn reading(file: Builder) -> Reading {
    read(&file.build(), &mut Budget::for_message()).unwrap()
}

/// Signs with further keys in the dictionary.
fn signature(file: Builder, number: u32, keys: &str) -> Builder {
    file.signature(number, &format!("{DETACHED}{keys}"))
}

/// A first signature "head" in field 5, with an empty field 7, "seal", beside it; `keys` in its dictionary, `lock` in
/// its field.
fn signed(keys: &str, lock: &str) -> Builder {
    let file = Builder::new()
        .object(7, &field("seal", ""))
        .object(1, &catalog("7 0 R"))
        .object(3, &page("7 0 R"))
        .end()
        .object(1, &catalog("7 0 R 5 0 R"))
        .object(3, &page("7 0 R 5 0 R"))
        .object(5, &field("head", &format!("/V 6 0 R{lock}")));
    signature(file, 6, keys).end()
}

/// Goes on by signing the empty field.
fn filled(file: Builder, keys: &str) -> Builder {
    signature(file.object(7, &field("seal", "/V 8 0 R")), 8, keys).end()
}

/// Goes on by signing a new field "third".
fn added(file: Builder, keys: &str) -> Builder {
    let file = file
        .object(1, &catalog("7 0 R 5 0 R 9 0 R"))
        .object(3, &page("7 0 R 5 0 R 9 0 R"))
        .object(9, &field("third", "/V 10 0 R"));
    signature(file, 10, keys).end()
}

/// Goes on with a document timestamp that is not shown.
fn timestamped(file: Builder) -> Builder {
    file.object(1, &catalog("7 0 R 5 0 R 9 0 R"))
        .object(3, &page("7 0 R 5 0 R 9 0 R"))
        .object(9, "<</FT/Sig/T(time)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 10 0 R>>")
        .signature(10, "ETSI.RFC3161")
        .end()
}

fn head(reading: &Reading) -> &SignatureField {
    reading.signatures.iter().find(|signature| signature.field == "head").unwrap()
}

fn stands(file: Builder) -> bool {
    let reading = reading(file);
    let head = head(&reading);
    head.permits(Modification::FurtherSignature) && reading.weight(head) < Some(Weight::Fatal)
}

fn doc_mdp(parameters: &str) -> String {
    format!("/Reference[<</Type/SigRef/TransformMethod/DocMDP{parameters}>>]")
}

fn field_mdp(parameters: &str) -> String {
    format!("/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<<{parameters}>>>>]")
}

#[test]
fn a_certification_says_its_access_and_is_strict_where_it_cannot_be_read() {
    use Access::{Annotations, FormFilling, NoChanges};
    let least = (None, NoChanges, vec![FieldLock::All]);
    let certifies = |access| (Some(access), access, vec![]);
    for (keys, expected) in [
        ("", (None, Annotations, vec![])),
        ("/Reference null", (None, Annotations, vec![])),
        ("/Reference[]", (None, Annotations, vec![])),
        (&doc_mdp(""), certifies(FormFilling)),
        (&doc_mdp("/TransformParams null"), certifies(FormFilling)),
        (&doc_mdp("/TransformParams<<>>"), certifies(FormFilling)),
        (&doc_mdp("/TransformParams<</P 1>>"), certifies(NoChanges)),
        (&doc_mdp("/TransformParams<</#50 2>>"), certifies(FormFilling)),
        (&doc_mdp("/TransformParams<</P 3>>"), certifies(Annotations)),
        (&doc_mdp("/TransformParams<</P 4>>"), certifies(NoChanges)),
        (&doc_mdp("/TransformParams<</P 3.0>>"), certifies(NoChanges)),
        (&doc_mdp("/TransformParams<</P(3)>>"), certifies(NoChanges)),
        (&doc_mdp("/TransformParams[3]"), certifies(NoChanges)),
        (&doc_mdp("/TransformParams 99 0 R"), certifies(NoChanges)),
        (
            "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 3>>>><</TransformMethod/DocMDP>>]",
            certifies(FormFilling),
        ),
        ("/Reference[<</TransformMethod/UR3/TransformParams<</P 1>>>>]", (None, Annotations, vec![])),
        ("/Reference[<</TransformMethod/Other>>]", least.clone()),
        ("/Reference[<<>>]", least.clone()),
        ("/Reference[1]", least.clone()),
        ("/Reference 99 0 R", least.clone()),
        ("/Reference<<>>", least.clone()),
    ] {
        let reading = reading(signed(keys, ""));
        let Permissions { certifies, access, locks } = head(&reading).permissions.clone();
        assert_eq!((certifies, access, locks), expected, "{keys}");
    }
    let many = format!("/Reference[{}]", "<</TransformMethod/UR3>>".repeat(REFERENCES + 1));
    assert_eq!(head(&reading(signed(&many, ""))).permissions.access, Access::NoChanges);
}

#[test]
fn locks_are_read_from_the_field_and_from_the_signature_and_are_strict_where_they_cannot_be_read() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (lock, expected) in [
        ("/Action/All", FieldLock::All),
        ("/Action/Include/Fields[(b)(a)]", FieldLock::Include(names(&["a", "b"]))),
        ("/Action/Exclude/Fields[(a.b)<FEFF1EA1>]", FieldLock::Exclude(names(&["a.b", "\u{1ea1}"]))),
        ("/Action/Exclude/Fields[]", FieldLock::Exclude(names(&[]))),
        ("/Action/Include", FieldLock::All),
        ("/Action/Include/Fields(a)", FieldLock::All),
        ("/Action/Include/Fields[/a]", FieldLock::All),
        ("/Action/Exclude/Fields[(a) 3]", FieldLock::All),
        ("/Action/Other/Fields[(a)]", FieldLock::All),
        ("", FieldLock::All),
    ] {
        for file in [signed(&field_mdp(lock), ""), signed("", &format!("/Lock<</Type/SigFieldLock{lock}>>"))] {
            let reading = reading(file);
            assert_eq!(head(&reading).permissions.locks, std::slice::from_ref(&expected), "{lock}");
        }
    }
    let long = format!("/Action/Exclude/Fields[({})]", "x".repeat(2_000));
    assert_eq!(head(&reading(signed(&field_mdp(&long), ""))).permissions.locks, [FieldLock::All]);
    let many = format!("/Action/Exclude/Fields[{}]", "(x)".repeat(NAMES + 1));
    assert_eq!(head(&reading(signed(&field_mdp(&many), ""))).permissions.locks, [FieldLock::All]);
}

#[test]
fn the_name_of_a_field_stands_for_those_below_it_and_for_no_other() {
    let include = FieldLock::Include(vec!["a.b".to_owned()]);
    let exclude = FieldLock::Exclude(vec!["a.b".to_owned()]);
    for (name, within) in [("a.b", true), ("a.b.c", true), ("a", false), ("a.bc", false), ("b", false), ("", false)] {
        assert_eq!((include.locks(name), exclude.locks(name)), (within, !within), "{name}");
    }
    assert!(FieldLock::All.locks(""));
}

#[test]
fn a_certification_that_allows_no_change_outlives_timestamps_only() {
    let no_changes = doc_mdp("/TransformParams<</P 1>>");
    assert!(stands(timestamped(signed(&no_changes, ""))));
    for level in ["/TransformParams<</P 2>>", "/TransformParams<</P 3>>", ""] {
        assert!(stands(filled(signed(&doc_mdp(level), ""), "")));
        assert!(stands(added(signed(&doc_mdp(level), ""), "")));
    }
    assert!(!stands(filled(signed(&no_changes, ""), "")));
    assert!(!stands(added(signed(&no_changes, ""), "")));
    assert!(!stands(filled(timestamped(signed(&no_changes, "")), "")));
    // The lock of an approval may say the same (table 236).
    for lock in ["/Lock<</Action/Exclude/Fields[(seal)(third)]/P 1>>", "/Lock<</Action/Include/Fields[]/P 1>>"] {
        assert!(!stands(filled(signed("", lock), "")), "{lock}");
        assert!(!stands(added(signed("", lock), "")), "{lock}");
        assert!(stands(timestamped(signed("", lock))), "{lock}");
        assert!(stands(filled(signed("", &lock.replace("/P 1", "/P 2")), "")), "{lock}");
    }
}

#[test]
fn what_a_later_signature_claims_does_not_loosen_an_earlier_one() {
    let no_changes = doc_mdp("/TransformParams<</P 1>>");
    assert!(!stands(filled(signed(&no_changes, ""), "/Reference[<</TransformMethod/UR3>>]")));
    assert!(!stands(added(
        filled(signed("", "/Lock<</Action/Include/Fields[(third)]>>"), ""),
        &field_mdp("/Action/Exclude/Fields[(third)]")
    )));
    // And a later one binds what comes after it.
    let reading = reading(added(filled(signed("", ""), &field_mdp("/Action/All")), ""));
    let seal = reading.signatures.iter().find(|signature| signature.field == "seal").unwrap();
    assert!(!seal.permits(Modification::FurtherSignature));
    assert!(head(&reading).permits(Modification::FurtherSignature));
}

#[test]
fn parameters_that_a_later_revision_writes_again_loosen_nothing() {
    let file = signed(&doc_mdp("/TransformParams 11 0 R"), "");
    // Object 11 is missing while it is signed, so strictest; what appears later is not looked at.
    let reading = reading(file.object(11, "<</P 3>>").end());
    assert_eq!(head(&reading).permissions.certifies, Some(Access::NoChanges));
}

#[test]
fn locked_signature_fields_are_neither_filled_nor_added() {
    for (lock, fills, adds) in [
        ("/Action/All", false, false),
        ("/Action/Include/Fields[(seal)]", false, true),
        ("/Action/Include/Fields[(third)]", true, false),
        ("/Action/Include/Fields[(other)]", true, true),
        ("/Action/Include/Fields[(seal.)(sea)(seal.x)]", true, true),
        ("/Action/Exclude/Fields[(seal)]", true, false),
        ("/Action/Exclude/Fields[(third)]", false, true),
        ("/Action/Exclude/Fields[(seal)(third)]", true, true),
    ] {
        for (keys, in_field) in [(field_mdp(lock), String::new()), (String::new(), format!("/Lock<<{lock}>>"))] {
            assert_eq!(stands(filled(signed(&keys, &in_field), "")), fills, "{lock}");
            assert_eq!(stands(added(signed(&keys, &in_field), "")), adds, "{lock}");
            assert!(stands(timestamped(signed(&keys, &in_field))), "{lock}");
        }
    }
    let locked = reading(filled(signed(&field_mdp("/Action/All"), ""), ""));
    assert_eq!(head(&locked).lock_broken.as_deref(), Some("seal"));
}

#[test]
fn the_level_that_is_allowed_and_the_signatures_own_are_both_kept() {
    let file = reading(filled(signed("", ""), ""));
    let permits: Vec<bool> = [
        Modification::None,
        Modification::LongTermValidation,
        Modification::FurtherSignature,
        Modification::Annotation,
    ]
    .map(|most| head(&file).permits(most))
    .to_vec();
    assert_eq!(permits, [false, false, true, true]);
    // Nobody can allow what no rule explains.
    let other = reading(signed("", "").object(4, "<<>>").end());
    assert!(!head(&other).permits(Modification::Other));
}

#[test]
fn other_fields_that_a_revision_changes_are_held_against_the_lock() {
    let octets = added(signed(&field_mdp("/Action/Include/Fields[(name)]"), ""), "").build();
    let mut budget = Budget::for_message();
    let reading = read(&octets, &mut budget).unwrap();
    let chain = read_chain(&octets, &mut budget, &mut Oddities::default()).unwrap();
    let file = File::new(&octets, &chain.parts, &mut budget).unwrap();
    let index = reading.signatures.iter().position(|signature| signature.field == "head").unwrap();
    let broken = |level, name: &str| {
        let fields = vec![ChangedField { name: name.to_owned(), number: 20, signature: false, new: false }];
        let changes = [Change::none(), Change::none(), Change { level, unexplained: vec![], fields }];
        broken_lock(&file, index, &reading.signatures, &changes)
    };
    assert_eq!(broken(Modification::FormFilling, "name").as_deref(), Some("name"));
    assert_eq!(broken(Modification::FormFilling, "name.first").as_deref(), Some("name.first"));
    assert_eq!(broken(Modification::FormFilling, "place"), None);
    assert_eq!(broken(Modification::LongTermValidation, "name"), None);
}

#[test]
fn only_the_first_signature_may_certify() {
    let certifies = doc_mdp("/TransformParams<</P 3>>");
    assert!(stands(filled(signed(&certifies, ""), "")));
    for file in [filled(signed(&certifies, ""), &certifies), filled(signed("", ""), &certifies)] {
        let reading = reading(file);
        let misplaced = |kind: &OddityKind| *kind == OddityKind::CertificationMisplaced { number: 8 };
        assert!(reading.oddities.iter().any(|oddity| misplaced(&oddity.kind)));
        assert!(reading.signatures.iter().all(|signature| reading.weight(signature) == Some(Weight::Fatal)));
    }
    // A clock before it is no approval.
    let timestamp = Builder::new()
        .object(1, &catalog("9 0 R"))
        .object(9, "<</FT/Sig/T(time)/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/V 10 0 R>>")
        .signature(10, "ETSI.RFC3161")
        .end()
        .object(1, &catalog("9 0 R 5 0 R"))
        .object(3, &page("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"));
    assert!(stands(signature(timestamp, 6, &certifies).end()));
}

#[test]
fn the_catalog_and_the_signature_must_name_the_same_certification() {
    let with_perms = |perms: &str, keys: &str| {
        let form = catalog("7 0 R 5 0 R").replace("/Pages", &format!("/Perms<<{perms}>>/Pages"));
        let file = Builder::new()
            .object(7, &field("seal", ""))
            .object(1, &form)
            .object(3, &page("7 0 R 5 0 R"))
            .object(5, &field("head", "/V 6 0 R"));
        signature(file, 6, keys).end()
    };
    let certifies = doc_mdp("/TransformParams<</P 1>>");
    for (perms, keys, expected, disputed) in [
        ("/DocMDP 6 0 R", certifies.as_str(), Some(Access::NoChanges), false),
        ("/UR3 6 0 R", &certifies, Some(Access::NoChanges), false),
        ("/DocMDP null", "", None, false),
        ("/DocMDP 6 0 R", "", Some(Access::FormFilling), true),
        ("/DocMDP 4 0 R", &certifies, Some(Access::NoChanges), true),
        ("/DocMDP<<>>", &certifies, Some(Access::NoChanges), true),
    ] {
        let reading = reading(with_perms(perms, keys));
        assert_eq!(head(&reading).permissions.certifies, expected, "{perms}");
        let kinds = reading.oddities.iter().filter(|o| matches!(o.kind, OddityKind::CertificationDisputed { .. }));
        assert_eq!(kinds.count(), usize::from(disputed), "{perms}");
        // The narrower one holds, so it is no more than a remark.
        assert!(reading.weight(head(&reading)) <= Some(Weight::Remark), "{perms}");
    }
    // Named later, the catalog itself was changed.
    let later = catalog("7 0 R 5 0 R").replace("/Pages", "/Perms<</DocMDP 6 0 R>>/Pages");
    assert!(!stands(signed("", "").object(1, &later).end()));
}
