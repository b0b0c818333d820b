//! How long paths and revocation lists take: a path of three with lists of 10,000 entries, a list of 5 MB.
//!
//! `cargo bench --bench pki` prints one line a figure. Every measured answer must be "not revoked", else the run fails.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

mod figures;
#[path = "../support"]
mod support {
    #[expect(dead_code, reason = "the attacks use all of it, the benchmark certificates")]
    pub mod forge;
}

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dieu7::asn1::{self, encode};
use dieu7::budget::Budget;
use dieu7::time::UnixTime;
use dieu7::x509::{
    AnchorStore, Certificate, Crl, CrlSet, CrlShelf, Name, PathSearch, Purpose, Question, RevocationStatus, Verified,
};
use figures::{Figures, milliseconds};
use support::forge::{Draft, Key, for_authorities, for_documents};

const RUNS: usize = 50;

fn main() {
    let scene = Scene::new();
    let lists = scene.lists(10_000);
    println!("lists of 10,000 entries have {} kB", lists[0].len() / 1_000);
    let shelf = CrlShelf::default();
    let at_hand = || lists.iter().map(|octets| shelf.read(octets).unwrap()).collect::<Vec<_>>();
    let read_anew = || lists.iter().map(|octets| Crl::parse_shared(octets).unwrap()).collect::<Vec<_>>();
    scene.judge(at_hand());
    show("path of three, both lists at hand", || scene.judge(at_hand()));
    show("path of three, both lists read anew", || scene.judge(read_anew()));
    show("path of three alone", || {
        scene.path(&Verified::default());
    });

    // About 34 octets an entry.
    let [large, _] = scene.lists(150_000);
    let name = format!("list of {:.1} MB read and indexed", f64::from(u32::try_from(large.len()).unwrap()) / 1e6);
    show(&name, || drop(black_box(Crl::parse_shared(&large).unwrap())));
    // A list remembers whose key fits, so each run has one that was not asked yet.
    let mut fresh: Vec<Crl> = (0..RUNS).map(|_| Crl::parse_shared(&large).unwrap()).collect();
    show("the same list verified", || {
        fresh.pop().unwrap().signed_by(&scene.root, &mut Budget::for_message()).unwrap();
    });
    let crl = Crl::parse_shared(&large).unwrap();
    show("a thousand serial numbers looked up in it", || {
        for _ in 0..1_000 {
            assert_eq!(crl.status(&scene.issuing), Ok(RevocationStatus::Good));
        }
    });
}

/// Median of the time on the clock, and mean of that on the processor, which others on the same machine do not lengthen.
fn show(what: &str, mut work: impl FnMut()) {
    let before = on_processor();
    let measured: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    let busy = on_processor().saturating_sub(before) / u32::try_from(RUNS).unwrap();
    let median = milliseconds(Figures::new(measured).median());
    println!("{what:<45} {median:>8} ms, on the processor {:>8} ms", milliseconds(busy));
}

/// How long this program has run on a processor (proc(5), schedstat).
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// A leaf, an issuing CA and a root, with RSA keys of 2,048 bits.
struct Scene {
    root_key: Key,
    issuing_key: Key,
    root: Certificate,
    issuing: Certificate,
    leaf: Certificate,
    anchors: AnchorStore,
    pool: Vec<Certificate>,
}

impl Scene {
    fn new() -> Self {
        let [root_key, issuing_key, key] = ["gov-root", "gov-issuing", "noivu"].map(Key::of);
        let [top, middle, person] = ["CN=Root, C=VN", "CN=CA, C=VN", "CN=Person, C=VN"]
            .map(|text| Name::from_text(text).unwrap().der().to_vec());
        let draft = |subject, issuer, extensions, spki| Draft {
            subject,
            issuer,
            from: "20000101000000Z",
            to: "20991231235959Z",
            extensions,
            spki,
        };
        let root = draft(&top, &top, for_authorities(), root_key.spki()).issue(&root_key);
        let issuing = draft(&middle, &top, for_authorities(), issuing_key.spki()).issue(&root_key);
        let leaf = draft(&person, &middle, for_documents(), key.spki()).issue(&issuing_key);
        let anchors = AnchorStore::trusting([root.clone()]);
        Self { root_key, issuing_key, root, pool: vec![issuing.clone()], issuing, leaf, anchors }
    }

    /// A list of the root and one of the CA, with serial numbers as they are drawn.
    fn lists(&self, entries: u32) -> [Arc<[u8]>; 2] {
        let list = |issuer: &Certificate, key: &Key| {
            let time = |text: &[u8]| encode(asn1::UTC_TIME, &[text]);
            let mut drawn = 0x9e37_79b9_7f4a_7c15_u64;
            let mut list = Vec::new();
            for _ in 0..entries {
                drawn ^= drawn << 13;
                drawn ^= drawn >> 7;
                drawn ^= drawn << 17;
                let serial = encode(asn1::INTEGER, &[&[0x11, 1, 2, 3, 4, 5, 6, 7], &drawn.to_be_bytes()]);
                list.extend(encode(asn1::SEQUENCE, &[&serial, &time(b"250101000000Z")]));
            }
            let list = encode(asn1::SEQUENCE, &[&list]);
            let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0];
            let (from, to) = (time(b"250101000000Z"), time(b"450101000000Z"));
            let tbs = encode(asn1::SEQUENCE, &[&[2, 1, 1], &algorithm, issuer.subject().der(), &from, &to, &list]);
            let signature = encode(asn1::BIT_STRING, &[&[0], &key.sign(&tbs, false)]);
            Arc::from(encode(asn1::SEQUENCE, &[&tbs, &algorithm, &signature]))
        };
        [list(&self.root, &self.root_key), list(&self.issuing, &self.issuing_key)]
    }

    fn search(&self) -> PathSearch<'_> {
        let at = UnixTime::from_seconds(1_800_000_000);
        PathSearch { pool: &self.pool, anchors: &self.anchors, purposes: &Purpose::ALL, at }
    }

    fn path(&self, verified: &Verified) -> dieu7::x509::Path {
        self.search().build_knowing(verified, &self.leaf, &mut Budget::for_message()).unwrap()
    }

    /// What one message asks: a path, and what the lists say of both certificates below the anchor.
    fn judge(&self, lists: Vec<Crl>) {
        let verified = Verified::default();
        let mut set = CrlSet::default();
        for list in lists {
            set.insert(list);
        }
        for (certificate, issuer) in self.path(&verified).issuers() {
            let question = Question { certificate, issuer, search: self.search(), verified: &verified };
            let said = set.statements(&question, &mut Budget::for_message());
            assert_eq!(said.statements.len(), 1);
            assert_eq!(said.statements[0].status, RevocationStatus::Good);
        }
    }
}
