//! What a revision did beyond signing, in words for the person who has to ask the sender about it.

use crate::pdf::{Seat, Unexplained, Why};

use super::lang::{Lang, Words};
use super::said::Said;

/// Which object and key, and what is wrong with it.
pub(super) fn unexplained(one: &Unexplained, lang: Lang) -> Said {
    let said = seat(&one.seat, one.number, lang).and(": ");
    match &one.why {
        Why::Key(key) => said
            .and(Words::new("khoá ", "key ").of(lang))
            .and_other(&format!("/{key}"))
            .and(Words::new(" đã bị thay đổi", " was changed").of(lang)),
        why => said.and(self::why(why).of(lang)),
    }
}

/// Where it hangs.
fn seat(seat: &Seat, number: u32, lang: Lang) -> Said {
    let own = |vi, en| Said::own(Words::new(vi, en).of(lang));
    let object =
        |said: Said| said.and(Words::new(" (đối tượng ", " (object ").of(lang)).and_number(number.into()).and(")");
    let bare = || own("đối tượng ", "object ").and_number(number.into());
    match seat {
        Seat::Catalog => object(own("danh mục gốc", "catalog")),
        Seat::Field(name) => object(own("trường ", "field ").and_other(name)),
        Seat::Form => object(own("biểu mẫu", "form")),
        Seat::Object(kinds) if kinds.is_empty() => bare(),
        Seat::Object(kinds) => bare().and(" (").and_other(&format!("/{}", kinds.join(" /"))).and(")"),
        Seat::Page(page) => object(own("trang ", "page ").and_number((*page).into())),
        Seat::PageTree => object(own("cây trang", "page tree")),
        Seat::Structure => object(own("cấu trúc thẻ", "structure tree")),
        Seat::Trailer => own("phần đuôi tệp", "trailer"),
        Seat::Under { key, holder, part } => bare()
            .and(", ")
            .and_other(&format!("/{key}"))
            .and(Words::new(" của ", " of ").of(lang))
            .and_said(self::seat(part, *holder, lang)),
    }
}

/// What is wrong with it; of a key that was changed only that.
const fn why(why: &Why) -> Words {
    match why {
        Why::AnnotationAdded => Words::new("chú thích đã được thêm vào", "an annotation was added"),
        Why::AnnotationChanged => Words::new("chú thích đã bị thay đổi", "an annotation was changed"),
        Why::AnnotationRemoved => Words::new("chú thích đã bị gỡ bỏ", "an annotation was removed"),
        Why::CatalogExchanged => {
            Words::new("danh mục gốc (catalog) đã bị thay bằng đối tượng khác", "another catalog is named")
        }
        Why::Dangling => Words::new(
            "đối tượng mới chiếm số hiệu mà nội dung đã ký đang tham chiếu",
            "a new object takes a number that the signed content already refers to",
        ),
        Why::FieldFilled => Words::new(
            "trường biểu mẫu đã được điền hoặc đổi cách hiển thị",
            "a form field was filled in, or shown differently",
        ),
        Why::Generation => Words::new("số thế hệ của đối tượng đã bị đổi", "the object was given another generation"),
        Why::Freed => Words::new("đối tượng đã bị xoá", "the object was removed"),
        Why::Key(_) => Words::new("một khoá đã bị thay đổi", "a key was changed"),
        Why::NameTaken => {
            Words::new("trường mới trùng tên với một trường khác", "a new field has the name of another field")
        }
        Why::NothingSigned => Words::new(
            "trường chữ ký bị thay đổi mà không có chữ ký mới",
            "a signature field was changed without being signed",
        ),
        Why::Overwritten => {
            Words::new("đối tượng đã bị ghi lại với nội dung khác", "the object was written again with other content")
        }
        Why::Reused => Words::new(
            "đối tượng mới lấy số hiệu của một đối tượng đã xoá",
            "a new object takes the number of a removed one",
        ),
        Why::Shared => Words::new(
            "đối tượng bị ghi lại còn được dùng ở nơi khác",
            "the object was written again, and is used elsewhere as well",
        ),
        Why::TooMany => Words::new("quá nhiều trường bị thay đổi", "too many fields were changed"),
        Why::Unreadable => Words::new("không đọc được đối tượng", "the object cannot be read"),
        Why::Unreached => Words::new(
            "đối tượng được thêm vào mà không có phần được phép nào dẫn tới",
            "the object was added, and nothing that is allowed leads to it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_the_object_the_key_and_where_it_hangs() {
        let page = Unexplained { number: 12, seat: Seat::Page(3), why: Why::Key("Contents".to_owned()) };
        let part = Box::new(Seat::Page(3));
        let under = Seat::Under { key: "Contents".to_owned(), holder: 12, part };
        let content = Unexplained { number: 40, seat: under, why: Why::Overwritten };
        for one in [page, content] {
            for lang in Lang::ALL {
                let said = unexplained(&one, lang).to_string();
                assert!(said.contains("12") && said.contains('3') && said.contains("“/Contents”"), "{said}");
            }
        }
    }

    #[test]
    fn the_name_of_a_field_is_quoted() {
        let seat = Seat::Field("Chữ ký hợp lệ”".to_owned());
        let said = unexplained(&Unexplained { number: 7, seat, why: Why::FieldFilled }, Lang::Vi).to_string();
        assert!(said.starts_with("trường “Chữ ký hợp lệ\"” (đối tượng 7): "), "{said}");
    }
}
