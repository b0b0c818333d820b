//! A paper is signed, a script of the attacker goes on writing. If the signature still stands, the paper must be the one
//! that was signed, for a program that knows nothing of all this.

use super::paper::Paper;
use super::script;
use super::xref::checked;

/// What is signed; the first line of a script picks one by its number.
pub(crate) const SIGNED: [&str; 5] = [
    include_str!("../../../tests/fuzz/papers/plain.txt"),
    include_str!("../../../tests/fuzz/papers/empty-field.txt"),
    include_str!("../../../tests/fuzz/papers/form.txt"),
    include_str!("../../../tests/fuzz/papers/packed.txt"),
    include_str!("../../../tests/fuzz/papers/tagged.txt"),
];

pub(crate) fn change(octets: &[u8]) {
    let _ = checked(&written(octets));
}

/// The signed paper with what the script appends.
pub(crate) fn written(octets: &[u8]) -> Vec<u8> {
    let (first, script) = octets.split_first().unwrap_or((&b'0', b""));
    let signed = SIGNED[usize::from(first % 8) % SIGNED.len()];
    let mut paper = Paper::new();
    script::write(&mut paper, signed.as_bytes(), b"/Root 1 0 R");
    script::write(&mut paper, script, b"/Root 1 0 R");
    paper.into_octets()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::Reading;
    use crate::pdf::fuzz::stands;

    fn reading(script: &str) -> Reading {
        checked(&written(script.as_bytes())).unwrap()
    }

    fn head_stands(script: &str) -> bool {
        let reading = reading(script);
        let head = reading.signatures.iter().find(|signature| signature.field == "head").unwrap();
        stands(&reading, head)
    }

    #[test]
    fn every_signed_paper_stands_with_nothing_and_with_white_space_after_it() {
        for paper in 0..SIGNED.len() {
            for script in ["", "\nc  "] {
                let script = format!("{paper}{script}");
                assert!(head_stands(&script), "{:#?}", reading(&script));
                assert_eq!(reading(&script).oddities, [], "{script}");
            }
        }
    }

    #[test]
    fn a_further_signature_stands_so_that_the_rule_is_not_empty() {
        let field = "<</FT/Sig/T(seal)/Type/Annot/Subtype/Widget/Rect[9 9 90 60]/F 132/P 3 0 R/V 41 0 R>>";
        for end in ["t", "x"] {
            let script = format!(
                "0\nr 1 5 0 R=>5 0 R 40 0 R\nr 3 5 0 R=>5 0 R 40 0 R\no 40 {field}\ng 41 /SubFilter/adbe.pkcs7.detached\n{end}"
            );
            assert!(head_stands(&script), "{end}");
        }
        assert!(!head_stands("0\ns 4 =>BT (forged) Tj ET"));
        assert!(!head_stands("0\np 3 <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nx"));
    }
}
