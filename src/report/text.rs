//! A report as plain text, for a terminal or a mail.

use super::lang::Words;
use super::model::{Block, Line, Mark, Report, Row, Section, Table};

/// Values stand below each other where labels are no longer than this.
const VALUES: usize = 44;

impl Report {
    /// The bottom line and the clerk's page.
    #[must_use]
    pub fn summary_text(&self) -> String {
        let mut text = Text::default();
        let what_to_do = Words::new("Việc cần làm", "What to do").of(self.lang);
        text.line(0, &self.subject.to_string());
        text.line(1, &format!("{} {}", self.bottom.mark.sign(), self.bottom.short.to_uppercase()));
        text.line(1, &self.bottom.sentence.to_string());
        text.line(1, &format!("{what_to_do}: {}", self.bottom.action));
        self.summary.iter().for_each(|section| text.section(1, section));
        text.0
    }

    /// The whole report.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Text(self.summary_text());
        text.line(1, "");
        text.line(1, Words::new("CHI TIẾT", "DETAILS").of(self.lang));
        self.details.iter().for_each(|section| text.section(1, section));
        text.0
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, depth: usize, line: &str) {
        if !line.is_empty() {
            self.0.push_str(&"  ".repeat(depth));
            self.0.push_str(line);
        }
        self.0.push('\n');
    }

    fn section(&mut self, depth: usize, section: &Section) {
        let sign = section.mark.map(|mark| format!("{} ", mark.sign())).unwrap_or_default();
        self.line(depth, &format!("{sign}{}", section.heading));
        for block in &section.blocks {
            match block {
                Block::Lines(lines) => lines.iter().for_each(|line| self.said(depth + 1, line)),
                Block::Rows(rows) => {
                    let widest = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or_default();
                    for row in rows {
                        self.row(depth + 1, row, widest.min(VALUES));
                    }
                }
                Block::Section(inner) => self.section(depth + 1, inner),
                Block::Table(table) => self.table(depth + 1, table),
            }
        }
    }

    fn said(&mut self, depth: usize, line: &Line) {
        let code = line.code.map(|code| format!(" [{code}]")).unwrap_or_default();
        self.line(depth, &format!("{} {}{code}", line.mark.sign(), line.said));
        if let Some(advice) = line.advice {
            self.line(depth + 1, &format!("→ {advice}"));
        }
    }

    fn row(&mut self, depth: usize, row: &Row, width: usize) {
        let room = width.saturating_sub(row.label.chars().count());
        let sign = row.mark.map_or(" ", Mark::sign);
        self.line(depth, &format!("{}:{} {sign} {}", row.label, " ".repeat(room), row.value));
    }

    fn table(&mut self, depth: usize, table: &Table) {
        self.line(depth, &format!("{}:", table.caption));
        self.line(depth + 1, &table.head.join(" | "));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            self.line(depth + 1, &cells.join(" | "));
        }
    }
}
