//! What a listing, a difference and a refusal are called, in both languages.

use dieu7::report::Words;
use dieu7::sender::Kind;
use dieu7::sender::directory::accounts::AccountFault;
use dieu7::sender::directory::diff::Reason;
use dieu7::sender::directory::field::Field;
use dieu7::sender::directory::intake::{AddressFault, IntakeFault, Oddity, RowRefusal};
use dieu7::sender::directory::reconcile::Finding;
use dieu7::sender::directory::{
    Listing, Pin, Publication, Request, RequestKind, Role, iso_day, kind_token, publication_token, request_token,
    role_token,
};
use dieu7::time::{Period, UnixTime};
use serde_json::{Value, json};

use super::super::lang::Lang;

/// One of two sentences that were put together.
pub fn say(lang: Lang, vi: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::En => en.into(),
        Lang::Vi => vi.into(),
    }
}

pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::Personal => lang.pick("cá nhân", "personal"),
        Kind::Unit => lang.pick("đơn vị", "unit"),
    }
}

pub fn publication(publication: Publication, lang: Lang) -> &'static str {
    match publication {
        Publication::OwnSite => lang.pick("trang của đơn vị", "the unit's own site"),
        Publication::Portal => lang.pick("Cổng thông tin điện tử tỉnh", "the province's portal"),
    }
}

pub fn request(kind: RequestKind, lang: Lang) -> &'static str {
    match kind {
        RequestKind::Cancel => lang.pick("huỷ bỏ", "cancel"),
        RequestKind::Change => lang.pick("thay đổi", "change"),
        RequestKind::Create => lang.pick("cấp mới", "create"),
    }
}

pub fn role(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Agency => lang.pick("cơ quan", "agency"),
        Role::Delegate => lang.pick("người được uỷ quyền", "delegate"),
        Role::Head => lang.pick("thủ trưởng", "head"),
    }
}

pub const fn field(field: Field) -> Words {
    match field {
        Field::Agency => Words { vi: "cơ quan, đơn vị", en: "agency" },
        Field::Aliases => Words { vi: "tên khác", en: "other names" },
        Field::Codes => Words { vi: "mã", en: "codes" },
        Field::Kind => Words { vi: "loại hộp thư", en: "kind" },
        Field::Logins => Words { vi: "tên đăng nhập", en: "logins" },
        Field::Pins => Words { vi: "chứng thư đã ghim", en: "pinned certificates" },
        Field::Publication => Words { vi: "công bố trên", en: "published on" },
        Field::PublishedOn => Words { vi: "ngày công bố", en: "day of publication" },
        Field::Request => Words { vi: "yêu cầu", en: "request" },
        Field::Source => Words { vi: "nguồn", en: "source" },
        Field::Successor => Words { vi: "hộp thư thay thế", en: "successor" },
        Field::ValidFrom => Words { vi: "từ ngày", en: "from" },
        Field::ValidTo => Words { vi: "đến hết ngày", en: "to" },
    }
}

/// What a listing says in a field; empty where it says nothing.
pub fn value(listing: &Listing, field: Field, lang: Lang) -> String {
    let day = |time: Option<UnixTime>| time.map_or_else(String::new, iso_day);
    let list = |texts: &mut dyn Iterator<Item = &String>| texts.cloned().collect::<Vec<_>>().join("; ");
    match field {
        Field::Agency => listing.agency.clone(),
        Field::Aliases => list(&mut listing.aliases.iter()),
        Field::Codes => list(&mut listing.codes.iter()),
        Field::Kind => kind(listing.kind, lang).to_owned(),
        Field::Logins => list(&mut listing.logins.iter()),
        Field::Pins => list(&mut listing.pins.iter().map(|one| pin(one, lang)).collect::<Vec<_>>().iter()),
        Field::Publication => publication(listing.publication, lang).to_owned(),
        Field::PublishedOn => day(listing.published_on),
        Field::Request => listing.request.as_ref().map_or_else(String::new, |one| request_line(one, lang)),
        Field::Source => listing.source.clone(),
        Field::Successor => listing.successor.as_ref().map_or_else(String::new, ToString::to_string),
        Field::ValidFrom => day(listing.period.from()),
        Field::ValidTo => day(listing.period.to()),
    }
}

fn pin(pin: &Pin, lang: Lang) -> String {
    let by = if pin.by.is_empty() { String::new() } else { format!(" ({})", pin.by) };
    format!("{} {} {}{by}", pin.certificate, role(pin.role, lang), period(&pin.period))
}

