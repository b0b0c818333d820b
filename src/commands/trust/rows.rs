//! The findings of `dieu7 trust check`, one row each: for people and for programs alike.

use dieu7::algorithm::KeyKind;
use dieu7::report::{Words, revocation_reason};
use dieu7::signature::{RevocationAnswer, RevocationFinding, TrustFindings, UseFault, Weakness};
use dieu7::time::{UnixTime, Within};
use dieu7::x509::PathError;

use super::words::{self, Both, moment};

/// What came out of a check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    Failed,
    NotChecked,
    Passed,
    Unknown,
}

impl Outcome {
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Failed => "✗",
            Self::NotChecked => "·",
            Self::Passed => "✓",
            Self::Unknown => "?",
        }
    }

    pub const fn token(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NotChecked => "not-checked",
            Self::Passed => "passed",
            Self::Unknown => "unknown",
        }
    }
}

/// One check.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name for programs.
    pub check: &'static str,
    pub outcome: Outcome,
    pub said: Both,
}

fn row(check: &'static str, outcome: Outcome, vi: impl Into<String>, en: impl Into<String>) -> Row {
    Row { check, outcome, said: Both::new(vi, en) }
}

/// The certificate cannot even be read.
pub fn unreadable(problem: &str) -> Row {
    row(
        "certificate",
        Outcome::Failed,
        format!("không phải chứng thư đọc được: {problem}"),
        format!("not a certificate that can be read: {problem}"),
    )
}

/// All of them, in the order in which they were made.
pub fn of(findings: &TrustFindings, at: UnixTime) -> Vec<Row> {
    let mut rows = vec![path(findings)];
    if findings.path.is_ok() {
        rows.push(period(findings, at));
    }
    rows.push(usage(findings));
    if findings.path.is_ok() {
        rows.push(licence(findings));
        rows.extend(algorithms(findings));
    }
    rows.extend(revocation(findings));
    rows
}

fn path(findings: &TrustFindings) -> Row {
    match &findings.path {
        Ok(path) => row(
            "path",
            Outcome::Passed,
            match path.certificates().len() {
                1 => format!("chính nó là chứng thư tin cậy {}", path.anchor()),
                length => format!("đường dẫn {length} chứng thư, tới {}", path.anchor()),
            },
            match path.certificates().len() {
                1 => format!("is itself the trust anchor {}", path.anchor()),
                length => format!("a path of {length} certificates, to {}", path.anchor()),
            },
        ),
        Err(error) => {
            let outcome = match error {
                PathError::AnchorMissing { .. } | PathError::Exhausted | PathError::OutsideTrustPeriod { .. } => {
                    Outcome::Unknown
                }
                PathError::Bad { .. } | PathError::NotTrusted => Outcome::Failed,
            };
            let said = words::path_error(error);
            row("path", outcome, format!("đường dẫn: {}", said.vi), format!("path: {}", said.en))
        }
    }
}

fn period(findings: &TrustFindings, at: UnixTime) -> Row {
    let Some((certificate, side)) = &findings.period else {
        return row(
            "validity",
            Outcome::Passed,
            format!("mọi chứng thư trong hạn vào {}", at.vietnamese()),
            format!("every certificate is in its period on {}", at.vietnamese()),
        );
    };
    let (from, to) = (moment(certificate.validity().from()), moment(certificate.validity().to()));
    let (vi, en) = match side {
        Within::Before => ("chưa có hiệu lực", "is not valid yet"),
        Within::After | Within::Inside => ("đã hết hạn", "has expired"),
    };
    let subject = certificate.subject();
    row(
        "validity",
        Outcome::Failed,
        format!("{subject}: {vi} ({from} – {to})"),
        format!("{subject}: {en} ({from} – {to})"),
    )
}

fn usage(findings: &TrustFindings) -> Row {
    match &findings.usage {
        Ok(()) => row("usage", Outcome::Passed, "dùng được cho mục đích này", "may be used for this purpose"),
        Err(UseFault::Documents(fault)) => row(
            "usage",
            Outcome::Failed,
            format!("không được dùng để ký văn bản ({fault}); --purpose any chỉ xét đường dẫn"),
            format!("must not sign documents ({fault}); --purpose any looks at the path alone"),
        ),
        Err(UseFault::Timestamps) => row(
            "usage",
            Outcome::Failed,
            "không phải chứng thư chỉ để cấp dấu thời gian (EKU timeStamping, critical, một mình)",
            "not for timestamps alone (EKU timeStamping, critical, and nothing else)",
        ),
    }
}

fn licence(findings: &TrustFindings) -> Row {
    match &findings.unlisted {
        None => row(
            "licence",
            Outcome::Passed,
            "không có CA công cộng nào ngoài danh sách",
            "no public CA that is not listed",
        ),
        Some(issuer) => {
            let (subject, pin) = (issuer.subject(), issuer.fingerprint());
            row(
                "licence",
                Outcome::Unknown,
                format!(
                    "{subject}: CA công cộng không có trong danh sách (ca-unlisted), chưa biết giấy phép. Sau khi đối chiếu: dieu7 trust add TỆP --pin {pin} --purpose public-ca --from NGÀY --to NGÀY --basis GIẤY-PHÉP"
                ),
                format!(
                    "{subject}: a public CA that is not listed (ca-unlisted); its licence is not known. Once compared: dieu7 trust add FILE --pin {pin} --purpose public-ca --from DAY --to DAY --basis LICENCE"
                ),
            )
        }
    }
}

