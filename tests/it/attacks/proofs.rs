//! What proves a time, and what is proven by it: the shapes of the Government's papers of 2018, received years later, and
//! every way to make them say more than they do.

use dieu7::evidence::Need;
use dieu7::signature::{Note, Proof, Revocation, TimeSource, Validated, Worthless};

use super::forge::for_authorities;
use super::forms::paper_of;
use super::hierarchy::{Cms, Hierarchy, Holder, RECEIVED, content_stamp, keeping_since, responder, signing_time};
use super::paper::{self, Paper, value};
use super::tokens::for_timestamps;

type List = Vec<u8>;
type Entry<'a> = (u8, &'a str, Option<u8>, Option<&'a str>);

/// The day on which the papers are signed.
const SIGNED: &str = "20180913090748Z";

fn outcome(one: &Validated) -> (&'static str, &'static str) {
    (one.conclusion.indication(), one.conclusion.sub_indication().unwrap_or_default())
}

const PASSED: (&str, &str) = ("TOTAL-PASSED", "");
const TRY_LATER: (&str, &str) = ("INDETERMINATE", "TRY_LATER");
const NO_POE: (&str, &str) = ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE");

/// A paper as VGCA's tools made it, with a token of this authority at this time.
fn stamped(vgca: &Hierarchy, tsa: &Holder, time: &str) -> Vec<u8> {
    with(vgca, Some((tsa, time)), &[], &[])
}

fn with(vgca: &Hierarchy, stamp: Option<(&Holder, &str)>, attributes: &[Vec<u8>], lists: &[List]) -> Vec<u8> {
    let stamp = stamp.map(|(tsa, time)| move |value: &[u8]| tsa.stamp(value, time, true));
    let token = stamp.as_ref().map(|stamp| stamp as &dyn Fn(&[u8]) -> Vec<u8>);
    paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| {
        let (attributes, lists) = (attributes.to_vec(), lists.to_vec());
        Cms { weak: true, token, attributes, lists, ..Cms::of(&vgca.signer) }.over(signed)
    })
}

