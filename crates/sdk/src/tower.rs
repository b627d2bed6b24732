//! A layer for everything that is a [`tower_service::Service`] of `http` requests: axum, tonic, hyper. It
//! translates, and decides nothing.
//!
//! ```
//! use authara_client::tower::AuthLayer;
//! use authara_client::{Authara, Config, Identity, Policy};
//! use tower::{Layer as _, ServiceExt as _};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
//! let authara = Authara::new(Config::builder().keys_text(keys).build()?)?;
//! let handler = tower::service_fn(|request: http::Request<String>| async move {
//!     let caller = request.extensions().get::<Identity>().expect("nobody else gets here");
//!     Ok::<_, std::convert::Infallible>(http::Response::new(caller.user_id.to_string()))
//! });
//! let guarded = AuthLayer::new(authara, Policy::required()).layer(handler);
//! let answer = guarded.oneshot(http::Request::new(String::new())).await?;
//! assert_eq!(answer.status(), 401);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "axum")]
mod extract;
mod layer;

use http::header::HeaderMap;
use http::uri::PathAndQuery;
use http::{Method, Uri};

#[cfg(feature = "axum")]
pub use self::extract::Rejection;
pub use self::layer::{AuthLayer, AuthService};

use crate::request_facts::RequestFacts;

/// What the decisions need to know of a request.
pub fn request_facts<'r>(method: &'r Method, uri: &'r Uri, headers: &'r HeaderMap) -> RequestFacts<'r> {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let mut facts = RequestFacts::new(method.as_str(), target);
    // HTTP/2 names the host in the address, and then it need not be repeated in a header.
    if let Some(authority) = uri.authority() {
        facts = facts.with_header("host", authority.as_str().as_bytes());
    }
    for (name, value) in headers {
        facts = facts.with_header(name.as_str(), value.as_bytes());
    }
    facts
}

#[cfg(test)]
mod tests;
