//! Papers with a structure tree that are signed again, and what may not be slipped into the tree on the way.

use super::*;
use crate::pdf::build::{Builder, field, page};

/// Where the second signature's element goes, and how the trees are written.
struct Update {
    /// The objects of the update by number; further ones replace earlier ones.
    objects: Vec<(u32, String)>,
}

const FORM: &str = "<</Type/StructElem/S/Form/P 21 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 7 0 R/Pg 3 0 R>>>>";

fn catalog(fields: &str) -> String {
    crate::pdf::build::catalog(fields).replace("/Pages", "/StructTreeRoot 20 0 R/MarkInfo<</Marked true>>/Pages")
}

fn tagged_page(annotations: &str) -> String {
    page(annotations).replace("/Contents", "/StructParents 0/Contents")
}

fn seal() -> String {
    field("seal", "/V 8 0 R/StructParent 1")
}

/// A tagged page signed in field 5, with its structure in objects 20 to 25.
fn signed() -> Builder {
    Builder::new()
        .object(
            20,
            "<</Type/StructTreeRoot/K 21 0 R/ParentTree 24 0 R/ParentTreeNextKey 1/RoleMap 27 0 R/IDTree 26 0 R>>",
        )
        .object(21, "<</Type/StructElem/S/Document/P 20 0 R/K[22 0 R 23 0 R]>>")
        .object(22, "<</Type/StructElem/S/P/P 21 0 R/Pg 3 0 R/K 0>>")
        .object(23, "<</Type/StructElem/S/Sect/P 21 0 R/K 28 0 R>>")
        .object(24, "<</Kids[29 0 R]>>")
        .object(25, "[22 0 R]")
        .object(26, "<</Names[(a)22 0 R]>>")
        .object(27, "<</Heading/H1>>")
        .object(28, "[]")
        .object(29, "<</Limits[0 0]/Nums[0 25 0 R]>>")
        .object(1, &catalog("5 0 R"))
        .object(3, &tagged_page("5 0 R"))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end()
}

impl Update {
    /// What iText writes: an element, the kid of the document element, and a tree of one node.
    fn new() -> Self {
        Self { objects: Vec::new() }
            .with(1, &catalog("5 0 R 7 0 R"))
            .with(3, &tagged_page("5 0 R 7 0 R"))
            .with(7, &seal())
            .with(
                20,
                "<</Type/StructTreeRoot/K[21 0 R]/ParentTree 31 0 R/ParentTreeNextKey 2/RoleMap 27 0 R/IDTree 26 0 R>>",
            )
            .with(21, "<</Type/StructElem/S/Document/P 20 0 R/K[22 0 R 23 0 R 30 0 R]>>")
            .with(30, FORM)
            .with(31, "<</Nums[0[22 0 R]1 30 0 R]>>")
    }

    fn with(mut self, number: u32, body: &str) -> Self {
        self.objects.retain(|object| object.0 != number);
        self.objects.push((number, body.to_owned()));
        self
    }

    fn without(mut self, number: u32) -> Self {
        self.objects.retain(|object| object.0 != number);
        self
    }

    fn level(&self) -> Modification {
        let file = self.objects.iter().fold(signed(), |file, (number, body)| file.object(*number, body));
        finding(&file.signature(8, "adbe.pkcs7.detached").end().build()).1
    }
}

