//! Reports as one HTML file: no script, no request to anywhere, one language, to be read, printed and kept.
//!
//! Written by hand: the model has five kinds of block, and a template engine could not promise what `Html` does by its
//! types, that markup is known when the program is compiled and everything else is escaped. One language a page, because a
//! switch without script would print both, and be read out twice.

use super::lang::{Lang, Words};
use super::model::{Block, Line, Mark, Report, Row, Section, Table};
use super::said::{Piece, Said};

const STYLE: &str = include_str!("style.css");

/// One page for all `reports`, which are in the language of the first.
#[must_use]
pub fn page(reports: &[Report]) -> String {
    let lang = reports.first().map_or(Lang::Vi, |report| report.lang);
    let mut html = Html { out: String::new(), lang };
    html.markup("<!DOCTYPE html>\n<html lang=\"").markup(lang.tag()).markup("\">\n<head>\n<meta charset=\"utf-8\">\n");
    // The file is opened from mail and disk: nothing in it may run or call, even if something slipped through.
    html.markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n")
        .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .markup("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n<title>");
    html.text(TITLE.of(lang));
    if let [report] = reports {
        html.text(": ").text(report.bottom.short);
    }
    html.markup("</title>\n<style>\n").markup(STYLE).markup("</style>\n</head>\n<body>\n<main>\n");
    if reports.len() > 1 {
        html.overview(reports);
    }
    for (index, report) in reports.iter().enumerate() {
        html.report(index, report);
    }
    html.markup("</main>\n</body>\n</html>\n");
    html.out
}

/// Cells of no more characters are kept on one line.
const SHORT: usize = 14;
const TITLE: Words = Words::new("Kết quả kiểm tra văn bản điện tử", "Check of an electronic document");

/// A page under construction. Markup is `'static`: nothing that came from outside can become any.
struct Html {
    out: String,
    lang: Lang,
}

impl Html {
    fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// The only way in for text; escaped so that it means the same inside and outside of attributes.
    fn text(&mut self, text: &str) -> &mut Self {
        for symbol in text.chars() {
            match symbol {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                // Not allowed in HTML, not even as a reference; `Said` lets none through.
                control if control.is_control() && control != '\n' => self.out.push('\u{fffd}'),
                other => self.out.push(other),
            }
        }
        self
    }

    fn words(&mut self, vi: &'static str, en: &'static str) -> &mut Self {
        let words = Words::new(vi, en).of(self.lang);
        self.text(words)
    }

    /// Words of others are kept apart from ours: quoted, isolated in direction, of another look.
    fn said(&mut self, said: &Said) -> &mut Self {
        for piece in said.pieces() {
            match piece {
                Piece::Own(words) => self.text(words),
                Piece::Other(_) => self.markup("<bdi class=\"other\">").text(&piece.quoted()).markup("</bdi>"),
            };
        }
        self
    }

    fn number(&mut self, number: usize) -> &mut Self {
        self.text(&number.to_string())
    }

    /// The sign; a screen reader reads the words beside it.
    fn sign(&mut self, mark: Mark) -> &mut Self {
        self.markup("<span class=\"sign ").markup(class(mark)).markup("\" aria-hidden=\"true\">");
        self.markup(mark.sign()).markup("</span> ")
    }

    fn overview(&mut self, reports: &[Report]) {
        self.markup("<section class=\"overview\">\n<h1>").words("Tóm tắt các tệp", "All files").markup("</h1>\n");
        self.markup("<table>\n<thead><tr><th scope=\"col\">").words("Tệp", "File");
        self.markup("</th><th scope=\"col\">").words("Kết luận", "Result").markup("</th></tr></thead>\n<tbody>\n");
        for (index, report) in reports.iter().enumerate() {
            self.markup("<tr><td><a href=\"#r")
                .number(index)
                .markup("\">")
                .said(&report.subject)
                .markup("</a></td><td>");
            self.sign(report.bottom.mark).text(report.bottom.short).markup("</td></tr>\n");
        }
        self.markup("</tbody>\n</table>\n</section>\n");
    }

