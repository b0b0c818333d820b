//! A reader that a document has turned says what it likes. Each lie beside the truth, which passes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dieu7::budget::{Budget, Unpacking};
use dieu7::dossier::{self, Content, Examined, Found};
use dieu7::evidence::{Answer, Evidence, Piece};
use dieu7::io::worker::wire::{Order, Said};
use dieu7::io::worker::{self, Lost, Reader, Readers};
use dieu7::message::{FileKind, Message, Role};
use dieu7::pdf::{self, ByteRange, Coverage, Modification, Reading, Span};
use dieu7::policy::{Case, DocumentResult, Judgement, judge};
use dieu7::time::UnixTime;

use crate::attacks::world::{Mail, World, document_of, part, sample};
use crate::cases::AT;

/// What a reader says instead of the truth; `Err` is its death.
type Lie = dyn Fn(usize, Vec<Said>) -> Vec<Result<Said, Lost>> + Send + Sync;

/// Readers that know the truth and tell what the lie makes of it.
struct Liars {
    lie: Box<Lie>,
    taken: Mutex<usize>,
    unpacking: Unpacking,
}

struct Liar<'a> {
    liars: &'a Liars,
    number: usize,
    says: VecDeque<Result<Said, Lost>>,
}

impl<'a> Readers for &'a Liars {
    type Reader = Liar<'a>;

    fn reader(&self) -> Result<Liar<'a>, Lost> {
        let mut taken = self.taken.lock().unwrap();
        *taken += 1;
        Ok(Liar { liars: self, number: *taken, says: VecDeque::new() })
    }
}

impl Reader for Liar<'_> {
    fn ask(&mut self, order: &Order, octets: &[u8]) -> Result<(), Lost> {
        let mut truth = Vec::new();
        worker::answer(order.what.clone(), octets.to_vec(), &mut |said| {
            truth.push(said);
            Ok(())
        })
        .unwrap();
        self.says = (self.liars.lie)(self.number, truth).into();
        Ok(())
    }

    fn hear(&mut self, _: Duration) -> Result<Said, Lost> {
        self.says.pop_front().unwrap_or_else(|| Err(died()))
    }

    fn id(&self) -> u32 {
        0
    }
}

fn died() -> Lost {
    Lost::Nonsense("killed by a test".to_owned())
}

fn liars(lie: impl Fn(usize, Vec<Said>) -> Vec<Result<Said, Lost>> + Send + Sync + 'static) -> Liars {
    Liars { lie: Box::new(lie), taken: Mutex::new(0), unpacking: Unpacking::Never }
}

/// The same readers, where the site has archives looked into.
fn unpacking(liars: Liars) -> Liars {
    Liars { unpacking: Unpacking::Zip, ..liars }
}

/// Readers that change one thing in all that they say.
fn changing(change: impl Fn(&mut Said) + Send + Sync + 'static) -> Liars {
    liars(move |_, truth| {
        truth
            .into_iter()
            .map(|mut said| {
                change(&mut said);
                Ok(said)
            })
            .collect()
    })
}

fn reading(lie: impl Fn(&mut Reading) + Send + Sync + 'static) -> Liars {
    changing(move |said| {
        if let Said::Content(Content::Pdf(Ok(reading))) = said {
            lie(reading);
        }
    })
}

fn finding(lie: impl Fn(&mut Found) + Send + Sync + 'static) -> Liars {
    changing(move |said| {
        if let Said::Found(found) = said {
            lie(found);
        }
    })
}

fn examined(liars: &Liars, message: &Message) -> Option<Examined> {
    worker::examine_message(&liars, message, Duration::from_secs(1), liars.unpacking)
}

fn judged(liars: &Liars, message: Message) -> Judgement {
    let world = World::default();
    let pieces = || world.crls.iter().map(|octets| Piece::new(octets.clone(), "", None)).collect();
    let case = Case {
        examined: examined(liars, &message).map(Arc::new),
        message: Some(Arc::new(message)),
        evidence: Evidence::default(),
        rulebook: Arc::clone(&world.rulebook),
        at: UnixTime::parse(AT).unwrap(),
        remarks: Vec::new(),
    }
    .gathered(|needs| needs.into_iter().map(|need| (need, Answer::of(pieces()))).collect());
    judge(&case, &mut Budget::for_message())
}

