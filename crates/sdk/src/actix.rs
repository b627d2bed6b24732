//! Middleware and extractors for actix-web 4. They translate, and decide nothing.
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use authara_client::actix::RequireAuth;
//! use authara_client::{Authara, Identity};
//!
//! async fn private(caller: Identity) -> String {
//!     format!("your account is {}", caller.user_id)
//! }
//!
//! async fn home(caller: Option<Identity>) -> &'static str {
//!     if caller.is_some() { "welcome back" } else { "hello, stranger" }
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let authara = Authara::from_env()?;
//! HttpServer::new(move || {
//!     let private = web::resource("/private")
//!         .wrap(RequireAuth::required(authara.clone()))
//!         .to(private);
//!     let home = web::resource("/")
//!         .wrap(RequireAuth::optional(authara.clone()))
//!         .to(home);
//!     App::new().service(private).service(home)
//! })
//! .bind("127.0.0.1:3000")?
//! .run()
//! .await?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod extract;
mod middleware;

use actix_web::dev::RequestHead;
use actix_web::http::uri::PathAndQuery;

pub use self::extract::Rejection;
pub use self::middleware::{RequireAuth, RequireAuthService};

use crate::request_facts::RequestFacts;

/// What the decisions need to know of a request; its head is that of an `HttpRequest` or of a
/// `ServiceRequest`.
pub fn request_facts(head: &RequestHead) -> RequestFacts<'_> {
    let target = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let mut facts = RequestFacts::new(head.method.as_str(), target);
    // HTTP/2 names the host in the address, and then it need not be repeated in a header.
    if let Some(authority) = head.uri.authority() {
        facts = facts.with_header("host", authority.as_str().as_bytes());
    }
    for (name, value) in &head.headers {
        facts = facts.with_header(name.as_str(), value.as_bytes());
    }
    facts
}

#[cfg(test)]
mod tests;