/// A document timestamp in a revision of its own, in two objects from this number on.
fn clocked(file: &[u8], number: u32, tsa: &Holder, time: &str) -> Vec<u8> {
    let dictionary =
        value("").replace("adbe.pkcs7.detached", "ETSI.RFC3161").replace("/Type /Sig", "/Type /DocTimeStamp");
    let fields: Vec<String> = (20..=number).step_by(2).map(|number| format!("{number} 0 R")).collect();
    let fields = format!("5 0 R {}", fields.join(" "));
    let pdf = Paper::after(file)
        .object(1, &format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> >>"))
        .object(
            number,
            &format!(
                "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Gio {number}) /F 132 /P 3 0 R /Rect [0 0 0 0] \
                 /V {} 0 R >>",
                number + 1
            ),
        )
        .object(
            3,
            &format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [{fields}] >>"),
        )
        .object(number + 1, &dictionary)
        .revision();
    paper::sign(pdf, |signed| tsa.stamp(signed, time, false))
}

/// The list of the issuing CA from after the signing, while it still kept the signer.
fn after(vgca: &Hierarchy, entries: &[Entry<'_>]) -> List {
    vgca.issuing.list("20181001000000Z", "20181101000000Z", entries)
}

/// The list of the root that is current at the receipt.
fn current(vgca: &Hierarchy, entries: &[Entry<'_>]) -> List {
    vgca.root.list("20261030000000Z", "20261130000000Z", entries)
}

fn clean(vgca: &Hierarchy) -> Vec<List> {
    vec![after(vgca, &[]), current(vgca, &[])]
}

#[test]
fn a_paper_of_2018_passes_in_2026_by_its_timestamp_and_lists_that_came_after() {
    let vgca = Hierarchy::default();
    let file = stamped(&vgca, &vgca.tsa, SIGNED);
    let one = vgca.judge(&file, &clean(&vgca));
    assert_eq!(outcome(&one), PASSED, "{:?} {:?} {:?}", one.trust, one.standings, one.timestamps[0].proof());
    assert_eq!(one.timestamps[0].proof(), Proof::Sound);
    // The stated time and the minute by which the clock may be off.
    assert_eq!(
        (one.best_signature_time.to_string().as_str(), one.time_source),
        ("2018-09-13T09:08:48Z", TimeSource::SignatureTimestamp)
    );
    assert!(one.strong && !one.time_open);
    // Without lists the time is told, and nothing rests on it.
    let one = vgca.judge(&file, &[]);
    assert!(one.time_open);
    assert_eq!((outcome(&one), one.best_signature_time.to_string().as_str()), (TRY_LATER, "2018-09-13T09:08:48Z"));
    assert_eq!(one.revocation, Some(Revocation::Unavailable));
    // Nor without those about the authority.
    let one = vgca.judge(&file, &[after(&vgca, &[])]);
    assert_eq!((outcome(&one), one.revocation), (TRY_LATER, Some(Revocation::Clear)));
    // And without the timestamp nothing shows that it is so old.
    assert_eq!(outcome(&vgca.judge(&with(&vgca, None, &[], &[]), &clean(&vgca))), NO_POE);
}

#[test]
fn an_authority_that_has_ended_needs_an_issuer_who_still_vouches_or_a_later_proof() {
    let vgca = Hierarchy::default();
    let file = stamped(&vgca, &vgca.old_tsa, "20180115092159Z");
    let of_signer = vgca.issuing.list("20180201000000Z", "20180301000000Z", &[]);
    // Nobody says of the key of 2018 that it is not in other hands by now.
    let one = vgca.judge(&file, &[of_signer.clone(), current(&vgca, &[])]);
    assert_eq!((outcome(&one), one.timestamps[0].proof()), (TRY_LATER, Proof::Open(dieu7::signature::Doubt::Expired)));
    let keeping = vgca.root.list_with("20261030000000Z", "20261130000000Z", &[], &[keeping_since("20100101000000Z")]);
    assert_eq!(outcome(&vgca.judge(&file, &[of_signer.clone(), keeping])), PASSED);
    // A second authority stamped the document while the first one lived, and the root's list is from after that.
    let covered = clocked(&file, 20, &vgca.tsa, "20180820000000Z");
    let then = vgca.root.list("20180822000000Z", "20180922000000Z", &[]);
    let lists = [of_signer.clone(), then.clone(), current(&vgca, &[])];
    let one = vgca.judge(&covered, &lists);
    assert_eq!((outcome(&one), one.timestamps[0].proof()), (PASSED, Proof::Sound));
    assert_eq!(one.best_signature_time.to_string(), "2018-01-15T09:22:59Z");
    let late = clocked(&file, 20, &vgca.tsa, "20180901000000Z");
    assert_ne!(vgca.judge(&late, &lists).timestamps[0].proof(), Proof::Sound);
}

#[test]
fn document_timestamps_prove_each_other_from_the_outermost_inwards() {
    let vgca = Hierarchy::default();
    let plain = with(&vgca, None, &[], &[]);
    let inner = clocked(&plain, 20, &vgca.old_tsa, "20180801000000Z");
    let outer = clocked(&inner, 22, &vgca.tsa, "20180820000000Z");
    let of_signer = vgca.issuing.list("20180901000000Z", "20181001000000Z", &[]);
    let then = vgca.root.list("20180822000000Z", "20180922000000Z", &[]);
    let lists = [of_signer, then, current(&vgca, &[])];
    let one = vgca.judge(&outer, &lists);
    assert_eq!((outcome(&one), one.time_source), (PASSED, TimeSource::DocumentTimestamp));
    assert_eq!(one.best_signature_time.to_string(), "2018-08-01T00:01:00Z");
    // Alone the inner one is told and not relied on.
    let one = vgca.judge(&inner, &lists);
    assert_eq!((outcome(&one), one.best_signature_time.to_string().as_str()), (TRY_LATER, "2018-08-01T00:01:00Z"));
}

#[test]
fn a_token_of_an_authority_that_nobody_trusts_for_times_proves_none() {
    let vgca = Hierarchy::default();
    let mine = Holder::new(
        ("CN=TSA 01, C=VN", "vpubnd", 11),
        Some(&vgca.stranger),
        ("20180813000000Z", "20280810000000Z"),
        &for_timestamps(),
        false,
    );
    let early = Holder::new(
        ("CN=TSA 01, C=VN", "tsa", 14),
        Some(&vgca.root),
        ("20190101000000Z", "20280810000000Z"),
        &for_timestamps(),
        false,
    );
    let odd = Hierarchy::without_clocks();
    for (what, trust, tsa) in [
        ("stranger's", &vgca, &mine),
        ("for documents", &odd, &odd.tsa),
        ("not yet begun", &vgca, &early),
        ("ended", &vgca, &vgca.old_tsa),
    ] {
        let one = trust.judge(&stamped(&vgca, tsa, SIGNED), &clean(&vgca));
        assert_eq!(one.timestamps[0].proof(), Proof::None(Worthless::NotTrusted), "{what}");
        assert_eq!((outcome(&one), one.time_source), (NO_POE, TimeSource::Receipt), "{what}");
    }
    let ca = Holder::new(
        ("CN=TSA 01, C=VN", "tsa", 15),
        Some(&vgca.root),
        ("20180813000000Z", "20280810000000Z"),
        &for_authorities(),
        false,
    );
    assert_eq!(
        vgca.judge(&stamped(&vgca, &ca, SIGNED), &clean(&vgca)).timestamps[0].proof(),
        Proof::None(Worthless::Broken)
    );
}

#[test]
fn whoever_has_the_key_of_an_authority_makes_no_times() {
    let vgca = Hierarchy::default();
    let file = stamped(&vgca, &vgca.tsa, SIGNED);
    let judge = |file: &[u8], entry: Entry<'_>| vgca.judge(file, &[after(&vgca, &[]), current(&vgca, &[entry])]);
    for (what, entry) in [
        ("lost", (11, "20200101000000Z", Some(1), None)),
        ("no reason given", (11, "20200101000000Z", None, None)),
        ("replaced before", (11, "20180901000000Z", Some(4), None)),
        ("replaced, void before", (11, "20200101000000Z", Some(4), Some("20180901000000Z"))),
    ] {
        let one = judge(&file, entry);
        assert_eq!(one.timestamps[0].proof(), Proof::None(Worthless::Revoked), "{what}");
        assert_eq!(outcome(&one), NO_POE, "{what}");
    }
    // Replaced later, which puts its key in no doubt (RFC 3161, 4).
    assert_eq!(outcome(&judge(&file, (11, "20200101000000Z", Some(4), None))), PASSED);
    // Lost later, but another authority has seen the token before that.
    let covered = clocked(&file, 20, &vgca.second_tsa, "20190101000000Z");
    assert_eq!(outcome(&judge(&covered, (11, "20200101000000Z", Some(1), None))), PASSED);
    let late = clocked(&file, 20, &vgca.second_tsa, "20210101000000Z");
    assert_eq!(outcome(&judge(&late, (11, "20200101000000Z", Some(1), None))), NO_POE);
    // An old list of the root says nothing of a key that was lost later.
    let stale = vgca.root.list("20181001000000Z", "20181101000000Z", &[]);
    let one = vgca.judge(&file, &[after(&vgca, &[]), stale]);
    assert_eq!(outcome(&one), TRY_LATER);
    assert!(matches!(one.timestamps[0].proof(), Proof::Open(_)));
}

#[test]
fn a_list_must_be_from_after_the_proven_time_and_not_from_the_future() {
    let vgca = Hierarchy::default();
    let file = stamped(&vgca, &vgca.tsa, SIGNED);
    let judge = |list: List| vgca.judge(&file, &[list, current(&vgca, &[])]);
    let list = |from, to| vgca.issuing.list(from, to, &[]);
    assert_eq!(outcome(&judge(list("20181001000000Z", "20181101000000Z"))), PASSED);
    let before = judge(list("20180910000000Z", "20181010000000Z"));
    assert_eq!((outcome(&before), before.revocation), (TRY_LATER, Some(Revocation::Stale)));
    // It leaves out those that have ended; and it is from a day that has not come.
    for (from, to) in [("20190201000000Z", "20300101000000Z"), ("20261102010000Z", "20300101000000Z")] {
        assert_eq!(outcome(&judge(list(from, to))), TRY_LATER, "{from}");
    }
    let backwards = judge(list("20181001000000Z", "20180930000000Z"));
    assert_eq!(outcome(&backwards), TRY_LATER);
}

#[test]
fn a_list_that_the_document_brings_acquits_only_after_a_proven_time() {
    let vgca = Hierarchy::default();
    let root = [current(&vgca, &[])];
    let bring = |stamp, list: List| vgca.judge_at(&with(&vgca, stamp, &[], &[list]), &root, "2018-11-02");
    let of_then = vgca.root.list("20181101000000Z", "20181201000000Z", &[]);
    let bring_then = |stamp, list: List| {
        vgca.judge_at(&with(&vgca, stamp, &[], &[list]), std::slice::from_ref(&of_then), "2018-11-02")
    };
    let stamp = Some((&vgca.tsa, SIGNED));
    assert_eq!(outcome(&bring_then(stamp, after(&vgca, &[]))), PASSED);
    // The last one from before the theft, still current on the day of the token.
    let last = vgca.issuing.list("20180912000000Z", "20181212000000Z", &[]);
    assert_eq!(outcome(&bring_then(stamp, last)), TRY_LATER);
    // Without a token there is no proven time; the receipt is none for what the sender chose.
    assert_ne!(outcome(&bring_then(None, after(&vgca, &[]))), PASSED);
    // It accuses in any case, and from a root of the future nothing is taken.
    let gone = after(&vgca, &[(7, "20180901000000Z", Some(1), None)]);
    assert_eq!(outcome(&bring_then(stamp, gone)), ("INDETERMINATE", "REVOKED_NO_POE"));
    assert_eq!(outcome(&bring(stamp, after(&vgca, &[]))), TRY_LATER);
}

#[test]
fn a_paper_of_an_ended_signer_brings_the_list_that_was_current_then_and_something_proves_it() {
    let vgca = Hierarchy::default();
    let root = [current(&vgca, &[])];
    let stamp = Some((&vgca.tsa, SIGNED));
    let last = |from| vgca.issuing.list(from, "20180914000000Z", &[]);
    let paper = |list: List| with(&vgca, stamp, &[], &[list]);
    // Fetched in the morning, signed at nine, stored, and stamped over.
    let honest = paper(last("20180913010000Z"));
    let covered = clocked(&honest, 20, &vgca.second_tsa, "20180913091500Z");
    let one = vgca.judge(&covered, &root);
    assert_eq!((outcome(&one), one.revocation), (PASSED, Some(Revocation::Clear)), "{:?}", one.standings);
    // A copy of it in the drop folder takes nothing away.
    assert_eq!(outcome(&vgca.judge(&covered, &[root[0].clone(), last("20180913010000Z")])), PASSED);
    // Nothing proves how old it is; it was too old; it is of a living signer, of whom newer lists can be had.
    assert_eq!(outcome(&vgca.judge(&honest, &root)), TRY_LATER);
    let old = clocked(&paper(last("20180912080000Z")), 20, &vgca.second_tsa, "20180913091500Z");
    assert_eq!(outcome(&vgca.judge(&old, &root)), TRY_LATER);
    let of_then = [vgca.root.list("20181001000000Z", "20181101000000Z", &[])];
    assert_eq!(outcome(&vgca.judge_at(&covered, &of_then, "2018-10-02")), TRY_LATER);
    // Whoever signed in the hours after the revocation is told by any later list that is at hand, however old.
    let gone = vgca.issuing.list("20180914000000Z", "20180915000000Z", &[(7, "20180913080000Z", Some(1), None)]);
    let one = vgca.judge(&covered, &[root[0].clone(), gone]);
    assert_eq!(outcome(&one), ("INDETERMINATE", "REVOKED_NO_POE"));
}

#[test]
fn authorities_that_ended_one_after_the_other_prove_by_what_was_current_at_each_change() {
    let vgca = Hierarchy::default();
    // The first authority ended in August 2018; the list beside the signature is of some hours before the next stamp.
    let of_signer = vgca.issuing.list("20180115093000Z", "20180116000000Z", &[]);
    let stamp = Some((&vgca.old_tsa, "20180115092159Z"));
    let paper = |list: List| {
        let file = with(&vgca, stamp, &[], &[of_signer.clone(), list]);
        clocked(&file, 20, &vgca.tsa, "20180820090000Z")
    };
    let list = |from, to| vgca.root.list(from, to, &[]);
    let lists = [current(&vgca, &[])];
    let one = vgca.judge(&paper(list("20180820000000Z", "20180821000000Z")), &lists);
    assert_eq!((outcome(&one), one.timestamps[0].proof()), (PASSED, Proof::Sound), "{:?}", one.standings);
    for (from, to) in [("20180818000000Z", "20180821000000Z"), ("20180820000000Z", "20180820080000Z")] {
        assert_ne!(outcome(&vgca.judge(&paper(list(from, to)), &lists)), PASSED, "{from}");
    }
}

#[test]
fn what_a_revocation_takes_away_depends_on_what_is_proven() {
    let vgca = Hierarchy::default();
    let file = stamped(&vgca, &vgca.tsa, SIGNED);
    let judge = |file: &[u8], entry| vgca.judge(file, &[after(&vgca, &[entry]), current(&vgca, &[])]);
    let no_poe = ("INDETERMINATE", "REVOKED_NO_POE");
    let later = judge(&file, (7, "20180920000000Z", Some(1), None));
    assert_eq!((outcome(&later), later.revocation), (PASSED, Some(Revocation::Later)));
    for entry in [
        (7, "20180901000000Z", Some(4), None),
        (7, "20180920000000Z", Some(1), Some("20180901000000Z")),
        (7, "20180920000000Z", None, Some("20180901000000Z")),
    ] {
        assert_eq!(outcome(&judge(&file, entry)), no_poe, "{entry:?}");
    }
    // Only a timestamp over the content shows that the signature was made after it.
    let stamp = |signed: &[u8]| vgca.tsa.stamp(signed, "20180910000000Z", false);
    let after_content = |time: Option<&str>| {
        paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| {
            let token = time.map(|time| move |value: &[u8]| Hierarchy::default().tsa.stamp(value, time, false));
            let token = token.as_ref().map(|token| token as &dyn Fn(&[u8]) -> Vec<u8>);
            Cms { token, attributes: vec![content_stamp(&stamp(signed))], ..Cms::of(&vgca.signer) }.over(signed)
        })
    };
    let made_after = after_content(Some(SIGNED));
    assert_eq!(outcome(&judge(&made_after, (7, "20180901000000Z", Some(4), None))), ("TOTAL-FAILED", "REVOKED"));
    assert_eq!(outcome(&judge(&made_after, (7, "20180911000000Z", Some(4), None))), no_poe);
    assert_eq!(outcome(&vgca.judge(&made_after, &clean(&vgca))), PASSED);
    let odd = after_content(Some("20180901000000Z"));
    assert_eq!(outcome(&vgca.judge(&odd, &clean(&vgca))), ("INDETERMINATE", "TIMESTAMP_ORDER_FAILURE"));
}

#[test]
fn a_suspension_waits_and_one_that_was_lifted_does_not() {
    let vgca = Hierarchy::default();
    let file = stamped(&vgca, &vgca.tsa, SIGNED);
    let held = vgca.issuing.list("20180914000000Z", "20181014000000Z", &[(7, "20180914000000Z", Some(6), None)]);
    let one = vgca.judge(&file, &[held.clone(), current(&vgca, &[])]);
    assert_eq!((outcome(&one), one.revocation), (TRY_LATER, Some(Revocation::OnHold)));
    assert_eq!(outcome(&vgca.judge(&file, &[held, after(&vgca, &[]), current(&vgca, &[])])), PASSED);
    let during = vgca.issuing.list("20180914000000Z", "20181014000000Z", &[(7, "20180901000000Z", Some(6), None)]);
    let one = vgca.judge(&file, &[during, after(&vgca, &[]), current(&vgca, &[])]);
    assert_eq!((outcome(&one), one.revocation), (TRY_LATER, Some(Revocation::OnHold)));
}

#[test]
fn before_and_after_the_life_of_the_certificate_only_what_is_proven_is_said() {
    let vgca = Hierarchy::default();
    let early = clocked(&with(&vgca, None, &[], &[]), 20, &vgca.old_tsa, "20131231000000Z");
    let keeping = vgca.root.list_with("20261030000000Z", "20261130000000Z", &[], &[keeping_since("20100101000000Z")]);
    assert_eq!(outcome(&vgca.judge(&early, &[after(&vgca, &[]), keeping])), ("TOTAL-FAILED", "NOT_YET_VALID"));
    // The same by an authority on which nothing may rest accuses nobody.
    assert_eq!(outcome(&vgca.judge(&early, &clean(&vgca))), NO_POE);
    let late = stamped(&vgca, &vgca.tsa, "20190601000000Z");
    assert_eq!(outcome(&vgca.judge(&late, &clean(&vgca))), NO_POE);
    let expired = paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| {
        let token = vgca.tsa.stamp(signed, "20190601000000Z", false);
        Cms { attributes: vec![content_stamp(&token)], ..Cms::of(&vgca.signer) }.over(signed)
    });
    assert_eq!(outcome(&vgca.judge(&expired, &clean(&vgca))), ("TOTAL-FAILED", "EXPIRED"));
    // Unless its authority cannot be relied on.
    assert_eq!(outcome(&vgca.judge(&expired, &[after(&vgca, &[])])), NO_POE);
}

#[test]
fn a_certificate_may_be_used_at_once_though_two_clocks_differ() {
    let vgca = Hierarchy::default();
    let of_signer = vgca.issuing.list("20261030000000Z", "20261130000000Z", &[]);
    let lists = [of_signer, current(&vgca, &[])];
    // The token states 09:07:48 and a minute.
    for (from, expected) in [
        ("20180913090800Z", PASSED),
        ("20180913091848Z", PASSED),
        ("20180913091849Z", ("TOTAL-FAILED", "NOT_YET_VALID")),
    ] {
        let signer = Holder::new(
            ("CN=Cong, O=Van phong, C=VN", "noivu", 8),
            Some(&vgca.issuing),
            (from, "20290114000000Z"),
            &super::forge::for_documents(),
            false,
        );
        let token = |value: &[u8]| vgca.tsa.stamp(value, SIGNED, false);
        let file = paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| {
            Cms { token: Some(&token), ..Cms::of(&signer) }.over(signed)
        });
        assert_eq!(outcome(&vgca.judge(&file, &lists)), expected, "{from}");
    }
}

