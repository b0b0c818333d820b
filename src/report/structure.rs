//! The structure of a file in words: what is odd about it, what it would do, why it cannot be read.

use crate::pdf::{ActiveContent, Fault, Limit, Oddity, OddityKind, ReadError};

use super::lang::{Lang, Words};
use super::said::Said;
use super::words;

/// What is odd, and where.
pub(super) fn oddity(oddity: &Oddity, lang: Lang) -> Said {
    let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
    let object = |vi, en, number: u32| own(vi, en).and_number(number.into());
    let said = match &oddity.kind {
        OddityKind::CertificationDisputed { number } => object(
            "danh mục gốc và các chữ ký không thống nhất chữ ký nào chứng nhận tài liệu: đối tượng ",
            "catalog and signatures disagree on which one certifies the document: object ",
            *number,
        ),
        OddityKind::CertificationMisplaced { number } => object(
            "chữ ký chứng nhận không phải chữ ký đầu tiên: đối tượng ",
            "a certification is not the first signature: object ",
            *number,
        ),
        OddityKind::DuplicateKey { number, key } => {
            object("khoá bị lặp trong đối tượng ", "a key stands twice in object ", *number)
                .and(": ")
                .and_other(&format!("/{key}"))
        }
        OddityKind::EntryMismatch { number, found: Some((found, _)) } => {
            object("mục của đối tượng ", "the entry of object ", *number)
                .and(Words::new(" dẫn tới đối tượng ", " leads to object ").of(lang))
                .and_number((*found).into())
        }
        OddityKind::EntryMismatch { number, found: None } => {
            object("mục không dẫn tới đối tượng nào: ", "an entry leads to no object: ", *number)
        }
        OddityKind::EntryOutsideRevision { number } => {
            object("mục dẫn sang phiên bản khác: đối tượng ", "an entry leads into another revision: object ", *number)
        }
        OddityKind::FieldReachedTwice { number } => {
            object("trường được tham chiếu hai lần: đối tượng ", "a field is reached twice: object ", *number)
        }
        OddityKind::FieldUnreadable { number } => {
            object("không đọc được trường trong đối tượng ", "a field cannot be read in object ", *number)
        }
        OddityKind::HeaderLate => {
            own("phần đầu PDF không nằm ở octet đầu tiên", "the header is not at the start of the file")
        }
        OddityKind::HeaderVersion => own("phiên bản PDF không rõ", "the header names no known version"),
        OddityKind::HybridUpdate => own(
            "phần bổ sung cho phần mềm cũ và mới thấy đối tượng khác nhau",
            "an update shows different objects to older and newer readers",
        ),
        OddityKind::TwoPlaces { number } => {
            object("có hai vị trí cho đối tượng ", "there are two places for object ", *number)
        }
        OddityKind::LengthMismatch { number } => {
            object("độ dài ghi khác độ dài thật: luồng ", "another length than it says: stream ", *number)
        }
        OddityKind::ObjectsOverlap => own("các đối tượng chồng lên nhau", "objects overlap"),
        OddityKind::ObjectUnreadable { number } => {
            object("không đọc được đối tượng ", "cannot be read: object ", *number)
        }
        OddityKind::PagesDiffer { page } => {
            object("bộ đọc thứ hai thấy nội dung khác ở trang ", "a second reader finds other content on page ", *page)
        }
        OddityKind::PagesUnreadable => own("không đọc được cây trang", "the page tree cannot be read"),
        OddityKind::PrevForward => {
            own("chuỗi bảng tham chiếu dẫn về phía sau", "the cross-reference chain leads forward")
        }
        OddityKind::RevisionWithoutEnd => own("phiên bản không có dấu kết thúc", "a revision has no end marker"),
        OddityKind::SecondReaderDiffers { number } => object(
            "bộ đọc thứ hai thấy chữ ký khác ở đối tượng ",
            "a second reader finds another signature in object ",
            *number,
        ),
        OddityKind::SecondReaderRefuses => {
            own("bộ đọc thứ hai (nghiêm ngặt) không đọc được tệp", "a second, strict reader does not read the file")
        }
        OddityKind::SignatureReplaced { number } => {
            object("chữ ký bị thay sau khi ký: đối tượng ", "a signature was replaced after signing: object ", *number)
        }
        OddityKind::SignatureShared { number } => object(
            "nhiều trường dùng chung chữ ký ở đối tượng ",
            "several fields share the signature in object ",
            *number,
        ),
        OddityKind::SignatureWithoutField { number } => {
            object("không trường nào dẫn tới chữ ký ở đối tượng ", "no field reaches the signature in object ", *number)
        }
        OddityKind::SizeTooSmall { number } => object(
            "/Size của phần đuôi không tính đến đối tượng ",
            "the size in the trailer does not count object ",
            *number,
        ),
        OddityKind::StartxrefMismatch => own("startxref chỉ sang phần khác", "startxref names another section"),
        OddityKind::TooMany => own("nhiều điểm bất thường hơn số được ghi", "more oddities than are kept"),
        OddityKind::Unaccounted { start } => {
            own("octet không thuộc phiên bản nào, từ ", "octets that belong to no revision, from ").and_number(*start)
        }
        OddityKind::ValueUnreadable { number } => object(
            "giá trị của trường chữ ký không phải chữ ký: đối tượng ",
            "the value of a signature field is no signature: object ",
            *number,
        ),
    };
    said.and(Words::new("; tại octet ", "; at octet ").of(lang)).and_number(oddity.offset)
}

