//! What a border host reports in Authentication-Results (RFC 8601).
//!
//! Anyone can write such a field. It counts only when the message came from an address of the border host, bears the
//! host's authserv-id, and stands above the Received field by which the message entered that host: what stands lower
//! passed through foreign hands (RFC 8601, 5 and 7.1). Several fields of the host there, as one per filter, are one
//! answer; where they contradict each other there is none.

use crate::message::mailbox::domain_name;
use crate::message::{Mailbox, Message};
use crate::sender::SenderSettings;
use crate::sender::results::{MethodResult, Results};
use crate::sender::settings::BorderHost;

/// What a border host says about one From domain.
pub(super) struct Report<'a> {
    /// Its authserv-id.
    pub(super) authserv_id: &'a str,
    says: Says<'a>,
}

/// What fields say about one From domain.
pub(super) struct Says<'a> {
    fields: Vec<Results>,
    from: &'a Mailbox,
}

impl<'a> Report<'a> {
    /// The report of the border host that delivered the message; `None` where none did, or it reports nothing.
    pub(super) fn of(message: &Message, from: &'a Mailbox, settings: &'a SenderSettings) -> Option<Self> {
        let client = message.envelope().client?;
        let host = settings.border_hosts.iter().filter(|host| host.clients.contains(&client));
        host.map(|host| Self { authserv_id: &host.authserv_id, says: Says { fields: reported(message, host), from } })
            .find(|report| !report.says.fields.is_empty())
    }

    /// It saw a signature of the From domain hold.
    pub(super) fn passes(&self) -> bool {
        self.says.that("dkim", "header.d", "pass")
    }

    /// It saw one not hold.
    pub(super) fn fails_dkim(&self) -> bool {
        self.says.that("dkim", "header.d", "fail")
    }

    /// It saw nothing fit the From domain.
    pub(super) fn fails_dmarc(&self) -> bool {
        self.says.that("dmarc", "header.from", "fail")
    }

    /// It saw an address that may not send for the From domain.
    pub(super) fn fails_spf(&self) -> bool {
        self.says.that("spf", "smtp.mailfrom", "fail")
    }

    /// It says one thing and another.
    pub(super) fn contradicts_itself(&self) -> bool {
        !self.says.agree_on_dkim() || (self.passes() && (self.fails_dkim() || self.fails_dmarc()))
    }
}

/// Fields that the border host wrote above the Received field by which the message entered it.
fn reported(message: &Message, host: &BorderHost) -> Vec<Results> {
    let mut received = 0;
    let mut fields = Vec::new();
    for (name, value) in message.headers() {
        if name.trim_ascii().eq_ignore_ascii_case(b"received") {
            received += 1;
            if received > u32::from(host.received_above) {
                break;
            }
        }
        if name.eq_ignore_ascii_case(b"authentication-results") {
            fields.extend(Results::read(value).filter(|read| read.authserv_id.eq_ignore_ascii_case(&host.authserv_id)));
        }
    }
    fields
}

impl<'a> Says<'a> {
    pub(super) fn of(fields: Vec<Results>, from: &'a Mailbox) -> Self {
        Self { fields, from }
    }

    /// Whether a field says so of the From domain.
    pub(super) fn that(&self, method: &str, property: &str, result: &str) -> bool {
        self.fields.iter().any(|field| self.field_says(field, method, property, result))
    }

    fn field_says(&self, field: &Results, method: &str, property: &str, result: &str) -> bool {
        field.methods.iter().any(|m| m.method == method && m.result == result && self.is_from(m, property))
    }

    /// Two fields that speak of DKIM must say the same of the From domain: the lower one may be an invention that stands
    /// right below the host's own, where the host fails to remove it.
    fn agree_on_dkim(&self) -> bool {
        let mut answers =
            self.fields.iter().filter(|field| field.methods.iter().any(|m| m.method == "dkim")).map(|field| {
                let says = |result| self.field_says(field, "dkim", "header.d", result);
                (says("pass"), says("fail"))
            });
        let first = answers.next();
        answers.all(|answer| Some(answer) == first)
    }

    fn is_from(&self, method: &MethodResult, property: &str) -> bool {
        let value = method.property(property);
        let domain = value.map(|value| value.rsplit_once('@').map_or(value, |(_, domain)| domain));
        domain.and_then(domain_name).as_deref() == Some(self.from.domain())
    }
}
