//! One mail address in plain syntax, in the form in which addresses are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::name::is_hidden;

/// An address (RFC 5321, 4.1.2; RFC 6531): a dot-atom, `@`, a host name. The domain is kept as A-labels in lower case
/// (RFC 5890). RFC 5321 lets the local part be case-sensitive; no server in use does, and a directory lists a mailbox
/// once, so ASCII letters are folded there too. Other letters are compared as they are: a look-alike is another mailbox.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Mailbox {
    local: String,
    domain: String,
}

/// Why a text is no address in plain syntax.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailboxFault {
    /// The domain is no host name; address literals are none either.
    Domain,
    /// The local part is no dot-atom, or longer than 64 octets.
    LocalPart,
    /// There is no `@`, or nothing before or after it.
    Missing,
    /// `%`, `!` or `:` as source routes use them, or a second `@`.
    Route,
}

impl Mailbox {
    /// Reads `local@domain`.
    pub fn parse(text: &str) -> Result<Self, MailboxFault> {
        let (local, domain) = text.split_once('@').ok_or(MailboxFault::Missing)?;
        if local.is_empty() || domain.is_empty() {
            return Err(if text.starts_with('@') && domain.contains('@') {
                MailboxFault::Route
            } else {
                MailboxFault::Missing
            });
        }
        if domain.contains('@') || local.contains(['%', '!', ':']) || domain.contains(':') {
            return Err(MailboxFault::Route);
        }
        if local.len() > 64 || !local.split('.').all(is_atom) {
            return Err(MailboxFault::LocalPart);
        }
        let domain = domain_name(domain).ok_or(MailboxFault::Domain)?;
        Ok(Self { local: local.to_ascii_lowercase(), domain })
    }

    /// What stands before the `@`, in lower case.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain as A-labels in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// A host name as A-labels in lower case (RFC 5891); `None` for address literals, a final full stop, and what UTS 46
/// does not map to letters, digits and hyphens.
#[must_use]
pub fn domain_name(text: &str) -> Option<String> {
    if text.len() > 253 || text.chars().any(|c| is_hidden(c) || c.is_whitespace()) {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(text).ok()?;
    // IDNA maps other full stops and forms to these; a name that changes under a second reading is refused by the
    // strict rules, a single label or a number at the end is an address or a local name.
    let last = ascii.rsplit('.').next()?;
    let plain = ascii.contains('.') && !ascii.ends_with('.') && !last.bytes().all(|o| o.is_ascii_digit());
    plain.then_some(ascii)
}

/// RFC 5322, 3.2.3 with RFC 6532. `=?` is kept out: a lenient reader decodes it as an encoded word.
fn is_atom(text: &str) -> bool {
    let atext = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(c)
            || (!c.is_ascii() && !is_hidden(c) && !c.is_whitespace())
    };
    !text.is_empty() && text.chars().all(atext) && !text.contains("=?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_form_of_the_domain_do_not_make_another_mailbox() {
        let listed = Mailbox::parse("ubnd@tuyenquang.gov.vn").unwrap();
        assert_eq!(Mailbox::parse("UBND@TuyenQuang.GOV.vn").unwrap(), listed);
        let idn = Mailbox::parse("a@tuyênquang.vn").unwrap();
        assert!(idn.domain().starts_with("xn--"));
        assert_eq!(Mailbox::parse(&idn.to_string()).unwrap(), idn);
        assert_eq!(Mailbox::parse("a@TUYE\u{302}NQUANG.vn").unwrap(), idn);
        // Cyrillic "а" is another letter.
        assert_ne!(Mailbox::parse("ubnd@tuyenqu\u{430}ng.gov.vn").ok(), Some(listed));
    }

    #[test]
    fn anything_but_a_dot_atom_at_a_host_name_is_refused() {
        for (text, fault) in [
            ("", MailboxFault::Missing),
            ("a", MailboxFault::Missing),
            ("@b.vn", MailboxFault::Missing),
            ("@r.vn:a@b.vn", MailboxFault::Route),
            ("a@b@c.vn", MailboxFault::Route),
            ("a%c.vn@b.vn", MailboxFault::Route),
            ("c!a@b.vn", MailboxFault::Route),
            ("\"a\"@b.vn", MailboxFault::LocalPart),
            ("a..b@b.vn", MailboxFault::LocalPart),
            ("a b@b.vn", MailboxFault::LocalPart),
            ("=?utf-8?q?x?=@b.vn", MailboxFault::LocalPart),
            ("a\0@b.vn", MailboxFault::LocalPart),
            ("a@[10.0.0.1]", MailboxFault::Domain),
            ("a@10.0.0.1", MailboxFault::Domain),
            ("a@b.vn.", MailboxFault::Domain),
            ("a@localhost", MailboxFault::Domain),
            ("a@b_c.vn", MailboxFault::Domain),
            ("a@b.vn ", MailboxFault::Domain),
            ("a@b.v\u{202e}n", MailboxFault::Domain),
        ] {
            assert_eq!(Mailbox::parse(text), Err(fault), "{text:?}");
        }
    }
}
