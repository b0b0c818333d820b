//! Which column of a list says what, by the names in its header in either language, or by the operator's word.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::super::field::{Field, Fields};
use super::sheet::{Cell, MOST_COLUMNS, SheetRow};
use crate::message::name::clean;

/// What a column can say.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Column {
    /// Official name of the agency.
    Agency,
    /// Other names of it.
    Aliases,
    /// Tax or agency code.
    Code,
    /// Unit or personal.
    Kind,
    /// Logins that may send from it.
    Logins,
    /// The address.
    Mailbox,
    /// Name of a person: then the mailbox is that person's.
    Person,
    /// When it was published.
    PublishedOn,
    /// First day.
    ValidFrom,
    /// Last day.
    ValidTo,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Agency,
        Self::Aliases,
        Self::Code,
        Self::Kind,
        Self::Logins,
        Self::Mailbox,
        Self::Person,
        Self::PublishedOn,
        Self::ValidFrom,
        Self::ValidTo,
    ];

    /// As `--columns` writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Aliases => "aliases",
            Self::Code => "code",
            Self::Kind => "kind",
            Self::Logins => "logins",
            Self::Mailbox => "mailbox",
            Self::Person => "person",
            Self::PublishedOn => "published_on",
            Self::ValidFrom => "valid_from",
            Self::ValidTo => "valid_to",
        }
    }

    /// Names in headers, folded. "Địa chỉ" alone is where the office stands, so it is none of them.
    const fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Agency => &[
                "agency",
                "cac don vi",
                "co quan",
                "co quan don vi",
                "co quan to chuc",
                "department",
                "don vi",
                "don vi co quan",
                "don vi su dung",
                "office",
                "organisation",
                "organization",
                "ten co quan",
                "ten co quan don vi",
                "ten co quan to chuc",
                "ten don vi",
                "ten don vi co quan",
                "ten to chuc",
                "to chuc",
                "unit",
                "unit name",
            ],
            Self::Aliases => &["aliases", "other names", "ten goi khac", "ten khac", "ten viet tat", "viet tat"],
            Self::Code => {
                &["agency code", "code", "ma co quan", "ma dinh danh", "ma don vi", "ma so thue", "mst", "tax code"]
            }
            Self::Kind => &["kind", "loai", "loai hop thu", "loai thu", "type"],
            Self::Logins => &["logins", "tai khoan dang nhap", "ten dang nhap"],
            Self::Mailbox => &[
                "address",
                "dia chi email",
                "dia chi hop thu",
                "dia chi hop thu dien tu",
                "dia chi mail",
                "dia chi thu",
                "dia chi thu cong vu",
                "dia chi thu dien tu",
                "dia chi thu dien tu cong vu",
                "e mail",
                "e mail address",
                "email",
                "email address",
                "email cong vu",
                "email don vi",
                "hom thu",
                "hom thu cong vu",
                "hom thu dien tu",
                "hop thu",
                "hop thu cong vu",
                "hop thu dien tu",
                "hop thu dien tu cong vu",
                "hop thu don vi",
                "mail",
                "mailbox",
                "official mailbox",
                "tai khoan thu",
                "tai khoan thu dien tu",
                "thu cong vu",
                "thu dien tu",
                "thu dien tu cong vu",
            ],
            Self::Person => &["can bo", "full name", "ho ten", "ho va ten", "person", "ten can bo"],
            Self::PublishedOn => &["ngay cong bo", "ngay dang", "ngay dang tai", "published on"],
            Self::ValidFrom => &["hieu luc tu", "hieu luc tu ngay", "ngay cap", "tu ngay", "valid from"],
            Self::ValidTo => &["den ngay", "het hieu luc", "hieu luc den", "hieu luc den ngay", "ngay huy", "valid to"],
        }
    }

    /// The field that it fills.
    const fn field(self) -> Option<Field> {
        match self {
            Self::Agency => Some(Field::Agency),
            Self::Aliases => Some(Field::Aliases),
            Self::Code => Some(Field::Codes),
            Self::Kind | Self::Person => Some(Field::Kind),
            Self::Logins => Some(Field::Logins),
            Self::Mailbox => None,
            Self::PublishedOn => Some(Field::PublishedOn),
            Self::ValidFrom => Some(Field::ValidFrom),
            Self::ValidTo => Some(Field::ValidTo),
        }
    }

    fn of_header(text: &str) -> Option<Self> {
        let folded = folded(text);
        let is = |folded: &str| Self::ALL.into_iter().find(|column| column.headers().contains(&folded));
        // "Email (công vụ)": what stands in brackets explains.
        is(&folded).or_else(|| is(&self::folded(text.split(['(', '[']).next()?)))
    }
}