fn results(liars: &Liars, message: Message) -> Vec<DocumentResult> {
    judged(liars, message).documents.iter().map(|document| document.result).collect()
}

/// A genuine document, and the same with one octet changed in what is signed.
fn papers() -> (Vec<u8>, Vec<u8>) {
    let genuine = document_of("01");
    let mut forged = genuine.clone();
    let place = forged.windows(8).position(|octets| octets == b"MediaBox").unwrap() + 10;
    let digit = forged[place..].iter().position(u8::is_ascii_digit).unwrap() + place;
    forged[digit] ^= 1;
    (genuine, forged)
}

/// What comes of a forged paper when its reader lies so.
fn forged_under(liars: &Liars) -> DocumentResult {
    results(liars, Mail::new(&papers().1).message())[0]
}

#[test]
fn an_honest_reader_lets_the_genuine_paper_pass_and_not_the_forged_one() {
    let honest = changing(|_| {});
    assert_eq!(results(&honest, Mail::new(&papers().0).message()), [DocumentResult::Met]);
    assert_ne!(forged_under(&honest), DocumentResult::Met);
}

#[test]
fn no_lie_about_ranges_or_coverage_makes_a_changed_paper_pass() {
    let met = DocumentResult::Met;
    assert_ne!(forged_under(&reading(|reading| reading.signatures[0].coverage = Coverage::WholeFile)), met);
    // The changed octet left out: the gap is then no longer the signature value.
    assert_ne!(
        forged_under(&reading(|reading| {
            let signature = &mut reading.signatures[0];
            let range = signature.byte_range.unwrap();
            let [_, _, second, length] = range.raw();
            signature.byte_range = Ok(ByteRange::new([0, 9, second, length], range.end()).unwrap());
            signature.contents = Ok(Span::new(9, second).unwrap());
        })),
        met
    );
    assert_ne!(
        forged_under(&reading(|reading| reading.signatures[0].contents = Ok(Span::new(9, 9_999_999).unwrap()))),
        met
    );
}

#[test]
fn the_reading_of_a_genuine_paper_passes_for_no_other() {
    let (genuine, forged) = papers();
    let borrowed = pdf::read(&genuine, &mut Budget::for_message()).unwrap();
    let lie = changing(move |said| {
        if let Said::Content(content) = said {
            *content = Content::Pdf(Ok(borrowed.clone()));
        }
    });
    for other in [forged, b"%PDF-1.7\nhello".to_vec(), document_of("05")] {
        assert_ne!(results(&lie, Mail::new(&other).message()), [DocumentResult::Met]);
    }
    assert_eq!(results(&lie, Mail::new(&genuine).message()), [DocumentResult::Met]);
}

#[test]
fn a_text_called_a_pdf_and_a_pdf_called_a_calendar_are_what_they_are() {
    let (genuine, _) = papers();
    let borrowed = pdf::read(&genuine, &mut Budget::for_message()).unwrap();
    let promising = liars(move |_, truth| {
        let mut says: Vec<_> = truth.into_iter().map(Ok).collect();
        if let Some(Ok(Said::Found(found))) = says.first_mut() {
            found.attachments[0].kind = FileKind::Pdf;
        }
        says.push(Ok(Said::Content(Content::Pdf(Ok(borrowed.clone())))));
        says
    });
    let text = Mail { parts: vec![part("text/csv", "attachment; filename=a.csv", b"a,b")], ..Mail::new(b"") };
    assert_ne!(results(&promising, text.message()), [DocumentResult::Met]);
    let hiding = liars(|_, mut truth| {
        truth.truncate(1);
        if let Some(Said::Found(found)) = truth.first_mut() {
            found.attachments[0].kind = FileKind::Calendar;
            found.attachments[0].role = Role::MessageSignature;
        }
        truth.into_iter().map(Ok).collect()
    });
    assert_eq!(results(&hiding, Mail::new(&genuine).message()), [DocumentResult::Unchecked]);
}

