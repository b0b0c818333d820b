//! Why a sender is not proven, in a sentence, and what sender or operator can do about it.

use crate::message::FromFault;
use crate::message::mailbox::MailboxFault;
use crate::report::lang::{Lang, Words};
use crate::report::said::Said;
use crate::sender::replay::Replay;
use crate::sender::{AuthFailure, Method, Mismatch, Provenance, Silence};
use crate::time::UnixTime;

/// A sentence, and the fact that ends it.
pub(super) struct Meaning {
    words: Words,
    fact: Fact,
}

enum Fact {
    None,
    Method(Method),
    Moment(UnixTime),
    Entry(u64, UnixTime),
}

impl Meaning {
    pub(super) fn said(&self, lang: Lang) -> Said {
        let said = Said::own(self.words.of(lang));
        match self.fact {
            Fact::None => said,
            Fact::Method(method) => said.and_token(method.token()),
            Fact::Moment(time) => said.and_moment(time),
            Fact::Entry(index, at) => {
                let of = Words::new(", nhận lúc ", ", received at ").of(lang);
                said.and_number(index).and(of).and_moment(at)
            }
        }
    }
}

const fn words(vi: &'static str, en: &'static str) -> Words {
    Words::new(vi, en)
}

/// Why; `None` where the provenance says all.
pub(super) fn meaning(provenance: &Provenance) -> Option<Meaning> {
    let plain = |words| Meaning { words, fact: Fact::None };
    Some(match provenance {
        Provenance::Failed(_, failure) => plain(failed(*failure)),
        Provenance::Mismatch(Mismatch::EnvelopeSender) => plain(words(
            "người đăng nhập gửi thư với địa chỉ MAIL FROM khác địa chỉ From",
            "whoever logged in sent under another MAIL FROM than From",
        )),
        Provenance::Mismatch(Mismatch::From(fault)) => plain(from(*fault)),
        Provenance::Suspect(_, _, replay) => replayed(*replay),
        Provenance::Unproven(_, Silence::NotAccepted(method)) => {
            let words =
                words("chính sách không nhận cách xác thực này: ", "the policy does not take this kind of proof: ");
            Meaning { words, fact: Fact::Method(*method) }
        }
        Provenance::Unproven(_, silence) => plain(silent(*silence)),
        Provenance::NotInForce(_)
        | Provenance::NotListed(_)
        | Provenance::Official(..)
        | Provenance::OwnSite(_)
        | Provenance::Personal(_)
        | Provenance::Unknown => return None,
    })
}

/// What to do, where it is more than the advice on the reason.
pub(super) const fn action(provenance: &Provenance) -> Option<Words> {
    match provenance {
        Provenance::Failed(_, failure) => Some(after_failure(*failure)),
        Provenance::Suspect(_, _, replay) => Some(after_replay(*replay)),
        Provenance::Unproven(_, silence) => Some(after_silence(*silence)),
        Provenance::Mismatch(Mismatch::EnvelopeSender) => Some(words(
            "nơi gửi đặt địa chỉ gửi trong phần mềm thư đúng là hộp thư của đơn vị",
            "the sender sets the mailbox of the unit as the sending address in the mail program",
        )),
        Provenance::Mismatch(Mismatch::From(_)) => Some(words(
            "nơi gửi để một địa chỉ duy nhất, viết thông thường, ở ô người gửi",
            "the sender writes one address, in plain form, as the sender",
        )),
        Provenance::Unknown => Some(words(
            "quản trị khai báo danh bạ trong [directory]",
            "the administrator names a directory in [directory]",
        )),
        Provenance::NotInForce(_)
        | Provenance::NotListed(_)
        | Provenance::Official(..)
        | Provenance::OwnSite(_)
        | Provenance::Personal(_) => None,
    }
}

const fn failed(failure: AuthFailure) -> Words {
    match failure {
        AuthFailure::Dkim => {
            words("chữ ký DKIM của tên miền gửi sai", "a DKIM signature of the sending domain does not hold")
        }
        AuthFailure::Dmarc => words(
            "DKIM và SPF đều không khớp tên miền gửi (DMARC sai)",
            "neither DKIM nor SPF fits the sending domain (DMARC fails)",
        ),
        AuthFailure::LoginNotListed => words(
            "tài khoản đăng nhập không có trong danh sách của hộp thư này",
            "the login is not one of those listed for this mailbox",
        ),
        AuthFailure::Spf => words(
            "máy gửi không được phép gửi thư cho tên miền này (SPF sai), và không có gì khác xác thực",
            "the sending host may not send for this domain (SPF fails), and nothing else speaks for the mail",
        ),
    }
}

