//! What certificates and paths are, in words of both languages.

use dieu7::digest::hex;
use dieu7::time::UnixTime;
use dieu7::x509::{AnchorEntry, AnchorKind, Certificate, Origin, PathError, PathFault, Purpose};
use serde_json::{Value, json};

use super::super::lang::Lang;

/// A sentence in both languages.
#[derive(Clone, Debug)]
pub struct Both {
    pub vi: String,
    pub en: String,
}

impl Both {
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    pub fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.vi, &self.en)
    }
}

/// A moment as clerks read it; an open end is an ellipsis.
pub fn moment(time: Option<UnixTime>) -> String {
    time.map_or("…".to_owned(), UnixTime::vietnamese)
}

/// Digest by which some publishers still call their certificates. Nothing is matched by it alone.
pub fn sha1(certificate: &Certificate) -> String {
    use dieu7::algorithm::DigestAlgorithm;
    DigestAlgorithm::Sha1.digest(&[certificate.der()]).map_or_else(String::new, |digest| hex(&digest))
}

/// Everything that an operator compares before he trusts a certificate.
pub fn describe(certificate: &Certificate, lang: Lang) {
    println!("\n{}", certificate.subject());
    println!("  {}: {}", lang.pick("Nơi cấp", "Issuer"), certificate.issuer());
    println!("  {}: {}", lang.pick("Số hiệu", "Serial number"), certificate.serial_hex());
    let (from, to) = (certificate.validity().from(), certificate.validity().to());
    let validity = lang.pick("Hiệu lực (giờ Việt Nam)", "Validity (Vietnam time)");
    println!("  {validity}: {} – {}", moment(from), moment(to));
    println!("  {}: {}", lang.pick("Khoá", "Key"), key(certificate));
    println!("  {}: {}", lang.pick("Thuật toán ký", "Signed with"), scheme(certificate));
    println!("  {}: {}", lang.pick("Mục đích sử dụng", "Usage"), usage(certificate, lang));
    println!("  SHA-256: {}", certificate.fingerprint());
    println!("  SHA-1:   {}", sha1(certificate));
    if let Some(fault) = certificate.fault() {
        println!("  ! {}: {fault}", lang.pick("chứng thư có lỗi", "the certificate is faulty"));
    }
}

/// The rest of what it says, for `show`.
pub fn describe_further(certificate: &Certificate, lang: Lang) {
    let list = |name: &str, values: &[String]| {
        for value in values {
            println!("  {name}: {value}");
        }
    };
    let identifier = |octets: Option<&[u8]>| octets.map(hex).into_iter().collect::<Vec<_>>();
    list(lang.pick("Hộp thư", "Mailbox"), &certificate.emails());
    list(lang.pick("Mã khoá chủ thể", "Subject key id"), &identifier(certificate.subject_key_id()));
    list(lang.pick("Mã khoá nơi cấp", "Authority key id"), &identifier(certificate.authority_key_id()));
    list(lang.pick("Chính sách", "Policy"), certificate.policies());
    list("CRL", &certificate.crl_urls().into_iter().map(str::to_owned).collect::<Vec<_>>());
    list("OCSP", certificate.ocsp_urls());
    if certificate.name_constraints().is_some() {
        println!("  {}", lang.pick("có giới hạn tên (nameConstraints)", "limits the names below it (nameConstraints)"));
    }
}

/// The same for programs.
pub fn certificate_json(certificate: &Certificate) -> Value {
    let (from, to) = (certificate.validity().from(), certificate.validity().to());
    json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "serial": certificate.serial_hex(),
        "not_before": from.map(|time| time.to_string()),
        "not_after": to.map(|time| time.to_string()),
        "key": key(certificate),
        "signed_with": scheme(certificate),
        "ca": certificate.is_ca(),
        "path_len": certificate.path_len(),
        "key_usage": key_usages(certificate),
        "extended_key_usage": certificate.ext_key_usage().map(|(oids, _)| oids.to_vec()),
        "policies": certificate.policies(),
        "crl": certificate.crl_urls(),
        "ocsp": certificate.ocsp_urls(),
        "fault": certificate.fault().map(ToString::to_string),
        "sha256": certificate.fingerprint().to_string(),
        "sha1": sha1(certificate),
    })
}

/// An entry for programs.
pub fn entry_json(entry: &AnchorEntry, certificate: Option<&Certificate>) -> Value {
    json!({
        "id": entry.id(),
        "kind": entry.kind().token(),
        "subject": entry.subject().to_string(),
        "purposes": purposes(entry.purposes()),
        "from": entry.valid().from().map(|time| time.to_string()),
        "to": entry.valid().to().map(|time| time.to_string()),
        "sha256": entry.sha256().map(|pin| pin.to_string()),
        "sha1": entry.sha1(),
        "origin": entry.origin().token(),
        "installed": certificate.is_some(),
        "source": entry.source(),
        "legal_basis": entry.legal_basis(),
        "published_crl": entry.crl(),
    })
}

