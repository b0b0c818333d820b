//! Real signatures of others.

use super::*;

/// The only signature of a PDF, by a crude look: the two ranges, and the octets of /Contents.
fn crude(pdf: &[u8]) -> (Vec<&[u8]>, Vec<u8>) {
    let find = |needle: &[u8]| pdf.windows(needle.len()).position(|window| window == needle).unwrap();
    let at = find(b"/ByteRange");
    let text: String = pdf[at + 10..at + 100].iter().map(|octet| char::from(*octet)).collect();
    let text = text.split_once('[').unwrap().1.split_once(']').unwrap().0;
    let range: Vec<usize> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let gap = &pdf[range[1]..range[2]];
    let digits: Vec<u8> = gap.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    (vec![&pdf[..range[1]], &pdf[range[2]..range[2] + range[3]]], crate::digest::hex_decode(&digits).unwrap())
}

#[test]
fn the_government_pdfs_are_intact_and_lead_to_vgca_g1() {
    let (Some(pdfs), Some(certs)) = (corpora("vn/pdf"), corpora("vn/certs")) else { return };
    let mut anchors = AnchorStore::published().unwrap();
    for path in files(&certs) {
        for certificate in read_certificates(&fs::read(&path).unwrap()).unwrap() {
            let _ = anchors.install(certificate);
        }
    }
    for (name, at, anchor, tokens) in [
        ("nd-119-2018.signed.pdf", "2018-09-13", "vgca-cp-g1", 1),
        ("mcontract-08-1.signed.pdf", "2018-01-15", "vgca-cp-g1", 1),
    ] {
        let pdf = fs::read(pdfs.join(name)).unwrap();
        let (ranges, contents) = crude(&pdf);
        let signed = SignedData::parse(&contents).unwrap();
        assert_eq!(signed.verify(&ranges), Ok(()), "{name}");
        assert_eq!(signed.verify(&ranges[..1]), Err(CmsFault::HashMismatch), "{name}");
        assert!(matches!(signed.padding(), Padding::Zeros { .. }), "{name}");
        let leaf = signed.signer_certificate().unwrap();
        let at = UnixTime::parse(at).unwrap();
        let search = PathSearch { pool: signed.certificates(), anchors: &anchors, purposes: &Purpose::ALL, at };
        let path = search.build(leaf, &mut Budget::for_message()).unwrap();
        assert_eq!(path.anchor(), anchor, "{name}");
        assert_eq!(path.out_of_period(at), None, "{name}");
        assert_eq!(signed.timestamp_tokens().count(), tokens, "{name}");
        for token in signed.timestamp_tokens() {
            let token = SignedData::parse(token).unwrap();
            assert_eq!(token.verify_encapsulated(TST_INFO), Ok(()), "{name}");
            let authority: &Certificate = token.signer_certificate().unwrap();
            let search = PathSearch { purposes: &[Purpose::Timestamping], ..search };
            let path = search.build(authority, &mut Budget::for_message()).unwrap();
            println!("{name}: token of {} ends at {}", authority.subject(), path.anchor());
        }
        println!("{name}: {} {:?} {}", signed.scheme().unwrap(), signed.signing_time(), leaf.subject());
    }
}

/// Every place that looks like a signature: ranges, and the octets between them.
fn crude_all(pdf: &[u8]) -> Vec<(Vec<&[u8]>, Vec<u8>)> {
    let mut found = Vec::new();
    for at in 0..pdf.len() {
        if !pdf[at..].starts_with(b"/ByteRange") {
            continue;
        }
        let text: String = pdf[at + 10..].iter().take(100).map(|octet| char::from(*octet)).collect();
        let Some((_, text)) = text.split_once('[') else { continue };
        let Some((text, _)) = text.split_once(']') else { continue };
        let range: Vec<usize> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [0, first, second, len] = range[..] else { continue };
        let (Some(head), Some(gap)) = (pdf.get(..first), pdf.get(first..second)) else { continue };
        let Some(tail) = second.checked_add(len).and_then(|end| pdf.get(second..end)) else { continue };
        let digits: Vec<u8> = gap.iter().copied().filter(u8::is_ascii_hexdigit).collect();
        if let Some(octets) = crate::digest::hex_decode(&digits) {
            found.push((vec![head, tail], octets));
        }
    }
    found
}

#[test]
fn signatures_in_the_test_pdfs_of_others_get_an_answer() {
    let mut answers = std::collections::BTreeMap::<String, usize>::new();
    for folder in ["pdf", "hostile"].into_iter().filter_map(corpora) {
        for path in files(&folder).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "pdf")) {
            for (ranges, octets) in crude_all(&fs::read(&path).unwrap()) {
                let answer = match SignedData::parse(&octets) {
                    Err(error) => format!("not read: {error}"),
                    Ok(signed) => match signed.verify(&ranges) {
                        Ok(()) => "intact".to_owned(),
                        Err(CmsFault::Content)
                            if signed.verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&ranges)) == Ok(()) =>
                        {
                            "intact, sha1".to_owned()
                        }
                        Err(CmsFault::Content) if signed.verify_encapsulated(TST_INFO) == Ok(()) => "token".to_owned(),
                        Err(CmsFault::Content) => format!(
                            "content inside, {:?}",
                            signed.verify_sha1_content(|| DigestAlgorithm::Sha1.digest(&ranges))
                        ),
                        Err(fault) => format!("{fault}"),
                    },
                };
                if answer != "intact" {
                    println!("{}: {answer}", path.strip_prefix(&folder).unwrap().display());
                }
                *answers.entry(answer).or_default() += 1;
            }
        }
    }
    println!("{answers:#?}");
}
