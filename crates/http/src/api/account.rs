//! `GET account` and the caller's own sessions.

use actix_web::HttpResponse;
use authara_core::id::SessionId;
use authara_core::session::Session;
use authara_core::user_agent;
use authara_core::wire::{Account, AccountAuthMethod, AccountSession, AccountSessionDetails, AccountSessions};
use authara_flows::{account, sessions};

use super::body::NoBody;
use super::call::{Access, Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;
use super::sign_in::auth_user;
use crate::request::cookies::Cookies;

/// `GET /auth/api/v1/account`.
#[derive(Debug)]
pub struct GetAccount;

impl Operation for GetAccount {
    const ACCESS: Access = Access::User;
    type Body = NoBody;
    type Path = NoPath;
}

/// The caller's account, sessions and ways in.
///
/// # Errors
///
/// 401 when the session is over.
pub async fn overview(call: Call<GetAccount>) -> Result<HttpResponse, ApiError> {
    let claims = call.claims()?;
    let overview = account::overview(&call.server.app, claims).await?;
    let session = |session: Session| AccountSession {
        id: session.id,
        current: session.id == claims.session,
        created_at: session.created_at.into(),
        expires_at: session.expires_at.into(),
        user_agent: session.user_agent,
    };
    Ok(respond::ok(&Account {
        user: auth_user(&overview.user),
        sessions: overview.sessions.into_iter().map(session).collect(),
        auth_methods: overview
            .methods
            .into_iter()
            .map(|method| AccountAuthMethod { provider: method.provider, created_at: method.created_at.into() })
            .collect(),
        // There is no way to register one yet.
        passkeys: Vec::new(),
    }))
}

/// `GET /auth/api/v1/account/sessions`.
#[derive(Debug)]
pub struct ListAccountSessions;

impl Operation for ListAccountSessions {
    const ACCESS: Access = Access::User;
    type Body = NoBody;
    type Path = NoPath;
}

/// The caller's live sessions.
///
/// # Errors
///
/// 401 when the session is over.
pub async fn list_sessions(call: Call<ListAccountSessions>) -> Result<HttpResponse, ApiError> {
    let claims = call.claims()?;
    let listed = sessions::list(&call.server.app, claims).await?;
    let details = |session: Session| AccountSessionDetails {
        id: session.id,
        created_at: session.created_at.into(),
        last_used_at: session.last_used_at.into(),
        expires_at: session.expires_at.into(),
        device: user_agent::device(&session.user_agent),
        user_agent: session.user_agent,
        current: session.id == claims.session,
    };
    Ok(respond::ok(&AccountSessions { sessions: listed.into_iter().map(details).collect() }))
}

/// `DELETE /auth/api/v1/account/sessions/{sessionID}`.
#[derive(Debug)]
pub struct DeleteAccountSession;

impl Operation for DeleteAccountSession {
    const ACCESS: Access = Access::User;
    const CSRF: bool = true;
    type Body = NoBody;
    type Path = SessionId;
}

/// Ends one of the caller's sessions. Ending one's own takes the cookies away as well.
///
/// # Errors
///
/// 404 for a session that is unknown, over or somebody else's.
pub async fn end_session(call: Call<DeleteAccountSession>) -> Result<HttpResponse, ApiError> {
    let claims = call.claims()?;
    sessions::end_one(&call.server.app, claims, call.path).await?;
    let is_own = call.path == claims.session && !call.is_bearer();
    let cookies = if is_own { Cookies::sign_out(&call.server) } else { Cookies::keep() };
    Ok(respond::with_cookies(respond::no_content(), cookies))
}

/// `DELETE /auth/api/v1/account/sessions/others`.
#[derive(Debug)]
pub struct DeleteOtherAccountSessions;

impl Operation for DeleteOtherAccountSessions {
    const ACCESS: Access = Access::User;
    const CSRF: bool = true;
    type Body = NoBody;
    type Path = NoPath;
}

/// Ends all of the caller's sessions but the one in use.
///
/// # Errors
///
/// 401 when the session is over.
pub async fn end_other_sessions(call: Call<DeleteOtherAccountSessions>) -> Result<HttpResponse, ApiError> {
    sessions::end_others(&call.server.app, call.claims()?).await?;
    Ok(respond::no_content())
}
