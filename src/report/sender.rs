//! Who sent it: what was checked, what counted or why nothing did, and what sender or operator can do.

mod checks;
mod why;

use crate::message::name;
use crate::policy::{Judgement, mailbox};
use crate::sender::{Proof, Provenance};

use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Row, Section};
use super::said::Said;

/// Longest address that is shown.
const SHOWN: usize = 254;

/// What fills the clerk's page.
pub(super) fn rows(judgement: &Judgement, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let sender = &judgement.sender;
    let unknown = || Said::own(label("không rõ", "not known"));
    let mut rows = vec![
        Row::new(label("Hộp thư gửi", "Sending mailbox"), sender.mailbox.as_deref().map_or_else(unknown, Said::other)),
        Row::new(label("Cơ quan gửi", "Sending agency"), sender.agency.as_deref().map_or_else(unknown, Said::other)),
        Row::marked(
            label("Xác thực người gửi", "Sender checks"),
            mark(&sender.provenance),
            standing(&sender.provenance, lang),
        ),
    ];
    if let Provenance::NotInForce(listing) = &sender.provenance
        && let Some(successor) = &listing.successor
    {
        let successor = Said::other(&name::clean(&successor.to_string(), SHOWN));
        rows.push(Row::new(label("Hộp thư thay thế", "Its successor"), successor));
    }
    if let Some(action) = why::action(&sender.provenance) {
        rows.push(Row::new(label("Khắc phục", "Remedy"), Said::own(action.of(lang))));
    }
    rows
}

/// What stands behind it; nothing where nothing was checked.
pub(super) fn section(judgement: &Judgement, lang: Lang) -> Option<Section> {
    let sender = &judgement.sender;
    let mut lines: Vec<Line> =
        sender.provenance.proof().map(|proof| line(Mark::Good, told(proof, lang))).into_iter().collect();
    if let Some(words) = why::meaning(&sender.provenance) {
        lines.push(line(mark(&sender.provenance), words.said(lang)));
    }
    lines.extend(checks::lines(&sender.checks, lang));
    let heading = Words::new("Kiểm tra người gửi", "How the sender was checked").of(lang);
    (!lines.is_empty()).then(|| Section::new(Said::own(heading)).with(Block::Lines(lines)))
}

fn line(mark: Mark, said: Said) -> Line {
    Line { mark, said, code: None, advice: None }
}

fn mark(provenance: &Provenance) -> Mark {
    mailbox(provenance).0.into()
}

/// The answer in a few words.
fn standing(provenance: &Provenance, lang: Lang) -> Said {
    let words = match provenance {
        Provenance::Failed(..) => Words::new(
            "hộp thư có trong danh bạ, nhưng xác thực không đạt",
            "the mailbox is listed, but its authentication failed",
        ),
        Provenance::Mismatch(_) => Words::new(
            "địa chỉ gửi không rõ ràng hoặc không khớp",
            "the sender's address is ambiguous or does not match",
        ),
        Provenance::NotInForce(_) => Words::new(
            "hộp thư chưa được cấp hoặc đã huỷ tại ngày gửi",
            "the mailbox was not in force on the day of sending",
        ),
        Provenance::NotListed(_) => Words::new("hộp thư không có trong danh bạ", "the mailbox is not in the directory"),
        Provenance::Official(..) => Words::new("hộp thư chính thức, đã xác thực", "official mailbox, authenticated"),
        Provenance::OwnSite(_) => Words::new(
            "chỉ đăng trên trang của đơn vị, không có trên Cổng thông tin điện tử tỉnh",
            "published only on the unit's own site, not on the province's portal",
        ),
        Provenance::Personal(_) => Words::new("hộp thư cá nhân", "a personal mailbox"),
        Provenance::Suspect(..) => Words::new(
            "hộp thư chính thức, nhưng có thể là thư cũ được phát lại",
            "the official mailbox, but perhaps an old mail sent again",
        ),
        Provenance::Unproven(..) => Words::new(
            "hộp thư có trong danh bạ; chưa có gì xác thực",
            "the mailbox is listed; nothing authenticates it",
        ),
        Provenance::Unknown => Words::new("chưa rõ: không có danh bạ", "undetermined: there is no directory"),
    };
    let said = Said::own(words.of(lang));
    match (provenance, why::meaning(provenance)) {
        (Provenance::Official(_, proof), _) => said.and(" (").and(method(proof).of(lang)).and(")"),
        (_, Some(meaning)) => said.and(": ").and_said(meaning.said(lang)),
        (_, None) => said,
    }
}

/// How a proof proves, in a word.
fn method(proof: &Proof) -> Words {
    match proof {
        Proof::Arc { .. } => Words::new("ARC", "ARC"),
        Proof::BorderHost { .. } => Words::new("máy chủ vùng biên", "border host"),
        Proof::Dkim { .. } => Words::new("DKIM", "DKIM"),
        Proof::Login { .. } => Words::new("đăng nhập", "login"),
        Proof::Webmail { .. } => Words::new("đăng nhập webmail", "webmail login"),
    }
}

/// A proof in a sentence.
fn told(proof: &Proof, lang: Lang) -> Said {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let (said, attested) = match proof {
        Proof::Login { login } => {
            let said = Said::own(label("Đăng nhập gửi thư bằng tài khoản ", "Logged in to send as ")).and_other(login);
            return said.and(label(
                ", có trong danh sách tài khoản của hộp thư (Điều 11.1).",
                ", which the directory lists for the mailbox (Article 11.1).",
            ));
        }
        Proof::Webmail { login } => {
            let start = label("Máy chủ webmail cho biết tài khoản đăng nhập ", "A webmail host tells the login ");
            return Said::own(start).and_other(login).and(label(
                ", có trong danh sách tài khoản của hộp thư (Điều 11.1).",
                ", which the directory lists for the mailbox (Article 11.1).",
            ));
        }
        Proof::Dkim { domain, selector, dnssec, attested } => {
            let said = Said::own(label("Chữ ký DKIM của chính tên miền ", "A DKIM signature of the very domain "))
                .and_other(domain)
                .and(label(" (khoá s= ", " (key s= "))
                .and_other(selector)
                .and(label(") đúng khi kiểm tra tại đây", ") holds as checked here"))
                .and(checks::dnssec(*dnssec).of(lang));
            (said, attested)
        }
        Proof::BorderHost { authserv_id, attested } => {
            let start = label("Máy chủ vùng biên ", "The border host ");
            let end = label(
                " báo chữ ký DKIM của chính tên miền gửi là đúng",
                " reports that a DKIM signature of the very domain held",
            );
            (Said::own(start).and_other(authserv_id).and(end), attested)
        }
        Proof::Arc { sealer, attested } => {
            let start = label("Chuỗi ARC còn nguyên; ", "The ARC chain holds; ");
            let end = label(
                " đã thấy chữ ký DKIM của chính tên miền gửi là đúng",
                " saw a DKIM signature of the very domain hold",
            );
            (Said::own(start).and_other(sealer).and(end), attested)
        }
    };
    said.and(label("; ", "; "))
        .and_other(&attested.by)
        .and(label(
            " xác nhận máy chủ của tên miền chỉ cho mỗi tài khoản gửi từ hộp thư của mình, từ ",
            " attests that the domain's servers let a login send from its own mailbox only, since ",
        ))
        .and_token(attested.on.as_str())
        .and(".")
}