#[test]
fn sha_1_counts_only_for_what_is_proven_to_be_older_than_its_day() {
    let vgca = Hierarchy::default();
    let signer = Holder::new(
        ("CN=Cong, O=Van phong, C=VN", "noivu", 8),
        Some(&vgca.issuing),
        ("20140115000000Z", "20290114000000Z"),
        &super::forge::for_documents(),
        false,
    );
    let of_signer = vgca.issuing.list("20261030000000Z", "20261130000000Z", &[]);
    let lists = [of_signer, current(&vgca, &[])];
    let judge = |time: Option<&str>| {
        let token = time.map(|time| move |value: &[u8]| Hierarchy::default().tsa.stamp(value, time, false));
        let token = token.as_ref().map(|token| token as &dyn Fn(&[u8]) -> Vec<u8>);
        let file = paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| {
            Cms { weak: true, token, ..Cms::of(&signer) }.over(signed)
        });
        vgca.judge(&file, &lists)
    };
    let weak = ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
    assert_eq!(outcome(&judge(Some("20191230000000Z"))), PASSED);
    assert_eq!(outcome(&judge(Some("20200102000000Z"))), weak);
    assert_eq!(outcome(&judge(None)), weak);
    // A SHA-1 imprint of that day proves no time.
    let imprint = stamped(&vgca, &vgca.tsa, "20200102000000Z");
    assert_eq!(vgca.judge(&imprint, &lists).timestamps[0].proof(), Proof::None(Worthless::Weak));
}