/// What the content would do, and where it stands.
pub(super) fn active(content: ActiveContent, lang: Lang) -> Said {
    Said::own(words::active(content.kind).of(lang))
        .and(Words::new(" (đối tượng ", " (object ").of(lang))
        .and_number(content.number.into())
        .and(")")
}

/// Why the file cannot be read.
pub(super) fn unreadable(error: ReadError, lang: Lang) -> Said {
    let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
    match error {
        ReadError::Broken { fault, offset } => {
            Said::own(broken(fault).of(lang)).and(Words::new("; tại octet ", "; at octet ").of(lang)).and_number(offset)
        }
        ReadError::Encrypted => own("tệp được mã hoá bằng mật khẩu", "the file is encrypted"),
        ReadError::NotPdf => own("tệp không có phần đầu PDF", "the file has no PDF header"),
        ReadError::TooLarge(limit) => Said::own(exceeded(limit).of(lang)),
    }
}

const fn broken(fault: Fault) -> Words {
    match fault {
        Fault::CatalogUnreadable => Words::new("không đọc được danh mục gốc (catalog)", "the catalog cannot be read"),
        Fault::PrevLoop => Words::new("các bảng tham chiếu nối vòng", "the cross-reference sections form a loop"),
        Fault::SectionMissing => Words::new("không có bảng tham chiếu", "there is no cross-reference section"),
        Fault::SectionUnreadable => {
            Words::new("không đọc được bảng tham chiếu", "the cross-reference section cannot be read")
        }
        Fault::StartxrefMissing => Words::new("không có startxref", "there is no startxref"),
        Fault::TrailerWithoutRoot => Words::new("phần đuôi không nêu danh mục gốc", "the trailer names no catalog"),
    }
}

const fn exceeded(limit: Limit) -> Words {
    match limit {
        Limit::Decoded => Words::new("vượt giới hạn dữ liệu giải nén", "over the limit on decoded octets"),
        Limit::Objects => Words::new("vượt giới hạn số đối tượng", "over the limit on objects"),
        Limit::Reader => Words::new(
            "tiến trình đọc tệp bị dừng (quá thời gian, bộ nhớ, hoặc hỏng)",
            "the process that read the file was stopped (over time or memory, or it crashed)",
        ),
        Limit::Sections => Words::new("vượt giới hạn số bảng tham chiếu", "over the limit on cross-reference sections"),
        Limit::Signatures => Words::new("vượt giới hạn số chữ ký", "over the limit on signatures"),
        Limit::Work => Words::new("vượt giới hạn công việc", "over the limit on work"),
    }
}
