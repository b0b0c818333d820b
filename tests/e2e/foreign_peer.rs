//! A milter peer that others wrote: Debian's `miltertest`, and one that talks nonsense.

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::process::Command;

use dieu7::io::samples;

use crate::support::requirements::find;
use crate::support::site::{Site, Wish};

const WISH: Wish = Wish { programs: &[("miltertest", "miltertest")], mode: "stamp", milter: "" };

#[test]
fn miltertest_sees_forged_stamps_deleted_and_the_verdict_inserted_at_the_top() {
    let Some(site) = Site::new(WISH) else { return };
    let _gateway = site.start_gateway();
    talk(&site, "nil, nil, nil", "MT1");
    assert_recorded(&site, "MT1");
}

#[test]
fn miltertest_with_protocol_version_two_gets_the_same() {
    let Some(site) = Site::new(WISH) else { return };
    let _gateway = site.start_gateway();
    // What Sendmail 8.13 offered: actions 0x3f, steps 0x7f.
    talk(&site, "2, 63, 127", "MT2");
    assert_recorded(&site, "MT2");
}

#[test]
fn nonsense_on_the_socket_beside_it_disturbs_nobody() {
    let Some(site) = Site::new(WISH) else { return };
    let _gateway = site.start_gateway();
    let mut silent = Vec::new();
    for nonsense in [
        &b"GET / HTTP/1.0\r\n\r\n"[..],
        &[0xff; 64],
        &[0, 0, 0, 0],
        &[0, 0, 0, 1, b'E'],
        &[0x7f, 0xff, 0xff, 0xff, b'B'],
    ] {
        let mut peer = UnixStream::connect(site.socket()).unwrap();
        // The gateway may already have hung up.
        let _ = peer.write_all(nonsense);
        silent.push(peer);
    }
    talk(&site, "nil, nil, nil", "MT3");
    assert_recorded(&site, "MT3");
}

fn assert_recorded(site: &Site, queue_id: &str) {
    let records = site.records();
    let [record] = records.as_slice() else { panic!("{} records", records.len()) };
    assert_eq!((record.queue_id.as_str(), record.verdict.as_str()), (queue_id, "legally-equivalent-to-paper"));
}

/// Sends sample 01 with two forged stamps; the script fails if a reply or a change is not as it must be.
fn talk(site: &Site, negotiation: &str, queue_id: &str) {
    let sample = samples::all().into_iter().find(|sample| sample.id == "01-met").unwrap();
    let message = sample.message();
    let octets = String::from_utf8(message.octets().to_vec()).unwrap();
    let (head, body) = octets.split_once("\r\n\r\n").unwrap();
    std::fs::write(site.file("body"), body).unwrap();
    let fields = head.replace("\r\n ", "\n ");
    let fields: Vec<String> = fields
        .split("\r\n")
        .map(|field| field.split_once(": ").unwrap())
        .map(|(name, value)| format!("step(mt.header(conn, {}, {}))\n", quoted(name), quoted(value)))
        .collect();
    let script = site.file("peer.lua");
    let text = SCRIPT
        .replace("@SOCKET@", &site.socket().display().to_string())
        .replace("@BODY@", &site.file("body").display().to_string())
        .replace("@NEGOTIATION@", negotiation)
        .replace("@QUEUE_ID@", queue_id)
        .replace("@FIELDS@", &fields.concat());
    std::fs::write(&script, text).unwrap();
    let output = Command::new(find("miltertest").unwrap()).arg("-s").arg(&script).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("ALL WELL"), "{}: {said}", output.status);
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

const SCRIPT: &str = r#"
-- miltertest says nothing about a script that ends by an error.
function fail(text)
  mt.echo("FAILED: " .. tostring(text))
  error(text)
end

mt.set_timeout(60)
conn = mt.connect("unix:@SOCKET@")
if conn == nil then fail("connect") end

function step(failure)
  if failure ~= nil then fail(failure) end
  local reply = mt.getreply(conn)
  if reply ~= SMFIR_CONTINUE and reply ~= 0 then fail("reply " .. tostring(reply)) end
end

local failure = mt.negotiate(conn, @NEGOTIATION@)
if failure ~= nil then fail(failure) end
mt.macro(conn, SMFIC_CONNECT, "j", "mx.tinhmau.example", "{daemon_name}", "submission")
step(mt.conninfo(conn, "client.example", "192.0.2.10"))
step(mt.helo(conn, "client.example"))
mt.macro(conn, SMFIC_MAIL, "i", "@QUEUE_ID@", "{auth_type}", "PLAIN", "{auth_authen}", "sonoivu.vanthu1")
step(mt.mailfrom(conn, "<vanthu.sonoivu@tinhmau.example>"))
step(mt.rcptto(conn, "<vanthu.vpubnd@tinhmau.example>"))
step(mt.header(conn, "Dieu7-Verdict", "legally-equivalent-to-paper; id=\"GIA-1\""))
@FIELDS@
step(mt.header(conn, "DIEU7-verdict", "legally-equivalent-to-paper; id=\"GIA-2\""))
step(mt.eoh(conn))
step(mt.bodyfile(conn, "@BODY@"))
failure = mt.eom(conn)
if failure ~= nil then fail(failure) end
local reply = mt.getreply(conn)
if reply ~= SMFIR_ACCEPT then fail("end of message: reply " .. tostring(reply)) end
for _, name in ipairs({"Dieu7-Verdict", "Dieu7-Document", "Dieu7-Summary"}) do
  if not mt.eom_check(conn, MT_HDRINSERT, name) then fail(name .. " not inserted") end
end
for _, name in ipairs({"Dieu7-Verdict", "DIEU7-verdict"}) do
  if not mt.eom_check(conn, MT_HDRDELETE, name) then fail(name .. " not deleted") end
end
for _, change in ipairs({MT_HDRADD, MT_BODYCHANGE, MT_QUARANTINE}) do
  if mt.eom_check(conn, change) then fail("unasked change " .. tostring(change)) end
end
mt.disconnect(conn)
mt.echo("ALL WELL")
"#;
