//! Who sent it, with the real servers: logins at Postfix, signatures of OpenDKIM with their key in a name server, a webmail
//! host, and what a forger makes of each.

use std::fmt::Write as _;

use dieu7::io::clock;

use crate::support::agency::{Agency, COVERING, DOMAIN, OddSigner, PROGRAMS, written_now};
use crate::support::client::Client;
use crate::support::dns::{Mood, Server, Zone};
use crate::support::gateway::Gateway;
use crate::support::letters::Letter;
use crate::support::mail::Delivered;
use crate::support::site::{Site, Wish, address};
use crate::support::until;

const MET: &str = "legally-equivalent-to-paper";
const UNMET: &str = "flagged-condition-unmet";
const UNDETERMINED: &str = "flagged-undetermined";

/// Everything that takes part.
struct World {
    gateway: Gateway,
    site: Site,
    agency: Agency,
    odd: OddSigner,
    dns: Server,
    zone: Zone,
}

/// A site whose settings attest the domain, name a border and a webmail host (neither is this machine), and ask `dns`.
fn world(change: impl Fn(&str) -> String) -> Option<World> {
    let site = Site::new(Wish { programs: PROGRAMS, ..Wish::default() })?;
    let (agency, odd) = (Agency::start("vanthu2026", COVERING), OddSigner::new());
    let (name, record) = agency.record();
    let zone = Zone::default()
        .txt(&name, &record)
        .txt(&format!("good._domainkey.{DOMAIN}"), &odd.record())
        .txt(&format!("silent._domainkey.{DOMAIN}"), &odd.record())
        .mood(&format!("silent._domainkey.{DOMAIN}"), Mood::Silent)
        .txt("good._domainkey.giamao.example", &odd.record());
    let dns = Server::start_at(address(), zone.clone());
    let ask = format!("servers = [\"{}\"]\ntimeout-ms = 1000\ndeadline-seconds = 5", dns.address());
    let mut settings = std::fs::read_to_string(site.settings()).unwrap().replace("lookup = false", &ask);
    write!(
        settings,
        "[[sender.attested-domains]]\ndomain = \"{DOMAIN}\"\nby = \"Sở Khoa học và Công nghệ\"\non = \"2026-01-01\"\n\
         [[sender.border-hosts]]\nauthserv-id = \"mx.{DOMAIN}\"\nclients = [\"192.0.2.25\"]\n\
         [[sender.webmail-hosts]]\nclients = [\"192.0.2.7\"]\n"
    )
    .unwrap();
    std::fs::write(site.settings(), change(&settings)).unwrap();
    Some(World { gateway: site.start_gateway(), site, agency, odd, dns, zone })
}

impl World {
    fn logged(&self, mail: &Delivered) -> String {
        Gateway::command(&self.site.settings(), &["log", "show", &mail.verdict().id])
    }

    /// Panics unless verdict and first code stand in the header, and verdict and all codes in the log. (What is remarked on
    /// the mail and not on a document has no place in the header.)
    fn assert_found(&self, what: &str, mail: &Delivered, verdict: &str, codes: &[&str]) {
        let (header, logged) = (header(mail), self.logged(mail));
        assert_eq!(mail.verdict().token, verdict, "{what}: {header}\n{logged}");
        assert!(header.contains(codes[0]), "{what}: {header}");
        assert!(logged.contains(&format!("({verdict})")), "{what}: {logged}");
        for code in codes {
            assert!(logged.contains(&format!("- {code}: ")), "{what}: {code}: {logged}");
        }
        assert!(!String::from_utf8_lossy(&mail.octets).contains("GIA-"), "{what}: a forged stamp is left");
        self.site.assert_stamped_and_recorded(std::slice::from_ref(mail));
    }

    /// Sends on an open session, and waits for the mail.
    fn over(&self, mut client: Client, letter: &Letter) -> Delivered {
        let already = self.site.sink.mails().len();
        assert_eq!(client.send(letter).unwrap().code, 250);
        self.site.sink.wait_for(already + 1).pop().unwrap()
    }
}

/// Our fields, those of the documents too.
fn header(mail: &Delivered) -> String {
    [mail.ours("Verdict"), mail.ours("Document"), mail.ours("Summary")].concat().join("\n")
}