const fn after_failure(failure: AuthFailure) -> Words {
    match failure {
        AuthFailure::Dkim => words(
            "có thể là giả mạo, hoặc thư bị máy chủ trung gian sửa; đề nghị gửi lại trực tiếp",
            "it may be forged, or a server on the way changed it; ask for it to be sent again directly",
        ),
        AuthFailure::Dmarc | AuthFailure::Spf => words(
            "có thể là giả mạo; nơi gửi cần gửi qua máy chủ thư của mình, có ký DKIM",
            "it may be forged; the sender has to send through its own mail server, with DKIM",
        ),
        AuthFailure::LoginNotListed => words(
            "gửi bằng tài khoản của hộp thư; đúng là người được giao thì thêm tài khoản vào danh bạ (Điều 11.1)",
            "send with a login of the mailbox; if the person is entitled, add the login to the directory (Article 11.1)",
        ),
    }
}

const fn silent(silence: Silence) -> Words {
    match silence {
        Silence::Contradiction => words(
            "máy chủ vùng biên và kết quả kiểm tra tại đây mâu thuẫn nhau",
            "a border host contradicts itself or what was found here",
        ),
        Silence::LeftOut => words("thư có quá nhiều chữ ký DKIM", "the mail has too many DKIM signatures"),
        Silence::LoginUnclear => words(
            "trường ghi tài khoản đăng nhập lặp lại hoặc không chắc do máy chủ webmail ghi",
            "the field with the login stands twice, or where not only the webmail host can write",
        ),
        Silence::NoAnswer => words("DNS không trả lời", "DNS did not answer"),
        Silence::NoCheck => words(
            "không có đăng nhập, không có chữ ký DKIM, không có kết quả của máy chủ vùng biên",
            "there is no login, no DKIM signature and no result of a border host",
        ),
        Silence::NoLoginsListed => {
            words("danh bạ chưa ghi tài khoản nào của hộp thư này", "the directory lists no login for this mailbox")
        }
        Silence::NotAccepted(_) => {
            words("chính sách không nhận cách xác thực này", "the policy does not take this kind of proof")
        }
        Silence::NotAttested => words(
            "có chữ ký DKIM của tên miền, nhưng chưa ai xác nhận máy chủ của tên miền chỉ cho mỗi tài khoản gửi từ hộp thư của mình",
            "a DKIM signature of the domain holds, but nobody attested that its servers let a login send from its own mailbox only",
        ),
        Silence::NotCovered => words(
            "chữ ký DKIM để ngỏ trường From, Date, Subject, Message-ID hoặc Content-Type",
            "the DKIM signature leaves From, Date, Subject, Message-ID or Content-Type open",
        ),
        Silence::OtherProof => words(
            "chỉ có SPF hoặc chữ ký của tên miền khác; không đủ cho một hộp thư",
            "there is only SPF or a signature of another domain, which proves no mailbox",
        ),
        Silence::ServiceNotConfigured => words(
            "đăng nhập trên dịch vụ chưa khai báo là nơi người dùng gửi thư",
            "the login was on a service that is not listed as one where people send",
        ),
        Silence::SignatureMissing => words(
            "máy chủ vùng biên báo có chữ ký DKIM đúng, nhưng thư không còn chữ ký đó",
            "a border host reports a DKIM signature that the mail does not bear",
        ),
        Silence::Unusable => words(
            "chữ ký DKIM của tên miền gửi không dùng được",
            "the DKIM signature of the sending domain cannot be used",
        ),
    }
}

const fn after_silence(silence: Silence) -> Words {
    match silence {
        Silence::Contradiction => words(
            "quản trị: máy chủ vùng biên không được sửa thư sau khi kiểm tra, và phải gỡ Authentication-Results giả",
            "administrator: the border host must not change mail after its check, and must remove forged Authentication-Results",
        ),
        Silence::LeftOut | Silence::NotCovered | Silence::Unusable => words(
            "quản trị máy chủ gửi: ký DKIM đúng một lần, phủ các trường From, Date, Subject, Message-ID, Content-Type, không dùng l=",
            "administrator of the sending server: sign once, covering From, Date, Subject, Message-ID and Content-Type, without l=",
        ),
        Silence::LoginUnclear => words(
            "quản trị: xem máy chủ webmail ghi trường này ở đâu (received-above)",
            "administrator: see where the webmail host writes the field (received-above)",
        ),
        Silence::NoAnswer => words(
            "quản trị: kiểm tra máy chủ DNS; không phải lỗi của nơi gửi",
            "administrator: check the DNS servers; not the sender's fault",
        ),
        Silence::NoCheck | Silence::OtherProof | Silence::SignatureMissing => words(
            "nơi gửi: gửi có đăng nhập, hoặc ký DKIM bằng chính tên miền của hộp thư",
            "the sender sends with a login, or with DKIM of the very domain of the mailbox",
        ),
        Silence::NoLoginsListed => words(
            "quản trị: ghi tài khoản của hộp thư vào danh bạ (Điều 11.1)",
            "administrator: list the logins of the mailbox in the directory (Article 11.1)",
        ),
        Silence::NotAccepted(_) => {
            words("quản trị: sender-proofs trong tệp chính sách", "administrator: sender-proofs in the policy file")
        }
        Silence::NotAttested => words(
            "quản trị: lấy xác nhận của đơn vị vận hành tên miền rồi khai báo trong [[sender.attested-domains]]",
            "administrator: get the word of whoever runs the domain and enter it in [[sender.attested-domains]]",
        ),
        Silence::ServiceNotConfigured => words(
            "quản trị: khai báo dịch vụ trong [sender] submission-services nếu người dùng gửi thư qua đó",
            "administrator: list the service in [sender] submission-services if people send there",
        ),
    }
}

