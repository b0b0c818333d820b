//! Why somebody was asked in vain, in the words of both languages.

use crate::evidence::{Failure, Stage};
use crate::time::UnixTime;

use super::lang::{Lang, Words};
use super::said::Said;

/// One failure as the end of a sentence.
pub(super) fn said(failure: &Failure, lang: Lang) -> Said {
    let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
    let and = |said: Said, vi, en| said.and(Words::new(vi, en).of(lang));
    match failure {
        Failure::Address { detail } => {
            own("địa chỉ không dùng được: ", "no address that can be asked: ").and_other(detail)
        }
        Failure::Broken { detail } => own("phản hồi bị ngắt: ", "the answer broke off: ").and_other(detail),
        Failure::Compressed => {
            own("phản hồi bị nén, không đúng yêu cầu", "the answer is compressed, which was not asked for")
        }
        Failure::Connect { detail } => own("không kết nối được: ", "no connection: ").and_other(detail),
        Failure::Crashed => own("lỗi của chương trình khi hỏi", "this program failed while it asked"),
        Failure::Deadline { milliseconds } => {
            let said = own("không chờ nữa: mỗi thư chỉ chờ tổng cộng ", "not waited for: one message may wait ");
            and(said.and_number(*milliseconds), " ms", " ms for all that it asks")
        }
        Failure::Inside { address } => and(
            Said::default().and_token(&address.to_string()),
            " không phải địa chỉ máy chủ công cộng nên không hỏi; nếu đúng thì ghi tên máy vào [revocation] hosts",
            " is no public server's address, and was not asked; list the host in [revocation] hosts if it is right",
        ),
        Failure::NoAnswer { detail } => own("DNS không trả lời: ", "no answer from DNS: ").and_other(detail),
        Failure::NoLog { detail } => own("không đọc được nhật ký: ", "the log was not read: ").and_other(detail),
        Failure::NoList => own("không có CRL của CA này", "no list of this CA"),
        Failure::NoResponse => {
            own("không có phản hồi OCSP về chứng thư này", "no OCSP response about this certificate")
        }
        Failure::NotIt { detail } => {
            own("phản hồi không đúng thứ đã hỏi: ", "not what was asked for: ").and_other(detail)
        }
        Failure::NotListed => own(
            "qua proxy chỉ hỏi các máy ghi trong [revocation] hosts",
            "through a proxy only hosts in [revocation] hosts are asked",
        ),
        Failure::Off => own(
            "không hỏi mạng ([revocation] fetch, [dns] lookup, --offline, --revocation)",
            "the network is not asked ([revocation] fetch, [dns] lookup, --offline, --revocation)",
        ),
        Failure::Older => own(
            "trả về danh sách cũ hơn bản đã có, hoặc không do CA ký",
            "it gives an older list than before, or one that the CA did not sign",
        ),
        Failure::Port { port } => {
            let said = own("cổng ", "port ").and_number(u64::from(*port));
            and(
                said,
                " không phải 80 hay 443 và không ghi trong [revocation] hosts",
                " is neither 80 nor 443, and is not listed in [revocation] hosts",
            )
        }
        Failure::Proxy { status } => {
            own("proxy trả lời mã ", "the proxy answered with status ").and_number(u64::from(*status))
        }
        Failure::Remembered { before } => {
            and(said(before, lang), " (vừa mới đây; chưa hỏi lại)", " (a short while ago; not asked again yet)")
        }
        Failure::Resolve { detail } => own("không tìm được tên máy: ", "the name was not resolved: ").and_other(detail),
        Failure::Scheme { scheme } => {
            and(Said::other(scheme), " không được hỏi, chỉ http và https", " is not asked, only http and https")
        }
        Failure::Slow { stage, milliseconds } => {
            let said = and(own("quá ", "not done after ").and_number(*milliseconds), " ms: ", " ms: ");
            said.and(stage_words(*stage).of(lang))
        }
        Failure::Spent { limit } => {
            let said = own("không hỏi: mỗi thư chỉ hỏi ", "not asked: one message may ask ").and_number(*limit);
            and(said, " địa chỉ", " addresses")
        }
        Failure::Stale { since } => stale(*since, lang),
        Failure::Status { status } => {
            let said = own("trả lời mã ", "status ").and_number(u64::from(*status));
            match status {
                300..=399 => and(said, " (chuyển hướng, không đi theo)", " (it redirects, which is not followed)"),
                _ => said,
            }
        }
        Failure::Tls { detail } => own("TLS: ", "TLS: ").and_other(detail),
        Failure::TooLarge { limit } => {
            and(own("phản hồi lớn hơn ", "the answer is larger than ").and_number(*limit), " octet", " octets")
        }
        Failure::Words { detail } => Said::other(detail),
    }
}

/// That the CA itself publishes nothing newer.
fn stale(since: UnixTime, lang: Lang) -> Said {
    let said = Said::own(
        Words::new("nơi công bố cũng chỉ có bản đã quá hạn từ ", "what is published there is out of date, too, since ")
            .of(lang),
    );
    said.and_moment(since)
}

const fn stage_words(stage: Stage) -> Words {
    match stage {
        Stage::Waiting => Words::new("đang chờ các lượt hỏi khác", "waiting for other fetches"),
        Stage::Resolving => Words::new("đang tìm tên máy", "looking up the name"),
        Stage::Connecting => Words::new("đang kết nối", "connecting"),
        Stage::Answering => Words::new("đang chờ phản hồi", "waiting for the whole answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_said_stands_in_quotation_marks_and_our_own_words_in_the_readers_language() {
        let status = Failure::Status { status: 404 }.remembered();
        assert_eq!(said(&status, Lang::En).to_string(), "status 404 (a short while ago; not asked again yet)");
        assert_eq!(said(&status, Lang::Vi).to_string(), "trả lời mã 404 (vừa mới đây; chưa hỏi lại)");
        assert_eq!(status.clone().remembered(), status);
        let connect = Failure::Connect { detail: "legally”".to_owned() };
        assert_eq!(said(&connect, Lang::Vi).to_string(), "không kết nối được: “legally\"”");
        let slow = Failure::Slow { stage: Stage::Connecting, milliseconds: 3000 };
        assert_eq!(said(&slow, Lang::En).to_string(), "not done after 3000 ms: connecting");
        let inside = Failure::Inside { address: "10.0.0.1".parse().unwrap() };
        assert!(said(&inside, Lang::En).to_string().starts_with("10.0.0.1 is no public"));
    }
}
