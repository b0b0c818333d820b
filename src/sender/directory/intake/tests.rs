use super::*;

fn request() -> Request<'static> {
    Request {
        publication: Publication::Portal,
        source: "https://tuyenquang.gov.vn/danh-ba",
        read_on: UnixTime::parse("2026-11-01").unwrap(),
        kind: Kind::Unit,
        valid_from: None,
        columns: Told::default(),
        charset: None,
    }
}

fn told(columns: &str) -> Request<'static> {
    Request { columns: Told::parse(columns).unwrap(), ..request() }
}

type Said = Vec<(String, String)>;

fn rows(intake: &Intake) -> Said {
    intake.entries.iter().map(|entry| (entry.listing.mailbox.to_string(), entry.listing.agency.clone())).collect()
}

fn refusals(intake: &Intake) -> Vec<(u64, &RowRefusal)> {
    intake.refused.iter().map(|refused| (refused.line, &refused.refusal)).collect()
}

const SAID: [(&str, &str); 2] = [("soyte@x.vn", "Sở Y tế"), ("ubnd@x.vn", "UBND xã Tân Thành")];

fn said() -> Said {
    SAID.iter().map(|(mailbox, agency)| ((*mailbox).to_owned(), (*agency).to_owned())).collect()
}

#[test]
fn a_list_is_read_with_any_separator_and_in_any_characters() {
    for s in [";", ",", "\t"] {
        let text = format!(
            "DANH BẠ THƯ ĐIỆN TỬ\nSTT{s}Tên đơn vị{s}Địa chỉ thư điện tử\n1{s}Sở Y tế{s}soyte@x.vn\n2{s}UBND xã Tân Thành{s}ubnd@x.vn\n",
        );
        assert_eq!(rows(&read(text.as_bytes(), &request()).unwrap()), said());
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&read(&wide, &request()).unwrap()), said());
    }
}

#[test]
fn windows_1258_is_taken_where_its_header_tells_or_the_operator_does() {
    // "Đơn vị;Email" and "Sở Y tế" as old spreadsheet programs wrote them.
    let row = b"S\xf5\xd2 Y t\xea\xec;soyte@x.vn\n";
    let text = [&b"\xd0\xf5n vi\xf2;Email\n"[..], row].concat();
    let intake = read(&text, &request()).unwrap();
    assert_eq!((intake.charset, rows(&intake)), (Charset::Windows1258, said()[..1].to_vec()));
    let plain = [&b"Don vi;Email\n"[..], row].concat();
    assert_eq!(read(&plain, &request()).unwrap_err(), IntakeFault::CharsetUntold);
    let request = Request { charset: Some(Charset::Windows1258), ..request() };
    assert_eq!(rows(&read(&plain, &request).unwrap()), said()[..1].to_vec());
}

#[test]
fn a_page_gives_its_tables_and_leaves_those_of_its_layout() {
    let page = "<!DOCTYPE html><html><body><table><tr><td>Trang chủ<td>Liên hệ</table>\
        <table><thead><tr><th>STT<th>Cơ quan, đơn vị<th>Hộp thư</tr></thead>\
        <tr><td>1<td>Sở Y tế<td><a href=\"mailto:soyte@x.vn\">soyte@x.vn</a></tr>\
        <tr><td>2<td>UBND xã Tân Thành<td>ubnd [at] x.vn</table>";
    let intake = read(page.as_bytes(), &request()).unwrap();
    assert_eq!((intake.form, rows(&intake)), (Form::Page, said()));
    assert_eq!(intake.tables.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2]);
    assert_eq!(read(b"<p>Thu dien tu", &request()).unwrap_err(), IntakeFault::NoTable(0));
}

