//! The clock: before the rule, before the certificate, with an old directory or old lists.

use dieu7::policy::{Reason, Verdict};
use dieu7::sender::Directory;

use super::forge::{self, Key, certificate};
use super::world::{FROM, Mail, World, genuine};
use crate::cases::AT;

fn verdict_at(world: &World, at: &str) -> Verdict {
    world.judge_at(Mail::new(&genuine("15/QD-SNV")).message(), at).verdict
}

#[test]
fn where_no_policy_is_in_force_nothing_is_equivalent_to_paper() {
    let world = World::default();
    for at in ["1970-01-01T00:00:00Z", "2012-06-01T00:00:00Z", "2013-07-31T16:59:59Z"] {
        assert_eq!(verdict_at(&world, at), Verdict::NotApplicable, "{at}");
    }
    assert_ne!(verdict_at(&world, "2100-01-01T00:00:00Z"), Verdict::LegallyEquivalent);
}

#[test]
fn without_a_directory_or_with_an_old_one_nothing_is_equivalent() {
    let row = format!("{FROM},unit,Sở Nội vụ tỉnh Mẫu,,sonoivu.vanthu1,2013-08-01,https://x.example/,2013-08-01,,\n");
    let columns = "mailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\n";
    let read = |text: String| Directory::from_csv(&text).unwrap();
    let fresh = read(format!("# read_on=2026-11-01\n{columns}{row}"));
    assert_eq!(verdict_at(&World::with_directory(Some(fresh)), AT), Verdict::LegallyEquivalent);
    for (what, directory) in [
        ("none", None),
        ("empty", Some(read(format!("# read_on=2026-11-01\n{columns}")))),
        ("stale", Some(read(format!("# read_on=2024-11-01\n{columns}{row}")))),
        ("undated", Some(read(format!("{columns}{row}")))),
        (
            "to come",
            Some(read(format!("# read_on=2026-11-01\n{columns}{}", row.replace("2013-08-01,,\n", "2027-01-01,,\n")))),
        ),
        (
            "ended",
            Some(read(format!(
                "# read_on=2026-11-01\n{columns}{}",
                row.replace("2013-08-01,,\n", "2013-08-01,2026-11-01,\n")
            ))),
        ),
        (
            "not yet published",
            Some(read(format!(
                "# read_on=2026-11-01\n{columns}{}",
                row.replace(",2013-08-01,https", ",2026-12-01,https")
            ))),
        ),
        ("personal", Some(read(format!("# read_on=2026-11-01\n{columns}{}", row.replace(",unit,", ",personal,"))))),
    ] {
        assert_ne!(verdict_at(&World::with_directory(directory), AT), Verdict::LegallyEquivalent, "{what}");
    }
}

#[test]
fn lists_that_say_nothing_certain_leave_revocation_open() {
    let issuing = certificate("intermediates/gov-issuing");
    let root = certificate("anchors/gov-root");
    let key = Key::of("gov-issuing");
    let of_root =
        forge::crl(root.subject().der(), &Key::of("gov-root"), "20260101000000Z", Some("20990101000000Z"), false);
    let name = issuing.subject().der();
    let judged = |lists: Vec<Vec<u8>>| {
        let world = World { crls: lists.into_iter().chain([of_root.clone()]).collect(), ..World::default() };
        world.judge(Mail::new(&genuine("15/QD-SNV")).message())
    };
    let fresh = || forge::crl(name, &key, "20261101000000Z", Some("20990101000000Z"), false);
    assert_eq!(judged(vec![fresh()]).verdict, Verdict::LegallyEquivalent);
    for (what, list) in [
        ("stale", forge::crl(name, &key, "20250101000000Z", Some("20250201000000Z"), false)),
        ("without an end", forge::crl(name, &key, "20261101000000Z", None, false)),
        ("delta", forge::crl(name, &key, "20261101000000Z", Some("20990101000000Z"), true)),
        ("of a stranger", forge::crl(name, &Key::of("taichinh"), "20261101000000Z", Some("20990101000000Z"), false)),
        ("of the root", forge::crl(name, &Key::of("gov-root"), "20261101000000Z", Some("20990101000000Z"), false)),
        ("garbage", vec![0x30; 40]),
    ] {
        let judgement = judged(vec![list]);
        assert_eq!(judgement.verdict, Verdict::Undetermined, "{what}");
        let reasons = judgement.documents[0].reasons();
        assert!(reasons.iter().all(|r| matches!(r, Reason::RevStale | Reason::RevUnavailable)), "{what}: {reasons:?}");
    }
    let with_delta = vec![fresh(), forge::crl(name, &key, "20261102000000Z", Some("20990101000000Z"), true)];
    assert_eq!(judged(with_delta).verdict, Verdict::Undetermined);
}
