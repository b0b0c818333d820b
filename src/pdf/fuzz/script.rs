//! The language of the target `change`: each line is one step in the writing of revisions. Whatever the octets are, they
//! are a script; a script that helps a reader is readable, and so are the seeds and what a fuzzer found.
//!
//! | line | step |
//! |---|---|
//! | `o 7 BODY` | writes object 7 |
//! | `e 7 KEYS` | writes object 7 again with further keys at its end |
//! | `r 7 OLD=>NEW` | writes object 7 again with the first OLD in it replaced |
//! | `s 7 KEYS=>DATA` | writes stream 7 |
//! | `g 7 KEYS` | writes signature dictionary 7 over all that the revision writes |
//! | `p 7 BODY` | packs object 7 into the object stream of the revision |
//! | `q 7 KEYS` | as `e`, packed |
//! | `f 7` | frees object 7 |
//! | `l 7 5 0` | leads the entry of object 7 to object 5, generation 0 |
//! | `c OCTETS` | writes octets that belong to nothing |
//! | `t KEYS` | ends the revision with a table; keys of the trailer follow |
//! | `x KEYS` | ends it with a cross-reference stream |
//! | `h KEYS` | ends it with a hybrid of both |

use super::paper::{Paper, Section};

/// Longer scripts find nothing that shorter ones do not.
const LINES: usize = 48;
/// Numbers above would only make more orphans.
const NUMBERS: u32 = 50;
/// An object that grows line by line stays small.
const BODY: usize = 4096;

/// Carries the steps out; `trailer` is what a trailer has when the line does not say. What is not ended is ended.
pub(super) fn write(paper: &mut Paper, script: &[u8], trailer: &[u8]) {
    let mut open = false;
    for line in script.split(|octet| *octet == b'\n').filter(|line| !line.is_empty()).take(LINES) {
        let (step, rest) = line.split_first().expect("the line is not empty");
        let section = match step {
            b't' => Section::Table,
            b'x' => Section::Stream,
            b'h' => Section::Hybrid,
            _ => {
                object(paper, *step, rest);
                // Octets after the end may stay as they are.
                open |= *step != b'c';
                continue;
            }
        };
        let keys = rest.trim_ascii();
        paper.end(section, if keys.is_empty() { trailer } else { keys });
        open = false;
    }
    if open {
        paper.end(Section::Table, trailer);
    }
}

fn object(paper: &mut Paper, step: u8, rest: &[u8]) {
    if step == b'c' {
        return paper.raw(rest);
    }
    let (number, body) = number(rest);
    let body = body.get(..BODY).unwrap_or(body);
    match step {
        b'e' => paper.object(number, &with_keys(paper.body(number), body)),
        b'q' => paper.pack(number, &with_keys(paper.body(number), body)),
        b'r' => {
            let (old, new) = halves(body);
            paper.object(number, &replaced(paper.body(number), old, new));
        }
        b's' => {
            let (keys, data) = halves(body);
            paper.stream(number, keys, data);
        }
        b'g' => paper.signature(number, body),
        b'p' => paper.pack(number, body),
        b'f' => paper.free(number),
        b'l' => {
            let (other, rest) = self::number(body);
            let (generation, _) = self::number(rest);
            paper.lead(number, other, u16::try_from(generation).unwrap_or_default());
        }
        _ => paper.object(number, body),
    }
}

/// A number after white space, and what follows the space after it.
fn number(text: &[u8]) -> (u32, &[u8]) {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    let number = digits.iter().fold(0_u32, |number, digit| (number * 10 + u32::from(digit - b'0')) % NUMBERS);
    (number, rest.strip_prefix(b" ").unwrap_or(rest))
}

fn halves(text: &[u8]) -> (&[u8], &[u8]) {
    match text.windows(2).position(|two| two == b"=>") {
        Some(at) => (&text[..at], &text[at + 2..]),
        None => (text, b""),
    }
}

/// Before the last `>>`, or the first of a stream.
fn with_keys(body: &[u8], keys: &[u8]) -> Vec<u8> {
    let stream = body.windows(6).position(|word| word == b"stream").unwrap_or(body.len());
    let end = body[..stream].windows(2).rposition(|two| two == b">>").unwrap_or(stream);
    if body.len() > BODY { body.to_vec() } else { [&body[..end], keys, &body[end..]].concat() }
}

fn replaced(body: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    if old.is_empty() || body.len() > BODY {
        return body.to_vec();
    }
    match body.windows(old.len()).position(|part| part == old) {
        Some(at) => [&body[..at], new, &body[at + old.len()..]].concat(),
        None => body.to_vec(),
    }
}
