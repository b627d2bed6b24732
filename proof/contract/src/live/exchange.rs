//! What was asked and what came, kept until it is judged.

use std::net::SocketAddr;

use super::wire::{Answer, Request};
use crate::document::Operation;

/// One request to an operation of the document, and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The id of the operation.
    pub operation: String,
    /// How it was asked, as the rest of "asked ..".
    pub what: String,
    /// The answer, or why there was none.
    pub answer: Result<Answer, String>,
}

impl Exchange {
    /// The status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|answer| answer.status)
    }

    /// The code of the error envelope, if the answer is one.
    pub fn code(&self) -> Option<String> {
        self.answer.as_ref().ok().and_then(Answer::code)
    }

    /// Was it a success?
    pub fn is_success(&self) -> bool {
        self.answer.as_ref().is_ok_and(Answer::is_success)
    }

    /// Did it end with this status and this code of the error envelope, or without one?
    pub fn ended_with(&self, status: u16, code: Option<&str>) -> bool {
        self.status() == Some(status) && self.code().as_deref() == code
    }

    /// Status and code, or what came instead.
    pub fn verdict(&self) -> String {
        match (&self.answer, self.code()) {
            (Err(why), _) => format!("no answer ({why})"),
            (Ok(answer), None) => answer.status.to_string(),
            (Ok(answer), Some(code)) => format!("{} {code}", answer.status),
        }
    }
}

/// Asks, and remembers every exchange.
#[derive(Debug, Default)]
pub struct Witness {
    /// In the order in which they happened.
    pub exchanges: Vec<Exchange>,
}

impl Witness {
    /// Sends a request to an operation.
    pub async fn ask(
        &mut self,
        address: SocketAddr,
        operation: &Operation,
        what: impl Into<String>,
        request: &Request,
    ) -> Exchange {
        let answer = request.send(address).await;
        let exchange = Exchange { operation: operation.id.clone(), what: what.into(), answer };
        self.exchanges.push(exchange.clone());
        exchange
    }

    /// Did the operation ever answer with this status and this code?
    pub fn saw(&self, operation: &Operation, status: u16, code: Option<&str>) -> bool {
        self.exchanges.iter().any(|exchange| exchange.operation == operation.id && exchange.ended_with(status, code))
    }
}
