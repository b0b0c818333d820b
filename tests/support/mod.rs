//! What tests and benchmark make at run time, from the throw-away keys of `fixtures/pki`: signed documents of any
//! size, and mails that carry them. Samples that are to be looked at lie in `fixtures/cases`.

#[expect(dead_code, reason = "the attacks use all of it, the benchmark one signer")]
pub mod forge;
pub mod mail;
pub mod pdf;