#[test]
fn a_tagged_paper_may_be_signed_twice_however_its_tool_writes_the_structure() {
    let leaf = "<</Limits[0 1]/Nums[0 25 0 R 1 30 0 R]>>";
    let root = |keys: &str| format!("<</Type/StructTreeRoot/RoleMap 27 0 R{keys}>>");
    let kept = "/K[21 0 R]/IDTree 26 0 R/ParentTreeNextKey 2";
    let below_root = FORM.replace("/P 21", "/P 20");
    let below_section = FORM.replace("/P 21", "/P 23");
    let updates = [
        ("as iText does", Update::new()),
        (
            "first of the kids",
            Update::new().with(21, "<</Type/StructElem/S/Document/P 20 0 R/K[30 0 R 22 0 R 23 0 R]>>"),
        ),
        ("a leaf below an untouched root", Update::new().without(20).without(31).with(29, leaf)),
        ("a new leaf beside the old", {
            let tree = "<</Kids[29 0 R 32 0 R]>>";
            Update::new()
                .with(24, tree)
                .with(32, "<</Limits[1 1]/Nums[1 30 0 R]>>")
                .without(31)
                .with(20, &root(&format!("{kept}/ParentTree 24 0 R")))
        }),
        ("a new leaf beside the old in a new root", {
            Update::new().with(31, "<</Kids[29 0 R 32 0 R]>>").with(32, "<</Limits[1 1]/Nums[1 30 0 R]>>")
        }),
        ("a tree inside the root", {
            Update::new().without(31).with(20, &root(&format!("{kept}/ParentTree<</Nums[0 25 0 R 1 30 0 R]>>")))
        }),
        ("below the root itself", {
            let keys = "/K[21 0 R 30 0 R]/IDTree 26 0 R/ParentTreeNextKey 2/ParentTree 31 0 R";
            Update::new().without(21).with(20, &root(keys)).with(30, &below_root)
        }),
        ("in an array of kids that is an object", {
            Update::new().without(21).with(28, "[30 0 R]").with(30, &below_section)
        }),
        ("with an identifier", {
            let named = FORM.replace("/S/Form", "/S/Form/ID(b)/Alt(seal)/T(seal)");
            Update::new().with(26, "<</Names[(a)22 0 R(b)30 0 R]>>").with(30, &named)
        }),
        ("with the reference as an object", {
            Update::new()
                .with(30, &FORM.replace("<</Type/OBJR/Obj 7 0 R/Pg 3 0 R>>", "[32 0 R]"))
                .with(32, "<</Type/OBJR/Obj 7 0 R>>")
        }),
        ("with the order of fields", {
            Update::new().with(3, &tagged_page("5 0 R 7 0 R").replace("/Contents", "/Tabs/S/Contents"))
        }),
        ("and not entered at all", Update::new().without(20).without(21).without(30).without(31)),
    ];
    for (name, update) in updates {
        assert_eq!(update.level(), Modification::FurtherSignature, "{name}");
    }
}

#[test]
fn a_widget_that_the_tool_left_behind_unused_is_not_held_against_it() {
    let bare = "<</Subtype/Widget/F 132/H/N/Rect[10 10 90 60]>>";
    assert_eq!(Update::new().with(32, bare).level(), Modification::FurtherSignature);
    assert_eq!(Update::new().with(32, "<</Subtype/Widget/A<<>>>>").level(), Modification::Other);
    assert_eq!(Update::new().with(32, "<</Type/ExtGState>>").level(), Modification::Other);
    // One that a page shows is none that was left behind.
    let shown = Update::new().with(32, bare).with(3, &tagged_page("5 0 R 7 0 R 32 0 R"));
    assert_eq!(shown.level(), Modification::Other);
}