const fn replayed(replay: Replay) -> Meaning {
    match replay {
        Replay::Ahead(time) => Meaning {
            words: words("ghi là ký trong tương lai, ", "it says to be signed in the future, "),
            fact: Fact::Moment(time),
        },
        Replay::Old(time) => {
            Meaning { words: words("đã ký từ lâu, ", "it was signed long ago, "), fact: Fact::Moment(time) }
        }
        Replay::Seen(entry) => Meaning {
            words: words("cùng chữ ký DKIM đã có ở bản ghi số ", "the log has the same DKIM signature in entry "),
            fact: Fact::Entry(entry.index, entry.at),
        },
        Replay::Unchecked => {
            Meaning { words: words("không đọc được nhật ký", "the log could not be read"), fact: Fact::None }
        }
        Replay::Undated => Meaning {
            words: words("không rõ được ký khi nào", "it does not say when it was signed"),
            fact: Fact::None,
        },
    }
}

const fn after_replay(replay: Replay) -> Words {
    match replay {
        Replay::Unchecked => {
            words("quản trị: xem vì sao nhật ký không đọc được", "administrator: see why the log cannot be read")
        }
        Replay::Seen(_) => words(
            "xem bản ghi trước; nơi gửi không gửi lại thì không đăng ký hai lần",
            "look at the earlier entry; unless the agency sent it again, do not register it twice",
        ),
        Replay::Ahead(_) | Replay::Old(_) | Replay::Undated => words(
            "đề nghị nơi gửi gửi lại; nơi gửi xem lại đồng hồ máy chủ",
            "ask the agency to send it again, and to check the clock of its server",
        ),
    }
}

const fn from(fault: FromFault) -> Words {
    match fault {
        FromFault::AddressInName => words("tên hiển thị chứa một địa chỉ khác", "the name shown holds another address"),
        FromFault::ControlCharacter => {
            words("dòng From có ký tự ẩn hoặc đổi chiều", "From has hidden or direction characters")
        }
        FromFault::Comment => words("dòng From có chú thích trong ngoặc", "From has a comment in parentheses"),
        FromFault::HiddenField => words("có thể có dòng From thứ hai bị giấu", "a second From field may be hidden"),
        FromFault::Mailbox(MailboxFault::Domain) => {
            words("tên miền trong From không phải tên máy", "the domain in From is no host name")
        }
        FromFault::Mailbox(MailboxFault::LocalPart) => {
            words("phần trước @ trong From viết khác thường", "what stands before the @ in From is not in plain form")
        }
        FromFault::Mailbox(MailboxFault::Missing) => words("From không có địa chỉ", "From has no address"),
        FromFault::Mailbox(MailboxFault::Route) => {
            words("địa chỉ trong From có đường đi hoặc hai dấu @", "the address in From has a route or a second @")
        }
        FromFault::Missing => words("không có dòng From", "there is no From field"),
        FromFault::NotUtf8 => words("dòng From không phải UTF-8", "From is not UTF-8"),
        FromFault::OddFieldName => words("tên trường From viết khác thường", "the name of the From field is odd"),
        FromFault::QuotedPair => words("dòng From có dấu gạch chéo ngược", "From has a backslash"),
        FromFault::SeveralFields => words("có nhiều dòng From", "there is more than one From field"),
        FromFault::SeveralMailboxes => words("From có nhiều địa chỉ", "From names more than one address"),
        FromFault::Syntax => words("dòng From không đúng dạng", "From is not in the form of an address"),
        FromFault::TooLong => words("dòng From quá dài", "From is too long"),
    }
}
