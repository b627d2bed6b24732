//! What the client knows of the contract, for the tool that holds the two against each other. Not
//! for applications.

use super::caller::Caller;
use super::operation::{
    Audience, CHANGE_ACCOUNT_PASSWORD, CREATE_ACCOUNT_PASSWORD, DELETE_ACCOUNT_SESSION, DELETE_OTHER_ACCOUNT_SESSIONS,
    GET_ACCOUNT, GET_CSRF_TOKEN, GET_CURRENT_USER, GET_HEALTH, GET_OPEN_API_DOCUMENT, GET_READINESS, GET_VERSION,
    LIST_ACCOUNT_SESSIONS, LOGIN_WITH_PASSWORD, LOGOUT, Operation, REFRESH_SESSION, REFRESH_TOKENS,
    SET_CURRENT_USER_PASSWORD, SIGNUP_DIRECT, VERIFY_REQUEST,
};

/// An operation for which the client has a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownOperation {
    /// Its id in the contract.
    pub id: &'static str,
    /// In upper case.
    pub method: String,
    /// The path below the prefix, with `{id}` where the id of a thing is appended.
    pub path: String,
    /// Is the value against CSRF sent twice?
    pub csrf: bool,
    /// Does a bearer token take the place of cookies?
    pub bearer: bool,
    /// Is it asked for an audience?
    pub audience: bool,
    /// Which cookies are sent: `access`, `refresh`, `csrf`.
    pub cookies: Vec<&'static str>,
}

/// Every operation that the client has a method for.
pub fn operations() -> impl Iterator<Item = KnownOperation> {
    [
        known(&GET_HEALTH, Caller::get_health),
        known(&GET_READINESS, Caller::get_readiness),
        known(&GET_VERSION, Caller::get_version),
        known(&GET_OPEN_API_DOCUMENT, Caller::get_open_api_document),
        known(&GET_CSRF_TOKEN, Caller::get_csrf_token),
        known(&LOGIN_WITH_PASSWORD, Caller::login_with_password),
        known(&SIGNUP_DIRECT, Caller::signup_direct),
        known(&LOGOUT, Caller::logout),
        known(&REFRESH_SESSION, Caller::refresh_session),
        known(&REFRESH_TOKENS, Caller::refresh_tokens),
        known(&GET_CURRENT_USER, Caller::get_current_user),
        known(&VERIFY_REQUEST, Caller::verify_request),
        known(&SET_CURRENT_USER_PASSWORD, Caller::set_current_user_password),
        known(&GET_ACCOUNT, Caller::get_account),
        known(&CREATE_ACCOUNT_PASSWORD, Caller::create_account_password),
        known(&CHANGE_ACCOUNT_PASSWORD, Caller::change_account_password),
        known(&LIST_ACCOUNT_SESSIONS, Caller::list_account_sessions),
        known(&DELETE_ACCOUNT_SESSION, Caller::delete_account_session),
        known(&DELETE_OTHER_ACCOUNT_SESSIONS, Caller::delete_other_account_sessions),
    ]
    .into_iter()
}

/// The method is only named: without it this does not compile.
fn known<M: Copy>(operation: &'static Operation, _method: M) -> KnownOperation {
    let sends = operation.sends;
    let cookies = [("access", sends.access()), ("refresh", sends.refresh()), ("csrf", sends.csrf())];
    let thing = if operation.path.ends_with('/') { "{id}" } else { "" };
    KnownOperation {
        id: operation.id,
        method: operation.method().to_string(),
        path: format!("{}{thing}", operation.path),
        csrf: operation.needs_csrf(),
        bearer: operation.takes_bearer,
        audience: operation.audience != Audience::None,
        cookies: cookies.into_iter().filter(|(_, is_sent)| *is_sent).map(|(name, _)| name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_the_table_is_listed() {
        let table = include_str!("operation.rs");
        assert_eq!(operations().count(), table.matches("\npub(crate) static ").count());
    }
}
