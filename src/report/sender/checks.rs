//! Every check of the sender as a line, with the words of RFC 8601 for whoever looks them up.

use crate::report::lang::{Lang, Words};
use crate::report::model::{Line, Mark};
use crate::report::said::Said;
use crate::sender::Checks;
use crate::sender::checks::{AuthResult, Covered, Dkim, DkimFault};

use super::line;

const fn words(vi: &'static str, en: &'static str) -> Words {
    Words::new(vi, en)
}

/// One line a check; nothing where there was nothing to check.
pub(super) fn lines(checks: &Checks, lang: Lang) -> Vec<Line> {
    let mut lines: Vec<Line> = checks.dkim.iter().map(|one| line(mark(one.result), dkim(one, lang))).collect();
    if checks.dkim_left_out > 0 {
        let said = Said::own("DKIM: ").and_number(u64::from(checks.dkim_left_out));
        let end =
            words(" chữ ký nữa vượt giới hạn, không xem", " more signatures are over the limit and were not looked at");
        lines.push(line(Mark::Doubt, said.and(end.of(lang))));
    }
    let of_domain = |name, result: AuthResult, domain: &Option<String>| {
        let said = Said::own(name).and(": ").and(outcome(result).of(lang));
        let said = match domain {
            Some(domain) => said.and(words(", tên miền ", ", domain ").of(lang)).and_other(domain),
            None => said,
        };
        (result, said)
    };
    let (spf, dmarc, arc) = (&checks.spf, &checks.dmarc, &checks.arc);
    let dmarc_said = of_domain("DMARC", dmarc.result, &dmarc.domain);
    let dmarc_said = match &dmarc.policy {
        Some(policy) => (dmarc_said.0, dmarc_said.1.and(", p=").and_token(policy)),
        None => dmarc_said,
    };
    let mut sealed = Said::own("ARC: ").and(outcome(arc.result).of(lang));
    for sealer in arc.sealers.iter().take(SEALERS) {
        sealed = sealed.and(", ").and_other(sealer);
    }
    let others = [of_domain("SPF (MAIL FROM)", spf.result, &spf.domain), dmarc_said, (arc.result, sealed)];
    let others = others.into_iter().filter(|(result, _)| *result != AuthResult::None);
    lines.extend(others.map(|(result, said)| line(mark(result), said)));
    lines
}

/// Chains of more hops are not believed anyway.
const SEALERS: usize = 10;

fn dkim(one: &Dkim, lang: Lang) -> Said {
    let mut said = Said::own("DKIM d=").and_other(&one.domain).and(" s=").and_other(&one.selector);
    said = said.and(": ").and(outcome(one.result).of(lang));
    if let Some(fault) = one.fault {
        said = said.and("; ").and(fault_words(fault).of(lang));
    }
    if let Some(signed) = one.signed_at {
        said = said.and(words("; ký lúc ", "; signed at ").of(lang)).and_moment(signed);
    }
    if let Some(expires) = one.expires {
        said = said.and(words("; hết hạn lúc ", "; expires at ").of(lang)).and_moment(expires);
    }
    let open = open(one.covered);
    if !open.is_empty() {
        said = said.and(words("; để ngỏ các trường: ", "; leaves open: ").of(lang)).and(open[0]);
        for field in open.iter().skip(1) {
            said = said.and(", ").and(field);
        }
    }
    said.and(dnssec(one.dnssec).of(lang))
}

/// Fields that a signature does not cover.
fn open(covered: Covered) -> Vec<&'static str> {
    let fields = [
        (covered.from, "From"),
        (covered.date, "Date"),
        (covered.subject, "Subject"),
        (covered.message_id, "Message-ID"),
        (covered.content_type, "Content-Type"),
    ];
    fields.into_iter().filter(|(covered, _)| !covered).map(|(_, name)| name).collect()
}

/// Whether the key's record is more than the word of whoever answers for DNS.
pub(super) const fn dnssec(validated: bool) -> Words {
    if validated {
        words("; khoá trong DNS được DNSSEC xác nhận", "; its key in DNS was validated by DNSSEC")
    } else {
        words("; khoá trong DNS không có DNSSEC xác nhận", "; its key in DNS was not validated by DNSSEC")
    }
}

const fn mark(result: AuthResult) -> Mark {
    match result {
        AuthResult::Pass => Mark::Good,
        AuthResult::Fail => Mark::Bad,
        AuthResult::None | AuthResult::Neutral => Mark::Note,
        AuthResult::Policy | AuthResult::Softfail | AuthResult::Temperror | AuthResult::Permerror => Mark::Doubt,
    }
}

const fn outcome(result: AuthResult) -> Words {
    match result {
        AuthResult::None => words("không có gì để kiểm tra (none)", "nothing to check (none)"),
        AuthResult::Pass => words("đúng (pass)", "it holds (pass)"),
        AuthResult::Fail => words("sai (fail)", "it does not hold (fail)"),
        AuthResult::Policy => words(
            "đúng, nhưng quy tắc của cổng kiểm tra chữ ký số không nhận (policy)",
            "it holds, but a rule of this gateway does not take it (policy)",
        ),
        AuthResult::Neutral => words("không khẳng định gì (neutral)", "nothing is asserted (neutral)"),
        AuthResult::Softfail => words("có lẽ sai (softfail)", "it probably does not hold (softfail)"),
        AuthResult::Temperror => words("DNS không trả lời (temperror)", "DNS did not answer (temperror)"),
        AuthResult::Permerror => {
            words("dữ liệu không dùng được (permerror)", "what is there cannot be used (permerror)")
        }
    }
}

const fn fault_words(fault: DkimFault) -> Words {
    match fault {
        DkimFault::BodyHash => words("nội dung thư không còn như khi ký", "the body is not the one that was signed"),
        DkimFault::BodyLength => words("thẻ l= để ngỏ phần cuối nội dung", "l= leaves the end of the body open"),
        DkimFault::Signature => words("phần đầu thư không còn như khi ký", "the header is not the one that was signed"),
        DkimFault::Expired => words("chữ ký DKIM đã quá hạn (x=)", "the DKIM signature has expired (x=)"),
        DkimFault::FromNotSigned => words("không ký trường From", "From is not signed"),
        DkimFault::NoKey => words("không có khoá trong DNS", "there is no key in DNS"),
        DkimFault::KeyRevoked => {
            words("tên miền đã thu hồi khoá (p= trống)", "the domain took its key back (empty p=)")
        }
        DkimFault::KeyUnusable => words(
            "khoá quá yếu, lạ, hoặc dành cho việc khác",
            "the key is too weak, of an unknown kind, or for something else",
        ),
        DkimFault::Testing => words("tên miền chỉ đang thử (t=y)", "the domain is only testing (t=y)"),
        DkimFault::OddName => words("d= hoặc s= không phải tên máy thông thường", "d= or s= is no plain host name"),
        DkimFault::Syntax => words("thẻ không đọc được hoặc lặp lại", "tags cannot be read, or stand twice"),
        DkimFault::Identity => words("i= không thuộc d=", "i= does not belong to d="),
        DkimFault::Ambiguous => {
            words("các phần mềm đọc phần đầu thư khác nhau", "programs do not agree on the header of the message")
        }
        DkimFault::NoAnswer => words("DNS không trả lời", "DNS did not answer"),
    }
}
