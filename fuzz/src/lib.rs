//! Hostile input for every reader of the server (annex B of the security requirements, S-187).
//!
//! - One function for each target. Whatever it is given, it returns, and soon: a panic is a finding,
//!   and so is a breach of the property that its description names.
//! - [`driver`] replays the committed corpora and mutates them; it sees no coverage. README.md says
//!   how the same functions run under a fuzzer that does.
//! - Nothing here reaches beyond loopback, and nothing reads a file that an input names.

mod access_token;
mod configuration;
mod cookies;
pub mod corpus;
mod csrf_value;
pub mod driver;
mod email;
mod form_bodies;
mod forwarded_address;
mod html;
mod http_head;
mod json_bodies;
mod json_text;
pub mod mutate;
mod names;
mod password_hash;
mod return_target;
mod target;
mod templates;
mod wire;
pub mod world;

pub use access_token::access_token;
pub use configuration::configuration;
pub use cookies::cookies;
pub use csrf_value::csrf_value;
pub use email::email;
pub use form_bodies::form_bodies;
pub use forwarded_address::forwarded_address;
pub use http_head::http_head;
pub use json_bodies::json_bodies;
pub use json_text::json_text;
pub use names::names;
pub use password_hash::password_hash;
pub use return_target::return_target;
pub use target::Target;
pub use templates::templates;

/// Every target, in the order of annex B.
pub static TARGETS: [Target; 14] = [
    return_target::TARGET,
    email::TARGET,
    names::TARGET,
    access_token::TARGET,
    csrf_value::TARGET,
    cookies::TARGET,
    forwarded_address::TARGET,
    json_text::TARGET,
    json_bodies::TARGET,
    form_bodies::TARGET,
    password_hash::TARGET,
    configuration::TARGET,
    http_head::TARGET,
    templates::TARGET,
];

/// The target of this name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
