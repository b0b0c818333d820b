//! The files inside an archive stand in its place, where the site has it looked into.

use super::{Walker, zip_names};
use crate::message::archive::{self, LEVELS, Refused};
use crate::message::entity::{Encoding, Entity};
use crate::message::source::{Source, Step};
use crate::message::{Ambiguity, FileName, kind, secret};

/// What became of an archive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unpacked {
    /// Its files are documents, it is none itself.
    Files,
    /// It is a document like any other.
    No,
    /// It is a document, and programs could see different files in it.
    Odd,
}

/// What holds for all files of one archive.
#[derive(Clone, Copy)]
pub(super) struct Outside<'a> {
    pub name: &'a FileName,
    pub nested: bool,
    pub ambiguity: Option<Ambiguity>,
    /// Archives around this one.
    pub level: usize,
}

impl Walker<'_> {
    /// Looks into an archive: all of it or nothing. Only what is called one is unpacked: a system goes by that.
    pub(super) fn unpack(&mut self, octets: &[u8], step: Step, outside: Outside<'_>) -> Unpacked {
        if !archive::begins(octets) || zip_names::is_office_document(octets) {
            return Unpacked::No;
        }
        self.marks(octets, outside.name);
        let called = outside.name.opened_ending().is_some_and(|ending| ending == "zip");
        if !self.budget.unpacks() || !called || outside.level >= LEVELS {
            return Unpacked::No;
        }
        let entries = match archive::entries(octets) {
            Ok(entries) => entries,
            Err(Refused::Many) => return Unpacked::No,
            Err(Refused::Odd) => return Unpacked::Odd,
        };
        if entries.iter().all(archive::Entry::is_folder) || self.budget.entries(entries.len() as u64).is_err() {
            return Unpacked::No;
        }
        let mut files = Vec::new();
        for (n, entry) in (0..).zip(&entries).filter(|(_, entry)| !entry.is_folder()) {
            match self.budget.part().and_then(|()| entry.unpack(self.budget)) {
                Ok(Some(file)) => files.push((n, entry.name, file)),
                Ok(None) => return Unpacked::Odd,
                Err(exhausted) => {
                    self.stop(exhausted);
                    return Unpacked::No;
                }
            }
        }
        self.around.push(step);
        for (n, name, file) in files {
            let name = FileName::new(&format!("{}/{name}", outside.name.as_str()));
            self.file(name, file, Step { span: 0..octets.len(), encoding: Encoding::ZipEntry(n) }, outside);
        }
        self.around.pop();
        Unpacked::Files
    }

    fn file(&mut self, name: FileName, octets: Vec<u8>, step: Step, outside: Outside<'_>) {
        let source = Source::new(&self.around, step.clone());
        let unpacked = self.unpack(&octets, step, Outside { name: &name, level: outside.level + 1, ..outside });
        if unpacked == Unpacked::Files {
            return;
        }
        let odd = (unpacked == Unpacked::Odd).then_some(Ambiguity::OddArchive);
        let entity = Entity::read(std::iter::empty(), "application/octet-stream");
        let kind = kind::recognise(&octets, &entity.media_type);
        self.push(&entity, name, kind, (source, octets), outside.nested, odd.or(outside.ambiguity));
    }

    /// Secrecy marks in the names inside, and in its own, which may become the name of no document.
    fn marks(&mut self, octets: &[u8], name: &FileName) {
        let inside = zip_names::names(octets).flat_map(|name| name.split(|octet| b"/\\".contains(octet)));
        let mark = inside.filter_map(secret::mark_of).chain(secret::mark(name.whole())).max();
        self.walk.secret_mark = self.walk.secret_mark.max(mark);
    }
}

#[cfg(test)]
mod tests {
    use crate::budget::{Budget, ENTRIES, Unpacking};
    use crate::message::archive::testing::{stored, zip_of};
    use crate::message::kind::{Archive, Editable};
    use crate::message::secret::SecretMark;
    use crate::message::{Ambiguity, Envelope, Extractor, FileKind, Message, Walk, walk, walk_past_pdfs};

    const PDF: &[u8] = b"%PDF-1.7\n";
    const ZIP: FileKind = FileKind::Archive(Archive::Zip);

