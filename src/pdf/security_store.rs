//! The document security store: certificates, revocation lists and OCSP responses that somebody put into the file for
//! later validation (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4.2).
//!
//! Only carried, never believed: whoever appended it may have written anything, and a reader may lie about it. Its
//! octets count for what their own signatures prove.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::file::File;
use super::filter::{self, FilterError};
use super::value::{Dictionary, Id, Value};
use crate::budget::Budget;

/// What the newest `/DSS` names.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct SecurityStore {
    /// The streams of `/Certs`, and those that only a `/VRI` entry names.
    pub certificates: Vec<Stored>,
    /// Of `/CRLs`.
    pub crls: Vec<Stored>,
    /// Of `/OCSPs`.
    pub ocsps: Vec<Stored>,
    /// How many streams could not be read, or were over a limit.
    pub left_out: u32,
}

/// One stream of the store.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Stored {
    /// Decoded.
    pub octets: Vec<u8>,
    /// Where the revision ends that wrote it: a document timestamp that reaches so far covers it.
    pub written: u64,
}

/// A file with twenty signatures and timestamps stays below two hundred.
const MAX_STREAMS: usize = 1_000;
/// Half of what a reader may say in one frame (`io::worker::wire`): a store that is larger must not make its document
/// unread. Lists beyond it are left to the drop folder.
pub const MAX_STORE: usize = 2 << 20;
/// What may be decoded to find those that fit; the largest list that is fetched has 20 MiB.
const DECODED: u64 = 32 << 20;
/// Entries of `/VRI`: one for each signature and timestamp, which are bounded likewise.
const MAX_RELATED: usize = 1_000;

/// Reads the store of the newest revision.
pub(super) fn read(file: &File<'_>, catalog: &Dictionary<'_>, budget: &mut Budget) -> SecurityStore {
    let newest = file.newest();
    let Some(resolved) = catalog.get(b"DSS").and_then(|value| file.resolve(value, newest)) else {
        return SecurityStore::default();
    };
    let Some(dictionary) = resolved.value.as_dictionary() else { return SecurityStore::default() };
    let mut walk = Walk { file, budget, left: DECODED, room: MAX_STORE, over: false, failed: BTreeSet::new() };
    let [mut certificates, mut crls, mut ocsps] = [List::default(), List::default(), List::default()];
    walk.array(dictionary, b"Certs", &mut certificates);
    walk.array(dictionary, b"CRLs", &mut crls);
    walk.array(dictionary, b"OCSPs", &mut ocsps);
    // What an entry means for one signature decides nothing: every piece says itself whom it is about.
    let entries = dictionary.get(b"VRI").and_then(|value| file.resolve(value, newest));
    let entries = entries.iter().filter_map(|value| value.value.as_dictionary()).flat_map(|entries| &entries.0);
    for (_, value) in entries.take(MAX_RELATED) {
        let Some(entry) = file.resolve(value, newest) else { continue };
        let Some(entry) = entry.value.as_dictionary() else { continue };
        walk.array(entry, b"Cert", &mut certificates);
        walk.array(entry, b"CRL", &mut crls);
        walk.array(entry, b"OCSP", &mut ocsps);
    }
    SecurityStore {
        left_out: u32::try_from(walk.failed.len()).unwrap_or(u32::MAX),
        certificates: certificates.streams,
        crls: crls.streams,
        ocsps: ocsps.streams,
    }
}

/// Streams, and the objects that they were read from.
#[derive(Default)]
struct List {
    streams: Vec<Stored>,
    objects: BTreeSet<Id>,
}

struct Walk<'w, 'a> {
    file: &'w File<'a>,
    budget: &'w mut Budget,
    left: u64,
    /// Octets that may still be held. Streams without a filter cost no decoding, and several lists may name one.
    room: usize,
    /// A stream was larger than what was left; nothing more is inflated, or each one would cost that much again.
    over: bool,
    failed: BTreeSet<Id>,
}

impl Walk<'_, '_> {
    /// The streams of an array, those that are not known yet read for it.
    fn array(&mut self, dictionary: &Dictionary<'_>, key: &[u8], list: &mut List) {
        let array = dictionary.get(key).and_then(|value| self.file.resolve(value, self.file.newest()));
        let items = array.as_ref().and_then(|array| array.value.as_array()).unwrap_or_default();
        let ids = items.iter().filter_map(|item| match item.value {
            Value::Reference(id) => Some(id),
            _ => None,
        });
        ids.take(MAX_STREAMS).for_each(|id| self.stream(id, list));
    }

