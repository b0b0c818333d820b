//! The certification path in words.

use crate::policy::{SignatureJudgement, mask};
use crate::signature::Trust;
use crate::time::Period;
use crate::x509::{Certificate, PathFault};

use super::lang::{Lang, Words};
use super::model::{Block, Row, Section, Table};
use super::revoked;
use super::said::Said;
use super::words;

/// The signer's certificate and what is known of its path.
pub(super) fn section(signature: &SignatureJudgement, lang: Lang) -> Section {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let validated = &signature.validated;
    let mut rows = Vec::new();
    if let Some(signer) = &validated.signer {
        let subject = signature.signer().unwrap_or_default();
        rows.push(Row::new(label("Cấp cho", "Subject"), Said::other(&subject)));
        if signature.person {
            rows.push(Row::new(
                label("Ghi chú", "Note"),
                Said::own(label(
                    "chứng thư số của cá nhân; không hiển thị tên và số định danh",
                    "a person's certificate; name and personal number are not shown",
                )),
            ));
        }
        rows.push(managing(signer, lang));
        rows.push(Row::new(label("Nơi cấp", "Issuer"), Said::other(&mask(&signer.issuer().to_string()))));
        rows.push(Row::new(label("Số sê-ri", "Serial number"), Said::default().and_token(&signer.serial_hex())));
        rows.push(Row::new(label("Thời hạn", "Valid"), period(signer.validity(), lang)));
        rows.push(Row::new(label("SHA-256", "SHA-256"), Said::default().and_digest(&signer.fingerprint())));
    }
    let (mark, words) = words::trust(&validated.trust);
    let said = match &validated.trust {
        Trust::Bad(fault) => bad(words.of(lang), fault, lang),
        Trust::AnchorMissing { id } => Said::own(words.of(lang)).and(": ").and_token(id),
        Trust::Trusted(path) => Said::own(words.of(lang)).and(" (").and_token(path.anchor()).and(")"),
        Trust::Limit | Trust::NotTrusted | Trust::NotForDocuments | Trust::NoCertificate | Trust::Unlisted => {
            Said::own(words.of(lang))
        }
    };
    rows.push(Row::marked(label("Đường dẫn chứng thực", "Trust path"), mark, said));
    let (mark, words) = words::in_force(validated.in_force);
    rows.push(Row::marked(label("Hiệu lực", "In force"), mark, Said::own(words.of(lang))));
    let (mark, words) = words::revocation(validated.revocation);
    rows.push(Row::marked(label("Thu hồi", "Revocation"), mark, revoked::since(words, &validated.standings, lang)));
    let section = Section::new(Said::own(label("Chứng thư số", "Certificate"))).with(Block::Rows(rows));
    match &validated.trust {
        Trust::Trusted(path) => section.with(Block::Table(table(signature, path.certificates(), lang))),
        _ => section,
    }
}

/// The unit that manages the certificate (Circular 15/2025/TT-BKHCN, article 6.4): the agency named in it, which answers
/// for whoever signs.
pub(super) fn managing(signer: &Certificate, lang: Lang) -> Row {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let unit = signer.subject().organization();
    let said = unit.map_or_else(|| Said::own(label("không ghi", "not stated")), |unit| Said::other(&mask(&unit)));
    Row::new(label("Đơn vị quản lý chứng thư số", "Unit managing the certificate"), said)
}

fn bad(words: &'static str, fault: &PathFault, lang: Lang) -> Said {
    Said::own(words).and(": ").and(words::path_fault(fault).of(lang))
}

fn table(signature: &SignatureJudgement, certificates: &[Certificate], lang: Lang) -> Table {
    let label = |vi, en| Words::new(vi, en).of(lang);
    let last = certificates.len().saturating_sub(1);
    let rows = certificates.iter().enumerate().map(|(depth, certificate)| {
        let role = match depth {
            0 => label("Người ký", "Signer"),
            depth if depth == last => label("Chứng thư tin cậy", "Trust anchor"),
            _ => label("CA", "CA"),
        };
        let subject = certificate.subject();
        let name = match depth {
            0 => super::signature::who(signature, lang),
            _ => Said::other(&mask(&subject.common_name().unwrap_or_else(|| subject.to_string()))),
        };
        vec![Said::own(role), name, period(certificate.validity(), lang)]
    });
    Table {
        caption: label("Từ người ký tới chứng thư tin cậy", "From the signer to the trust anchor"),
        head: vec![label("Vai trò", "Role"), label("Tên", "Name"), label("Thời hạn", "Valid")],
        rows: rows.collect(),
    }
}

pub(super) fn period(period: Period, lang: Lang) -> Said {
    let end = |said: Said, moment| match moment {
        Some(moment) => said.and_moment(moment),
        None => said.and("…"),
    };
    let said = end(Said::own(Words::new("từ ", "from ").of(lang)), period.from());
    end(said.and(Words::new(" đến ", " to ").of(lang)), period.to())
}
