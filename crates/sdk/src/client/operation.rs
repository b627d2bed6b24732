//! The operations of the contract as a table: where each is, and what it is sent.

use reqwest::Method;

use self::Sends::{Access, AccessAndCsrf, All, Nothing, RefreshAndCsrf};
use self::Verb::{Delete, Get, Post, Put};

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its id in the contract.
    pub(crate) id: &'static str,
    verb: Verb,
    /// The path below the prefix. An operation on one thing has the thing's id appended.
    pub(crate) path: &'static str,
    /// The cookies that it reads.
    pub(crate) sends: Sends,
    /// The audience it is asked for.
    pub(crate) audience: Audience,
    /// Does it take a bearer token in place of cookies?
    pub(crate) takes_bearer: bool,
    /// Does it ask how the server is at this very moment? Then a bad answer is the answer.
    is_probe: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// Which of the cookies travel. Logout needs all of them: it ends the session that any of them
/// names. Login and sign-up too: they end the session that they replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sends {
    Nothing,
    Access,
    AccessAndCsrf,
    RefreshAndCsrf,
    All,
}

impl Sends {
    pub(crate) fn access(self) -> bool {
        matches!(self, Self::Access | Self::AccessAndCsrf | Self::All)
    }

    pub(crate) fn refresh(self) -> bool {
        matches!(self, Self::RefreshAndCsrf | Self::All)
    }

    pub(crate) fn csrf(self) -> bool {
        matches!(self, Self::AccessAndCsrf | Self::RefreshAndCsrf | Self::All)
    }
}

/// The query parameter `audience`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The operation has none.
    None,
    /// Always `app`: nobody signs up for the administration.
    App,
    /// The caller's.
    Callers,
}

impl Operation {
    const fn new(id: &'static str, verb: Verb, path: &'static str, sends: Sends) -> Self {
        Self { id, verb, path, sends, audience: Audience::None, takes_bearer: false, is_probe: false }
    }

    const fn for_audience(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    const fn or_bearer(self) -> Self {
        Self { takes_bearer: true, ..self }
    }

    const fn probing(self) -> Self {
        Self { is_probe: true, ..self }
    }

    pub(crate) fn method(&self) -> Method {
        match self.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Delete => Method::DELETE,
        }
    }

    /// Does it change something on the strength of cookies? Then it wants the CSRF value twice.
    pub(crate) fn needs_csrf(&self) -> bool {
        self.verb != Verb::Get && self.sends.csrf()
    }

    /// May it be sent again when nothing or nobody answered? Only what changes nothing (RFC 9110
    /// section 9.2.1): whether a change was made is not known then.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.verb == Verb::Get && !self.is_probe
    }

    /// Does its success mean that tokens were renewed, and its 401 that the session is over?
    pub(crate) fn renews(&self) -> bool {
        self.id == REFRESH_SESSION.id || self.id == REFRESH_TOKENS.id
    }
}

pub(crate) static GET_HEALTH: Operation = Operation::new("getHealth", Get, "/health", Nothing).probing();

pub(crate) static GET_READINESS: Operation = Operation::new("getReadiness", Get, "/ready", Nothing).probing();

pub(crate) static GET_VERSION: Operation = Operation::new("getVersion", Get, "/version", Nothing);

pub(crate) static GET_OPEN_API_DOCUMENT: Operation =
    Operation::new("getOpenAPIDocument", Get, "/api/v1/openapi.json", Nothing);

/// The access cookie travels too: the value is bound to the session that it names.
pub(crate) static GET_CSRF_TOKEN: Operation = Operation::new("getCsrfToken", Get, "/api/v1/csrf", AccessAndCsrf);

pub(crate) static LOGIN_WITH_PASSWORD: Operation =
    Operation::new("loginWithPassword", Post, "/api/v1/login", All).for_audience(Audience::Callers);

pub(crate) static SIGNUP_DIRECT: Operation =
    Operation::new("signupDirect", Post, "/api/v1/signup/direct", All).for_audience(Audience::App);

pub(crate) static LOGOUT: Operation = Operation::new("logout", Post, "/api/v1/sessions/logout", All).or_bearer();

pub(crate) static REFRESH_SESSION: Operation =
    Operation::new("refreshSession", Post, "/api/v1/sessions/refresh", RefreshAndCsrf).for_audience(Audience::Callers);

/// The token travels in the body, and cookies are neither read nor set.
pub(crate) static REFRESH_TOKENS: Operation = Operation::new("refreshTokens", Post, "/api/v1/tokens/refresh", Nothing);

pub(crate) static GET_CURRENT_USER: Operation =
    Operation::new("getCurrentUser", Get, "/api/v1/user", Access).or_bearer();

pub(crate) static VERIFY_REQUEST: Operation =
    Operation::new("verifyRequest", Get, "/api/v1/verify", Access).or_bearer();

pub(crate) static SET_CURRENT_USER_PASSWORD: Operation =
    Operation::new("setCurrentUserPassword", Put, "/api/v1/users/password", AccessAndCsrf).or_bearer();

pub(crate) static GET_ACCOUNT: Operation = Operation::new("getAccount", Get, "/api/v1/account", Access).or_bearer();

pub(crate) static CREATE_ACCOUNT_PASSWORD: Operation =
    Operation::new("createAccountPassword", Post, "/api/v1/account/password", AccessAndCsrf).or_bearer();

pub(crate) static CHANGE_ACCOUNT_PASSWORD: Operation =
    Operation::new("changeAccountPassword", Put, "/api/v1/account/password", AccessAndCsrf).or_bearer();

pub(crate) static LIST_ACCOUNT_SESSIONS: Operation =
    Operation::new("listAccountSessions", Get, "/api/v1/account/sessions", Access).or_bearer();

pub(crate) static DELETE_ACCOUNT_SESSION: Operation =
    Operation::new("deleteAccountSession", Delete, "/api/v1/account/sessions/", AccessAndCsrf).or_bearer();

pub(crate) static DELETE_OTHER_ACCOUNT_SESSIONS: Operation =
    Operation::new("deleteOtherAccountSessions", Delete, "/api/v1/account/sessions/others", AccessAndCsrf).or_bearer();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r56_only_reads_that_are_no_probes_are_sent_again() {
        assert!(GET_VERSION.is_repeatable() && GET_CSRF_TOKEN.is_repeatable() && GET_ACCOUNT.is_repeatable());
        for once in [&GET_HEALTH, &GET_READINESS, &LOGIN_WITH_PASSWORD, &REFRESH_SESSION, &REFRESH_TOKENS, &LOGOUT] {
            assert!(!once.is_repeatable(), "{}", once.id);
        }
        assert!(!SET_CURRENT_USER_PASSWORD.is_repeatable() && !DELETE_ACCOUNT_SESSION.is_repeatable());
    }
}
