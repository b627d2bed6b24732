//! Holds what Authara promises to integrators against what it does.
//!
//! The promises are files: `contract/openapi.yaml`, `contract/config.yaml` and, once there are
//! events, `contract/webhooks.yaml`; `contract/baseline/` has them as they were last released.
//!
//! Invariants:
//!
//! - Every check yields [`Finding`]s, each of which says what to edit; none ends at the first one.
//! - A check compares values that are handed in, so that a test can hand in broken ones. Only
//!   [`files`] reads and writes, and only [`live`] and [`schemathesis`] start anything.
//! - A new operation, variable or event is described in its file; no check knows one by name but
//!   for the exceptions that are listed with their reasons.

pub mod check;
pub mod client;
pub mod codes;
pub mod configuration;
pub mod document;
pub mod files;
pub mod finding;
pub mod live;
pub mod rules;
pub mod schemathesis;
pub mod served;
pub mod versioning;

pub use document::Document;
pub use finding::Finding;