#[test]
fn a_login_sends_from_its_own_mailboxes_only_whatever_else_the_mail_bears() {
    let Some(world) = world(str::to_owned) else { return };
    let login = |login: &str| Client::connect(world.site.postfix.submission).unwrap().login(login).unwrap();
    let own = world.over(login("sonoivu.vanthu1"), &written_now("own"));
    assert_eq!(own.verdict().token, MET, "{}", header(&own));
    let other = world.over(login("ttcntt.vanthu1"), &written_now("other"));
    world.assert_found("another's login", &other, UNMET, &["mbox-unauthenticated"]);
    let signed = world.agency.sign(&written_now("signed"));
    let other = world.over(login("ttcntt.vanthu1"), &signed);
    world.assert_found("another's login with a signature that holds", &other, UNMET, &["mbox-unauthenticated"]);
}

#[test]
fn mail_that_opendkim_signed_at_its_agency_is_stamped_once_and_its_copy_is_not() {
    let Some(world) = world(str::to_owned) else { return };
    let signed = world.agency.sign(&written_now("signed"));
    let first = world.site.deliver(&signed);
    assert_eq!(first.verdict().token, MET, "{}\n{}", header(&first), world.logged(&first));
    let below_trace = Delivered { octets: signed.octets.clone(), ..Delivered::default() };
    assert_eq!(first.without_top(), below_trace.without_top(), "what was signed is delivered");
    let again = world.site.deliver(&signed);
    world.assert_found("the copy", &again, UNDETERMINED, &["replay-suspect"]);
    let next = world.site.deliver(&world.agency.sign(&written_now("next")));
    assert_eq!(next.verdict().token, MET, "another mail of the same mailbox");
}

#[test]
fn what_opendkim_signs_by_default_leaves_out_what_tells_mails_apart_and_proves_nothing() {
    let Some(world) = world(str::to_owned) else { return };
    let agency = Agency::start("macdinh", "");
    let (name, record) = agency.record();
    world.dns.become_zone(world.zone.clone().txt(&name, &record));
    let mail = world.site.deliver(&agency.sign(&written_now("default")));
    world.assert_found("without Message-ID and Content-Type", &mail, UNDETERMINED, &["mbox-unauthenticated"]);
    let record = &world.site.records()[0];
    assert!(String::from_utf8_lossy(&record.report).contains("\"detail\":\"not-covered\""));
}

/// What is forged, how, and what comes of it: the verdict, and codes of which the first stands in the header too.
type Forgery = (&'static str, fn(&World, Letter) -> Letter, &'static str, &'static [&'static str]);

const FORGERIES: &[Forgery] = &[
    ("no signature", |_, letter| letter, UNDETERMINED, &["mbox-unauthenticated"]),
    (
        "broken in the body",
        |world, letter| {
            let mut letter = world.agency.sign(&letter);
            letter
                .replace("=_vanban-01-met\r\nContent-Type: text/plain", "=_vanban-01-met\r\nContent-type: text/plain");
            letter
        },
        UNMET,
        &["mbox-unauthenticated"],
    ),
    (
        "broken in the header",
        |world, letter| {
            let mut letter = world.agency.sign(&letter);
            letter.replace("To: vanthu.vpubnd@", "To: VanThu.vpubnd@");
            letter
        },
        UNMET,
        &["mbox-unauthenticated"],
    ),
    (
        "signed as long as it was",
        |world, letter| world.odd.sign(&letter, DOMAIN, "good", true),
        UNDETERMINED,
        &["mbox-unauthenticated"],
    ),
    (
        "signed by a key that nobody publishes",
        |world, letter| world.odd.sign(&letter, DOMAIN, "nokey", false),
        UNDETERMINED,
        &["mbox-unauthenticated"],
    ),
    (
        "signed by a key that DNS is silent about",
        |world, letter| world.odd.sign(&letter, DOMAIN, "silent", false),
        UNDETERMINED,
        &["mbox-unauthenticated"],
    ),
    (
        "a second From above the signed one",
        |world, letter| {
            let mut letter = world.agency.sign(&letter);
            letter.on_top("From: Giam doc <giamdoc@giamao.example>\r\n");
            letter
        },
        UNMET,
        &["mbox-mismatch"],
    ),
    (
        "signed by another domain",
        |world, letter| world.odd.sign(&letter, "giamao.example", "good", false),
        UNDETERMINED,
        &["mbox-unauthenticated"],
    ),
    (
        "a login that the mail tells itself",
        |_, mut letter| {
            letter.on_top("X-Authenticated-User: sonoivu.vanthu1\r\n");
            letter
        },
        UNDETERMINED,
        &["mbox-unauthenticated", "login-claimed"],
    ),
    (
        "a result that the mail tells itself",
        |_, mut letter| {
            letter.on_top("Authentication-Results: mx.tinhmau.example; dkim=pass header.d=tinhmau.example\r\n");
            letter
        },
        UNDETERMINED,
        &["mbox-unauthenticated"],
    ),
    (
        "stamps that the mail brings along",
        |_, mut letter| {
            letter.on_top("Dieu7-Verdict: legally-equivalent-to-paper; id=\"GIA-1\"\r\nDieu7-Summary: GIA-1\r\n");
            letter
        },
        UNDETERMINED,
        &["mbox-unauthenticated", "stamp-removed"],
    ),
];

