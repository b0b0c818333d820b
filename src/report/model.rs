//! A report as it is read: the bottom line, a page for a clerk, the details for an auditor.

use crate::policy::Outcome;

use super::bottom::Bottom;
use super::lang::Lang;
use super::said::Said;

/// Everything that is said of one input, in one language, in the order in which it is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// The language of every sentence in it.
    pub lang: Lang,
    /// The input.
    pub subject: Said,
    /// What it means, and what is done now.
    pub bottom: Bottom,
    /// What fills the clerk's page.
    pub summary: Vec<Section>,
    /// What stands behind it.
    pub details: Vec<Section>,
    /// What was taken for granted; empty for what the gateway received itself.
    pub assumed: Vec<Said>,
}

/// How something came out. Every writer shows the sign together with words: never by colour alone.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Mark {
    /// It holds.
    Good,
    /// Neither good nor bad; nothing was asked.
    Note,
    /// It cannot be told here and now.
    Doubt,
    /// It does not hold.
    Bad,
}

/// A heading and what belongs below it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Section {
    /// The heading.
    pub heading: Said,
    /// How what it speaks of came out, where it did.
    pub mark: Option<Mark>,
    /// What stands below.
    pub blocks: Vec<Block>,
}

/// What stands below a heading.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Block {
    /// Sentences, one each.
    Lines(Vec<Line>),
    /// Labels with their values.
    Rows(Vec<Row>),
    /// A section inside the section.
    Section(Section),
    /// Rows and columns.
    Table(Table),
}

/// One sentence, with what is to be done about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// How it weighs.
    pub mark: Mark,
    /// The sentence.
    pub said: Said,
    /// The stable code that stands for it in headers and records.
    pub code: Option<&'static str>,
    /// What to do.
    pub advice: Option<&'static str>,
}

/// A label and its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// What the value is.
    pub label: &'static str,
    /// How it came out, where it did.
    pub mark: Option<Mark>,
    /// The value.
    pub value: Said,
}

/// A table: every row has as many cells as there are headings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Table {
    /// What the table shows.
    pub caption: &'static str,
    /// Headings of the columns.
    pub head: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<Said>>,
}

impl Mark {
    /// The sign, for eyes; the words beside it say the same.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Note => "•",
            Self::Doubt => "▲",
            Self::Bad => "✗",
        }
    }
}

impl From<Outcome> for Mark {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Met => Self::Good,
            Outcome::Undetermined => Self::Doubt,
            Outcome::Unmet => Self::Bad,
        }
    }
}

impl Section {
    /// An empty section under `heading`.
    #[must_use]
    pub fn new(heading: Said) -> Self {
        Self { heading, mark: None, blocks: Vec::new() }
    }

    /// The same with a block more; nothing where the block would be empty.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        let empty = match &block {
            Block::Lines(lines) => lines.is_empty(),
            Block::Rows(rows) => rows.is_empty(),
            Block::Section(section) => section.blocks.is_empty(),
            Block::Table(table) => table.rows.is_empty(),
        };
        if !empty {
            self.blocks.push(block);
        }
        self
    }

    /// The same with a mark.
    #[must_use]
    pub fn marked(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }
}

impl Row {
    /// A value that came out neither well nor badly.
    #[must_use]
    pub fn new(label: &'static str, value: Said) -> Self {
        Self { label, mark: None, value }
    }

    /// A value with how it came out.
    #[must_use]
    pub fn marked(label: &'static str, mark: Mark, value: Said) -> Self {
        Self { label, mark: Some(mark), value }
    }
}