#[test]
fn the_structure_that_was_there_stays_what_it_was() {
    let root = |keys: &str| format!("<</Type/StructTreeRoot{keys}>>");
    let element = |keys: &str| format!("<</Type/StructElem/S/Document/P 20 0 R{keys}>>");
    let kept = "/K[21 0 R]/IDTree 26 0 R/ParentTree 31 0 R";
    let attacks = [
        (
            "another kind of element",
            Update::new().with(21, &element("/K[22 0 R 23 0 R 30 0 R]").replace("Document", "Art")),
        ),
        ("other words for an element", Update::new().with(21, &element("/K[22 0 R 23 0 R 30 0 R]/ActualText(forged)"))),
        ("an element taken away", Update::new().with(21, &element("/K[22 0 R 30 0 R]"))),
        ("elements in another order", Update::new().with(21, &element("/K[23 0 R 22 0 R 30 0 R]"))),
        ("an element twice", Update::new().with(21, &element("/K[22 0 R 23 0 R 30 0 R 30 0 R]"))),
        (
            "an element of the page's content",
            Update::new().with(30, &FORM.replace("/K<</Type/OBJR/Obj 7 0 R/Pg 3 0 R>>", "/K 0")),
        ),
        ("an element for a signed widget", Update::new().with(30, &FORM.replace("/Obj 7", "/Obj 5"))),
        ("an element for a page", Update::new().with(30, &FORM.replace("/Obj 7", "/Obj 3"))),
        ("an element that is no field", Update::new().with(30, &FORM.replace("/S/Form", "/S/P"))),
        ("an element with an action", Update::new().with(30, &FORM.replace("/S/Form", "/S/Form/AF 4 0 R"))),
        ("an element that names another parent", Update::new().with(30, &FORM.replace("/P 21", "/P 22"))),
        ("an entry of the parent tree exchanged", Update::new().with(31, "<</Nums[0[23 0 R]1 30 0 R]>>")),
        ("an entry of the parent tree taken away", Update::new().with(31, "<</Nums[1 30 0 R]>>")),
        ("a second entry for a page", Update::new().with(31, "<</Nums[0[22 0 R]0 30 0 R]>>")),
        ("a second entry for a page in a new branch", {
            Update::new().with(31, "<</Kids[29 0 R 32 0 R]>>").with(32, "<</Nums[0 30 0 R]>>")
        }),
        ("an entry for what was there", Update::new().with(31, "<</Nums[0[22 0 R]1 30 0 R 2 22 0 R]>>")),
        ("the entry of a page written again", Update::new().with(25, "[30 0 R]")),
        ("the array of a page written again below new nodes", {
            Update::new().with(31, "<</Nums[0 25 0 R 1 30 0 R]>>").with(25, "[23 0 R]")
        }),
        ("a key that goes back", Update::new().with(20, &root(&format!("{kept}/ParentTreeNextKey 0/RoleMap 27 0 R")))),
        ("roles exchanged", Update::new().with(27, "<</Heading/P>>")),
        ("roles taken away", Update::new().with(20, &root(&format!("{kept}/ParentTreeNextKey 2")))),
        ("an identifier led elsewhere", Update::new().with(26, "<</Names[(a)23 0 R]>>")),
        ("an identifier for what was there", Update::new().with(26, "<</Names[(a)22 0 R(b)23 0 R]>>")),
        ("another tree", {
            let other = catalog("5 0 R 7 0 R").replace("StructTreeRoot 20", "StructTreeRoot 32");
            Update::new().with(1, &other).with(32, &root("/K[]"))
        }),
        ("marks that lead somewhere", {
            let marked = catalog("5 0 R 7 0 R").replace("/Marked true", "/Marked 4 0 R");
            Update::new().with(1, &marked)
        }),
        (
            "a page that moves in the tree",
            Update::new().with(3, &tagged_page("5 0 R 7 0 R").replace("Parents 0", "Parents 1")),
        ),
        ("a tree that leads back to itself", Update::new().with(31, "<</Kids[31 0 R]>>")),
    ];
    for (name, update) in attacks {
        assert_eq!(update.level(), Modification::Other, "{name}");
    }
}

#[test]
fn twenty_signatures_on_a_long_tagged_paper_do_not_read_its_tree_twenty_times() {
    use std::fmt::Write;
    let mut entries = String::new();
    for key in 1..30_000 {
        write!(entries, "{key} 22 0 R ").unwrap();
    }
    let root = |kids: &str, leaves: &str, next: u32| {
        format!("<</Type/StructTreeRoot/K[21 0 R{kids}]/ParentTree<</Kids[29 0 R{leaves}]>>/ParentTreeNextKey {next}>>")
    };
    let (mut fields, mut kids, mut leaves) = ("5 0 R".to_owned(), String::new(), String::new());
    let mut file = Builder::new()
        .object(20, &root("", "", 30_000))
        .object(21, "<</Type/StructElem/S/Document/P 20 0 R/K[22 0 R]>>")
        .object(22, "<</Type/StructElem/S/P/P 21 0 R/Pg 3 0 R/K 0>>")
        .object(29, &format!("<</Limits[0 29999]/Nums[0[22 0 R]{entries}]>>"))
        .object(1, &catalog(&fields))
        .object(3, &tagged_page(&fields))
        .object(5, &field("head", "/V 6 0 R"))
        .signature(6, "adbe.pkcs7.detached")
        .end();
    for turn in 0..20 {
        let (key, at) = (30_000 + turn, 100 + 10 * turn);
        write!(fields, " {at} 0 R").unwrap();
        write!(kids, " {} 0 R", at + 2).unwrap();
        write!(leaves, " {} 0 R", at + 3).unwrap();
        let element = FORM.replace("/P 21", "/P 20").replace("/Obj 7", &format!("/Obj {at}"));
        file = file
            .object(1, &catalog(&fields))
            .object(3, &tagged_page(&fields))
            .object(20, &root(&kids, &leaves, key + 1))
            .object(at, &field(&format!("s{turn}"), &format!("/V {} 0 R/StructParent {key}", at + 1)))
            .object(at + 2, &element)
            .object(at + 3, &format!("<</Limits[{key} {key}]/Nums[{key} {} 0 R]>>", at + 2))
            .signature(at + 1, "adbe.pkcs7.detached")
            .end();
    }
    let reading = reading(&file.build());
    assert_eq!(reading.signatures.len(), 21);
    assert_eq!(reading.signatures[0].modification, Modification::FurtherSignature);
    assert!(reading.revisions.iter().all(|revision| revision.change.unexplained.is_empty()));
}
