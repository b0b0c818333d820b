//! A scanned page as a PDF of the wanted size, signed whole (ISO 32000-2, 12.8).

use std::fmt::Write as _;
use std::io::Write as _;

/// Makes the CMS object over the octets that a signature covers.
pub type Sign<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// Hexadecimal digits reserved for the CMS object; what it leaves stays zero, as real signers pad.
const RESERVED: usize = 8192;
const COLUMNS: usize = 1000;
/// The byte range is written when all offsets are known; until then its place is kept by these.
const RANGE: &str = "[0 0000000000 0000000000 0000000000]";

/// About what one more signature adds to a file.
#[allow(dead_code, reason = "the benchmarks of the PDF reader use it, others do not")]
pub const REVISION: usize = RESERVED + 1100;

/// A page that is one picture of noise: nothing compresses it, so size on disk is work to do. `size` is met to within
/// a picture's row; the smallest file has some 10 kB.
pub fn signed_scan(size: usize, cms: Sign<'_>) -> Vec<u8> {
    let rows = size.saturating_sub(RESERVED + 1200) / COLUMNS + 1;
    let noise = noise(rows * COLUMNS);
    let picture = format!(
        "<< /Type /XObject /Subtype /Image /Width {COLUMNS} /Height {rows} /ColorSpace /DeviceGray \
         /BitsPerComponent 8 /Length {} >>",
        noise.len()
    );
    signed_page(&[stream(&picture, &noise)], cms)
}

/// A page that draws the picture that the first of `further` objects is; they have the numbers from 7 on.
pub fn signed_page(further: &[Vec<u8>], cms: Sign<'_>) -> Vec<u8> {
    let draw = "q 595 0 0 842 0 0 cm /Im0 Do Q";
    let mut objects = vec![
        catalog("5 0 R"),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        page("5 0 R"),
        stream(&format!("<< /Length {} >>", draw.len()), draw.as_bytes()),
        field(1, 6),
        signature(),
    ];
    objects.extend_from_slice(further);
    sign(file(&objects), cms)
}

/// One more signature in a revision of its own, by a tool that writes the newest catalog and page again.
#[allow(dead_code, reason = "the benchmarks of the PDF reader use it, others do not")]
pub fn sign_again(mut file: Vec<u8>, cms: Sign<'_>) -> Vec<u8> {
    let last = |word: &str| file.windows(word.len()).rposition(|octets| octets == word.as_bytes()).unwrap();
    let number = |word: &str| -> usize {
        let digits = file[last(word) + word.len()..].iter().skip_while(|octet| octet.is_ascii_whitespace());
        digits.take_while(|octet| octet.is_ascii_digit()).fold(0, |value, octet| value * 10 + usize::from(octet - b'0'))
    };
    let (prev, size) = (number("startxref"), number("/Size"));
    let fields = {
        let start = last("/Fields [") + "/Fields [".len();
        let text: Vec<u8> = file[start..].iter().copied().take_while(|octet| *octet != b']').collect();
        format!("{} {size} 0 R", String::from_utf8(text).unwrap())
    };
    let objects = [
        (1, catalog(&fields)),
        (3, page(&fields)),
        (size, field(fields.matches(" R").count(), size + 1)),
        (size + 1, signature()),
    ];
    let mut table = "xref\n".to_owned();
    for (number, object) in &objects {
        writeln!(table, "{number} 1\n{:010} 00000 n ", file.len()).unwrap();
        append(&mut file, *number, object);
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    writeln!(file, "trailer\n<< /Size {} /Root 1 0 R /Prev {prev} >>\nstartxref\n{start}\n%%EOF", size + 2).unwrap();
    sign(file, cms)
}

fn catalog(fields: &str) -> Vec<u8> {
    format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> >>").into_bytes()
}

fn page(annotations: &str) -> Vec<u8> {
    format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [{annotations}] \
         /Resources << /XObject << /Im0 7 0 R >> >> >>"
    )
    .into_bytes()
}

fn field(name: usize, value: usize) -> Vec<u8> {
    format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature{name}) /Rect [0 0 0 0] /F 132 /P 3 0 R /V {value} 0 R >>"
    )
    .into_bytes()
}

fn signature() -> Vec<u8> {
    format!(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange {RANGE} /Contents <{}> >>",
        "0".repeat(RESERVED)
    )
    .into_bytes()
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    [dictionary.as_bytes(), b"\nstream\n".as_slice(), data, b"\nendstream".as_slice()].concat()
}

fn append(file: &mut Vec<u8>, number: usize, object: &[u8]) {
    writeln!(file, "{number} 0 obj").unwrap();
    file.extend_from_slice(object);
    file.extend_from_slice(b"\nendobj\n");
}

/// Header, objects from 1 on, a cross-reference table, and a trailer whose root is the first object.
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes();
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", out.len()).unwrap();
        append(&mut out, number, object);
    }
    let (start, size) = (out.len(), objects.len() + 1);
    out.extend_from_slice(&table);
    writeln!(out, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF").unwrap();
    out
}

fn sign(mut file: Vec<u8>, cms: Sign<'_>) -> Vec<u8> {
    // The last ones: the picture before them may hold anything.
    let range = file.windows(RANGE.len()).rposition(|octets| octets == RANGE.as_bytes()).unwrap();
    let start = range + RANGE.len() + " /Contents ".len();
    let end = start + RESERVED + 2;
    let numbers = format!("[0 {start:010} {end:010} {:010}]", file.len() - end);
    file[range..range + RANGE.len()].copy_from_slice(numbers.as_bytes());
    let value = dieu7::digest::hex(&cms(&[&file[..start], &file[end..]].concat()));
    file[start + 1..][..value.len()].copy_from_slice(value.as_bytes());
    file
}

/// Octets that look random and are the same each time (xorshift64).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(len).collect()
}