    fn message(name: &str, octets: &[u8]) -> Message {
        let head = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        );
        Message::parse(Envelope::default(), [head.as_bytes(), octets, b"\r\n--b--\r\n"].concat())
    }

    fn budget() -> Budget {
        Budget::for_message().unpacking(Unpacking::Zip)
    }

    /// The walk, after every document was taken again from its source.
    fn walk_of(name: &str, octets: &[u8]) -> Walk {
        let message = message(name, octets);
        let walk = walk(&message, &mut budget());
        let (mut extractor, mut budget) = (Extractor::new(&message), budget());
        for document in &walk.documents {
            let again = extractor.take(&document.source, &mut budget).unwrap().unwrap();
            assert_eq!(again.octets, document.octets, "{:?}", document.name);
        }
        assert_eq!(walk_past_pdfs(&message, &mut self::budget()).documents.len(), walk.documents.len());
        walk
    }

    fn found(walk: &Walk) -> Vec<(&str, FileKind, Option<Ambiguity>)> {
        walk.documents.iter().map(|one| (one.name.as_str(), one.kind, one.ambiguity)).collect()
    }

    #[test]
    fn files_stand_in_the_place_of_their_archive_where_the_site_wants_it() {
        let octets = zip_of(&[("so/", b""), ("so/a.pdf", PDF), ("b.csv", b"x,y")]);
        let walked = walk_of("cv.zip", &octets);
        let text = FileKind::Editable(Editable::Text);
        assert_eq!(found(&walked), [("cv.zip/so/a.pdf", FileKind::Pdf, None), ("cv.zip/b.csv", text, None)]);
        assert_eq!((walked.stopped, walked.documents[1].index), (None, 2));
        let off = walk(&message("cv.zip", &octets), &mut Budget::for_message());
        assert_eq!(found(&off), [("cv.zip", ZIP, None)]);
    }

    #[test]
    fn a_stored_pdf_in_the_first_octets_does_not_make_a_pdf_of_the_archive() {
        assert_eq!(found(&walk_of("a.zip", &stored(&[("b.pdf", PDF)]))), [("a.zip/b.pdf", FileKind::Pdf, None)]);
        assert_eq!(found(&walk_of("a.pdf", &stored(&[("b.pdf", PDF)]))), [("a.pdf", FileKind::Pdf, None)]);
        let odd = [&stored(&[("b.pdf", PDF)])[..], b"x"].concat();
        assert_eq!(found(&walk_of("a.zip", &odd)), [("a.zip", FileKind::Pdf, Some(Ambiguity::OddArchive))]);
    }

    #[test]
    fn an_odd_archive_stays_one_document_that_is_ambiguous() {
        let odd = [&zip_of(&[("b.pdf", PDF)])[..], b"x"].concat();
        assert_eq!(found(&walk_of("a.zip", &odd)), [("a.zip", ZIP, Some(Ambiguity::OddArchive))]);
        assert_eq!(found(&walk_of("a.zip", &zip_of(&[("so/", b"")]))), [("a.zip", ZIP, None)]);
        let crowd: Vec<String> = (0..=ENTRIES).map(|n| n.to_string()).collect();
        let crowd: Vec<(&str, &[u8])> = crowd.iter().map(|name| (name.as_str(), PDF)).collect();
        assert_eq!(found(&walk_of("a.zip", &zip_of(&crowd))), [("a.zip", ZIP, None)]);
    }

    #[test]
    fn an_archive_in_an_archive_is_looked_into_and_one_deeper_is_not() {
        let deepest = zip_of(&[("d.pdf", PDF)]);
        let inner = zip_of(&[("c.zip", &deepest), ("c.pdf", PDF)]);
        let walked = walk_of("a.zip", &zip_of(&[("b.zip", &inner), ("b.pdf", PDF)]));
        let pdf = FileKind::Pdf;
        assert_eq!(
            found(&walked),
            [("a.zip/b.zip/c.zip", ZIP, None), ("a.zip/b.zip/c.pdf", pdf, None), ("a.zip/b.pdf", pdf, None)]
        );
        let odd = [&deepest[..], b"x"].concat();
        let walked = walk_of("a.zip", &zip_of(&[("b.zip", &odd), ("b.pdf", PDF)]));
        assert_eq!(found(&walked)[0], ("a.zip/b.zip", ZIP, Some(Ambiguity::OddArchive)));
    }

    #[test]
    fn secrecy_marks_in_names_are_seen_whether_it_is_unpacked_or_not() {
        let octets = zip_of(&[("so/TỐI MẬT to trinh.pdf", PDF)]);
        let odd = [&octets[..], b"x"].concat();
        for octets in [&octets, &odd] {
            for mut budget in [budget(), Budget::for_message()] {
                let walk = walk(&message("a.zip", octets), &mut budget);
                assert_eq!(walk.secret_mark, Some(SecretMark::HighlySecret), "{}", walk.documents.len());
            }
        }
        assert_eq!(walk(&message("a.zip", &zip_of(&[("mat.pdf", PDF)])), &mut budget()).secret_mark, None);
    }
}