#[test]
fn digests_sizes_and_names_are_those_of_the_mail_whatever_is_said() {
    let (genuine, _) = papers();
    let message = Mail::new(&genuine).message();
    let honest = examined(&changing(|_| {}), &message).unwrap();
    let lying = finding(|found| {
        found.attachments[0].octets = b"%PDF-1.7 other".to_vec();
        found.attachments[0].index = 77;
        found.attachments[0].declared_type = "\u{202e}".to_owned();
    });
    let lied = examined(&lying, &message).unwrap();
    assert_eq!(format!("{:?}", lied.dossier), format!("{:?}", honest.dossier));
    assert_eq!(lied.octets, [genuine]);
}

#[test]
fn what_later_revisions_did_cannot_be_dropped_in_silence() {
    let genuine = document_of("01");
    let start = genuine.windows(9).rposition(|octets| octets == b"startxref").unwrap() + 10;
    let previous: usize = String::from_utf8_lossy(&genuine[start..]).lines().next().unwrap().trim().parse().unwrap();
    let mut changed = genuine.clone();
    let object = changed.len();
    changed.extend_from_slice(b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>\nendobj\n");
    let xref = changed.len();
    changed.extend_from_slice(
        format!(
            "xref\n3 1\n{object:010} 00000 n \ntrailer\n<< /Size 99 /Root 1 0 R /Prev {previous} >>\nstartxref\n{xref}\n%%EOF\n"
        )
        .as_bytes(),
    );
    let mail = Mail::new(&changed);
    for lie in [
        reading(|reading| reading.signatures[0].modification = Modification::None),
        reading(|reading| {
            reading.oddities.clear();
            reading.revisions.truncate(1);
            reading.signatures[0].modification = Modification::None;
            reading.signatures[0].coverage = Coverage::WholeFile;
        }),
        reading(|reading| {
            reading.oddities.clear();
            reading.signatures[0].modification = Modification::None;
            reading.signatures[0].revision = Some(reading.revisions.len() - 1);
        }),
    ] {
        assert_ne!(results(&lie, mail.message()), [DocumentResult::Met]);
    }
}

#[test]
fn a_document_that_kills_its_reader_takes_no_other_along() {
    let (genuine, _) = papers();
    let pdf = |name: &str| part("application/pdf", &format!("attachment; filename={name}.pdf"), &genuine);
    let message = || Mail { parts: vec![pdf("a"), pdf("b"), pdf("c")], ..Mail::new(b"") }.message();
    // The first reader says which parts there are, reads one document, and dies at the second.
    let mortal = liars(|number, truth| {
        let mut says: Vec<_> = truth.into_iter().map(Ok).collect();
        if number == 1 {
            says.truncate(2);
        }
        says
    });
    let (met, unchecked) = (DocumentResult::Met, DocumentResult::Unchecked);
    assert_eq!(results(&mortal, message()), [met, unchecked, met]);
    assert_eq!(*mortal.taken.lock().unwrap(), 2);
    let dying = liars(|number, truth| if number == 1 { vec![Ok(truth[0].clone())] } else { Vec::new() });
    assert_eq!(results(&dying, message()), [unchecked; 3]);
    let dead = liars(|_, _| Vec::new());
    assert!(examined(&dead, &message()).is_none());
}

#[test]
fn a_message_may_not_kill_readers_without_end() {
    let pdf = part("application/pdf", "attachment; filename=a.pdf", b"%PDF-1.7\n");
    let mail = Mail { parts: vec![pdf; 100], ..Mail::new(b"") };
    let dying = liars(|number, truth| if number == 1 { vec![Ok(truth[0].clone())] } else { Vec::new() });
    assert_eq!(results(&dying, mail.message()), [DocumentResult::Unchecked; 100]);
    assert!(*dying.taken.lock().unwrap() < 10);
}

#[test]
fn answers_out_of_order_are_no_answers() {
    let message = || sample("01").message();
    let twice = liars(|_, truth| vec![Ok(truth[0].clone()), Ok(truth[0].clone())]);
    assert_eq!(results(&twice, message()), [DocumentResult::Unchecked]);
    let other = liars(|_, _| vec![Ok(Said::Tried(true)), Ok(Said::Content(Content::Other))]);
    assert!(examined(&other, &message()).is_none());
    let wrong = changing(|said| {
        if let Said::Content(content) = said {
            *content = Content::Other;
        }
    });
    assert_eq!(results(&wrong, message()), [DocumentResult::Unchecked]);
}

/// A mail with an archive of files that stand as they are (APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12 and 4.3.16).
pub fn mail_of_zip(files: &[(&str, &[u8])], change: impl FnOnce(&mut Vec<u8>)) -> Mail {
    let (mut octets, mut directory) = (Vec::new(), Vec::new());
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    for (name, file) in files {
        let mut crc = flate2::Crc::new();
        crc.update(file);
        let mut fields = vec![20, 0, 0, 8, 0, 0, 0, 0x40, 0x77, 0x5d];
        fields.extend([crc.sum().to_le_bytes(), long(file.len()), long(file.len()), long(name.len())].concat());
        directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 10], &long(octets.len()), name.as_bytes()].concat());
        octets.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), file].concat());
    }
    let count = &long(files.len())[..2];
    let (start, length) = (long(octets.len()), long(directory.len()));
    octets.extend(directory);
    octets.extend([b"PK\x05\x06\0\0\0\0", count, count, &length, &start, &[0, 0]].concat());
    change(&mut octets);
    Mail { parts: vec![part("application/zip", "attachment; filename=cv.zip", &octets)], ..Mail::new(b"") }
}

