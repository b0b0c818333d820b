//! What a revision did beyond signing, for the person who has to ask the sender about it; `report` has the words.

use serde::{Deserialize, Serialize};

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