    fn report(&mut self, index: usize, report: &Report) {
        self.markup("<article id=\"r").number(index).markup("\">\n<header>\n<p class=\"kind\">");
        self.words("Cổng kiểm tra chữ ký số", "Digital signature gateway").markup("</p>\n<h1>");
        self.text(TITLE.of(self.lang)).markup("</h1>\n<p class=\"subject\">").said(&report.subject).markup("</p>\n");
        if !report.assumed.is_empty() {
            self.markup("<p class=\"trial\">").words(
                "KIỂM TRA THỬ - không thay cho kết quả trên thư",
                "TRIAL - does not replace the result on a mail",
            );
            self.markup("</p>\n");
        }
        self.markup("</header>\n");
        self.bottom(report);
        report.summary.iter().for_each(|section| self.section(2, section));
        self.markup("<section class=\"details\">\n<h2>").words("Chi tiết", "Details").markup("</h2>\n");
        report.details.iter().for_each(|section| self.section(3, section));
        self.assumed(report);
        self.markup("</section>\n</article>\n");
    }

    fn bottom(&mut self, report: &Report) {
        let bottom = &report.bottom;
        self.markup("<section class=\"bottom ").markup(class(bottom.mark)).markup("\">\n<h2>");
        self.sign(bottom.mark).text(bottom.short).markup("</h2>\n<p class=\"sentence\">").said(&bottom.sentence);
        self.markup("</p>\n<p><strong>").words("Việc cần làm", "What to do").markup(":</strong> ");
        self.said(&bottom.action).markup("</p>\n</section>\n");
    }

    fn assumed(&mut self, report: &Report) {
        if report.assumed.is_empty() {
            return;
        }
        self.markup("<section>\n<h3>").words("Giả định của lần kiểm tra thử", "What this trial took for granted");
        self.markup("</h3>\n<ul>\n");
        for said in &report.assumed {
            self.markup("<li>").said(said).markup("</li>\n");
        }
        self.markup("</ul>\n</section>\n");
    }

    fn section(&mut self, level: usize, section: &Section) {
        let (open, close) = heading(level);
        self.markup("<section>\n").markup(open);
        if let Some(mark) = section.mark {
            self.sign(mark);
        }
        self.said(&section.heading).markup(close);
        for block in &section.blocks {
            match block {
                Block::Lines(lines) => self.lines(lines),
                Block::Rows(rows) => self.rows(rows),
                Block::Section(inner) => self.section(level + 1, inner),
                Block::Table(table) => self.table(table),
            }
        }
        self.markup("</section>\n");
    }

    fn lines(&mut self, lines: &[Line]) {
        self.markup("<ul class=\"lines\">\n");
        for line in lines {
            self.markup("<li>").sign(line.mark).said(&line.said);
            if let Some(code) = line.code {
                self.markup(" <code>").text(code).markup("</code>");
            }
            if let Some(advice) = line.advice {
                // What decides nothing takes less room.
                self.markup(if line.mark == Mark::Note { " " } else { "<br>" });
                self.markup("<span class=\"advice\">→ ").text(advice).markup("</span>");
            }
            self.markup("</li>\n");
        }
        self.markup("</ul>\n");
    }

    fn rows(&mut self, rows: &[Row]) {
        self.markup("<table class=\"rows\">\n<tbody>\n");
        for row in rows {
            self.markup("<tr><th scope=\"row\">").text(row.label).markup("</th><td>");
            if let Some(mark) = row.mark {
                self.sign(mark);
            }
            self.said(&row.value).markup("</td></tr>\n");
        }
        self.markup("</tbody>\n</table>\n");
    }

    fn table(&mut self, table: &Table) {
        self.markup("<table class=\"grid\">\n<caption>").text(table.caption).markup("</caption>\n<thead><tr>");
        for head in &table.head {
            self.markup("<th scope=\"col\">").text(head).markup("</th>");
        }
        self.markup("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.markup("<tr>");
            for cell in row {
                let short = cell.plain().chars().count() <= SHORT;
                self.markup(if short { "<td class=\"short\">" } else { "<td>" }).said(cell).markup("</td>");
            }
            self.markup("</tr>\n");
        }
        self.markup("</tbody>\n</table>\n");
    }
}

const fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "good",
        Mark::Note => "note",
        Mark::Doubt => "doubt",
        Mark::Bad => "bad",
    }
}

const fn heading(level: usize) -> (&'static str, &'static str) {
    match level {
        0..=2 => ("<h2>", "</h2>\n"),
        3 => ("<h3>", "</h3>\n"),
        4 => ("<h4>", "</h4>\n"),
        _ => ("<h5>", "</h5>\n"),
    }
}