#[test]
fn claims_are_compared_and_decide_nothing() {
    let vgca = Hierarchy::default();
    let file = with(&vgca, Some((&vgca.tsa, SIGNED)), &[signing_time("20180913160748Z")], &[]);
    let one = vgca.judge(&file, &clean(&vgca));
    assert_eq!(outcome(&one), PASSED);
    assert!(one.notes.contains(&Note::TimeShifted));
    let same = with(&vgca, Some((&vgca.tsa, SIGNED)), &[signing_time("20180913090730Z")], &[]);
    assert!(!vgca.judge(&same, &clean(&vgca)).notes.contains(&Note::TimeShifted));
    let future = stamped(&vgca, &vgca.tsa, "20270101000000Z");
    let one = vgca.judge(&future, &clean(&vgca));
    assert_eq!((one.timestamps[0].proof(), outcome(&one)), (Proof::None(Worthless::Future), NO_POE));
    // A token that is older than its own statement.
    let covered = clocked(&stamped(&vgca, &vgca.tsa, "20181013090748Z"), 20, &vgca.second_tsa, SIGNED);
    let one = vgca.judge(&covered, &clean(&vgca));
    assert!(one.notes.contains(&Note::TimestampsDisagree));
    assert_eq!((outcome(&one), one.time_source), (PASSED, TimeSource::DocumentTimestamp));
}