#[test]
fn papers_in_an_archive_are_judged_one_by_one_where_the_site_wants_it() {
    let (genuine, forged) = papers();
    let mail = mail_of_zip(&[("a.pdf", &genuine), ("b.pdf", &forged)], |_| {});
    let honest = unpacking(changing(|_| {}));
    let found = results(&honest, mail.message());
    assert_eq!((found.len(), found[0]), (2, DocumentResult::Met));
    assert_ne!(found[1], DocumentResult::Met);
    let read = examined(&honest, &mail.message()).unwrap();
    let names: Vec<&str> = read.dossier.documents.iter().map(|document| document.name.as_str()).collect();
    assert_eq!((names, read.octets), (vec!["cv.zip/a.pdf", "cv.zip/b.pdf"], vec![genuine, forged]));
    let closed = results(&changing(|_| {}), mail.message());
    assert_eq!(closed.len(), 1);
    assert_ne!(closed[0], DocumentResult::Met);
}

#[test]
fn a_reader_chooses_an_entry_of_a_sound_archive_and_invents_none() {
    let (genuine, _) = papers();
    let sound = mail_of_zip(&[("a.pdf", &genuine)], |_| {}).message();
    let borrowed = dossier::find(&sound, &mut Budget::for_message().unpacking(Unpacking::Zip)).attachments;
    let content = Content::Pdf(Ok(pdf::read(&genuine, &mut Budget::for_message()).unwrap()));
    let lie = || {
        let (borrowed, content) = (borrowed.clone(), content.clone());
        liars(move |_, truth| {
            let Some(Said::Found(mut found)) = truth.into_iter().next() else { return Vec::new() };
            found.attachments.clone_from(&borrowed);
            vec![Ok(Said::Found(found)), Ok(Said::Content(content.clone()))]
        })
    };
    assert_eq!(results(&unpacking(lie()), sound), [DocumentResult::Met]);
    // The name in the directory is another than that at the file; the last octet of the file; no setting.
    let odd = mail_of_zip(&[("a.pdf", &genuine)], |octets| {
        let at = octets.len() - 22 - 5;
        octets[at] = b'b';
    });
    let damaged = mail_of_zip(&[("a.pdf", &genuine)], |octets| octets[35 + genuine.len() - 1] ^= 1);
    for mail in [&odd, &damaged] {
        let read = examined(&unpacking(lie()), &mail.message()).unwrap();
        assert_eq!(read.octets, [Vec::<u8>::new()]);
        assert_ne!(results(&unpacking(lie()), mail.message()), [DocumentResult::Met]);
    }
    let unset = mail_of_zip(&[("a.pdf", &genuine)], |_| {}).message();
    assert_ne!(results(&lie(), unset), [DocumentResult::Met]);
}
