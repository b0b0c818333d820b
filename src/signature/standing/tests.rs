use super::*;
use crate::x509::StatementKind;
use crate::x509::testing::*;

const DAY: i64 = 86_400;

fn day(days: i64) -> UnixTime {
    NOW.plus(days * DAY)
}

/// A list of a CA that lives on, issued on one day and current for seven.
fn said(status: RevocationStatus, on: i64) -> Statement {
    Statement {
        status,
        kind: StatementKind::Crl,
        pieces: vec![Sha256::of(&on.to_be_bytes())],
        this_update: day(on),
        next_update: Some(day(on + 7)),
        signer: root(&Party::new("Root", 1)),
        vouches_since: None,
    }
}

fn good(on: i64) -> Statement {
    said(RevocationStatus::Good, on)
}

fn held(since: i64, on: i64) -> Statement {
    said(RevocationStatus::Hold { at: day(since) }, on)
}

fn gone(since: i64, reason: Reason, on: i64) -> Statement {
    said(RevocationStatus::Revoked { at: day(since), reason, invalid_from: None }, on)
}

fn leaf() -> Certificate {
    Draft::leaf(&Party::new("Person", 3), &Party::new("Root", 1)).certificate()
}

/// The leaf's standing by statements that were gathered.
fn gathered(statements: &[Statement], moment: &Moment) -> Standing {
    let heard: Vec<_> =
        statements.iter().map(|statement| Heard { statement, provenance: Provenance::Gathered }).collect();
    weigh(&leaf(), &heard, moment)
}

fn embedded(statement: &Statement, existed: Option<UnixTime>, moment: &Moment) -> Standing {
    weigh(&leaf(), &[Heard { statement, provenance: Provenance::Embedded { existed } }], moment)
}

fn received() -> Moment {
    Moment::receipt(NOW, Grace::default())
}

/// Proven by a token to have existed on a day.
fn proven(on: i64) -> Moment {
    Moment { proven: day(on), by_token: true, ..received() }
}

fn is_good(standing: &Standing) -> bool {
    matches!(standing, Standing::Good { .. })
}

#[test]
fn of_what_is_received_now_a_current_list_speaks_and_an_outdated_one_does_not() {
    assert!(is_good(&gathered(&[good(-3)], &received())));
    assert_eq!(gathered(&[good(-10)], &received()), Standing::Stale { next_update: Some(day(-3)) });
    assert_eq!(gathered(&[], &received()), Standing::Unknown);
}

#[test]
fn what_was_issued_after_the_proven_time_speaks_though_it_is_outdated_now() {
    assert!(is_good(&gathered(&[good(-90)], &proven(-100))));
    // Current then, and not the newest word now: a revocation may stand in the next one.
    assert!(matches!(gathered(&[good(-103)], &proven(-100)), Standing::Stale { .. }));
    assert!(is_good(&gathered(&[good(-3)], &proven(-1))));
}

#[test]
fn a_policy_may_ask_for_newer_lists_and_allow_those_without_an_end() {
    let strict = Moment { grace: Grace { gathered: Some(DAY), ..Grace::default() }, ..received() };
    assert!(matches!(gathered(&[good(-3)], &strict), Standing::Stale { .. }));
    let endless = |on| Statement { next_update: None, ..good(on) };
    assert_eq!(gathered(&[endless(-1)], &received()), Standing::Stale { next_update: None });
    assert!(is_good(&gathered(&[endless(-1)], &strict)));
    assert!(!is_good(&gathered(&[endless(-2)], &strict)));
    assert!(is_good(&gathered(&[endless(0)], &received())));
    assert!(is_good(&gathered(&[endless(-99)], &proven(-100))));
}

#[test]
fn a_response_without_an_end_stands_for_a_day_and_a_list_does_not() {
    let response =
        |on: UnixTime| Statement { kind: StatementKind::Ocsp, next_update: None, this_update: on, ..good(0) };
    assert!(is_good(&gathered(&[response(NOW.plus(-DAY))], &received())));
    assert_eq!(gathered(&[response(NOW.plus(-DAY - 1))], &received()), Standing::Stale { next_update: None });
    let list = Statement { kind: StatementKind::Crl, ..response(NOW.plus(-DAY)) };
    assert_eq!(gathered(&[list], &received()), Standing::Stale { next_update: None });
}

