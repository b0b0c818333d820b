//! Small PDFs, signed and bent.

use std::fmt::Write as _;

/// Room for one CMS object, in hexadecimal digits.
const ROOM: usize = 12_000;

/// A PDF under construction: objects are written one by one, a revision ends with its table and trailer.
#[derive(Clone, Default)]
pub struct Paper {
    pub octets: Vec<u8>,
    written: Vec<(u32, usize)>,
    table: Option<usize>,
}

impl Paper {
    pub fn object(mut self, number: u32, text: &str) -> Self {
        if self.octets.is_empty() {
            self.octets.extend_from_slice(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
        }
        self.written.push((number, self.octets.len()));
        self.octets.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
        self
    }

    /// Writes a stream of any octets.
    pub fn stream(mut self, number: u32, data: &[u8]) -> Self {
        self.written.push((number, self.octets.len()));
        self.octets.extend_from_slice(format!("{number} 0 obj\n<< /Length {} >>\nstream\n", data.len()).as_bytes());
        self.octets.extend_from_slice(data);
        self.octets.extend_from_slice(b"\nendstream\nendobj\n");
        self
    }

    /// Ends the revision.
    pub fn revision(mut self) -> Self {
        let start = self.octets.len();
        let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
        for (number, offset) in std::mem::take(&mut self.written) {
            write!(table, "{number} 1\n{offset:010} 00000 n \n").unwrap();
        }
        let previous = self.table.map_or_else(String::new, |at| format!(" /Prev {at}"));
        write!(table, "trailer\n<< /Size 9999 /Root 1 0 R{previous} >>\nstartxref\n{start}\n%%EOF\n").unwrap();
        self.octets.extend_from_slice(table.as_bytes());
        self.table = Some(start);
        self
    }

    /// Goes on from a finished file whose newest section begins where its last `startxref` says.
    pub fn after(octets: &[u8]) -> Self {
        let at = octets.windows(9).rposition(|window| window == b"startxref").unwrap();
        let digits: String = octets[at + 9..]
            .iter()
            .map(|o| char::from(*o))
            .skip_while(|c| c.is_whitespace())
            .take_while(char::is_ascii_digit)
            .collect();
        Self { octets: octets.to_vec(), written: Vec::new(), table: Some(digits.parse().unwrap()) }
    }

    /// One page that shows `words`, with a form of one field, number 5, whose value is object 6, to be filled.
    pub fn unsigned(words: &str) -> Self {
        let stream = format!("BT /F1 12 Tf 72 720 Td ({words}) Tj ET");
        Self::default()
            .object(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 >> >>")
            .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .object(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R] >>")
            .object(4, &format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()))
    }

    /// Field 5 and a place for its value in object 6.
    pub fn field(self) -> Self {
        self.field_with(&value(""))
    }

    /// As `field`, with this dictionary in object 6.
    pub fn field_with(self, dictionary: &str) -> Self {
        self.object(
            5,
            "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Chu ky) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 6 0 R >>",
        )
        .object(6, dictionary)
    }
}

/// A signature dictionary with a range and contents to be filled.
pub fn value(extra: &str) -> String {
    format!(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached {extra}\n/ByteRange [0 ********** ********** **********]\n/Contents <{}> >>",
        "0".repeat(ROOM)
    )
}

/// Fills the last place for a signature. `sign` makes the CMS object for the signed octets.
pub fn sign(paper: Paper, sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut octets = paper.octets;
    let contents = octets.windows(11).rposition(|window| window == b"/Contents <").unwrap() + 10;
    let end = contents + ROOM + 2;
    let range = octets.windows(12).rposition(|window| window == b"[0 *********").unwrap();
    let filled = format!("[0 {contents:010} {end:010} {:010}]", octets.len() - end);
    octets[range..range + filled.len()].copy_from_slice(filled.as_bytes());
    let signed = [&octets[..contents], &octets[end..]].concat();
    let hexadecimal = sign(&signed).iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02X}").unwrap();
        text
    });
    octets[contents + 1..contents + 1 + hexadecimal.len()].copy_from_slice(hexadecimal.as_bytes());
    octets
}
