//! How requests reach the server: over a connection, or through any service of `tower`.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use reqwest::header::HeaderMap;
use reqwest::{Method, Response, StatusCode, Url};
use tower_service::Service;

use crate::error::Error;

/// Largest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

type Source = Box<dyn StdError + Send + Sync>;

/// One request. Never printed: it holds credentials.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
    /// For the request and its whole answer.
    pub(super) timeout: Duration,
}

/// An answer whose head arrived.
pub(super) struct Arrived {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Result<Vec<u8>, Unread>,
}

/// Why a body was not read to its end.
pub(super) enum Unread {
    TooLarge,
    Lost(Lost),
}

/// Why there is no answer.
pub(super) enum Lost {
    Connection(reqwest::Error),
    Service(Source),
    Time(tokio::time::error::Elapsed),
    Unsendable(&'static str),
}

impl Lost {
    pub(super) fn into_error(self, operation: &'static str) -> Error {
        match self {
            Self::Connection(source) => Error::transport(operation, source),
            Self::Service(source) => Error::lost(operation, source, false),
            Self::Time(elapsed) => Error::lost(operation, Box::new(elapsed), true),
            Self::Unsendable(what) => Error::unsendable(operation, what),
        }
    }
}

/// What carries requests.
#[derive(Clone)]
pub(super) enum Transport {
    Connection(reqwest::Client),
    Service(Carrier),
}

/// A service with its types taken away.
pub(super) type Carrier = Arc<dyn Fn(http::Request<String>) -> Carried + Send + Sync>;
type Carried = Pin<Box<dyn Future<Output = Result<Arrived, Lost>> + Send>>;

impl Transport {
    /// Sends the request once, and reads as much of the answer as is acceptable.
    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<Arrived, Lost> {
        match self {
            Self::Connection(client) => over_connection(client, outgoing).await,
            Self::Service(carrier) => {
                let timeout = outgoing.timeout;
                let carried = carrier(into_request(outgoing)?);
                tokio::time::timeout(timeout, carried).await.map_err(Lost::Time)?
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection(_) => "Connection",
            Self::Service(_) => "Service",
        })
    }
}

/// Takes the types of a service away.
pub(super) fn carrier<S, B>(service: S) -> Carrier
where
    S: Service<http::Request<String>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<Source>,
    S::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Source>,
{
    Arc::new(move |request: http::Request<String>| -> Carried {
        let mut service = service.clone();
        Box::pin(async move {
            poll_fn(|context| service.poll_ready(context)).await.map_err(|fault| Lost::Service(fault.into()))?;
            let response = service.call(request).await.map_err(|fault| Lost::Service(fault.into()))?;
            let (head, body) = response.into_parts();
            let body = match Limited::new(body, MAX_ANSWER_BYTES).collect().await {
                Ok(collected) => Ok(collected.to_bytes().to_vec()),
                Err(fault) if fault.is::<LengthLimitError>() => Err(Unread::TooLarge),
                Err(fault) => Err(Unread::Lost(Lost::Service(fault))),
            };
            Ok(Arrived { status: head.status, headers: head.headers, body })
        })
    })
}

fn into_request(outgoing: Outgoing) -> Result<http::Request<String>, Lost> {
    let mut request = http::Request::new(outgoing.body.unwrap_or_default());
    *request.uri_mut() =
        outgoing.url.as_str().parse().map_err(|_| Lost::Unsendable("the server's address is not a URI"))?;
    *request.method_mut() = outgoing.method;
    *request.headers_mut() = outgoing.headers;
    Ok(request)
}

async fn over_connection(client: &reqwest::Client, outgoing: Outgoing) -> Result<Arrived, Lost> {
    let mut request = reqwest::Request::new(outgoing.method, outgoing.url);
    *request.headers_mut() = outgoing.headers;
    *request.timeout_mut() = Some(outgoing.timeout);
    *request.body_mut() = outgoing.body.map(Into::into);
    let mut response = client.execute(request).await.map_err(Lost::Connection)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let body = read(&mut response).await;
    Ok(Arrived { status, headers, body })
}

/// Reads the body in pieces, so that an endless one is noticed long before the memory is full.
async fn read(response: &mut Response) -> Result<Vec<u8>, Unread> {
    let announced = response.content_length().unwrap_or_default();
    if announced > MAX_ANSWER_BYTES as u64 {
        return Err(Unread::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|fault| Unread::Lost(Lost::Connection(fault)))? {
        if body.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