#[test]
fn a_statement_from_the_future_or_that_ends_before_it_begins_never_says_good() {
    assert!(is_good(&gathered(&[Statement { this_update: NOW.plus(SKEW), ..good(0) }], &received())));
    assert_eq!(gathered(&[Statement { this_update: NOW.plus(SKEW + 1), ..good(0) }], &received()), Standing::Unknown);
    let backwards = Statement { next_update: Some(day(-2)), ..good(-1) };
    assert_eq!(gathered(&[backwards], &proven(-3)), Standing::Unknown);
    // Nor does it lift a suspension.
    assert!(matches!(gathered(&[held(-9, -2), good(3)], &received()), Standing::Hold { .. }));
}

#[test]
fn revoked_counts_however_old_and_from_the_earliest_day_with_the_gravest_reason() {
    let later = gone(-50, Reason::Superseded, -1);
    let earlier = gone(-80, Reason::KeyCompromise, -70);
    let void = Statement {
        status: RevocationStatus::Revoked { at: day(-60), reason: Reason::Unspecified, invalid_from: Some(day(-99)) },
        ..good(-2)
    };
    for order in [[&later, &earlier, &void], [&void, &later, &earlier], [&earlier, &void, &later]] {
        let statements: Vec<_> = order.into_iter().cloned().chain([good(-1)]).collect();
        let Standing::Revoked { at, reason, invalid_from, used } = gathered(&statements, &received()) else {
            panic!("revoked")
        };
        assert_eq!((at, reason, invalid_from), (day(-80), Reason::KeyCompromise, Some(day(-99))));
        assert_eq!(used.len(), 3);
    }
    assert!(matches!(embedded(&earlier, None, &received()), Standing::Revoked { .. }));
}

#[test]
fn the_newest_word_decides_about_a_suspension_and_of_equals_the_worse() {
    assert!(matches!(gathered(&[good(-3), held(-4, -2)], &received()), Standing::Hold { .. }));
    assert!(matches!(gathered(&[held(-4, -2), good(-2)], &received()), Standing::Hold { .. }));
    assert!(is_good(&gathered(&[held(-4, -3), good(-2)], &received())));
    // Lifted, but only after the time that is proven.
    assert!(matches!(gathered(&[held(-20, -10), good(-2)], &proven(-15)), Standing::Hold { .. }));
    assert!(is_good(&gathered(&[held(-20, -10), good(-2)], &proven(-30))));
    // A word that is too old to acquit lifts nothing.
    assert!(matches!(gathered(&[held(-40, -30), good(-20)], &received()), Standing::Hold { .. }));
}

#[test]
fn what_the_document_brings_acquits_only_after_a_proven_time() {
    assert_eq!(embedded(&good(-1), Some(day(-1)), &received()), Standing::Unknown);
    assert!(is_good(&embedded(&good(-1), None, &proven(-1))));
    // The last list from before the theft, with a timestamp that anybody may ask for.
    assert_eq!(embedded(&good(-1), None, &proven(0)), Standing::Unknown);
    let allowed = Moment { grace: Grace { embedded: DAY, ..Grace::default() }, ..proven(0) };
    assert!(is_good(&embedded(&good(-1), None, &allowed)));
}

#[test]
fn of_an_ended_certificate_only_a_source_that_still_keeps_it_speaks() {
    let top = Party::new("Root", 1);
    let ended = Draft { to: "20200101000000Z", ..Draft::leaf(&Party::new("Person", 3), &top) }.certificate();
    let end = ended.validity().to().unwrap();
    let moment = Moment { proven: end.plus(-DAY), by_token: true, ..received() };
    let of = |statement: &Statement| weigh(&ended, &[Heard { statement, provenance: Provenance::Gathered }], &moment);
    assert_eq!(of(&good(-1)), Standing::Unknown);
    assert!(is_good(&of(&Statement { vouches_since: Some(end), ..good(-1) })));
    assert_eq!(of(&Statement { vouches_since: Some(end.plus(1)), ..good(-1) }), Standing::Unknown);
    let before = Statement { this_update: end.plus(-1), next_update: Some(end.plus(DAY)), ..good(-1) };
    assert!(is_good(&of(&before)));
}

