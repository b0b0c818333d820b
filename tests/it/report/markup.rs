//! A strict reader of the pages: every tag closed in order, every attribute known, nothing that runs or calls.

const VOID: &[&str] = &["br", "meta"];
const ATTRIBUTES: &[&str] =
    &["aria-hidden", "charset", "class", "content", "href", "http-equiv", "id", "lang", "name", "scope"];
const ELEMENTS: &[&str] = &[
    "a", "article", "bdi", "body", "br", "caption", "code", "h1", "h2", "h3", "h4", "h5", "head", "header", "html",
    "li", "main", "meta", "p", "section", "span", "strong", "style", "table", "tbody", "td", "th", "thead", "title",
    "tr", "ul",
];

/// Reads a page as XML would be read.
pub fn check(page: &str) -> Result<(), String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").ok_or("no doctype")?;
    let mut open: Vec<&str> = Vec::new();
    while let Some(at) = rest.find('<') {
        text(&rest[..at])?;
        let (tag, after) = rest[at + 1..].split_once('>').ok_or("a tag without end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().ok_or("closed without being open")?;
            if last != name {
                return Err(format!("<{last}> closed by </{name}>"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if !ELEMENTS.contains(&name) {
            return Err(format!("element <{name}>"));
        }
        check_attributes(attributes)?;
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn text(text: &str) -> Result<(), String> {
    if let Some(odd) = text.chars().find(|c| *c == '>' || (c.is_control() && *c != '\n')) {
        return Err(format!("{odd:?} in text"));
    }
    for piece in text.split('&').skip(1) {
        if !["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| piece.starts_with(known)) {
            return Err(format!("reference &{}", piece.chars().take(10).collect::<String>()));
        }
    }
    Ok(())
}

fn check_attributes(mut rest: &str) -> Result<(), String> {
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").ok_or(format!("attribute {rest}"))?;
        let (value, after) = after.split_once('"').ok_or("attribute without end")?;
        if !ATTRIBUTES.contains(&name) || (name == "href" && !value.starts_with("#r")) {
            return Err(format!("attribute {name}={value}"));
        }
        rest = after.trim_start();
    }
    Ok(())
}

/// The page without what others chose.
pub fn without_names(page: &str) -> String {
    let mut pieces = page.split("<bdi class=\"other\">");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |out, piece| out + piece.split_once("</bdi>").map_or("", |(_, after)| after))
}

/// What stands in headings.
pub fn headings(page: &str) -> Vec<&str> {
    let starts = page.match_indices("<h").filter(|(at, _)| page[at + 2..].starts_with(|c: char| c.is_ascii_digit()));
    starts.filter_map(|(at, _)| page[at..].split("</h").next()).collect()
}
