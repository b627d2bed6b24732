//! A session that this program holds itself.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use authara_core::secret::SecretText;

use super::Client;
use super::caller::{Caller, Credentials};
use super::cookies::Cookies;

/// A [`Caller`] with a memory: every answer's cookies are kept, and sent with the next call, as a
/// browser does. Made by [`Client::session`] and [`Client::as_session`]. Clones share their cookies.
#[derive(Clone, Debug)]
pub struct Session {
    caller: Caller,
    jar: Arc<Mutex<Cookies>>,
}

impl Session {
    pub(super) fn new(client: Client, jar: Arc<Mutex<Cookies>>) -> Self {
        let caller = Caller::new(client, Credentials::Jar(Arc::clone(&jar)));
        Self { caller, jar }
    }

    /// Asks for this audience at login and refresh, in place of the client's.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        let caller = self.caller.audience(audience);
        Self { caller, ..self }
    }

    /// Says what device this is, for lists of sessions. What cannot be sent in a header is left out.
    pub fn user_agent(self, user_agent: &str) -> Self {
        let caller = self.caller.user_agent(user_agent);
        Self { caller, ..self }
    }

    /// Forwards the address of whoever is behind this session, see [`Caller::client_address`].
    pub fn client_address(self, address: IpAddr) -> Self {
        let caller = self.caller.client_address(address);
        Self { caller, ..self }
    }

    /// Are there tokens? Whether they are still good, only the server knows.
    pub fn has_tokens(&self) -> bool {
        let cookies = self.cookies();
        cookies.access().is_some() || cookies.refresh().is_some()
    }

    /// The access token in force.
    pub fn access_token(&self) -> Option<SecretText> {
        self.cookies().access().cloned()
    }

    /// The refresh token in force.
    pub fn refresh_token(&self) -> Option<SecretText> {
        self.cookies().refresh().cloned()
    }

    fn cookies(&self) -> Cookies {
        let jar = self.jar.lock().unwrap_or_else(PoisonError::into_inner);
        jar.clone()
    }
}

/// The operations are those of any caller.
impl Deref for Session {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}