#[test]
fn of_an_ended_certificate_what_was_current_then_speaks_from_the_document_where_it_is_proven_to_exist() {
    let top = Party::new("Root", 1);
    let ended = Draft { to: "20200101000000Z", ..Draft::leaf(&Party::new("Person", 3), &top) }.certificate();
    let then = ended.validity().to().unwrap().plus(-9 * DAY);
    let moment = Moment { proven: then, by_token: true, ..received() };
    let hours = |from: i64, to: i64| Statement {
        this_update: then.plus(from * 3600),
        next_update: Some(then.plus(to * 3600)),
        ..good(0)
    };
    let of = |certificate: &Certificate, statement: &Statement, existed, moment: &Moment| {
        weigh(certificate, &[Heard { statement, provenance: Provenance::Embedded { existed } }], moment)
    };
    let later = Some(then.plus(DAY));
    let usual = hours(-7, 17);
    assert!(is_good(&of(&ended, &usual, later, &moment)));
    assert!(is_good(&of(&ended, &hours(-24, 0), later, &moment)));
    // Of the living newer ones can be had.
    let alive = Moment { at: then.plus(2 * DAY), ..moment };
    for (what, certificate, statement, existed, moment) in [
        ("alive", &ended, &usual, later, &alive),
        ("nothing proves that it is of then", &ended, &usual, None, &moment),
        ("not current any more", &ended, &hours(-7, -1), later, &moment),
        ("older than the policy allows", &ended, &hours(-25, 17), later, &moment),
        ("no token", &ended, &usual, later, &Moment { by_token: false, ..moment }),
        ("a stricter policy", &ended, &usual, later, &Moment { grace: Grace { ended: 0, ..moment.grace }, ..moment }),
        ("a list without an end", &ended, &Statement { next_update: None, ..usual.clone() }, later, &moment),
    ] {
        assert_eq!(of(certificate, statement, existed, moment), Standing::Unknown, "{what}");
    }
    let response = |hours: i64| Statement {
        kind: StatementKind::Ocsp,
        this_update: then.plus(-hours * 3600),
        next_update: None,
        ..usual.clone()
    };
    assert!(is_good(&of(&ended, &response(24), later, &moment)));
    assert_eq!(of(&ended, &response(25), later, &moment), Standing::Unknown);
    // Any word of a revocation that is at hand still counts, and so does a suspension.
    let gone = gone(-9, Reason::KeyCompromise, -9);
    let held = Statement { status: RevocationStatus::Hold { at: then.plus(-DAY) }, ..usual.clone() };
    for against in [&gone, &held] {
        let heard = [
            Heard { statement: &usual, provenance: Provenance::Embedded { existed: later } },
            Heard { statement: against, provenance: Provenance::Gathered },
        ];
        assert!(!is_good(&weigh(&ended, &heard, &moment)));
    }
}

#[test]
fn a_signer_that_has_ended_vouches_only_for_what_is_proven_to_be_from_its_time() {
    let top = Party::new("Root", 1);
    let ending = |to| Draft { to, ..Draft::authority(&top, &top) }.certificate();
    let signer = ending("20261201000000Z");
    let end = signer.validity().to().unwrap();
    assert!(end < NOW);
    let spoken = |from: i64| Statement {
        signer: signer.clone(),
        this_update: end.plus(from),
        next_update: Some(end.plus(from + 30 * DAY)),
        ..good(0)
    };
    let moment = Moment { proven: end.plus(-9 * DAY), by_token: true, ..received() };
    assert_eq!(gathered(&[spoken(-DAY)], &moment), Standing::Unknown);
    assert_eq!(embedded(&spoken(-DAY), None, &moment), Standing::Unknown);
    assert_eq!(embedded(&spoken(-DAY), Some(end.plus(1)), &moment), Standing::Unknown);
    assert!(is_good(&embedded(&spoken(-DAY), Some(end), &moment)));
    // It had ended when it spoke.
    assert_eq!(embedded(&spoken(1), Some(end), &moment), Standing::Unknown);
    let revoking = Statement { status: gone(-90, Reason::Unspecified, 0).status, ..spoken(1) };
    assert!(matches!(gathered(&[revoking], &moment), Standing::Revoked { .. }));
}
