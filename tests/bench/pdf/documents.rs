//! The documents that are measured, the same ones in every run.

use std::fmt::Write as _;

use dieu7::x509::Certificate;

use crate::support::forge::{self, Key};
use crate::support::pdf;

/// A file and what is known of it.
pub struct Document {
    pub name: &'static str,
    pub octets: Vec<u8>,
    pub signatures: usize,
}

/// Who signs them all.
pub struct Signer {
    key: Key,
    certificate: Certificate,
}

impl Signer {
    pub fn new() -> Self {
        Self { key: Key::of("noivu"), certificate: forge::certificate("certificates/noivu") }
    }

    fn cms(&self, signed: &[u8]) -> Vec<u8> {
        forge::cms(signed, &self.key, &self.certificate, &[&self.certificate], false)
    }

    /// A scanned page of `size` octets, signed once.
    pub fn scan(&self, name: &'static str, size: usize) -> Document {
        Document { name, octets: pdf::signed_scan(size, &|signed| self.cms(signed)), signatures: 1 }
    }

    /// As [`Self::scan`], signed `count` times, each in a revision of its own.
    pub fn signed_often(&self, name: &'static str, size: usize, count: usize) -> Document {
        let room = size.saturating_sub((count - 1) * pdf::REVISION);
        let mut octets = pdf::signed_scan(room, &|signed| self.cms(signed));
        for _ in 1..count {
            octets = pdf::sign_again(octets, &|signed| self.cms(signed));
        }
        Document { name, octets, signatures: count }
    }

    /// `count` small dictionaries, signed once.
    pub fn of_objects(&self, name: &'static str, size: usize, count: usize) -> Document {
        let filling = "x".repeat((size / count).saturating_sub(110));
        let objects: Vec<Vec<u8>> = (0..count)
            .map(|index| {
                let mut body = String::new();
                write!(body, "<< /Type /StructElem /S /P /K {index} /Pg 3 0 R /T ({filling}) >>").unwrap();
                body.into_bytes()
            })
            .collect();
        Document { name, octets: pdf::signed_page(&objects, &|signed| self.cms(signed)), signatures: 1 }
    }
}