pub fn purposes(purposes: &[Purpose]) -> String {
    purposes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub fn origin(origin: Origin) -> Both {
    match origin {
        Origin::Published => Both::new("kèm theo chương trình", "comes with the program"),
        Origin::Bundle => Both::new("từ gói của máy khác", "from the bundle of another gateway"),
        Origin::Own => Both::new("do người vận hành thêm", "added by the operator"),
        Origin::Given => Both::new("nêu trong lệnh này", "given in this command"),
    }
}

pub fn kind(kind: AnchorKind) -> Both {
    match kind {
        AnchorKind::Issuing => Both::new("CA cấp dưới", "issuing CA"),
        AnchorKind::Root => Both::new("chứng thư gốc", "root"),
        AnchorKind::Service => Both::new("chứng thư dịch vụ", "certificate of a service"),
    }
}

fn key(certificate: &Certificate) -> String {
    use dieu7::algorithm::{Curve, KeyKind, PublicKey};
    match certificate.public_key().map(PublicKey::kind) {
        Ok(KeyKind::Rsa { bits, .. }) => format!("RSA {bits}"),
        Ok(KeyKind::Ec(Curve::P256)) => "ECDSA P-256".to_owned(),
        Ok(KeyKind::Ec(Curve::P384)) => "ECDSA P-384".to_owned(),
        Ok(KeyKind::Ec(Curve::P521)) => "ECDSA P-521".to_owned(),
        Ok(KeyKind::Ed25519) => "Ed25519".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn scheme(certificate: &Certificate) -> String {
    match certificate.scheme() {
        Ok(scheme) => scheme.to_string(),
        Err(error) => error.to_string(),
    }
}

fn key_usages(certificate: &Certificate) -> Option<Vec<&'static str>> {
    let usage = certificate.key_usage()?;
    let all = [
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
    ];
    Some(all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect())
}

fn usage(certificate: &Certificate, lang: Lang) -> String {
    let mut said = Vec::new();
    if certificate.is_ca() {
        let ca = lang.pick("cấp chứng thư (CA)", "issues certificates (CA)").to_owned();
        said.push(certificate.path_len().map_or(ca.clone(), |len| format!("{ca}, pathLen {len}")));
    }
    match key_usages(certificate) {
        Some(uses) => said.push(uses.join(", ")),
        None => said.push(lang.pick("không nêu keyUsage", "no keyUsage").to_owned()),
    }
    if let Some((oids, critical)) = certificate.ext_key_usage() {
        let uses: Vec<&str> = oids.iter().map(|oid| extended_use(oid)).collect();
        said.push(format!("EKU {}{}", uses.join(", "), if critical { " (critical)" } else { "" }));
    }
    said.join("; ")
}

/// The name of a KeyPurposeId (RFC 5280, 4.2.1.12; RFC 6960, 4.2.2.2; RFC 9336, 3.1); others stay numbers.
fn extended_use(oid: &str) -> &str {
    match oid {
        "1.3.6.1.5.5.7.3.1" => "serverAuth",
        "1.3.6.1.5.5.7.3.2" => "clientAuth",
        "1.3.6.1.5.5.7.3.3" => "codeSigning",
        "1.3.6.1.5.5.7.3.4" => "emailProtection",
        "1.3.6.1.5.5.7.3.8" => "timeStamping",
        "1.3.6.1.5.5.7.3.9" => "OCSPSigning",
        "1.3.6.1.5.5.7.3.36" => "documentSigning",
        "2.5.29.37.0" => "anyExtendedKeyUsage",
        other => other,
    }
}

/// Why there is no path.
pub fn path_error(error: &PathError) -> Both {
    match error {
        PathError::AnchorMissing { id } => Both::new(
            format!(
                "đường dẫn tới {id}, đã biết mã ghim nhưng chưa cài chứng thư; dieu7 trust show {id} cho biết nơi công bố"
            ),
            format!(
                "leads to {id}, whose pin is known and whose certificate is not installed; dieu7 trust show {id} says where it is published"
            ),
        ),
        PathError::Bad { subject, fault } => {
            let (vi, en) = path_fault(fault);
            Both::new(format!("{subject}: {vi}"), format!("{subject}: {en}"))
        }
        PathError::Exhausted => Both::new(
            "quá nhiều khả năng, đã dừng tìm đường dẫn ở giới hạn",
            "too many possibilities; the search ended at its limit",
        ),
        PathError::NotTrusted => Both::new(
            "không có đường dẫn nào tới chứng thư gốc tin cậy cho mục đích này; chứng thư của CA trung gian có thể còn thiếu (--untrusted)",
            "no path to an anchor that is trusted for this purpose; the certificate of a CA between may be missing (--untrusted)",
        ),
        PathError::OutsideTrustPeriod { id, ended: true } => Both::new(
            format!("tới {id}, nhưng thời hạn tin cậy (giấy phép) đã hết vào thời điểm kiểm tra"),
            format!("leads to {id}, but the period of trust (licence) had ended at the time of the check"),
        ),
        PathError::OutsideTrustPeriod { id, ended: false } => Both::new(
            format!("tới {id}, nhưng thời hạn tin cậy (giấy phép) chưa bắt đầu vào thời điểm kiểm tra"),
            format!("leads to {id}, but the period of trust (licence) had not begun at the time of the check"),
        ),
    }
}

fn path_fault(fault: &PathFault) -> (String, String) {
    let vi = match fault {
        PathFault::Certificate(inner) => format!("chứng thư có lỗi ({inner})"),
        PathFault::Names(_) => "có tên mà CA cấp trên không được phép chứng thực, hoặc không so được".to_owned(),
        PathFault::NotCa => "đã cấp chứng thư nhưng không phải là CA".to_owned(),
        PathFault::NotForSigning => "đã cấp chứng thư nhưng keyUsage không cho phép".to_owned(),
        PathFault::PathLength => "chỉ cho phép ít CA cấp dưới hơn (pathLen)".to_owned(),
        PathFault::Policy => "không có chính sách chứng thư nào hợp lệ trên cả đường dẫn như yêu cầu".to_owned(),
        PathFault::Signature(inner) => format!("chữ ký trên chứng thư không hợp lệ ({inner})"),
        PathFault::TooLong => "đường dẫn quá dài".to_owned(),
    };
    (vi, fault.to_string())
}