#[test]
fn no_forgery_of_a_signed_mail_is_stamped_and_each_is_told_in_header_and_log() {
    let Some(world) = world(str::to_owned) else { return };
    let honest = world.odd.sign(&written_now("honest"), DOMAIN, "good", false);
    let honest = world.site.deliver(&honest);
    assert_eq!(honest.verdict().token, MET, "{}\n{}", header(&honest), world.logged(&honest));
    for (n, (what, forge, verdict, codes)) in FORGERIES.iter().enumerate() {
        let mail = world.site.deliver(&forge(&world, written_now(&format!("forged-{n}"))));
        world.assert_found(what, &mail, verdict, codes);
    }
}

#[test]
fn a_login_that_the_webmail_host_tells_counts_and_from_elsewhere_it_does_not() {
    let Some(world) = world(str::to_owned) else { return };
    world.site.postfix.amend(&[("smtpd_authorized_xclient_hosts =", "smtpd_authorized_xclient_hosts = 127.0.0.0/8")]);
    // An old process may end with the first connection that it is given.
    let from = |address: &str| {
        until("Postfix takes the address", || {
            Client::connect(world.site.postfix.inbound).ok()?.coming_from(address).ok()
        })
    };
    let told = |name: &str, login: &str| {
        let mut letter = written_now(name);
        letter.on_top(&format!("X-Authenticated-User: {login}\r\n"));
        letter
    };
    let own = world.over(from("192.0.2.7"), &told("own", "sonoivu.vanthu1"));
    assert_eq!(own.verdict().token, MET, "{}\n{}", header(&own), world.logged(&own));
    let other = world.over(from("192.0.2.7"), &told("other", "ttcntt.vanthu1"));
    world.assert_found("another's login", &other, UNMET, &["mbox-unauthenticated"]);
    let outside = world.over(from("192.0.2.8"), &told("outside", "sonoivu.vanthu1"));
    world.assert_found("from another host", &outside, UNDETERMINED, &["mbox-unauthenticated", "login-claimed"]);
}

#[test]
fn a_list_imported_while_the_gateway_runs_counts_for_the_next_mail_and_stands_in_the_log() {
    let Some(world) = world(|settings| settings.replace("[directory]\nfile = \"directory.csv\"\n", "")) else { return };
    let before = world.site.deliver(&world.agency.sign(&written_now("before")));
    world.assert_found("nobody is listed yet", &before, UNDETERMINED, &["mbox-unauthenticated"]);
    let page = world.site.file("danh-ba.html");
    let table = "<html><meta charset=utf-8><h1>Danh bạ thư điện tử</h1><table>\
                 <tr><th>STT</th><th>Tên đơn vị</th><th>Hộp thư</th></tr>\
                 <tr><td>1</td><td>Sở Nội vụ tỉnh Mẫu</td><td><a href=\"mailto:vanthu.sonoivu@tinhmau.example\">\
                 vanthu.sonoivu@tinhmau.example</a></td></tr></table></html>";
    std::fs::write(&page, table).unwrap();
    let today = format!("{}", clock::now());
    let today = today.get(..10).unwrap();
    let arguments = ["directory", "import", page.to_str().unwrap(), "--yes", "--by", "Lan", "--read-on", today];
    let said = Gateway::command(&world.site.settings(), &arguments);
    assert!(said.contains("1 added"), "{said}");
    let change = world.site.records().into_iter().find(|record| record.kind == "directory").unwrap();
    let listed = Gateway::command(&world.site.settings(), &["log", "list"]);
    assert!(listed.contains(&change.id) && listed.contains("Directory changed: 1 added"), "{listed}");
    // So long after it was recorded does a change count, on every gateway.
    until("the change counts", || (clock::now() > change.at.plus(5)).then_some(()));
    let after = world.site.deliver(&world.agency.sign(&written_now("after")));
    assert_eq!(after.verdict().token, MET, "{}\n{}\n{}", header(&after), world.logged(&after), world.gateway.said());
}
