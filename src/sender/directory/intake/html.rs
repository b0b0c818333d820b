//! The tables of a page, with cells that span rows and columns laid out as a browser shows them.
//!
//! End tags that may be left out are implied (HTML standard, 13.1.2.4). What is hidden from the reader of the page
//! (`hidden`, `display: none`) is not read: a person compares the diff with what the page shows.

use std::rc::Rc;

use super::IntakeFault;
use super::markup::{Piece, Pieces, Tag, unescaped};
use super::sheet::{Cell, LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, Sheet, SheetRow};

/// Tables in tables. Layouts of the nineties have five.
const DEEPEST: usize = 32;
/// After these a new line begins.
const BREAKS: [&str; 16] =
    ["address", "article", "br", "div", "dd", "dl", "dt", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "ul"];
/// Elements without content, that cannot hide any.
const VOID: [&str; 9] = ["br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// Reads the tables, in the order in which they begin.
pub(super) fn tables(page: &str) -> Result<Vec<Sheet>, IntakeFault> {
    let mut walk = Walk::default();
    let mut lines = Lines { page, at: 0, line: 1 };
    let mut pieces = Pieces::of(page);
    loop {
        let line = lines.of(pieces.at());
        let Some(piece) = pieces.next() else { break };
        walk.take(piece, line)?;
    }
    while !walk.open.is_empty() {
        walk.end_table()?;
    }
    walk.done.sort_by_key(|(number, _)| *number);
    Ok(walk.done.into_iter().map(|(_, sheet)| sheet).collect())
}

/// Counts lines along the way.
struct Lines<'p> {
    page: &'p str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u64 {
        let passed = self.page.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = at;
        self.line
    }
}

#[derive(Default)]
struct Walk {
    open: Vec<Table>,
    done: Vec<(usize, Sheet)>,
    begun: usize,
    cells: usize,
    hiding: Option<Hiding>,
}

/// An element that is not shown, and how many of its name are open in it.
struct Hiding {
    name: String,
    depth: usize,
    tables: usize,
}

#[derive(Default)]
struct Table {
    number: usize,
    rows: Vec<SheetRow>,
    /// Cells of earlier rows that reach into the next ones, by column: the cell, and for how many rows yet.
    reaching: Vec<Option<(Rc<Cell>, usize)>>,
    row: Option<Row>,
}

struct Row {
    line: u64,
    cells: Vec<Spanning>,
    open: Option<Spanning>,
}

struct Spanning {
    cell: Cell,
    rows: usize,
    columns: usize,
}

impl Walk {
    fn take(&mut self, piece: Piece<'_>, line: u64) -> Result<(), IntakeFault> {
        if self.hides(&piece) {
            return Ok(());
        }
        match piece {
            Piece::Text(text) => self.say(&unescaped(text)),
            Piece::Start(tag) => self.start(&tag, line)?,
            Piece::End(name) => match name.as_str() {
                "table" => self.end_table()?,
                "tr" | "thead" | "tbody" | "tfoot" => self.end_row()?,
                "td" | "th" => self.end_cell(),
                name if BREAKS.contains(&name) => self.say("\n"),
                _ => {}
            },
        }
        Ok(())
    }

    /// Whether the piece lies in something hidden, begins or ends it.
    fn hides(&mut self, piece: &Piece<'_>) -> bool {
        let Some(hiding) = &mut self.hiding else {
            if let Piece::Start(tag) = piece
                && is_hidden(tag)
                && !VOID.contains(&tag.name.as_str())
            {
                self.hiding = Some(Hiding { name: tag.name.clone(), depth: 1, tables: 0 });
                return true;
            }
            return false;
        };
        // The end tags of rows and cells may be left out, and whatever is open in them ends with them.
        let of_rows = |name: &str| matches!(name, "td" | "th" | "tr");
        let is_whole = matches!(hiding.name.as_str(), "table" | "tbody" | "template" | "tfoot" | "thead");
        match piece {
            Piece::Text(_) => return true,
            Piece::Start(tag) => {
                let ends = if hiding.name == "tr" { tag.name == "tr" } else { of_rows(&tag.name) };
                if ends && !is_whole && hiding.tables == 0 {
                    self.hiding = None;
                    return self.hides(piece);
                }
                hiding.depth += usize::from(tag.name == hiding.name);
                hiding.tables += usize::from(tag.name == "table");
            }
            Piece::End(name) => {
                let outer = hiding.tables == 0
                    && *name != hiding.name
                    && (name == "table" || (of_rows(name) && !is_whole && hiding.name != "tr"));
                hiding.tables -= usize::from(name == "table" && hiding.tables > 0);
                hiding.depth -= usize::from(*name == hiding.name);
                if outer || hiding.depth == 0 {
                    self.hiding = None;
                }
                return !outer;
            }
        }
        true
    }

