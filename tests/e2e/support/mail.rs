//! A delivered mail, taken apart by the octet.

use sfv::{BareItem, Dictionary, Item, Parser, Version};

/// First part of the names of our fields.
pub const PREFIX: &str = "Dieu7-";

/// What the sink was given.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Delivered {
    /// Reverse path.
    pub mail_from: String,
    /// Forward paths.
    pub recipients: Vec<String>,
    /// The message.
    pub octets: Vec<u8>,
}

/// What the field `Dieu7-Verdict` says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerdictField {
    /// The verdict.
    pub token: String,
    /// Look-up code.
    pub id: String,
    /// Number of documents.
    pub documents: i64,
}

impl Delivered {
    /// Unfolded values of our fields with this last part of the name.
    pub fn ours(&self, name: &str) -> Vec<String> {
        let name = format!("{PREFIX}{name}");
        fields(&self.octets)
            .into_iter()
            .filter(|field| field_name(field).eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| unfolded(&field[name.len() + 1..]))
            .collect()
    }

    /// The one verdict; panics if there is none, if there are two, or if it does not read by RFC 9651.
    pub fn verdict(&self) -> VerdictField {
        let values = self.ours("Verdict");
        let [value] = values.as_slice() else { panic!("{} verdict fields: {values:?}", values.len()) };
        let item: Item = Parser::new(value).with_version(Version::Rfc9651).parse().unwrap();
        let parameter = |name: &str| item.params.get(name).unwrap_or_else(|| panic!("no {name} in {value}"));
        VerdictField {
            token: item.bare_item.as_token().unwrap().as_str().to_owned(),
            id: parameter("id").as_string().unwrap().as_str().to_owned(),
            documents: parameter("documents").as_integer().unwrap().into(),
        }
    }

    /// The document fields, read by RFC 9651.
    pub fn documents(&self) -> Vec<DocumentField> {
        self.ours("Document")
            .iter()
            .map(|value| DocumentField(Parser::new(value).with_version(Version::Rfc9651).parse().unwrap()))
            .collect()
    }

    /// The Message-ID, as it stands.
    pub fn message_id(&self) -> String {
        fields(&self.octets)
            .into_iter()
            .find(|field| field_name(field).eq_ignore_ascii_case(b"Message-ID"))
            .map(|field| unfolded(&field["Message-ID:".len()..]).trim().to_owned())
            .unwrap_or_default()
    }

    /// The message without what the way has put on top: `Received`, and our fields.
    pub fn without_top(&self) -> &[u8] {
        let mut rest = self.octets.as_slice();
        for field in fields(&self.octets) {
            if !field_name(field).eq_ignore_ascii_case(b"Received") && !is_stamp(field) {
                break;
            }
            rest = &rest[field.len()..];
        }
        rest
    }
}

/// What a field `Dieu7-Document` says.
#[derive(Clone, Debug)]
pub struct DocumentField(Dictionary);

impl DocumentField {
    /// A token or a text.
    pub fn text(&self, key: &str) -> Option<String> {
        let sfv::ListEntry::Item(item) = self.0.get(key)? else { return None };
        match &item.bare_item {
            BareItem::Token(token) => Some(token.as_str().to_owned()),
            BareItem::String(string) => Some(string.as_str().to_owned()),
            BareItem::DisplayString(string) => Some(string.clone()),
            _ => None,
        }
    }

    /// Codes of the reasons.
    pub fn reasons(&self) -> Vec<String> {
        let Some(sfv::ListEntry::InnerList(list)) = self.0.get("reasons") else { return Vec::new() };
        list.items.iter().filter_map(|item| Some(item.bare_item.as_token()?.as_str().to_owned())).collect()
    }
}

/// A message without every field that looks like a stamp.
pub fn without_stamps(message: &[u8]) -> Vec<u8> {
    let all = fields(message);
    let head: usize = all.iter().map(|field| field.len()).sum();
    let kept = all.into_iter().filter(|field| !is_stamp(field));
    kept.flatten().chain(&message[head..]).copied().collect()
}

/// Fields with their continuation lines and line ends, up to the empty line.
fn fields(message: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let (mut begin, mut at) = (0, 0);
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        let continues = line.starts_with(b" ") || line.starts_with(b"\t");
        if !continues && at > begin {
            found.push(&message[begin..at]);
            begin = at;
        }
        if line == b"\r\n" {
            return found;
        }
        at += line.len();
    }
    found.push(&message[begin..]);
    found
}

fn field_name(field: &[u8]) -> &[u8] {
    field.split(|octet| *octet == b':').next().unwrap_or_default().trim_ascii_end()
}

fn is_stamp(field: &[u8]) -> bool {
    field.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX.as_bytes()))
}

fn unfolded(value: &[u8]) -> String {
    String::from_utf8_lossy(value).replace("\r\n", "").trim().to_owned()
}
