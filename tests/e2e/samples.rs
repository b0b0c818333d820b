//! The sample mails through Postfix: what the headers say, and what stays as it was sent.

use dieu7::io::samples::{self, Sample};

use crate::support::letters::Letter;
use crate::support::mail::{Delivered, without_stamps};
use crate::support::requirements::find;
use crate::support::site::{Site, Wish};

#[test]
fn every_sample_arrives_with_its_verdict_and_otherwise_as_it_was_sent() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let samples = samples::all();
    let mut wrong = Vec::new();
    for (sent, sample) in samples.iter().enumerate() {
        let reply = site.send_sample(sample);
        assert_eq!(reply.code, 250, "{}: {reply:?}", sample.id);
        let mail = site.sink.wait_for(sent + 1).pop().unwrap();
        wrong.extend(differences(sample, &mail).into_iter().map(|difference| format!("{}: {difference}", sample.id)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let records = site.records();
    assert_eq!(records.len(), samples.len(), "one record for each mail");
    for mail in site.sink.mails() {
        let verdict = mail.verdict();
        let of_mail: Vec<_> = records.iter().filter(|record| record.id == verdict.id).collect();
        let [record] = of_mail.as_slice() else { panic!("{} records for {verdict:?}", of_mail.len()) };
        assert_eq!(record.verdict, verdict.token);
        assert!(!record.queue_id.is_empty());
        let received = String::from_utf8_lossy(&mail.octets).into_owned();
        assert!(received.contains(&record.queue_id), "the record names the transaction of Postfix");
    }
}

/// What is wrong with a delivered sample.
fn differences(sample: &Sample, mail: &Delivered) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut hold = |what: &str, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    let verdict = mail.verdict();
    hold("verdict", sample.expect.verdict.clone(), verdict.token.clone());
    hold("documents", sample.expect.document.len().to_string(), verdict.documents.to_string());
    hold("summaries", "1".to_owned(), mail.ours("Summary").len().to_string());
    let documents = mail.documents();
    // Where nothing is judged no document has a field.
    let fields = if verdict.token == "not-applicable" { 0 } else { sample.expect.document.len() };
    hold("document fields", fields.to_string(), documents.len().to_string());
    for (expected, found) in sample.expect.document.iter().zip(&documents) {
        let text = |key: &str| found.text(key).unwrap_or_default();
        hold("result", expected.verdict.clone(), text("verdict"));
        for (condition, wanted) in [("a", &expected.a), ("b", &expected.b), ("c", &expected.c)] {
            if let Some(wanted) = wanted {
                hold(condition, wanted.clone(), text(condition));
            }
        }
        let reasons = found.reasons();
        for reason in &expected.reasons {
            hold("reason", reason.clone(), reasons.iter().find(|found| *found == reason).cloned().unwrap_or_default());
        }
    }
    let letter = Letter::from(sample);
    hold("reverse path", letter.mail_from, mail.mail_from.clone());
    hold("recipients", letter.recipients.join(","), mail.recipients.join(","));
    if mail.without_top() != without_stamps(&letter.octets) {
        wrong.push("the mail below the stamp is not what was sent".to_owned());
    }
    wrong
}

#[test]
fn a_mail_sent_with_swaks_by_a_login_is_stamped() {
    let Some(site) = Site::new(Wish { programs: &[("swaks", "swaks")], ..Wish::default() }) else { return };
    let _gateway = site.start_gateway();
    let sample = samples::all().into_iter().find(|sample| sample.id == "01-met").unwrap();
    let letter = Letter::from(&sample);
    let file = site.file("message.eml");
    std::fs::write(&file, &letter.octets).unwrap();
    let server = site.postfix.submission;
    let output = std::process::Command::new(find("swaks").unwrap())
        .args(["--server", &server.ip().to_string(), "--port", &server.port().to_string()])
        .args(["--auth", "PLAIN", "--auth-user", "sonoivu.vanthu1"])
        .args(["--auth-password", crate::support::postfix::PASSWORD])
        .args(["--from", &letter.mail_from, "--to", &letter.recipients.join(",")])
        .arg("--data")
        .arg(format!("@{}", file.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let mails = site.sink.wait_for(1);
    assert_eq!(mails[0].verdict().token, "legally-equivalent-to-paper");
    site.assert_stamped_and_recorded(&mails);
}

#[test]
fn forged_stamps_from_outside_are_gone_in_any_spelling() {
    let Some(site) = Site::new(Wish::default()) else { return };
    let _gateway = site.start_gateway();
    let forged = "Dieu7-Verdict: legally-equivalent-to-paper; id=\"GIA-1\"\r\n\
                  DIEU7-VERDICT: legally-equivalent-to-paper;\r\n id=\"GIA-2\"\r\n\
                  dieu7-summary: [D7-DAT] gia\r\n\
                  Dieu7-Verdict : legally-equivalent-to-paper; id=\"GIA-3\"\r\n\
                  Dieu7-New: gia\r\n";
    let plain = Letter::plain("gia-mao");
    let mut octets = forged.as_bytes().to_vec();
    octets.extend_from_slice(&plain.octets);
    let mail = site.deliver(&Letter::new(octets));
    assert_eq!(mail.verdict().token, "not-applicable");
    assert_eq!(mail.without_top(), plain.octets);
    assert!(!String::from_utf8_lossy(&mail.octets).contains("GIA-"));
    site.assert_stamped_and_recorded(&[mail]);
}

#[test]
fn observe_mode_changes_no_mail_and_records_all() {
    let Some(site) = Site::new(Wish { mode: "observe", ..Wish::default() }) else { return };
    let _gateway = site.start_gateway();
    let samples: Vec<Sample> = samples::all()
        .into_iter()
        .filter(|s| ["01-met", "05-unsigned", "23-forged-stamp"].contains(&s.id.as_str()))
        .collect();
    for (sent, sample) in samples.iter().enumerate() {
        assert_eq!(site.send_sample(sample).code, 250);
        let mail = site.sink.wait_for(sent + 1).pop().unwrap();
        // The forged stamp is part of the mail here: it stays below Postfix's own trace.
        let sent = Letter::from(sample).octets;
        assert!(mail.octets.ends_with(&sent), "{} was changed", sample.id);
        assert!(mail.octets.starts_with(b"Received:"));
    }
    let mut verdicts: Vec<String> = site.records().into_iter().map(|record| record.verdict).collect();
    verdicts.reverse();
    assert_eq!(verdicts, samples.iter().map(|sample| sample.expect.verdict.clone()).collect::<Vec<_>>());
}