    fn stream(&mut self, id: Id, list: &mut List) {
        if list.objects.contains(&id) {
            return;
        }
        if self.over || list.streams.len() == MAX_STREAMS || self.failed.contains(&id) {
            self.fail(id);
            return;
        }
        let object = self.file.object(id, self.file.newest());
        let stream = object.as_ref().and_then(|object| Some((object.dictionary()?, object.stream?)));
        let decoded = stream.map(|(keys, data)| filter::decode_of(keys, data, &mut self.left, self.budget));
        let Some(Ok(octets)) = decoded else {
            self.over |= matches!(decoded, Some(Err(FilterError::Exhausted(_))));
            self.fail(id);
            return;
        };
        let Some(room) = self.room.checked_sub(octets.len()) else {
            self.fail(id);
            return;
        };
        self.room = room;
        let version = self.file.version(id.0, self.file.newest());
        let part = version.and_then(|version| self.file.parts().get(version.revision));
        list.streams
            .push(Stored { octets: octets.into_owned(), written: part.map_or(u64::MAX, |part| part.end as u64) });
        list.objects.insert(id);
    }

    fn fail(&mut self, id: Id) {
        // The count is for people; nobody needs to know it beyond this.
        if self.failed.len() < 10 * MAX_STREAMS {
            self.failed.insert(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::build::Builder;

    fn catalog(keys: &str) -> String {
        format!("<</Type/Catalog/Pages 2 0 R{keys}>>")
    }

    fn store(builder: Builder) -> SecurityStore {
        *crate::pdf::read(&builder.build(), &mut Budget::for_message()).unwrap().store
    }

    fn octets(stored: &[Stored]) -> Vec<&[u8]> {
        stored.iter().map(|stored| &stored.octets[..]).collect()
    }

    #[test]
    fn a_store_is_carried_with_what_its_entries_name() {
        let key = "0123456789ABCDEF0123456789ABCDEF01234567";
        let found = store(
            Builder::new()
                .end()
                .object(1, &catalog("/DSS 10 0 R"))
                .object(10, &format!("<</Type/DSS/Certs[11 0 R 99 0 R]/CRLs 14 0 R/OCSPs[]/VRI<</{key} 15 0 R>>>>"))
                .stream(11, "", b"one")
                .stream(12, "", b"two")
                .stream(13, "/Filter/LZWDecode", b"three")
                .object(14, "[12 0 R 13 0 R (x)]")
                .object(15, "<</Type/VRI/Cert[11 0 R]/CRL[12 0 R]/OCSP[16 0 R]/TU(D:2024)>>")
                .stream(16, "", b"four")
                .end(),
        );
        assert_eq!(octets(&found.certificates), [b"one"]);
        assert_eq!(octets(&found.crls), [b"two"]);
        assert_eq!(octets(&found.ocsps), [b"four"]);
        assert_eq!(found.left_out, 2);
    }

    #[test]
    fn each_stream_tells_the_revision_that_wrote_it() {
        let without = Builder::new().end();
        assert_eq!(store(without.clone()), SecurityStore::default());
        let one = without.object(1, &catalog("/DSS<</Certs[11 0 R]>>")).stream(11, "", b"one").end();
        let first = one.length() as u64;
        let two = one.object(1, &catalog("/DSS<</Certs[11 0 R 12 0 R]>>")).stream(12, "", b"two").end();
        let second = two.length() as u64;
        let written: Vec<u64> = store(two.clone()).certificates.iter().map(|stored| stored.written).collect();
        assert_eq!(written, [first, second]);
        assert_eq!(store(two.object(1, &catalog("")).end()), SecurityStore::default());
    }

    #[test]
    fn a_store_that_inflates_beyond_the_limit_is_left_out_and_the_file_is_read() {
        use std::io::Write as _;
        let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        deflated.write_all(&vec![0; 33 << 20]).unwrap();
        let bomb = deflated.finish().unwrap();
        let mut builder = Builder::new().object(1, &catalog("/DSS<</CRLs[20 0 R 21 0 R 22 0 R 23 0 R]>>"));
        builder = builder.stream(20, "", b"fits");
        for number in 21..24 {
            builder = builder.stream(number, "/Filter/FlateDecode", &bomb);
        }
        let found = store(builder.end());
        assert_eq!((found.crls.len(), found.left_out), (1, 3));
    }

    #[test]
    fn a_list_that_is_larger_than_all_that_is_held_leaves_room_for_the_next() {
        let large = vec![b' '; MAX_STORE];
        let found = store(
            Builder::new()
                .object(1, &catalog("/DSS<</Certs[20 0 R]/CRLs[20 0 R 21 0 R]/OCSPs[22 0 R]>>"))
                .stream(20, "", b"one")
                .stream(21, "", &large)
                .stream(22, "", b"two")
                .end(),
        );
        assert_eq!((octets(&found.crls), octets(&found.ocsps)), (vec![&b"one"[..]], vec![&b"two"[..]]));
        assert_eq!(found.left_out, 1);
    }

    #[test]
    fn a_store_of_another_shape_holds_nothing() {
        for odd in ["/DSS 99 0 R", "/DSS 1", "/DSS<</Certs 1/VRI[]/CRLs<<>>>>", "/DSS<</VRI<</A 1/B<</Cert 1>>>>>>"] {
            let found = store(Builder::new().object(1, &catalog(odd)).end());
            assert!(found.certificates.is_empty() && found.crls.is_empty() && found.left_out == 0, "{odd}");
        }
    }
}
