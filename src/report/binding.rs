//! The signer held against the sending agency: how that came out, both sides where they differ, and what to do about it.

use crate::policy::{SignatureJudgement, mask};
use crate::sender::binding::{CertificateSide, ListingSide};
use crate::sender::{Binding, Bound, Doubt, Unpinned};

use super::lang::{Lang, Words};
use super::model::{Mark, Row};
use super::said::Said;

/// Everything that is to be said of it.
pub(super) fn rows(signature: &SignatureJudgement, lang: Lang) -> Vec<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let mut rows = vec![outcome(signature, lang)];
    let Some(compared) = signature.compared.as_ref().filter(|_| !matches!(signature.binding, Binding::Bound(_))) else {
        return rows;
    };
    rows.push(Row::new(label("Chứng thư số ghi", "The certificate says"), certificate(&compared.certificate, lang)));
    if let Some(listing) = &compared.listing {
        rows.push(Row::new(label("Danh bạ ghi về nơi gửi", "The directory says of the sender"), entry(listing, lang)));
        rows.extend(operator(signature, listing, lang));
    }
    rows
}

/// The same for a clerk: nothing where the signer is the sender, or where there is no sender.
pub(super) fn brief(signature: &SignatureJudgement, lang: Lang) -> Option<Row> {
    let listed = signature.compared.as_ref().is_some_and(|compared| compared.listing.is_some());
    (listed && !matches!(signature.binding, Binding::Bound(_))).then(|| outcome(signature, lang))
}

fn outcome(signature: &SignatureJudgement, lang: Lang) -> Row {
    let (mark, said) = match &signature.binding {
        Binding::Bound(rule) => (Mark::Good, Said::own(bound(*rule).of(lang))),
        Binding::OtherAgency { agency, by } => (Mark::Bad, forwarded(signature, agency, *by, lang)),
        Binding::Person(unpinned) => (Mark::Doubt, Said::own(person(*unpinned).of(lang))),
        Binding::Unknown(doubt) => (Mark::Doubt, Said::own(unknown(*doubt).of(lang))),
    };
    Row::marked(Words::new("Người ký so với cơ quan gửi", "Signer and sending agency").of(lang), mark, said)
}

/// A document of another agency is called that: it is not the sender's, and nobody has forged it.
fn forwarded(signature: &SignatureJudgement, agency: &str, by: Bound, lang: Lang) -> Said {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let said = Said::own(label("văn bản của ", "a document of ")).and_other(&mask(agency));
    let sender = signature.compared.as_ref().and_then(|compared| compared.listing.as_ref());
    let said = match sender {
        Some(sender) if lang == Lang::Vi => said.and(", do ").and_other(&sender.agency).and(" chuyển tiếp"),
        Some(sender) => said.and(", passed on by ").and_other(&sender.agency),
        None => said,
    };
    let rule = match by {
        Bound::Pinned => label("; chứng thư số ghi trong danh bạ", "; its certificate stands in the directory"),
        Bound::Mailbox => label("; chứng thư số ghi hộp thư của cơ quan ấy", "; the certificate names its mailbox"),
        Bound::Code => label("; trùng mã số thuế, mã cơ quan", "; tax or agency code match"),
        Bound::Name => label("; trùng tên", "; names match"),
        Bound::NameWithoutAccents => label("; trùng tên (không dấu)", "; names match without accents"),
    };
    said.and(rule)
}

const fn bound(rule: Bound) -> Words {
    match rule {
        Bound::Pinned => Words::new(
            "là cơ quan gửi: chứng thư số ghi trong danh bạ",
            "is the sending agency: its certificate stands in the directory",
        ),
        Bound::Mailbox => Words::new(
            "là cơ quan gửi: chứng thư số ghi hộp thư của cơ quan",
            "is the sending agency: the certificate names its mailbox",
        ),
        Bound::Code => Words::new(
            "là cơ quan gửi: trùng mã số thuế, mã cơ quan",
            "is the sending agency: tax or agency code match",
        ),
        Bound::Name => Words::new("là cơ quan gửi: trùng tên", "is the sending agency: names match"),
        Bound::NameWithoutAccents => {
            Words::new("là cơ quan gửi: trùng tên (không dấu)", "is the sending agency: names match without accents")
        }
    }
}

const fn person(unpinned: Unpinned) -> Words {
    match unpinned {
        Unpinned::Nowhere => Words::new("là cá nhân thuộc cơ quan gửi", "is a person of the sending agency"),
        Unpinned::AsAgency => Words::new(
            "là cá nhân; danh bạ ghi chứng thư số này là của cơ quan, không phải của Thủ trưởng hay người được uỷ quyền",
            "is a person; the directory has this certificate as the agency's own, not as that of the head or a delegate",
        ),
        Unpinned::OtherDays => Words::new(
            "là cá nhân; danh bạ ghi Thủ trưởng hoặc người được uỷ quyền cho những ngày khác, không phải ngày ký này",
            "is a person; the directory has this head or delegate for other days than that of signing",
        ),
        Unpinned::Undated => Words::new(
            "là cá nhân; danh bạ ghi Thủ trưởng hoặc người được uỷ quyền nhưng không ghi từ ngày nào",
            "is a person; the directory has this head or delegate without a first day",
        ),
    }
}