/// Where a column is, as the operator says it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// By its number, from 1.
    Number(usize),
    /// By what stands in its header.
    Header(String),
}

/// What the operator says of columns, such as `mailbox=3,agency=2`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Told(Vec<(Column, Place)>);

impl Told {
    /// Reads `column=place,...`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut told: Vec<(Column, Place)> = Vec::new();
        for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            let (name, place) = piece.split_once('=').ok_or_else(|| piece.to_owned())?;
            let column = Column::ALL.into_iter().find(|column| column.name() == name.trim());
            let column = column.filter(|column| told.iter().all(|(known, _)| known != column));
            let place = match place.trim().parse::<usize>() {
                Ok(number) if (1..=MOST_COLUMNS).contains(&number) => Place::Number(number),
                Ok(_) => return Err(piece.to_owned()),
                Err(_) => Place::Header(folded(place)),
            };
            told.push((column.ok_or_else(|| piece.to_owned())?, place));
        }
        Ok(Self(told))
    }
}

/// Which column of a table says what.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Columns {
    places: Vec<(Column, usize)>,
    /// The header that named one had letters that only Vietnamese has.
    pub has_accents: bool,
}

/// Why a row is no header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HeaderFault {
    /// It names no column of addresses.
    NoMailbox,
    /// Two of its cells name the same thing, and the operator did not choose.
    Twice {
        /// What.
        column: Column,
        /// The two, from 1.
        places: (usize, usize),
    },
    /// The operator named a header that is not there.
    NotThere {
        /// For what.
        column: Column,
        /// The header.
        header: String,
    },
}

impl Columns {
    /// Reads a header.
    pub(super) fn of(row: &SheetRow, told: &Told) -> Result<Self, HeaderFault> {
        let mut columns = Self::default();
        for (column, place) in &told.0 {
            let at = match place {
                Place::Number(number) => number - 1,
                Place::Header(header) => {
                    let found = row.cells.iter().position(|cell| folded(&cell.text) == *header);
                    found.ok_or_else(|| HeaderFault::NotThere { column: *column, header: header.clone() })?
                }
            };
            columns.places.push((*column, at));
        }
        let mut last: Option<&std::rc::Rc<Cell>> = None;
        for (at, cell) in row.cells.iter().enumerate() {
            // A cell over two columns names the first; below it may stand address and telephone.
            let goes_on = last.is_some_and(|last| std::rc::Rc::ptr_eq(last, cell));
            last = Some(cell);
            if goes_on || columns.places.iter().any(|(_, place)| *place == at) {
                continue;
            }
            let Some(column) = Column::of_header(&cell.text) else { continue };
            if told.0.iter().any(|(known, _)| *known == column) {
                continue;
            }
            if let Some(first) = columns.at(column) {
                return Err(HeaderFault::Twice { column, places: (first + 1, at + 1) });
            }
            columns.has_accents |= !cell.text.is_ascii();
            columns.places.push((column, at));
        }
        columns.at(Column::Mailbox).map(|_| ()).ok_or(HeaderFault::NoMailbox)?;
        Ok(columns)
    }

    /// What the operator says alone, for a table without a header.
    pub(super) fn told(told: &Told) -> Option<Self> {
        let number = |(column, place): &(Column, Place)| match place {
            Place::Number(number) => Some((*column, number - 1)),
            Place::Header(_) => None,
        };
        let places: Vec<(Column, usize)> = told.0.iter().map(number).collect::<Option<_>>()?;
        let columns = Self { places, has_accents: false };
        columns.at(Column::Mailbox).map(|_| columns)
    }

