//! Whether somebody answers when senders are looked up, how fast, and what the answers are worth.

use std::net::SocketAddr;
use std::time::Duration;

use dieu7::io::resolve::{self, Failure, Health};
use dieu7::settings::{Dnssec, Settings};

use super::{Check, Severity};
use crate::commands::serve;

/// Slower, and the ten questions that SPF may take one after the other use up the time of a message.
const SLOW: Duration = Duration::from_millis(500);

pub fn examine(settings: &Settings) -> Vec<Check> {
    let dns = &settings.dns;
    if !dns.lookup {
        return vec![attention(
            (
                "không hỏi DNS ([dns] lookup = false): DKIM, SPF, DMARC đều không kiểm tra được; người gửi từ ngoài chưa rõ".to_owned(),
                "DNS is not asked ([dns] lookup = false): DKIM, SPF and DMARC cannot be checked; senders outside stay undetermined".to_owned(),
            ),
            (
                "bỏ dòng đó nếu máy này hỏi được máy chủ DNS",
                "remove the line if this computer can reach a name server",
            ),
        )];
    }
    let Ok(runtime) = serve::runtime() else { return Vec::new() };
    let servers = runtime.block_on(resolve::examine(dns));
    let mut checks: Vec<Check> = servers.iter().map(|(server, health)| state(*server, health)).collect();
    if servers.iter().any(|(_, health)| health.is_ok()) {
        checks.push(validation(dns.dnssec, &servers));
    } else {
        checks.push(attention(
            (
                "không máy chủ DNS nào trả lời: DKIM, SPF, DMARC đều chưa rõ".to_owned(),
                "no name server answers: DKIM, SPF and DMARC stay undetermined".to_owned(),
            ),
            (
                "ghi [dns] servers là máy chủ DNS đệ quy của cơ quan, cho phép cổng 53 UDP và TCP; hoặc cài unbound trên máy này",
                "set [dns] servers to your recursive name server and allow port 53, UDP and TCP; or install unbound on this computer",
            ),
        ));
    }
    checks
}

fn state(server: SocketAddr, health: &Result<Health, Failure>) -> Check {
    match health {
        Ok(health) => {
            let took = health.took.as_millis();
            let (vi, en) = (
                format!("máy chủ DNS {server} trả lời sau {took} ms"),
                format!("name server {server} answers after {took} ms"),
            );
            if health.took < SLOW {
                return Check::good(vi, en);
            }
            attention(
                (vi, en),
                (
                    "chậm: dùng máy chủ DNS gần hơn, hoặc unbound trên máy này, để kịp [dns] deadline-seconds",
                    "slow: use a nearer one, or unbound on this computer, to be in time for [dns] deadline-seconds",
                ),
            )
        }
        Err(failure) => attention(
            (
                format!("máy chủ DNS {server} không trả lời: {failure}"),
                format!("name server {server} does not answer: {failure}"),
            ),
            (
                "xem [dns] servers, /etc/resolv.conf và tường lửa (cổng 53, cả UDP lẫn TCP)",
                "see [dns] servers, /etc/resolv.conf and the firewall (port 53, UDP and TCP)",
            ),
        ),
    }
}

/// What the AD bit that was seen, or not, means with these settings.
fn validation(dnssec: Dnssec, servers: &[(SocketAddr, Result<Health, Failure>)]) -> Check {
    let healthy = || servers.iter().filter_map(|(server, health)| Some((server, health.as_ref().ok()?)));
    let seen = healthy().all(|(_, health)| health.authenticated);
    let far = healthy().find(|(server, _)| !server.ip().is_loopback());
    match (dnssec, seen) {
        (Dnssec::None, false) => Check::good(
            "câu trả lời DNS không được kiểm tra DNSSEC; khóa DKIM đáng tin đến mức đường tới máy chủ DNS đáng tin",
            "answers of DNS are not validated (DNSSEC); a DKIM key is worth what the way to the name server is worth",
        ),
        (Dnssec::None, true) => Check::good(
            "máy chủ DNS báo đã kiểm tra DNSSEC (bit AD), nhưng [dns] dnssec = \"none\": không dùng lời báo đó",
            "the name servers say that they validate (AD bit), which [dns] dnssec = \"none\" does not believe",
        ),
        (Dnssec::TrustedResolver, false) => attention(
            (
                "[dns] dnssec = \"trusted-resolver\", nhưng có máy chủ DNS không kiểm tra DNSSEC (không có bit AD)"
                    .to_owned(),
                "[dns] dnssec = \"trusted-resolver\", but a name server does not validate (no AD bit)".to_owned(),
            ),
            (
                "bật kiểm tra DNSSEC trên máy chủ đó (unbound: auto-trust-anchor-file), hoặc đặt dnssec = \"none\"",
                "switch validation on there (unbound: auto-trust-anchor-file), or set dnssec = \"none\"",
            ),
        ),
        (Dnssec::TrustedResolver, true) => match far {
            Some((server, _)) => attention(
                (
                    format!(
                        "bit AD của máy chủ DNS {server} được tin, nhưng máy chủ không nằm trên máy này: ai chen được vào đường truyền thì giả được bit đó"
                    ),
                    format!(
                        "the AD bit of name server {server} is believed, but it is not on this computer: whoever is on the way can forge it"
                    ),
                ),
                (
                    "dùng unbound trên chính máy này (127.0.0.1), hoặc bảo đảm đường truyền, hoặc đặt dnssec = \"none\"",
                    "use unbound on this very computer (127.0.0.1), or secure the way, or set dnssec = \"none\"",
                ),
            ),
            None => Check::good(
                "câu trả lời DNS được máy chủ trên máy này kiểm tra DNSSEC (bit AD)",
                "answers of DNS are validated (DNSSEC, AD bit) by a server on this computer",
            ),
        },
    }
}

fn attention(found: (String, String), advice: (&str, &str)) -> Check {
    Check::new(Severity::Attention, found, (advice.0.to_owned(), advice.1.to_owned()))
}