    fn start(&mut self, tag: &Tag<'_>, line: u64) -> Result<(), IntakeFault> {
        match tag.name.as_str() {
            "table" => {
                if self.open.len() >= DEEPEST {
                    return Err(IntakeFault::TooDeep { line });
                }
                self.begun += 1;
                self.open.push(Table { number: self.begun, ..Table::default() });
            }
            "tr" => {
                self.end_row()?;
                self.begin_row(line);
            }
            "thead" | "tbody" | "tfoot" | "caption" | "colgroup" => self.end_row()?,
            "td" | "th" => {
                self.end_cell();
                self.begin_row(line);
                let span = |name: &str| tag.attribute(name).and_then(|text| text.trim().parse::<usize>().ok());
                // No rows means all that follow (13.2.3 of the table model).
                let rows = span("rowspan").map_or(1, |rows| if rows == 0 { usize::MAX } else { rows });
                let columns = span("colspan").unwrap_or(1).clamp(1, MOST_COLUMNS);
                if let Some(row) = self.row() {
                    row.open = Some(Spanning { cell: Cell::default(), rows, columns });
                }
            }
            "a" => {
                let mail = tag.attribute("href").map(unescaped).and_then(|address| mailto(&address));
                if let Some((mail, cell)) = mail.zip(self.cell()) {
                    cell.links.push(mail);
                }
            }
            name if BREAKS.contains(&name) => self.say("\n"),
            _ => {}
        }
        // Some providers write addresses so that harvesters do not find them; the page's own script undoes it.
        if let Some(address) = tag.attribute("data-cfemail").and_then(unveiled)
            && let Some(cell) = self.cell()
        {
            cell.links.push(address);
        }
        Ok(())
    }

    fn row(&mut self) -> Option<&mut Row> {
        self.open.last_mut()?.row.as_mut()
    }

    fn cell(&mut self) -> Option<&mut Cell> {
        self.row()?.open.as_mut().map(|open| &mut open.cell)
    }

    fn say(&mut self, text: &str) {
        if let Some(cell) = self.cell() {
            let room = LONGEST_CELL.saturating_sub(cell.text.len());
            cell.is_cut |= text.len() > room;
            let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            cell.text.push_str(&text[..end]);
        }
    }

    fn begin_row(&mut self, line: u64) {
        if let Some(table) = self.open.last_mut()
            && table.row.is_none()
        {
            table.row = Some(Row { line, cells: Vec::new(), open: None });
        }
    }

    fn end_cell(&mut self) {
        if let Some(row) = self.row()
            && let Some(cell) = row.open.take()
            && row.cells.len() < MOST_COLUMNS
        {
            row.cells.push(cell);
        }
    }

    fn end_row(&mut self) -> Result<(), IntakeFault> {
        self.end_cell();
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        let Some(row) = table.row.take() else { return Ok(()) };
        let (line, cells) = (row.line, table.lay_out(row));
        self.cells = self.cells.saturating_add(cells.len());
        if self.cells > MOST_CELLS {
            return Err(IntakeFault::TooManyCells { line });
        }
        table.rows.push(SheetRow { line, cells });
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), IntakeFault> {
        self.end_row()?;
        if let Some(table) = self.open.pop().filter(|table| !table.rows.is_empty()) {
            self.done.push((table.number, Sheet { number: table.number, rows: table.rows }));
        }
        Ok(())
    }
}

impl Table {
    /// Puts the cells of a row where they are shown, beside those that reach into it from above.
    fn lay_out(&mut self, row: Row) -> Vec<Rc<Cell>> {
        let mut out = Vec::new();
        let mut cells = row.cells.into_iter();
        let mut column = 0;
        let mut pending: Option<(Rc<Cell>, usize, usize)> = None;
        while column < MOST_COLUMNS {
            if self.reaching.len() <= column {
                self.reaching.push(None);
            }
            let slot = &mut self.reaching[column];
            if let Some((cell, rows)) = slot.take() {
                out.push(Rc::clone(&cell));
                *slot = (rows > 1).then(|| (cell, rows - 1));
                column += 1;
                continue;
            }
            if pending.is_none() {
                pending = cells.next().map(|next| (Rc::new(next.cell), next.rows, next.columns));
            }
            match pending.take() {
                Some((cell, rows, columns)) => {
                    out.push(Rc::clone(&cell));
                    *slot = (rows > 1).then(|| (Rc::clone(&cell), rows - 1));
                    pending = (columns > 1).then(|| (cell, rows, columns - 1));
                    column += 1;
                }
                // Nothing of its own is left; what reaches in further right still has its place.
                None if self.reaching.iter().skip(column).any(Option::is_some) => {
                    out.push(Rc::default());
                    column += 1;
                }
                None => break,
            }
        }
        out
    }
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    let style = tag.attribute("style").map(|style| {
        let style = unescaped(style).to_ascii_lowercase();
        style.chars().filter(|c| !c.is_whitespace()).collect::<String>()
    });
    tag.name == "template"
        || tag.attribute("hidden").is_some()
        || style.is_some_and(|style| style.contains("display:none") || style.contains("visibility:hidden"))
}