#[test]
fn rows_without_one_meaning_are_named_and_the_others_read() {
    let text = "Đơn vị;Hộp thư;Ngày đăng\nA;a@x.vn;1/8/2013\nB;b at x;\nC;;\n;d@x.vn;\nE;e@x.vn;2013\nF;a@x.vn;\nA;a@x.vn;01/08/2013\n\n;;\n";
    let intake = read(text.as_bytes(), &request()).unwrap();
    assert_eq!(rows(&intake).len(), 1);
    assert_eq!(intake.entries[0].listing.published_on, UnixTime::parse("2013-08-01"));
    let found = refusals(&intake);
    assert!(matches!(found[0], (3, RowRefusal::Address(AddressFault::Words(_)))), "{found:?}");
    assert!(matches!(found[1], (4, RowRefusal::Address(AddressFault::Empty))), "{found:?}");
    assert!(matches!(found[2], (5, RowRefusal::NoAgency)), "{found:?}");
    assert!(matches!(found[3], (6, RowRefusal::NotADate(Column::PublishedOn, _))), "{found:?}");
    assert!(matches!(found[4], (7, RowRefusal::Contradicts(2))), "{found:?}");
    assert_eq!(found.len(), 5);
}

#[test]
fn a_persons_name_or_a_heading_makes_a_mailbox_personal() {
    let text = "Đơn vị;Họ và tên;Email\nSở Y tế;;soyte@x.vn\nSở Y tế;Nguyễn Văn A;a@x.vn\nII. Hộp thư cá nhân;;\nSở Y tế;;b@x.vn\n";
    let kinds: Vec<Kind> =
        read(text.as_bytes(), &request()).unwrap().entries.iter().map(|entry| entry.listing.kind).collect();
    assert_eq!(kinds, [Kind::Unit, Kind::Personal, Kind::Personal]);
}

#[test]
fn columns_are_told_where_headers_do_not() {
    let text = "1;Sở Y tế;soyte@x.vn\n2;UBND xã Tân Thành;ubnd@x.vn\n";
    assert_eq!(read(text.as_bytes(), &request()).unwrap_err(), IntakeFault::NoTable(1));
    assert_eq!(rows(&read(text.as_bytes(), &told("mailbox=3,agency=2")).unwrap()), said());
    let text = "Đơn vị;Email;Hộp thư\nA;a@x.vn;b@x.vn\n";
    assert!(matches!(read(text.as_bytes(), &request()), Err(IntakeFault::Header(HeaderFault::Twice { .. }))));
    assert_eq!(rows(&read(text.as_bytes(), &told("mailbox=email")).unwrap())[0].0, "a@x.vn");
}

#[test]
fn our_own_forms_are_known_by_their_content() {
    let csv = "# read_on=2026-10-01\nmailbox,kind,agency,aliases,logins,published_on,source,valid_from,valid_to,signers\na@x.vn,unit,A,,,,,,,\n";
    let intake = read(csv.as_bytes(), &request()).unwrap();
    assert_eq!((intake.form, intake.read_on), (Form::OwnCsv, UnixTime::parse("2026-10-01")));
    assert!(!intake.entries[0].speaks.has(crate::sender::directory::field::Field::Pins));
    let toml = "[[mailbox]]\nmailbox = \"a@x.vn\"\nkind = \"unit\"\nagency = \"A\"\nsuccessor = \"b@x.vn\"\n";
    let intake = read(toml.as_bytes(), &request()).unwrap();
    assert_eq!(intake.form, Form::OwnToml);
    assert!(intake.entries[0].speaks.has(crate::sender::directory::field::Field::Successor));
    assert!(matches!(read(csv.replace("unit", "boss").as_bytes(), &request()), Err(IntakeFault::Own(_))));
}

#[test]
fn what_is_no_list_is_refused_whatever_it_is() {
    for octets in [&b"PK\x03\x04xlsx"[..], b"%PDF-1.7", b"a\0b"] {
        assert_eq!(read(octets, &request()).unwrap_err(), IntakeFault::NotText);
    }
    assert_eq!(read(&vec![b'a'; LARGEST_PAGE + 1], &request()).unwrap_err(), IntakeFault::TooLarge);
    assert_eq!(read(b"", &request()).unwrap_err(), IntakeFault::NoTable(1));
}

#[test]
fn names_are_cleaned_and_those_that_turn_around_refused() {
    let text = "Đơn vị;Email\nS\u{200b}o\u{31b}\u{309}  Y te\u{302}\u{301};a@x.vn\nSở\u{202e};b@x.vn\n";
    let intake = read(text.as_bytes(), &request()).unwrap();
    assert_eq!(intake.entries[0].listing.agency, "Sở Y tế");
    assert_eq!(refusals(&intake), [(3, &RowRefusal::Direction(Column::Agency))]);
}
