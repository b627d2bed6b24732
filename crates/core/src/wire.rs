//! What travels: request and response bodies and error codes, shared by server and SDK.
//!
//! Only these types are serialised, so that a rename in the domain cannot change the API. Names and
//! members are those of `contract/openapi.yaml`.

pub mod error;
pub mod requests;
pub mod responses;

pub use error::{ApiError, ErrorCode, ErrorResponse};
pub use requests::*;
pub use responses::*;