    /// Where it stands, from 0.
    #[must_use]
    pub fn at(&self, column: Column) -> Option<usize> {
        self.places.iter().find(|(known, _)| *known == column).map(|(_, at)| *at)
    }

    /// Which there are, with their places from 1.
    pub fn all(&self) -> impl Iterator<Item = (Column, usize)> + '_ {
        self.places.iter().map(|(column, at)| (*column, at + 1))
    }

    /// Of which fields its rows speak: whose a mailbox is and where it is published they always say.
    pub(super) fn fields(&self) -> Fields {
        let said = self.places.iter().filter_map(|(column, _)| column.field());
        said.fold(Fields::of(&[Field::Kind, Field::Publication]), Fields::with)
    }

    /// How many were recognised.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }
}

/// Without accents, case and punctuation, so that headers compare as people read them.
pub(super) fn folded(text: &str) -> String {
    let text = clean(text, 120).to_lowercase();
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).map(|c| match c {
        'đ' => 'd',
        c if c.is_alphanumeric() => c,
        _ => ' ',
    });
    let mut out = String::new();
    for c in plain {
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMailbox => f.write_str("no column of addresses"),
            Self::Twice { column, places: (first, second) } => {
                write!(f, "columns {first} and {second} are both named {}", column.name())
            }
            Self::NotThere { column, header } => write!(f, "no column is named {header:?}, as {}", column.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(cells: &[&str]) -> SheetRow {
        let cell = |text: &&str| std::rc::Rc::new(Cell { text: (*text).to_owned(), ..Cell::default() });
        SheetRow { line: 1, cells: cells.iter().map(cell).collect() }
    }

    fn read(cells: &[&str], told: &str) -> Result<Vec<(&'static str, usize)>, HeaderFault> {
        let columns = Columns::of(&header(cells), &Told::parse(told).unwrap())?;
        let mut all: Vec<_> = columns.all().map(|(column, at)| (column.name(), at)).collect();
        all.sort_unstable();
        Ok(all)
    }

    #[test]
    fn headers_are_known_in_both_languages_with_and_without_accents() {
        for cells in [
            ["STT", "Tên đơn vị", "Địa chỉ thư điện tử"],
            ["TT", "TEN CO QUAN, DON VI", "Hộp thư"],
            ["No.", "Agency", "E-mail address"],
            ["", " Cơ quan / Đơn vị ", "Email (công vụ)"],
            ["Số", "Đơn vi\u{323}", "Hô\u{323}p thư điện tử"],
        ] {
            assert_eq!(read(&cells, "").unwrap(), [("agency", 2), ("mailbox", 3)], "{cells:?}");
        }
    }

    #[test]
    fn an_address_of_a_house_is_no_mailbox() {
        assert_eq!(read(&["Đơn vị", "Địa chỉ", "Điện thoại"], ""), Err(HeaderFault::NoMailbox));
    }

    #[test]
    fn two_columns_of_one_name_are_asked_for() {
        let cells = ["Đơn vị", "Hộp thư", "Email"];
        assert!(matches!(read(&cells, ""), Err(HeaderFault::Twice { column: Column::Mailbox, places: (2, 3) })));
        assert_eq!(read(&cells, "mailbox=3").unwrap(), [("agency", 1), ("mailbox", 3)]);
        assert_eq!(read(&cells, "mailbox=hop thu").unwrap(), [("agency", 1), ("mailbox", 2)]);
        assert!(matches!(read(&cells, "mailbox=thu"), Err(HeaderFault::NotThere { .. })));
    }

    #[test]
    fn what_the_operator_says_is_read_strictly() {
        for odd in ["mailbox", "boss=1", "mailbox=0", "mailbox=65", "mailbox=1,mailbox=2"] {
            assert!(Told::parse(odd).is_err(), "{odd}");
        }
        assert!(Columns::told(&Told::parse("mailbox=3, agency=2").unwrap()).is_some());
        assert!(Columns::told(&Told::parse("agency=2").unwrap()).is_none());
    }
}