/// The address of a `mailto:` link (RFC 6068), without its header fields.
fn mailto(address: &str) -> Option<String> {
    let (scheme, rest) = address.trim().split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    percent_decoded(rest.split('?').next()?)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        out.push(if octet == b'%' { hex(octets.next()?)? << 4 | hex(octets.next()?)? } else { octet });
    }
    String::from_utf8(out).ok()
}

/// Two hexadecimal digits of key, then each octet of the address combined with it by exclusive or.
fn unveiled(digits: &str) -> Option<String> {
    let octets: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(hex(*high)? << 4 | hex(*low)?),
            _ => None,
        })
        .collect();
    let octets = octets?;
    let (key, veiled) = octets.split_first()?;
    String::from_utf8(veiled.iter().map(|octet| octet ^ key).collect()).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(page: &str) -> Vec<Vec<String>> {
        let cells = |row: &SheetRow| row.cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
        tables(page).unwrap().iter().flat_map(|sheet| sheet.rows.iter().map(cells).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn cells_stand_where_a_browser_shows_them() {
        let page = "<table><tr><td rowspan=2>A<td>1<tr><td>2</td></tr><tr><td colspan=2>B</table>";
        assert_eq!(grid(page), [["A", "1"], ["A", "2"], ["B", "B"]]);
        let page = "<table><tr><td>1<td rowspan=3>x<tr><td>2<tr></table>";
        assert_eq!(grid(page), [vec!["1", "x"], vec!["2", "x"], vec!["", "x"]]);
    }

    #[test]
    fn tables_in_tables_do_not_run_into_each_other() {
        let page = "<table><tr><td>outer<table><tr><td>inner</table>still<td>next</table>";
        assert_eq!(grid(page), [vec!["outerstill", "next"], vec!["inner"]]);
    }

    #[test]
    fn what_a_reader_of_the_page_does_not_see_is_not_read() {
        let page = "<table><tr><td>a<span style='display : NONE'>x<span>y</span></span>b</td></tr>\
            <tr hidden><td>c<tr><td>d</td></tr><!-- <tr><td>e</td></tr> --><tr><td>f<script>g</script></table>";
        assert_eq!(grid(page), [["ab"], ["d"], ["f"]]);
    }

    #[test]
    fn addresses_of_links_stand_beside_their_text() {
        let page = "<table><tr><td><a href='MAILTO:van%74hu@x.vn?subject=a'>Gửi thư</a>\
            <td><a data-cfemail=\"20614062 \">x</a><td><a data-cfemail=\"016069\">x</a></table>";
        let sheets = tables(page).unwrap();
        assert_eq!(sheets[0].rows[0].cells[0].links, ["vanthu@x.vn"]);
        assert!(sheets[0].rows[0].cells[1].links.is_empty());
        assert_eq!(sheets[0].rows[0].cells[2].links, ["ah"]);
    }

    #[test]
    fn a_hostile_page_meets_its_limits() {
        assert!(matches!(tables(&"<table><tr><td>".repeat(DEEPEST + 1)), Err(IntakeFault::TooDeep { .. })));
        let wide = format!("<table><tr>{}", "<td rowspan=0 colspan=99999>x".repeat(10));
        assert_eq!(tables(&wide).unwrap()[0].rows[0].cells.len(), MOST_COLUMNS);
        let many = format!("{wide}{}", "<tr>".repeat(MOST_CELLS / MOST_COLUMNS + 1));
        assert!(matches!(tables(&many), Err(IntakeFault::TooManyCells { .. })));
        let long = format!("<table><tr><td>{}", "é".repeat(LONGEST_CELL));
        let cell = &tables(&long).unwrap()[0].rows[0].cells[0];
        assert!(cell.is_cut && cell.text.len() <= LONGEST_CELL);
        // A million attributes and open elements cost their length.
        let flood: String = (0..200_000).fold(String::new(), |flood, n| flood + " a" + &n.to_string());
        assert_eq!(grid(&["<table><tr><td", &flood, ">x", &"<b>".repeat(200_000), "</table>"].concat()), [["x"]]);
    }
}
