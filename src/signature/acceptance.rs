//! Signature acceptance validation (EN 319 102-1, 5.2.8): were the algorithms still secure at the time that is proven?

use crate::algorithm::{DigestAlgorithm, SignatureScheme};
use crate::time::UnixTime;
use crate::x509::{Certificate, Path};

use super::algorithms::Algorithms;

/// Everything on which a signature rests beside its path.
#[derive(Clone, Debug)]
pub(super) struct Means<'a> {
    /// With what the content, and what stands for it, was digested.
    pub(super) digests: Vec<DigestAlgorithm>,
    /// How it was signed.
    pub(super) scheme: Option<SignatureScheme>,
    /// Whose key did.
    pub(super) signer: Option<&'a Certificate>,
}

/// Whether all of it counted at `proven`, and how the certificates below the anchor are signed. What cannot be read is told
/// elsewhere. The signature on a pinned certificate does not matter: nobody takes it on the word of another.
pub(super) fn strong(means: &Means<'_>, path: Option<&Path>, algorithms: &Algorithms, proven: UnixTime) -> bool {
    let key = |certificate: &Certificate| {
        certificate.public_key().map_or(true, |key| algorithms.accept_key(key.kind(), proven))
    };
    let mut schemes = path.into_iter().flat_map(Path::schemes).map(|(_, scheme)| scheme).chain(means.scheme);
    let mut above = path.into_iter().flat_map(Path::issuers).map(|(_, issuer)| issuer).chain(means.signer);
    means.digests.iter().all(|digest| algorithms.accept_digest(*digest, proven))
        && schemes.all(|scheme| algorithms.accept_scheme(scheme, proven))
        && above.all(key)
}
