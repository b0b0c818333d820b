//! Content that does something rather than being shown: a remark for the clerk, never executed or fetched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::value::{Located, Value, decoded_name};

/// One kind of active content, and the first object in which it was met.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ActiveContent {
    /// What it would do.
    pub kind: ActiveKind,
    /// Object number.
    pub number: u32,
}

/// What active content would do (ISO 32000-2, 12.6.4, 7.11.4, 13; annex K for XFA).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum ActiveKind {
    /// Actions on opening, closing, printing and the like.
    AdditionalActions,
    /// Carries another file.
    EmbeddedFile,
    /// Takes the data of a stream from another file.
    ExternalStream,
    /// Opens a file that is embedded in another one.
    GoToEmbedded,
    /// Opens another file.
    GoToRemote,
    /// Fills the form from another file.
    ImportData,
    /// Runs JavaScript.
    JavaScript,
    /// Starts a program.
    Launch,
    /// Plays sound, film, Flash or 3-D.
    Media,
    /// Does something as soon as the file is opened.
    OpenAction,
    /// Sends the form to an address.
    SubmitForm,
    /// A form of another format, which shows what it likes.
    Xfa,
}

/// Kinds met so far.
#[derive(Debug, Default)]
pub(super) struct Active(BTreeMap<ActiveKind, u32>);

impl Active {
    /// Looks through one object.
    pub(super) fn look(&mut self, number: u32, value: &Located<'_>, is_stream: bool) {
        if is_stream && value.as_dictionary().is_some_and(|dictionary| dictionary.has(b"F")) {
            self.0.entry(ActiveKind::ExternalStream).or_insert(number);
        }
        value.visit(None, &mut |key, value| {
            let kind = key.and_then(|key| kind_of(&decoded_name(key), value));
            if let Some(kind) = kind {
                self.0.entry(kind).or_insert(number);
            }
        });
    }

    pub(super) fn into_vec(self) -> Vec<ActiveContent> {
        self.0.into_iter().map(|(kind, number)| ActiveContent { kind, number }).collect()
    }
}

fn kind_of(key: &[u8], value: &Located<'_>) -> Option<ActiveKind> {
    match key {
        b"AA" => Some(ActiveKind::AdditionalActions),
        b"EF" | b"EmbeddedFiles" => Some(ActiveKind::EmbeddedFile),
        b"JS" | b"JavaScript" => Some(ActiveKind::JavaScript),
        b"RichMediaContent" => Some(ActiveKind::Media),
        b"XFA" => Some(ActiveKind::Xfa),
        // A destination (an array) only scrolls; an action does something.
        b"OpenAction" if value.as_array().is_none() => Some(ActiveKind::OpenAction),
        b"S" => match value.value {
            Value::Name(name) => action(&decoded_name(name)),
            _ => None,
        },
        _ => None,
    }
}

fn action(name: &[u8]) -> Option<ActiveKind> {
    match name {
        b"GoToE" => Some(ActiveKind::GoToEmbedded),
        b"GoToR" => Some(ActiveKind::GoToRemote),
        b"ImportData" => Some(ActiveKind::ImportData),
        b"JavaScript" => Some(ActiveKind::JavaScript),
        b"Launch" => Some(ActiveKind::Launch),
        b"GoTo3DView" | b"Movie" | b"Rendition" | b"RichMediaExecute" | b"Sound" => Some(ActiveKind::Media),
        b"SubmitForm" => Some(ActiveKind::SubmitForm),
        _ => None,
    }
}