const fn unknown(doubt: Doubt) -> Words {
    match doubt {
        Doubt::Contradictory => Words::new(
            "chưa đối chiếu được: chứng thư số ghi hộp thư của cơ quan gửi, nhưng mang tên của cơ quan khác trong danh bạ",
            "could not be matched: the certificate names the mailbox that sent, and bears the name of another agency",
        ),
        Doubt::Different => Words::new(
            "chưa đối chiếu được: hộp thư, mã và tên đều không trùng với danh bạ",
            "could not be matched: neither mailbox nor code nor name is in the directory",
        ),
        Doubt::NoAgency => {
            Words::new("chưa đối chiếu được với cơ quan gửi", "could not be matched with the sending agency")
        }
        Doubt::NoLawfulPath => Words::new(
            "chưa đối chiếu được: không có đường dẫn tới CA được công nhận, nên tên và mã ghi trong chứng thư số chưa nói lên gì",
            "could not be matched: no path to a recognised CA, so that name and code in the certificate prove nothing",
        ),
        Doubt::Parents => Words::new(
            "chưa đối chiếu được: trùng tên, nhưng cơ quan chủ quản hoặc địa danh (O, L) không trùng",
            "could not be matched: the name is the same, the parent agency or the place (O, L) is not",
        ),
        Doubt::PinnedForOtherDays => Words::new(
            "chưa đối chiếu được: danh bạ ghi chứng thư số này cho những ngày khác, không phải ngày ký này",
            "could not be matched: the directory has this certificate for other days than that of signing",
        ),
        Doubt::PublicCa => Words::new(
            "chưa đối chiếu được: với CA công cộng, tên và hộp thư ghi trong chứng thư số chưa đủ; mã không trùng",
            "could not be matched: below a public CA name and mailbox do not suffice, and the code is another",
        ),
        Doubt::SeveralAgencies => Words::new(
            "chưa đối chiếu được: nhiều mục trong danh bạ cùng mang tên, mã hoặc hộp thư này",
            "could not be matched: several entries of the directory have this name, code or mailbox",
        ),
    }
}

fn certificate(side: &CertificateSide, lang: Lang) -> Said {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let mut list = List::default();
    if let Some(name) = &side.name {
        list.add(label("tên ", "name "), &mask(name));
    }
    side.parents.iter().for_each(|parent| list.add(label("thuộc ", "of "), &mask(parent)));
    side.codes.iter().for_each(|code| list.add(label("mã ", "code "), code));
    side.mailboxes.iter().for_each(|mailbox| list.add(label("hộp thư ", "mailbox "), mailbox));
    list.said(label("không ghi", "not stated"))
}

fn entry(side: &ListingSide, lang: Lang) -> Said {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let mut list = List::default();
    list.add(label("tên ", "name "), &side.agency);
    side.codes.iter().for_each(|code| list.add(label("mã ", "code "), code));
    list.add(label("hộp thư ", "mailbox "), &side.mailbox);
    list.said(label("không ghi", "not stated"))
}

/// Words of others, each with ours before it.
#[derive(Default)]
struct List(Said);

impl List {
    fn add(&mut self, before: &'static str, words: &str) {
        let said = std::mem::take(&mut self.0);
        let said = if said.is_empty() { said } else { said.and(", ") };
        self.0 = said.and(before).and_other(words);
    }

    fn said(self, nothing: &'static str) -> Said {
        if self.0.is_empty() { Said::own(nothing) } else { self.0 }
    }
}

/// What the operator does, where the certificate is the agency's after all. Nothing for a document of another agency.
fn operator(signature: &SignatureJudgement, listing: &ListingSide, lang: Lang) -> Option<Row> {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let pin = signature.validated.signer.as_ref()?.fingerprint();
    let command =
        |said: Said| said.and(" dieu7 directory pin ").and_token(&listing.mailbox).and(" ").and_token(&pin.to_string());
    let said = match &signature.binding {
        Binding::Bound(_) | Binding::OtherAgency { .. } | Binding::Unknown(Doubt::NoAgency) => return None,
        Binding::Unknown(Doubt::NoLawfulPath) => Said::own(label(
            "Xem đường dẫn chứng thực trước; chưa có đường dẫn thì dù ghi vào danh bạ vẫn không đạt điểm b.",
            "Look at the trust path first: without one condition (b) is not met, whatever the directory says.",
        )),
        Binding::Unknown(_) => command(Said::own(label(
            "Hỏi cơ quan gửi qua kênh đã biết. Đúng là chứng thư số của cơ quan thì quản trị chạy:",
            "Ask the agency by a way that you know. If the certificate is its own, the operator runs:",
        ))),
        Binding::Person(_) => command(Said::own(label(
            "Hỏi cơ quan gửi về thẩm quyền ký. Là Thủ trưởng hay người được uỷ quyền thì quản trị chạy:",
            "Ask the agency about the authority to sign. If it is the head or a delegate, the operator runs:",
        )))
        .and(label(" --role head --from NGÀY --to NGÀY", " --role head --from DAY --to DAY")),
    };
    Some(Row::new(label("Quản trị làm gì", "What the operator does"), said))
}