fn algorithms(findings: &TrustFindings) -> Vec<Row> {
    if findings.weak.is_empty() {
        return vec![row(
            "algorithms",
            Outcome::Passed,
            "thuật toán và độ dài khoá đạt",
            "algorithms and key lengths are sufficient",
        )];
    }
    let said = |weakness: &Weakness| match weakness {
        Weakness::Digest(digest) => (
            format!("được ký bằng {digest}, không còn an toàn vào thời điểm đó"),
            format!("is signed with {digest}, which was not secure any more at that time"),
        ),
        Weakness::Key(error) => (format!("khoá không dùng được ({error})"), format!("its key is not usable ({error})")),
        Weakness::Kind(kind) => {
            let (vi, en) = match kind {
                KeyKind::Rsa { bits } => (format!("RSA {bits} bit"), format!("RSA of {bits} bits")),
                KeyKind::Ec(_) => ("ECDSA".to_owned(), "ECDSA".to_owned()),
                KeyKind::Ed25519 => ("Ed25519".to_owned(), "Ed25519".to_owned()),
            };
            (format!("khoá {vi} không còn được chấp nhận"), format!("its key, {en}, does not count"))
        }
    };
    findings
        .weak
        .iter()
        .map(|(certificate, weakness)| {
            let ((vi, en), subject) = (said(weakness), certificate.subject());
            row("algorithms", Outcome::Failed, format!("{subject}: {vi}"), format!("{subject}: {en}"))
        })
        .collect()
}

fn revocation(findings: &TrustFindings) -> Vec<Row> {
    match &findings.revocation {
        None if findings.path.is_err() => Vec::new(),
        None => vec![row(
            "revocation",
            Outcome::NotChecked,
            "thu hồi: KHÔNG KIỂM TRA (không có --crl, --ocsp)",
            "revocation: NOT CHECKED (neither --crl nor --ocsp was given)",
        )],
        // RFC 5280, 6.1: an anchor is given, not validated. Whoever made it one has to take that back; a list may be
        // anybody's where nobody above its issuer is trusted.
        Some(standings) if standings.is_empty() && findings.path.is_ok() => vec![row(
            "revocation",
            Outcome::NotChecked,
            "thu hồi: KHÔNG KIỂM TRA (chứng thư tin cậy do người vận hành đặt, không CRL hay OCSP nào bãi bỏ được; rút bằng \
             `dieu7 trust remove`)",
            "revocation: NOT CHECKED (the operator made it an anchor, and no CRL or OCSP response takes that back; \
             `dieu7 trust remove` does)",
        )],
        Some(standings) => standings.iter().map(standing).collect(),
    }
}

fn standing(standing: &RevocationFinding) -> Row {
    let subject = standing.certificate.subject();
    let (outcome, vi, en) = match &standing.status {
        RevocationAnswer::Good { as_of } => (
            Outcome::Passed,
            format!("không bị thu hồi (thông tin từ {})", as_of.vietnamese()),
            format!("not revoked (as of {})", as_of.vietnamese()),
        ),
        RevocationAnswer::Hold { at } => (
            Outcome::Unknown,
            format!("đang bị tạm dừng từ {}; việc tạm dừng có thể được huỷ bỏ", at.vietnamese()),
            format!("on hold since {}; that may be lifted", at.vietnamese()),
        ),
        RevocationAnswer::Revoked { at, reason } => {
            let Words { vi, en } = revocation_reason(*reason);
            (
                Outcome::Failed,
                format!("ĐÃ BỊ THU HỒI từ {} ({vi})", at.vietnamese()),
                format!("REVOKED since {} ({en})", at.vietnamese()),
            )
        }
        RevocationAnswer::Stale { next_update } => (
            Outcome::Unknown,
            format!("chưa biết có bị thu hồi không: thông tin mới nhất đã quá hạn từ {}", moment(*next_update)),
            format!("revocation not known: the newest information is out of date since {}", moment(*next_update)),
        ),
        RevocationAnswer::Unknown(why) if why.is_empty() => (
            Outcome::Unknown,
            "chưa biết có bị thu hồi không: không có CRL hay OCSP nào của nơi cấp".to_owned(),
            "revocation not known: there is no CRL and no OCSP response of its issuer".to_owned(),
        ),
        RevocationAnswer::Unknown(why) => (
            Outcome::Unknown,
            format!("chưa biết có bị thu hồi không: {}", why.join("; ")),
            format!("revocation not known: {}", why.join("; ")),
        ),
    };
    row("revocation", outcome, format!("{subject}: {vi}"), format!("{subject}: {en}"))
}
