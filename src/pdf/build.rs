//! Writes small PDFs of several revisions for tests, with sound cross-reference tables unless told otherwise.

/// A PDF that is being written, revision by revision.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    octets: Vec<u8>,
    /// Entries of the revision being written: number, generation, offset; no offset for a freed object.
    entries: Vec<(u32, u16, Option<usize>)>,
    prev: Option<usize>,
    size: u32,
    /// Where the range and the value of the signature being written stand.
    signature: Option<(usize, usize, usize)>,
    trailer: String,
}

/// Digits that are kept free in `/ByteRange`.
const DIGITS: usize = 10;

/// Catalog of a form with the fields `fields`.
pub(crate) fn catalog(fields: &str) -> String {
    format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{fields}]/SigFlags 3>>>>")
}

/// Page 3 with the annotations `annotations`.
pub(crate) fn page(annotations: &str) -> String {
    format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[{annotations}]>>")
}

/// A visible signature field and widget of page 3 with the value `value`.
pub(crate) fn field(name: &str, value: &str) -> String {
    format!("<</FT/Sig/T({name})/Type/Annot/Subtype/Widget/Rect[10 10 90 60]/F 132/P 3 0 R{value}>>")
}

impl Builder {
    /// Header, catalog 1, page tree 2, page 3 and its content 4, in a revision that is not yet ended.
    pub(crate) fn new() -> Self {
        let octets = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let trailer = "/Root 1 0 R".to_owned();
        Self { octets, entries: vec![], prev: None, size: 0, signature: None, trailer }
            .object(1, &catalog(""))
            .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
            .object(3, &page(""))
            .stream(4, "", b"BT (paper) Tj ET")
    }

    /// A first revision, and a second one that signs: field 5, signature 6.
    pub(crate) fn signed() -> Self {
        Self::new()
            .end()
            .object(1, &catalog("5 0 R"))
            .object(3, &page("5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
    }

    /// As `signed`, with an empty field 7 beside the signed one.
    pub(crate) fn signed_beside_empty() -> Self {
        Self::new()
            .object(7, &field("seal", ""))
            .object(1, &catalog("7 0 R"))
            .object(3, &page("7 0 R"))
            .end()
            .object(1, &catalog("7 0 R 5 0 R"))
            .object(3, &page("7 0 R 5 0 R"))
            .object(5, &field("head", "/V 6 0 R"))
            .signature(6, "adbe.pkcs7.detached")
            .end()
    }

    /// Writes an object and its entry.
    pub(crate) fn object(mut self, number: u32, body: &str) -> Self {
        let at = self.octets.len();
        self = self.entry(number, 0, at);
        self.raw(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes())
    }

    /// Writes a stream with further keys and its entry.
    pub(crate) fn stream(mut self, number: u32, keys: &str, data: &[u8]) -> Self {
        let at = self.octets.len();
        self = self.entry(number, 0, at);
        self = self.raw(format!("{number} 0 obj\n<<{keys}/Length {}>>\nstream\n", data.len()).as_bytes());
        self.raw(data).raw(b"\nendstream\nendobj\n")
    }

    /// Writes octets as they are, without an entry.
    pub(crate) fn raw(mut self, octets: &[u8]) -> Self {
        self.octets.extend_from_slice(octets);
        self
    }

    /// Adds an entry; of two for one object the later stays.
    pub(crate) fn entry(mut self, number: u32, generation: u16, offset: usize) -> Self {
        self.entries.retain(|entry| entry.0 != number);
        self.entries.push((number, generation, Some(offset)));
        self.size = self.size.max(number + 1);
        self
    }

    /// Adds an entry that frees an object.
    pub(crate) fn free(mut self, number: u32) -> Self {
        self.entries.push((number, 1, None));
        self
    }

    /// The catalog that every trailer from here on names.
    pub(crate) fn root(mut self, number: u32) -> Self {
        self.trailer = format!("/Root {number} 0 R");
        self
    }

    /// Further keys of every trailer from here on.
    pub(crate) fn trailer(mut self, keys: &str) -> Self {
        self.trailer = format!("/Root 1 0 R{keys}");
        self
    }

    /// Writes a signature dictionary whose range is filled in when the revision ends.
    pub(crate) fn signature(self, number: u32, sub_filter: &str) -> Self {
        let blank = " ".repeat(DIGITS);
        self.signature_dictionary(
            number,
            sub_filter,
            &format!("[0 {blank} {blank} {blank}]"),
            &format!("<{}>", "30".repeat(64)),
        )
    }

    /// As `signature`, with the range and the value as given.
    pub(crate) fn signature_dictionary(mut self, number: u32, sub_filter: &str, range: &str, contents: &str) -> Self {
        let at = self.octets.len();
        self = self.entry(number, 0, at);
        let head = format!(
            "{number} 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/{sub_filter}/M(D:20240102030405+07'00')"
        );
        self = self.raw(head.as_bytes()).raw(b"/ByteRange ");
        let range_at = self.octets.len();
        self = self.raw(range.as_bytes()).raw(b"/Contents ");
        let contents_at = self.octets.len();
        self = self.raw(contents.as_bytes());
        self.signature = Some((range_at, contents_at, self.octets.len()));
        self.raw(b">>\nendobj\n")
    }

    /// Ends the revision with a table, a trailer and `%%EOF`, and fills in the range of its signature.
    pub(crate) fn end(mut self) -> Self {
        let at = self.octets.len();
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable();
        let mut table = "xref\n".to_owned();
        if self.prev.is_none() {
            table.push_str("0 1\n0000000000 65535 f \n");
        }
        for (number, generation, offset) in entries {
            let (offset, kind) = offset.map_or((0, 'f'), |offset| (offset, 'n'));
            table.extend(Some(format!("{number} 1\n{offset:010} {generation:05} {kind} \n")));
        }
        let prev = self.prev.filter(|_| !self.trailer.contains("/Prev"));
        let prev = prev.map_or_else(String::new, |prev| format!("/Prev {prev}"));
        let trailer = format!("trailer\n<</Size {}{}{prev}>>\nstartxref\n{at}\n%%EOF\n", self.size, self.trailer);
        self.prev = Some(at);
        self = self.raw(table.as_bytes()).raw(trailer.as_bytes());
        self.fill_in()
    }

    /// Writes the range of the pending signature, up to here, into the room that was left for it.
    fn fill_in(mut self) -> Self {
        let Some((range, start, end)) = self.signature.take() else { return self };
        let text = format!("[0 {start:DIGITS$} {end:DIGITS$} {:DIGITS$}]", self.octets.len() - end);
        let room = &mut self.octets[range..range + text.len()];
        if room.starts_with(b"[0          ") {
            room.copy_from_slice(text.as_bytes());
        }
        self
    }

    /// Length so far: where the next object begins.
    pub(crate) fn length(&self) -> usize {
        self.octets.len()
    }

    /// The file.
    pub(crate) fn build(self) -> Vec<u8> {
        self.octets
    }
}
