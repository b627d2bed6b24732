//! Operations about the server itself, and the same in short for the probes of an application.

use authara_core::wire::{Readiness, Version};
use serde_json::Value;

use super::Client;
use super::answer::Answer;
use super::caller::{Call, Caller};
use super::operation::{GET_HEALTH, GET_OPEN_API_DOCUMENT, GET_READINESS, GET_VERSION};
use crate::error::Error;

impl Client {
    /// Does the server run? Asked once, for the application's own probes.
    ///
    /// ```
    /// # use authara_client::Client;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = tower::service_fn(|_: http::Request<String>| async {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(r#"{"status":"ok"}"#.to_owned()))
    /// # });
    /// # let client = Client::builder("http://localhost:8080").service(server).build()?;
    /// client.health().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error`], which [is unavailable](Error::is_unavailable) when it does not.
    pub async fn health(&self) -> Result<(), Error> {
        self.anonymous().get_health().await.map(drop)
    }

    /// Can the server do its work, its database included? Asked once: a server that is not ready
    /// says so, and that is the answer.
    ///
    /// # Errors
    ///
    /// [`Error`], which [is unavailable](Error::is_unavailable) when it cannot.
    pub async fn ready(&self) -> Result<(), Error> {
        self.anonymous().get_readiness().await.map(drop)
    }

    /// The server's version.
    ///
    /// # Errors
    ///
    /// [`Error`] when there is no answer.
    pub async fn version(&self) -> Result<String, Error> {
        self.anonymous().get_version().await.map(|answer| answer.body.version)
    }
}

impl Caller {
    /// `GET /health`: does the server run? Asks nothing else of it, and only once.
    ///
    /// # Errors
    ///
    /// [`Error`], which [is unavailable](Error::is_unavailable) when it does not.
    pub async fn get_health(&self) -> Result<Answer<()>, Error> {
        Ok(self.call(Call::of(&GET_HEALTH)).await?.empty())
    }

    /// `GET /ready`: can the server do its work, its database included? Asks only once.
    ///
    /// # Errors
    ///
    /// [`Error`], which [is unavailable](Error::is_unavailable) when it cannot.
    pub async fn get_readiness(&self) -> Result<Answer<Readiness>, Error> {
        self.call(Call::of(&GET_READINESS)).await?.json()
    }

    /// `GET /version`: the server's version.
    ///
    /// # Errors
    ///
    /// [`Error`] when there is no answer.
    pub async fn get_version(&self) -> Result<Answer<Version>, Error> {
        self.call(Call::of(&GET_VERSION)).await?.json()
    }

    /// `GET /api/v1/openapi.json`: the contract, as an OpenAPI 3 document.
    ///
    /// # Errors
    ///
    /// [`Error`] when there is no answer, or one of more than 1 MiB.
    pub async fn get_open_api_document(&self) -> Result<Answer<Value>, Error> {
        self.call(Call::of(&GET_OPEN_API_DOCUMENT)).await?.json()
    }
}
