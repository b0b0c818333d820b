//! Rows and cells, whatever they were written in; those of a text are separated by semicolons, commas or tabs.

use std::rc::Rc;

use super::IntakeFault;

/// Wider tables are no lists of addresses.
pub(super) const MOST_COLUMNS: usize = 64;
/// 20,000 mailboxes in ten columns, ten times over.
pub(super) const MOST_CELLS: usize = 2_000_000;
/// Octets of one cell that are kept. A quotation mark without its second one swallows the rest of a file: the row is
/// refused, because its cell is cut.
pub(super) const LONGEST_CELL: usize = 4_096;

/// A table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sheet {
    /// The how manieth of its page, from 1.
    pub number: usize,
    /// Its rows.
    pub rows: Vec<SheetRow>,
}

/// A row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SheetRow {
    /// Where it begins, from 1.
    pub line: u64,
    /// Its cells. One that spans several rows stands in each.
    pub cells: Vec<Rc<Cell>>,
}

/// A cell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cell {
    /// Its text, not yet cleaned.
    pub text: String,
    /// Addresses of its links.
    pub links: Vec<String>,
    /// There is more than was kept.
    pub is_cut: bool,
}

/// Reads separated values (RFC 4180), with any of the separators in use.
pub(super) fn separated(text: &str, separator: u8) -> Result<Sheet, IntakeFault> {
    // Spreadsheet programs say so in a line of its own.
    let said = text.split_inclusive('\n').next().filter(|line| line.trim_end().eq_ignore_ascii_case("sep=;"));
    let skipped = said.map_or(0, str::len);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes().get(skipped..).unwrap_or_default());
    let mut sheet = Sheet { number: 1, rows: Vec::new() };
    let mut cells = 0_usize;
    let mut record = ::csv::StringRecord::new();
    // Reading valid Unicode from memory with rows of any length has no way to fail.
    while reader.read_record(&mut record).is_ok_and(|more| more) {
        let line = record.position().map_or(0, ::csv::Position::line) + u64::from(skipped > 0);
        cells = cells.saturating_add(record.len());
        if cells > MOST_CELLS {
            return Err(IntakeFault::TooManyCells { line });
        }
        let row = record.iter().take(MOST_COLUMNS).map(|text| Rc::new(cut(text)));
        sheet.rows.push(SheetRow { line, cells: row.collect() });
    }
    Ok(sheet)
}

fn cut(text: &str) -> Cell {
    let end = (0..=LONGEST_CELL.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Cell { text: text[..end].to_owned(), links: Vec::new(), is_cut: end < text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_lines_and_quoted_cells_their_breaks() {
        let sheet = separated("sep=;\n1;\"a\nb\";c\n2;d\n", b';').unwrap();
        assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(sheet.rows[0].cells[1].text, "a\nb");
    }

    #[test]
    fn a_quotation_mark_without_its_second_one_is_seen() {
        let text = format!("1;\"{}\n", "a;b\n".repeat(2_000));
        assert!(separated(&text, b';').unwrap().rows[0].cells[1].is_cut);
    }

    #[test]
    fn more_cells_than_any_list_are_refused() {
        let text = format!("{}\n", ";".repeat(MOST_CELLS + 1));
        assert_eq!(separated(&text, b';'), Err(IntakeFault::TooManyCells { line: 1 }));
    }
}