pub fn period(period: &Period) -> String {
    let day = |time: Option<UnixTime>| time.map_or_else(|| "…".to_owned(), iso_day);
    format!("{} – {}", day(period.from()), day(period.to()))
}

fn request_line(one: &Request, lang: Lang) -> String {
    let mut said = vec![request(one.kind, lang).to_owned()];
    said.extend([&one.reason, &one.decision].into_iter().filter(|text| !text.is_empty()).cloned());
    let days = [
        (lang.pick("yêu cầu", "requested"), one.requested_on),
        (lang.pick("thực hiện", "done"), one.done_on),
        (lang.pick("thông báo", "notified"), one.notified_on),
    ];
    said.extend(days.into_iter().filter_map(|(word, day)| Some(format!("{word} {}", iso_day(day?)))));
    said.join(", ")
}

/// A listing for programs.
pub fn json(listing: &Listing) -> Value {
    let day = |time: Option<UnixTime>| time.map(iso_day);
    json!({
        "mailbox": listing.mailbox.to_string(),
        "kind": kind_token(listing.kind),
        "agency": listing.agency,
        "aliases": listing.aliases,
        "codes": listing.codes,
        "logins": listing.logins,
        "publication": publication_token(listing.publication),
        "published_on": day(listing.published_on),
        "source": listing.source,
        "valid_from": day(listing.period.from()),
        "valid_to": day(listing.period.to()),
        "pins": listing.pins.iter().map(|pin| json!({
            "certificate": pin.certificate.to_string(),
            "role": role_token(pin.role),
            "from": day(pin.period.from()),
            "to": day(pin.period.to()),
            "by": pin.by,
        })).collect::<Vec<_>>(),
        "request": listing.request.as_ref().map(|request| json!({
            "kind": request_token(request.kind),
            "reason": request.reason,
            "decision": request.decision,
            "requested_on": day(request.requested_on),
            "done_on": day(request.done_on),
            "notified_on": day(request.notified_on),
        })),
        "successor": listing.successor.as_ref().map(ToString::to_string),
        "known_from": listing.known.from().map(|time| time.to_string()),
        "known_to": listing.known.to().map(|time| time.to_string()),
    })
}

pub fn reason(reason: Reason, lang: Lang) -> String {
    match reason {
        Reason::Closed(on) => say(
            lang,
            format!("danh bạ đã đóng ngày {}; --reopen để mở lại", iso_day(on)),
            format!("the directory closed it on {}; --reopen opens it again", iso_day(on)),
        ),
        Reason::Planned(on) => say(
            lang,
            format!("danh bạ đã ghi bắt đầu từ {}", iso_day(on)),
            format!("the directory has it begin on {}", iso_day(on)),
        ),
        Reason::Several => say(
            lang,
            "danh bạ có mục khác cho cùng những ngày này; dùng dieu7 directory set",
            "the directory has other listings for these days; use dieu7 directory set",
        ),
        Reason::OnPortal => say(lang, "đã công bố trên Cổng", "published on the portal already"),
    }
}

pub fn refusal(refusal: &RowRefusal, lang: Lang) -> String {
    if lang == Lang::En {
        return refusal.to_string();
    }
    match refusal {
        RowRefusal::Address(fault) => match fault {
            AddressFault::Empty => "không có địa chỉ".to_owned(),
            AddressFault::Cut => "dài hơn mọi địa chỉ".to_owned(),
            AddressFault::Direction => "có ký tự đảo chiều chữ".to_owned(),
            AddressFault::Hidden => "địa chỉ do mã lệnh của trang viết ra, không có trong trang".to_owned(),
            AddressFault::LinkDiffers { link } => format!("liên kết ghi {link}, chữ ghi địa chỉ khác"),
            AddressFault::NotAMailbox(found) => format!("không phải địa chỉ thư: {found:?}"),
            AddressFault::Words(found) => format!("có chữ ngoài địa chỉ, hoặc không có địa chỉ: {found:?}"),
        },
        RowRefusal::NoAgency => "hộp thư đơn vị không có tên cơ quan, đơn vị".to_owned(),
        RowRefusal::NotADate(column, found) => format!("{}: không phải ngày: {found:?}", column.name()),
        RowRefusal::NotAKind(found) => format!("không phải đơn vị hay cá nhân: {found:?}"),
        RowRefusal::EndsBeforeStart => "kết thúc trước khi bắt đầu".to_owned(),
        RowRefusal::TooLong(column) => format!("{}: dài quá mức", column.name()),
        RowRefusal::Direction(column) => format!("{}: có ký tự đảo chiều chữ", column.name()),
        RowRefusal::Contradicts(line) => format!("hộp thư đã có ở dòng {line}, ghi khác"),
    }
}

