//! What a revision did beyond signing, in words for the person who has to ask the sender about it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::modification::Modification;

/// An object of a revision that goes beyond a further signature, and why.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Unexplained {
    /// Object number; 0 is the trailer.
    pub number: u32,
    /// Where the object hangs in the document.
    pub seat: Seat,
    /// What is wrong with it.
    pub why: Why,
}

/// The part of the document that an object is, as far as that is known.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Seat {
    /// The document's catalog (ISO 32000-2, 7.7.2).
    Catalog,
    /// A form field or its widget, with the field's full name (12.7.4).
    Field(String),
    /// The interactive form dictionary (12.7.3).
    Form,
    /// Any other object, with its `/Type` and `/Subtype` where it has them.
    Object(Vec<String>),
    /// A page by its place in the document, from 1 (7.7.3).
    Page(u32),
    /// A node of the page tree.
    PageTree,
    /// The root of the structure tree, or an element of it (14.7).
    Structure,
    /// The trailer (7.5.5).
    Trailer,
    /// What another part names under a key.
    Under {
        /// The key.
        key: String,
        /// The number of the object that holds the key.
        holder: u32,
        /// The part that this object is.
        part: Box<Seat>,
    },
}

/// Why an object is unexplained.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Why {
    /// A markup annotation was added to the page.
    AnnotationAdded,
    /// A markup annotation was changed.
    AnnotationChanged,
    /// A markup annotation was taken off the page.
    AnnotationRemoved,
    /// The trailer names another catalog.
    CatalogExchanged,
    /// The earlier revision already referred to this number while there was no such object.
    Dangling,
    /// A form field that is no signature was given another value or appearance.
    FieldFilled,
    /// The object was given another generation.
    Generation,
    /// It was removed.
    Freed,
    /// The value of a key was changed, added or removed.
    Key(String),
    /// A new field has the full name of another one.
    NameTaken,
    /// A revision that holds no signature of its own adds or fills fields.
    NothingSigned,
    /// It was written again, and no rule allows that.
    Overwritten,
    /// Its number belonged to another object before.
    Reused,
    /// Something else refers to it as well, and would change with it.
    Shared,
    /// More fields than are kept were changed.
    TooMany,
    /// It cannot be read.
    Unreadable,
    /// Nothing that is allowed leads to it.
    Unreached,
}

impl Unexplained {
    /// The sentence that a clerk reads.
    #[must_use]
    pub fn vi(&self) -> String {
        let mut said = self.seat.vi(self.number);
        said.push_str(": ");
        match &self.why {
            Why::AnnotationAdded => said.push_str("chú thích đã được thêm vào"),
            Why::AnnotationChanged => said.push_str("chú thích đã bị thay đổi"),
            Why::AnnotationRemoved => said.push_str("chú thích đã bị gỡ bỏ"),
            Why::CatalogExchanged => said.push_str("danh mục gốc (catalog) đã bị thay bằng đối tượng khác"),
            Why::Dangling => said.push_str("đối tượng mới chiếm số hiệu mà nội dung đã ký đang tham chiếu"),
            Why::FieldFilled => said.push_str("trường biểu mẫu đã được điền hoặc đổi cách hiển thị"),
            Why::Generation => said.push_str("số thế hệ của đối tượng đã bị đổi"),
            Why::Freed => said.push_str("đối tượng đã bị xoá"),
            Why::Key(key) => {
                said.push_str("khoá /");
                said.push_str(key);
                said.push_str(" đã bị thay đổi");
            }
            Why::NameTaken => said.push_str("trường mới trùng tên với một trường khác"),
            Why::NothingSigned => said.push_str("trường chữ ký bị thay đổi mà không có chữ ký mới"),
            Why::Overwritten => said.push_str("đối tượng đã bị ghi lại với nội dung khác"),
            Why::Reused => said.push_str("đối tượng mới lấy số hiệu của một đối tượng đã xoá"),
            Why::Shared => said.push_str("đối tượng bị ghi lại còn được dùng ở nơi khác"),
            Why::TooMany => said.push_str("quá nhiều trường bị thay đổi"),
            Why::Unreadable => said.push_str("không đọc được đối tượng"),
            Why::Unreached => said.push_str("đối tượng được thêm vào mà không có phần được phép nào dẫn tới"),
        }
        said
    }

