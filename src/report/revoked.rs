//! Since when and why a certificate is revoked or suspended, in words: whoever is told that it is has to hold that against
//! the day on which the document was signed.

use crate::policy::mask;
use crate::signature::{CertificateStanding, Standing};
use crate::x509::Reason;

use super::lang::{Lang, Words};
use super::said::Said;

/// What a CA gives as the reason (RFC 5280, 5.3.1).
#[must_use]
pub const fn reason(reason: Reason) -> Words {
    match reason {
        Reason::Unspecified => Words::new("không nêu lý do", "no reason given"),
        Reason::KeyCompromise => Words::new("lộ khoá", "key compromise"),
        Reason::CaCompromise => Words::new("lộ khoá của CA", "CA compromise"),
        Reason::AffiliationChanged => Words::new("thay đổi đơn vị", "affiliation changed"),
        Reason::Superseded => Words::new("được thay thế", "superseded"),
        Reason::CessationOfOperation => Words::new("ngừng hoạt động", "cessation of operation"),
        Reason::CertificateHold => Words::new("tạm dừng", "hold"),
        Reason::RemoveFromCrl => Words::new("bỏ khỏi danh sách", "removed from the list"),
        Reason::PrivilegeWithdrawn => Words::new("rút quyền", "privilege withdrawn"),
        Reason::AaCompromise => Words::new("lộ khoá của cơ quan thuộc tính", "attribute authority compromise"),
        Reason::Unknown => Words::new("lý do không rõ", "a reason that is not known"),
    }
}

/// `words` with the day and the reason of each certificate of the path that is revoked or suspended; a CA by its name.
pub(super) fn since(words: Words, standings: &[CertificateStanding], lang: Lang) -> Said {
    let own = |vi, en| Words::new(vi, en).of(lang);
    standings.iter().enumerate().fold(Said::own(words.of(lang)), |said, (depth, one)| {
        let (at, why) = match &one.standing {
            Standing::Revoked { at, reason: why, .. } => (*at, Some(reason(*why))),
            Standing::Hold { at, .. } => (*at, None),
            Standing::Good { .. } | Standing::Stale { .. } | Standing::Unknown => return said,
        };
        let subject = one.certificate.subject();
        let said = match depth {
            0 => said.and("; "),
            _ => {
                said.and("; ").and_other(&mask(&subject.common_name().unwrap_or_else(|| subject.to_string()))).and(" ")
            }
        };
        let said = match why {
            Some(_) => said.and(own("thu hồi từ ", "revoked since ")),
            None => said.and(own("tạm dừng từ ", "suspended since ")),
        };
        let said = said.and_moment(at);
        match why {
            Some(why) => said.and(" (").and(why.of(lang)).and(")"),
            None => said,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UnixTime;
    use crate::x509::testing::{Draft, Party};

    #[test]
    fn the_day_and_the_reason_are_told_of_the_signer_and_of_a_ca_and_nothing_of_who_is_in_order() {
        let (top, person) = (Party::new("Root", 1), Party::new("Person", 3));
        let one = |certificate, standing| CertificateStanding { certificate, standing, ocsp_unknown: false };
        let at = UnixTime::from_seconds(1_800_000_000);
        let revoked = Standing::Revoked { at, reason: Reason::KeyCompromise, invalid_from: None, used: Vec::new() };
        let good = Standing::Good { this_update: at, used: Vec::new() };
        let (leaf, ca) = (Draft::leaf(&person, &top).certificate(), Draft::authority(&person, &top).certificate());
        let words = Words::new("đã bị thu hồi", "revoked");
        let said = |first, second| since(words, &[one(leaf.clone(), first), one(ca.clone(), second)], Lang::En).plain();
        let plain = said(revoked.clone(), good.clone());
        assert!(
            plain.contains("15/01/2027") && plain.contains("key compromise") && !plain.contains("Person"),
            "{plain}"
        );
        assert!(said(good.clone(), revoked).contains("Person"));
        assert_eq!(said(good.clone(), good), "revoked");
    }
}
