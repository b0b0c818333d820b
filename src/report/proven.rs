//! Words for what proves a time.

use crate::signature::{Doubt, Proof, TimeSource, Worthless};

use super::lang::Words;
use super::model::Mark;

const fn words(vi: &'static str, en: &'static str) -> Words {
    Words::new(vi, en)
}

/// What a timestamp proves, or why it proves nothing.
pub(super) fn proof(proof: Proof) -> (Mark, Words) {
    match proof {
        Proof::Sound => (Mark::Good, words("hợp lệ, tổ chức cấp tin cậy", "valid, by a trusted authority")),
        Proof::Open(Doubt::Expired) => (
            Mark::Doubt,
            words("chứng thư số của tổ chức cấp đã hết hạn", "the certificate of its authority has expired since"),
        ),
        Proof::Open(_) => (
            Mark::Doubt,
            words(
                "tổ chức cấp tin cậy; chưa kiểm tra được chứng thư số của tổ chức này có bị thu hồi không",
                "by a trusted authority; whether that was revoked could not be checked",
            ),
        ),
        Proof::None(Worthless::AnchorMissing) => {
            (Mark::Doubt, words("chưa cài chứng thư số của tổ chức cấp", "the CA of its authority is not installed"))
        }
        Proof::None(Worthless::Broken) => (Mark::Doubt, words("không hợp lệ", "not valid")),
        Proof::None(Worthless::Future) => (
            Mark::Doubt,
            words(
                "ghi giờ muộn hơn lúc đã có dấu này (hoặc đồng hồ của máy kiểm tra chạy chậm)",
                "states a time after the one at which it already existed (or the clock of the check is slow)",
            ),
        ),
        Proof::None(Worthless::NotTrusted) => {
            (Mark::Doubt, words("tổ chức cấp không được tin cậy", "its authority is not trusted for timestamps"))
        }
        Proof::None(Worthless::Revoked) => {
            (Mark::Doubt, words("chứng thư số của tổ chức cấp đã bị thu hồi", "its authority is revoked"))
        }
        Proof::None(Worthless::Unexamined) => (Mark::Doubt, words("chưa kiểm tra", "not examined")),
        Proof::None(Worthless::Weak) => {
            (Mark::Doubt, words("thuật toán không còn an toàn", "made with an algorithm that is no longer secure"))
        }
    }
}

pub(super) fn proven_by(source: TimeSource) -> Words {
    match source {
        TimeSource::DocumentTimestamp => {
            words("dấu thời gian trên tài liệu (ký không muộn hơn)", "a timestamp over the document (signed no later)")
        }
        TimeSource::SignatureTimestamp => {
            words("dấu thời gian trên chữ ký (ký không muộn hơn)", "a timestamp over the signature (signed no later)")
        }
        TimeSource::Receipt => words("thời điểm nhận (ký không muộn hơn)", "the time of receipt (signed no later)"),
    }
}
