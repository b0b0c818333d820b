//! The gateway's story of one reading: order, answers, and what becomes of documents whose reader died.

use std::time::{Duration, Instant};

use super::process::Lost;
use super::wire::{Order, Said, What};
use super::{Reader, Readers, recheck};
use crate::budget::Unpacking;
use crate::dossier::{self, Content, DOCUMENT, Examined};
use crate::message::{FileKind, Message};

/// All documents of one message together; what is not read by then stays unread.
pub const MESSAGE: Duration = Duration::from_secs(30);
/// Readers that one message may kill. After that its other documents stay unread.
const DEATHS: usize = 8;

/// Has a message read; `None` when not even its parts could be found.
///
/// A reader says which documents there are before it reads the first of them. Dies it at one, that one stays unread,
/// and each of those after it gets a reader of its own: so one document cannot take the others along, and no document
/// is read twice.
pub fn message<R: Readers>(
    readers: &R,
    message: &Message,
    document: Duration,
    unpacking: Unpacking,
) -> Option<Examined> {
    let deadline = Instant::now() + MESSAGE;
    let order = Order { what: What::Message(message.layout(), unpacking), octets: message.octets().len() };
    let mut reader = readers.reader().map_err(|lost| told(&lost, 0, None)).ok()?;
    let said = reader.ask(&order, message.octets()).and_then(|()| reader.hear(document)).and_then(|said| match said {
        Said::Found(found) => Ok(found),
        _ => Err(out_of_order()),
    });
    let found = said.map_err(|lost| told(&lost, reader.id(), None)).ok()?;
    // While the reader reads the first document, the octets of all are taken from the message here.
    let (found, promised) = recheck::found(found, message, unpacking);
    let mut examined = found.assemble(message);
    let mut reader = Some(reader);
    let mut deaths = 0;
    let Examined { dossier, octets } = &mut examined;
    for ((one, octets), promised) in dossier.documents.iter_mut().zip(octets).zip(promised) {
        let left = deadline.saturating_duration_since(Instant::now()).min(document);
        let said = match &mut reader {
            Some(reader) if promised => reader.hear(left).and_then(|said| match said {
                Said::Content(content) => Ok(content),
                _ => Err(out_of_order()),
            }),
            // Nothing was promised for what its octets do not need a reader, or a liar did not name.
            Some(_) => continue,
            None if !one.content.is_unread() || left.is_zero() || deaths >= DEATHS => continue,
            None => alone(readers, octets, left).map(|(_, content)| content),
        };
        match said {
            Ok(content) if one.content.is_unread() => one.content = recheck::content(content, octets),
            Ok(_) => {}
            Err(lost) => {
                told(&lost, reader.as_ref().map_or(0, Reader::id), Some(one.n));
                deaths += 1;
                reader = None;
            }
        }
    }
    Some(examined)
}

/// Has a file read that came alone. When its reader died it is a PDF that is unread, whatever it is.
pub fn file<R: Readers>(readers: &R, name: &str, octets: Vec<u8>, document: Duration) -> Examined {
    if octets.len() as u64 > DOCUMENT {
        return dossier::assemble_file(name, octets, FileKind::TooLarge, Content::TooLarge);
    }
    let (kind, content) = match alone(readers, &octets, document) {
        Ok((kind, content)) => recheck::file(kind, content, &octets),
        Err(lost) => {
            told(&lost, 0, Some(1));
            (FileKind::Pdf, Content::unread(FileKind::Pdf, octets.len()))
        }
    };
    dossier::assemble_file(name, octets, kind, content)
}

fn alone<R: Readers>(readers: &R, octets: &[u8], within: Duration) -> Result<(FileKind, Content), Lost> {
    let mut reader = readers.reader()?;
    reader.ask(&Order { what: What::File, octets: octets.len() }, octets)?;
    match reader.hear(within)? {
        Said::File(kind, content) => Ok((kind, content)),
        _ => Err(out_of_order()),
    }
}

fn out_of_order() -> Lost {
    Lost::Nonsense("it answered what it was not asked".to_owned())
}

/// For the operator; the record names the document, and that it is unchecked.
fn told(lost: &Lost, reader: u32, document: Option<u32>) {
    tracing::error!(reader, document, %lost, "reader lost; what it read is flagged unchecked");
}
