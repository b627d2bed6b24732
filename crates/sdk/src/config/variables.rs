//! The names of the environment variables, which are the names of the settings in every message.

/// Who issues the access tokens.
pub(crate) const ISSUER: &str = "AUTHARA_ISSUER";
/// The server's own name for it, for environments that both share.
pub(crate) const SERVER_ISSUER: &str = "AUTHARA_JWT_ISSUER";
/// Whom the access tokens are for.
pub(crate) const AUDIENCE: &str = "AUTHARA_AUDIENCE";
/// The key ring's text.
pub(crate) const KEYS: &str = "AUTHARA_JWT_KEYS";
/// A file with the key ring's text.
pub(crate) const KEYS_FILE: &str = "AUTHARA_JWT_KEYS_FILE";
/// The server's address as seen from the application.
pub(crate) const BASE_URL: &str = "AUTHARA_BASE_URL";
/// The path below which the server is mounted.
pub(crate) const PREFIX: &str = "AUTHARA_CLIENT_PREFIX";
/// The time that a call may take.
pub(crate) const TIMEOUT: &str = "AUTHARA_CLIENT_TIMEOUT";
/// By how much clocks may differ.
pub(crate) const CLOCK_TOLERANCE: &str = "AUTHARA_CLIENT_CLOCK_TOLERANCE";