    /// The same in English.
    #[must_use]
    pub fn en(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.seat.en(self.number))?;
        match &self.why {
            Why::AnnotationAdded => f.write_str("an annotation was added"),
            Why::AnnotationChanged => f.write_str("an annotation was changed"),
            Why::AnnotationRemoved => f.write_str("an annotation was removed"),
            Why::CatalogExchanged => f.write_str("another catalog is named"),
            Why::Dangling => f.write_str("a new object takes a number that the signed content already refers to"),
            Why::FieldFilled => f.write_str("a form field was filled in, or shown differently"),
            Why::Generation => f.write_str("the object was given another generation"),
            Why::Freed => f.write_str("the object was removed"),
            Why::Key(key) => write!(f, "key /{key} was changed"),
            Why::NameTaken => f.write_str("a new field has the name of another field"),
            Why::NothingSigned => f.write_str("a signature field was changed without being signed"),
            Why::Overwritten => f.write_str("the object was written again with other content"),
            Why::Reused => f.write_str("a new object takes the number of a removed one"),
            Why::Shared => f.write_str("the object was written again, and is used elsewhere as well"),
            Why::TooMany => f.write_str("too many fields were changed"),
            Why::Unreadable => f.write_str("the object cannot be read"),
            Why::Unreached => f.write_str("the object was added, and nothing that is allowed leads to it"),
        }
    }
}

impl Seat {
    fn vi(&self, number: u32) -> String {
        match self {
            Self::Catalog => format!("danh mục gốc (đối tượng {number})"),
            Self::Field(name) => format!("trường \"{name}\" (đối tượng {number})"),
            Self::Form => format!("biểu mẫu (đối tượng {number})"),
            Self::Object(kinds) if kinds.is_empty() => format!("đối tượng {number}"),
            Self::Object(kinds) => format!("đối tượng {number} (/{})", kinds.join(" /")),
            Self::Page(page) => format!("trang {page} (đối tượng {number})"),
            Self::PageTree => format!("cây trang (đối tượng {number})"),
            Self::Structure => format!("cấu trúc thẻ (đối tượng {number})"),
            Self::Trailer => "phần đuôi tệp".to_owned(),
            Self::Under { key, holder, part } => format!("đối tượng {number}, /{key} của {}", part.vi(*holder)),
        }
    }

    fn en(&self, number: u32) -> String {
        match self {
            Self::Catalog => format!("catalog (object {number})"),
            Self::Field(name) => format!("field \"{name}\" (object {number})"),
            Self::Form => format!("form (object {number})"),
            Self::Object(kinds) if kinds.is_empty() => format!("object {number}"),
            Self::Object(kinds) => format!("object {number} (/{})", kinds.join(" /")),
            Self::Page(page) => format!("page {page} (object {number})"),
            Self::PageTree => format!("page tree (object {number})"),
            Self::Structure => format!("structure tree (object {number})"),
            Self::Trailer => "trailer".to_owned(),
            Self::Under { key, holder, part } => format!("object {number}, /{key} of {}", part.en(*holder)),
        }
    }
}

impl Modification {
    /// The level as a clerk reads it.
    #[must_use]
    pub const fn vi(self) -> &'static str {
        match self {
            Self::None => "không thay đổi gì",
            Self::LongTermValidation => "bổ sung dữ liệu xác minh lâu dài",
            Self::FurtherSignature => "bổ sung chữ ký",
            Self::FormFilling => "điền biểu mẫu",
            Self::Annotation => "thêm, sửa hoặc gỡ chú thích",
            Self::Other => "thay đổi nội dung",
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::None => "changed nothing",
            Self::LongTermValidation => "added data for long-term validation",
            Self::FurtherSignature => "added a signature",
            Self::FormFilling => "filled in the form",
            Self::Annotation => "added, changed or removed annotations",
            Self::Other => "changed the document",
        }
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
        for said in [page.en(), page.vi(), content.en(), content.vi()] {
            assert!(said.contains("12") && said.contains('3') && said.contains("/Contents"), "{said}");
        }
    }
}
