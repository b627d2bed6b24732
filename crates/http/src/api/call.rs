//! One extractor for each operation: it runs the stages of a request in the order that the
//! contract fixes, because the order decides which error wins when several conditions fail.
//!
//! Query, body, caller, CSRF, path. Separate extractors would be polled side by side, and the
//! quickest refusal would win.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use authara_core::audience::Audience;
use authara_core::id::SessionId;
use authara_core::token::AccessClaims;
use authara_flows::access;
use authara_flows::issue::{Client, Presented};
use futures_util::future::{FutureExt as _, LocalBoxFuture};

use super::body::{self, Body};
use super::error::ApiError;
use crate::request::{self, csrf};
use crate::state::Server;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Somebody who is signed in, by cookie or bearer token.
    User,
    /// Anybody, and a bearer token says whose session it is about.
    PublicOrBearer,
}

/// Which values the query parameter `audience` may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceParameter {
    /// It is not looked at.
    Ignored,
    /// Only `app`.
    App,
    /// `app` or `admin`.
    Any,
}

/// What the contract says of an operation.
pub trait Operation: 'static {
    /// Who may call.
    const ACCESS: Access = Access::Public;
    /// Is proof against forgery asked of callers with cookies?
    const CSRF: bool = false;
    /// The query parameter `audience`.
    const AUDIENCE: AudienceParameter = AudienceParameter::Ignored;
    /// The body.
    type Body: Body;
    /// The path parameters.
    type Path: Path;
}

/// What is read from the path.
pub trait Path: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// 400 for an id that is none.
    fn read(request: &HttpRequest) -> Result<Self, ApiError>;
}

/// No path parameter.
#[derive(Clone, Copy, Debug)]
pub struct NoPath;

impl Path for NoPath {
    fn read(_: &HttpRequest) -> Result<Self, ApiError> {
        Ok(Self)
    }
}

impl Path for SessionId {
    fn read(request: &HttpRequest) -> Result<Self, ApiError> {
        let text = request.match_info().get("session").unwrap_or_default();
        Self::parse(text).ok_or_else(|| ApiError::invalid("The session id is not a UUID."))
    }
}

/// How the caller proved to be signed in.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody is, or it does not matter.
    Nobody,
    /// By the access cookie.
    Cookie(AccessClaims),
    /// By a bearer token: cookies are ignored altogether.
    Bearer(AccessClaims),
    /// A bearer token came where it only says which session is to be ended: that one, or none if the
    /// token is not genuine. Cookies are ignored all the same.
    EndingBearer(Option<SessionId>),
}

/// A request that passed every stage before the operation itself.
#[derive(Debug)]
pub struct Call<O: Operation> {
    /// Shared state.
    pub server: web::Data<Server>,
    /// The request, for what only some operations look at.
    pub request: HttpRequest,
    /// The audience asked for.
    pub audience: Audience,
    /// The body.
    pub body: O::Body,
    /// The path parameters.
    pub path: O::Path,
    /// The caller.
    pub caller: Caller,
    /// The session of a good access cookie, whatever its audience, for public operations.
    pub cookie_session: Option<AccessClaims>,
    operation: PhantomData<O>,
}

impl<O: Operation> Call<O> {
    /// The claims of a signed-in caller.
    ///
    /// # Errors
    ///
    /// 401 when nobody is signed in, which operations with [`Access::User`] never get to see.
    pub fn claims(&self) -> Result<&AccessClaims, ApiError> {
        match &self.caller {
            Caller::Cookie(claims) | Caller::Bearer(claims) => Ok(claims),
            Caller::Nobody | Caller::EndingBearer(_) => Err(ApiError::unauthorized()),
        }
    }

    /// Did the caller come with a bearer token?
    pub fn is_bearer(&self) -> bool {
        matches!(self.caller, Caller::Bearer(_) | Caller::EndingBearer(_))
    }

    /// Who is asking.
    pub fn client(&self) -> Client {
        request::client(&self.server, &self.request)
    }

    /// What the browser had before.
    pub fn presented(&self) -> Presented {
        request::presented(&self.server, &self.request, self.cookie_session.as_ref())
    }
}

impl<O: Operation> FromRequest for Call<O> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move { Ok(run_stages(request, &mut payload).await?) }.boxed_local()
    }
}

async fn run_stages<O: Operation>(request: HttpRequest, payload: &mut Payload) -> Result<Call<O>, ApiError> {
    let server: web::Data<Server> = request.app_data::<web::Data<Server>>().cloned().ok_or_else(ApiError::internal)?;
    let audience = read_audience(&request, O::AUDIENCE)?;
    let body = body::read::<O::Body>(&request, payload).await?;
    let caller = authenticate::<O>(&server, &request).await?;
    // A bearer token is no credential that a browser sends by itself, so nothing can be forged.
    let mut cookie_session = None;
    if !matches!(caller, Caller::Bearer(_) | Caller::EndingBearer(_)) && O::CSRF {
        cookie_session = match &caller {
            Caller::Cookie(claims) => Some(claims.clone()),
            _ => request::cookie_session(&server, &request).await?,
        };
        let session = cookie_session.as_ref().map(|claims| claims.session);
        csrf::check(&server, &request, None, session).map_err(|_| ApiError::csrf())?;
    }
    let path = O::Path::read(&request)?;
    Ok(Call { server, request, audience, body, path, caller, cookie_session, operation: PhantomData })
}

