//! Mails of the agency that the sample `01-met` is sent by.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dieu7::io::{clock, samples};
use dieu7::message::{Envelope, Message};

/// A mail of about this many octets, without any document.
pub fn plain(size: usize) -> Message {
    let line = "Kính gửi quý cơ quan: đề nghị tiếp nhận theo quy định, xin cảm ơn.\r\n";
    let text = line.repeat(size.saturating_sub(500) / line.len());
    message("Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit", &text)
}

/// A mail with one PDF attached, in base64 with lines of 76 digits (RFC 2045, 6.8).
pub fn with_pdf(pdf: &[u8]) -> Message {
    let encoded = STANDARD.encode(pdf);
    let mut body = "--=_vanban\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nVan ban kem theo.\r\n\
                    --=_vanban\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\
                    Content-Disposition: attachment; filename=\"QD-15.pdf\"\r\n\r\n"
        .to_owned();
    body.reserve(encoded.len() / 76 * 78 + 100);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(76));
        body += line;
        body += "\r\n";
        rest = after;
    }
    body += "--=_vanban--\r\n";
    message("Content-Type: multipart/mixed; boundary=\"=_vanban\"", &body)
}

fn message(content_type: &str, body: &str) -> Message {
    let envelope = envelope();
    let from = String::from_utf8_lossy(&envelope.mail_from).into_owned();
    let to = String::from_utf8_lossy(&envelope.recipients.join(&b", "[..])).into_owned();
    let mut text = String::with_capacity(body.len() + 500);
    write!(
        text,
        "From: <{from}>\r\nTo: {to}\r\nSubject: 15/QD-SNV\r\nDate: {}\r\nMessage-ID: <made@tinhmau.example>\r\n\
         MIME-Version: 1.0\r\n{content_type}\r\n\r\n{body}",
        clock::now().mail_date()
    )
    .unwrap();
    Message::parse(envelope, text.into_bytes())
}

fn envelope() -> Envelope {
    let samples = samples::all();
    samples.iter().find(|sample| sample.id == "01-met").unwrap().message().envelope().clone()
}
