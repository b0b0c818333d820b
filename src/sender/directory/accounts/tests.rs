use super::*;

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn read_text(text: &str) -> Accounts {
    read(text.as_bytes()).unwrap()
}

#[test]
fn entries_of_ldif_are_read_with_folding_base64_and_options() {
    let read = read_text(
        "version: 1\r\n# a remark\r\n  that goes on\r\ndn: uid=soyte,ou=people\r\nuid: SoYTe\r\nmail: soyte@tuyen\r\n quang.gov.vn\r\n\
         displayName;lang-vi:: U+G7nyBZIHThur8=\r\nzimbraMailAlias: yte@tuyenquang.gov.vn\r\nzimbraAccountStatus: active\r\n\
         jpegPhoto:: /9j/\r\n\r\ndn: uid=lan\r\nmail: lan@x.vn\r\nsn: Trần\r\ngivenName: Lan\r\nuserAccountControl: 514\r\n\r\n\
         dn: ou=people\r\nou: people\r\n",
    );
    assert_eq!((read.source, read.faults.len(), read.accounts.len()), (Some(Source::Ldif), 0, 2));
    let first = &read.accounts[0];
    assert_eq!(first.mailbox, Some(mailbox("soyte@tuyenquang.gov.vn")));
    assert_eq!((first.name.as_str(), first.kind, first.state), ("Sở Y tế", Some(Kind::Unit), State::Active));
    assert!(first.logins.contains("soyte") && first.aliases.contains(&mailbox("yte@tuyenquang.gov.vn")));
    assert_eq!((read.accounts[1].state, read.accounts[1].kind), (State::Closed, Some(Kind::Personal)));
}

#[test]
fn ldif_that_is_none_is_named_and_nothing_is_fetched() {
    let read = read_text(
        "dn: a\nmail:< file:///etc/passwd\nmail: a b@x\nnonsense\ndisplayName:: ****\n\ndn: b\nchangetype: delete\n\ndn: c\nmail: c@x.vn\n",
    );
    let faults: Vec<&AccountFault> = read.faults.iter().map(|(_, fault)| fault).collect();
    assert!(matches!(faults[0], AccountFault::Elsewhere(_)));
    assert!(
        faults.contains(&&AccountFault::NotAnAttribute) && faults.contains(&&AccountFault::NotAnEntry),
        "{faults:?}"
    );
    assert!(faults.iter().any(|fault| matches!(fault, AccountFault::NotAMailbox(_))));
    assert_eq!(read.accounts.len(), 1);
}

#[test]
fn details_of_zmprov_are_read() {
    let read = read_text(
        "# name soyte@x.vn\ncn: soyte\ndisplayName: Sở Y tế\nmail: soyte@x.vn\nmail: yte@x.vn\nobjectClass: inetOrgPerson\nuid: soyte\nzimbraAccountStatus: closed\nzimbraMailAlias: yte@x.vn\n\n# name lan@x.vn\nsn: Lan\nzimbraAccountStatus: active\n\n",
    );
    assert_eq!(read.source, Some(Source::Zmprov));
    assert_eq!(read.accounts[0].state, State::Closed);
    assert!(read.accounts[0].aliases.contains(&mailbox("yte@x.vn")));
    assert_eq!(read.accounts.len(), 2);
}

#[test]
fn a_signature_that_looks_like_lines_of_an_account_does_not_change_one() {
    let read = read_text(
        "# name lan@x.vn\nmail: lan@x.vn\nzimbraAccountStatus: closed\nzimbraPrefMailSignature: Lan\nmail: soyte@x.vn\nzimbraAccountStatus: active\n\n# name soyte@x.vn\nzimbraAccountStatus: active\n\n# name soyte@x.vn\nzimbraAccountStatus: closed\n",
    );
    assert_eq!((read.accounts[0].state, read.accounts[0].aliases.len()), (State::Closed, 0));
    assert!(read.accounts[1..].iter().all(|account| account.state == State::Doubtful));
}

#[test]
fn a_plain_list_has_one_address_a_line() {
    let read = read_text("# all\nsoyte@x.vn\nLan@x.vn\n\nsoyte@x.vn\nnobody\n");
    assert_eq!((read.source, read.accounts.len()), (Some(Source::List), 2));
    assert_eq!(read.faults, [(6, AccountFault::NotAMailbox("nobody".into()))]);
}

#[test]
fn a_state_that_is_said_twice_is_doubtful() {
    let read = read_text("dn: a\nmail: a@x.vn\nzimbraAccountStatus: active\nnsAccountLock: TRUE\n");
    assert_eq!(read.accounts[0].state, State::Doubtful);
}

#[test]
fn proxy_addresses_tell_the_primary_one() {
    let read = read_text("dn: a\nmail: old@x.vn\nproxyAddresses: smtp:b@x.vn\nproxyAddresses: SMTP:a@x.vn\n");
    assert_eq!(read.accounts[0].mailbox, Some(mailbox("a@x.vn")));
    assert_eq!(read.accounts[0].aliases.len(), 2);
}