#[test]
fn a_responder_is_asked_only_where_lists_do_not_tell() {
    let vgca = Hierarchy::default();
    let extensions = [super::forge::for_documents(), vec![responder("http://ocsp.example/")]].concat();
    let signer = Holder::new(
        ("CN=Cong, O=Van phong, C=VN", "noivu", 9),
        Some(&vgca.issuing),
        ("20140115000000Z", "20290114000000Z"),
        &extensions,
        false,
    );
    let file = paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| Cms::of(&signer).over(signed));
    // What names no responder is only looked up among what is there.
    let is_asked = |need: &Need| !matches!(need, Need::Ocsp { responders, .. } if responders.is_empty());
    let asked = |lists: &[List]| -> Vec<Need> {
        vgca.judge_and_asked(&file, lists, RECEIVED).1.into_iter().filter(is_asked).collect()
    };
    let list = |from, to, entries: &[Entry<'_>]| vgca.issuing.list(from, to, entries);
    let fresh = ("20261030000000Z", "20261130000000Z");
    // Learning whose mail is read is what a fresh list spares, whatever it says.
    assert!(asked(&[list(fresh.0, fresh.1, &[])]).is_empty());
    assert!(asked(&[list("20180101000000Z", "20180201000000Z", &[(9, "20180101000000Z", Some(1), None)])]).is_empty());
    for lists in [vec![], vec![list("20180101000000Z", "20180201000000Z", &[])]] {
        let [Need::Ocsp { serial, responders, key, .. }, ..] = &asked(&lists)[..] else { panic!("asked") };
        assert_eq!((&serial[..], &responders[..]), (&[9][..], &["http://ocsp.example/".to_owned()][..]));
        assert_eq!(vgca.issuing.key.spki(), *key);
    }
    // Nobody is asked on behalf of a stranger's certificate.
    let mine = Holder::new(
        ("CN=Cong, O=Van phong, C=VN", "noivu", 9),
        Some(&vgca.stranger),
        ("20140115000000Z", "20290114000000Z"),
        &extensions,
        false,
    );
    let file = paper::sign(paper_of("adbe.pkcs7.detached", ""), |signed| Cms::of(&mine).over(signed));
    assert!(vgca.judge_and_asked(&file, &[], RECEIVED).1.is_empty());
}