async fn authenticate<O: Operation>(server: &Server, request: &HttpRequest) -> Result<Caller, ApiError> {
    if O::ACCESS == Access::Public {
        return Ok(Caller::Nobody);
    }
    match (bearer(request), O::ACCESS) {
        // Signing out with a token that has lapsed is signing out (S-055).
        (Bearer::Token(token), Access::PublicOrBearer) => {
            Ok(Caller::EndingBearer(access::named_session(&server.app, token)))
        }
        (Bearer::Malformed, Access::PublicOrBearer) => Ok(Caller::EndingBearer(None)),
        (Bearer::Token(token), _) => match access::check(&server.app, token, Audience::App).await {
            Ok(claims) => Ok(Caller::Bearer(claims)),
            Err(error @ access::AccessError::Trouble(_)) => Err(error.into()),
            // Never falls back to cookies: the request would run as somebody else.
            Err(_) => Err(ApiError::unauthorized()),
        },
        (Bearer::Malformed, _) => Err(ApiError::unauthorized()),
        (Bearer::Absent, Access::User) => {
            let cookie = request::cookie(request, &server.settings.cookie_names.access).one();
            let token = cookie.ok_or_else(ApiError::unauthorized)?;
            Ok(Caller::Cookie(access::check(&server.app, token, Audience::App).await?))
        }
        (Bearer::Absent, Access::PublicOrBearer | Access::Public) => Ok(Caller::Nobody),
    }
}

/// What the `Authorization` headers say.
pub(crate) enum Bearer<'r> {
    Absent,
    Token(&'r str),
    Malformed,
}

/// The scheme counts in any case; other schemes are ignored (RFC 6750 section 2.1).
pub(crate) fn bearer(request: &HttpRequest) -> Bearer<'_> {
    let mut found = Bearer::Absent;
    for value in request.headers().get_all(header::AUTHORIZATION) {
        let bytes = value.as_bytes().trim_ascii();
        let end = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
        let (scheme, token) = bytes.split_at(end);
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            continue;
        }
        let Ok(token) = std::str::from_utf8(token) else { return Bearer::Malformed };
        found = match (found, token.trim()) {
            (Bearer::Absent, token) if !token.is_empty() => Bearer::Token(token),
            _ => return Bearer::Malformed,
        };
    }
    found
}

/// `audience` at most once, in exactly the spelling of the contract; a pair that does not decode
/// counts as absent, everything else in the query is ignored.
fn read_audience(request: &HttpRequest, parameter: AudienceParameter) -> Result<Audience, ApiError> {
    if parameter == AudienceParameter::Ignored {
        return Ok(Audience::App);
    }
    let mut values = request.query_string().split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name == "audience").then(|| decode(value)).flatten()
    });
    let refused = || match parameter {
        AudienceParameter::Any => ApiError::invalid("\"audience\" must be app or admin, and given once."),
        _ => ApiError::invalid("\"audience\" must be app, and given once."),
    };
    let audience = match (values.next(), values.next()) {
        (None, _) => Audience::App,
        (Some(value), None) => Audience::parse(&value).ok_or_else(refused)?,
        (Some(_), Some(_)) => return Err(refused()),
    };
    if parameter == AudienceParameter::App && audience != Audience::App {
        return Err(refused());
    }
    Ok(audience)
}

/// One percent-decoding, with `+` for a space; `None` for what does not decode to UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h031_h032_h033_the_audience_is_one_exact_word() {
        let read = |query: &str, parameter| {
            let request = actix_web::test::TestRequest::with_uri(&format!("/x?{query}")).to_http_request();
            read_audience(&request, parameter).ok()
        };
        for (query, any) in [
            ("", Some(Audience::App)),
            ("audience=app", Some(Audience::App)),
            ("audience=admin", Some(Audience::Admin)),
            ("audience=%61dmin", Some(Audience::Admin)),
            ("audience=foo", None),
            ("audience=App", None),
            ("audience=", None),
            ("audience", None),
            ("audience=app&audience=app", None),
            ("audience=%zz", Some(Audience::App)),
            ("anything=else&audience=admin", Some(Audience::Admin)),
            ("Audience=admin", Some(Audience::App)),
        ] {
            assert_eq!(read(query, AudienceParameter::Any), any, "{query}");
        }
        assert_eq!(read("audience=admin", AudienceParameter::App), None);
        assert_eq!(read("audience=junk", AudienceParameter::Ignored), Some(Audience::App));
    }

    #[test]
    fn the_bearer_scheme_counts_in_any_case_and_once() {
        let read = |values: &[&str]| {
            let mut request = actix_web::test::TestRequest::default();
            for value in values {
                request = request.append_header(("authorization", *value));
            }
            match bearer(&request.to_http_request()) {
                Bearer::Absent => "absent".to_owned(),
                Bearer::Malformed => "malformed".to_owned(),
                Bearer::Token(token) => token.to_owned(),
            }
        };
        for (values, expected) in [
            (&[][..], "absent"),
            (&["Bearer abc"][..], "abc"),
            (&["bEARER  abc "][..], "abc"),
            (&["Basic abc"][..], "absent"),
            (&["Basic x", "Bearer abc"][..], "abc"),
            (&["Bearer\tabc"][..], "abc"),
            (&["Bearer"][..], "malformed"),
            (&["Bearer "][..], "malformed"),
            (&["Bearer a", "Bearer b"][..], "malformed"),
        ] {
            assert_eq!(read(values), expected, "{values:?}");
        }
    }
}
