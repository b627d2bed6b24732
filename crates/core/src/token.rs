//! Access tokens: compact JWS with HS256 (RFC 7515, RFC 7519), read by one strict parser.
//!
//! Server and SDK verify with the same function. Minting is the server's business and lives
//! elsewhere; nothing here can sign.

pub mod claims;
pub mod verify;

pub use claims::{AccessClaims, OrganizationRoleClaim};
pub use verify::{Verifier, VerifyError, Vocabulary};

/// Longest token that is looked at, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The `typ` of tokens minted here (RFC 9068 section 2.1).
pub const TYPE: &str = "at+jwt";