pub fn oddity(oddity: &Oddity, lang: Lang) -> String {
    match oddity {
        Oddity::DigitForLetter => say(lang, "có chữ số ở chỗ của chữ cái", "a digit where a letter would stand"),
        Oddity::ForeignDomain => say(lang, "ngoài các tên miền của cơ quan", "outside the agency domains"),
        Oddity::LooksLike(other) => say(lang, format!("trông giống {other}"), format!("looks like {other}")),
        Oddity::Script => say(lang, "có chữ cái ngoài bảng La-tinh cơ bản", "letters beyond basic Latin"),
        Oddity::SubDomain { of } => say(
            lang,
            format!("tên miền con của {of}, chưa khai báo"),
            format!("a domain below {of} that is not listed"),
        ),
    }
}

pub const fn finding(finding: Finding) -> Words {
    match finding {
        Finding::PublishedWithoutAccount => {
            Words { vi: "đã công bố, không có tài khoản", en: "published, without an account" }
        }
        Finding::PublishedClosed => Words {
            vi: "đã công bố, tài khoản bị khoá hoặc đóng",
            en: "published, account closed or locked",
        },
        Finding::PublishedDoubtful => Words {
            vi: "đã công bố, tệp xuất ghi mâu thuẫn",
            en: "published, the export contradicts itself",
        },
        Finding::PublishedAlias => Words {
            vi: "đã công bố, là bí danh của tài khoản khác",
            en: "published, an alias of another account",
        },
        Finding::UnitUnpublished => {
            Words { vi: "có vẻ của đơn vị, chưa công bố", en: "looks like a unit's, not published" }
        }
        Finding::PersonalUnlisted => {
            Words { vi: "của cá nhân, chưa có trong danh bạ", en: "of a person, not listed" }
        }
        Finding::Unlisted => Words { vi: "chưa có trong danh bạ", en: "not listed" },
        Finding::Agrees => Words { vi: "khớp", en: "agrees" },
    }
}

pub fn account_fault(fault: &AccountFault, lang: Lang) -> String {
    if lang == Lang::En {
        return fault.to_string();
    }
    match fault {
        AccountFault::NotAnAttribute => "không phải \"thuộc tính: giá trị\"".to_owned(),
        AccountFault::NotAMailbox(found) => format!("không phải địa chỉ thư: {found:?}"),
        AccountFault::NotText(attribute) => format!("{attribute}: không phải base64 chứa chữ"),
        AccountFault::Elsewhere(attribute) => format!("{attribute}: giá trị nằm ở nơi khác, không tải về"),
        AccountFault::NotAnEntry => "là thay đổi của một mục, không phải mục".to_owned(),
        AccountFault::TooMany => "quá nhiều tài khoản".to_owned(),
    }
}

/// What to do about a list that cannot be read.
pub const fn advice(fault: &IntakeFault) -> Words {
    match fault {
        IntakeFault::Charset(_) | IntakeFault::CharsetUntold => Words {
            vi: "lưu tệp dạng UTF-8, hoặc nêu bộ mã bằng --encoding (windows-1258, utf-16).",
            en: "save the file as UTF-8, or say its characters with --encoding (windows-1258, utf-16).",
        },
        IntakeFault::Header(_) | IntakeFault::NoTable(_) => Words {
            vi: "nêu cột bằng --columns, ví dụ --columns mailbox=3,agency=2; nếu trang tự vẽ bảng, lưu bảng thành CSV.",
            en: "name the columns with --columns, such as --columns mailbox=3,agency=2; where the page draws its table itself, save the table as CSV.",
        },
        IntakeFault::NotText => Words {
            vi: "mở bằng bảng tính rồi lưu dạng CSV UTF-8.",
            en: "open it with a spreadsheet program and save it as CSV UTF-8.",
        },
        IntakeFault::Own(_) => Words { vi: "sửa từng chỗ nêu trên.", en: "mend each place named above." },
        IntakeFault::TooLarge | IntakeFault::TooDeep { .. } | IntakeFault::TooManyCells { .. } => {
            Words { vi: "lưu riêng bảng danh bạ thành CSV.", en: "save the table of mailboxes alone, as CSV." }
        }
    }
}
