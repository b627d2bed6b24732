//! Operations about the server itself.

use authara_core::wire::{Readiness, Version};
use serde_json::Value;

use super::answer::Answer;
use super::caller::{Call, Caller};
use super::operation::{GET_HEALTH, GET_OPEN_API_DOCUMENT, GET_READINESS, GET_VERSION};
use crate::error::Error;

impl Caller {
    /// `GET /health`: does the server run? Asks nothing else of it.
    ///
    /// # Errors
    ///
    /// [`Error`], which [is unavailable](Error::is_unavailable) when it does not.
    pub async fn get_health(&self) -> Result<Answer<()>, Error> {
        Ok(self.call(Call::of(&GET_HEALTH)).await?.empty())
    }

    /// `GET /ready`: can the server do its work, its database included?
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
