//! Signature acceptance validation (EN 319 102-1, 5.2.8): are the algorithms still secure at the time that is proven?

use crate::algorithm::{DigestAlgorithm, KeyKind};
use crate::x509::Certificate;

use super::context::Context;
use super::integrity::Checked;

/// Circular 15/2025/TT-BKHCN, appendix I, with SHA-1 by date. Nothing proves a time before the receipt yet.
pub(super) fn strong(checked: &Checked, context: &Context<'_>) -> bool {
    let sha1 = checked.digests().any(is_weak);
    let short_key = checked.signer().is_some_and(|signer| is_short(signer, context.rsa_bits_least));
    !short_key && (!sha1 || context.at < context.sha1_until)
}

fn is_weak(digest: DigestAlgorithm) -> bool {
    matches!(digest, DigestAlgorithm::Md5 | DigestAlgorithm::Sha1)
}

fn is_short(certificate: &Certificate, least: u32) -> bool {
    let Ok(key) = certificate.public_key() else { return false };
    matches!(key.kind(), KeyKind::Rsa { bits, .. } if bits < least)
}
