//! A browser as far as these tests need one: it keeps cookies and sends the CSRF header.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::wire::{Answer, Ask};

pub const ACCESS: &str = "authara_access";
pub const REFRESH: &str = "authara_refresh";
pub const CSRF: &str = "authara_csrf";

/// A cookie jar and where it belongs. Cloning copies the cookies, as a thief or a second tab would.
#[derive(Clone, Debug)]
pub struct Browser {
    address: SocketAddr,
    pub jar: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, jar: BTreeMap::new() }
    }

    /// The value of a cookie, or the empty text.
    pub fn cookie(&self, name: &str) -> &str {
        self.jar.get(name).map_or("", String::as_str)
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.jar.insert(name.to_owned(), value.to_owned());
    }

    pub fn forget(&mut self, name: &str) {
        self.jar.remove(name);
    }

    /// The `Cookie` header.
    pub fn cookies(&self) -> String {
        self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Sends a request with the cookies as they are, and takes those of the answer.
    pub async fn send(&mut self, ask: Ask) -> Answer {
        let ask = if self.jar.is_empty() { ask } else { ask.header("cookie", &self.cookies()) };
        let answer = ask.send(self.address).await;
        for cookie in answer.set_cookies() {
            if cookie.is_clearing() {
                self.jar.remove(&cookie.name);
            } else {
                self.jar.insert(cookie.name, cookie.value);
            }
        }
        answer
    }

    /// The same with the CSRF value of the jar in the header; fetched first where there is none.
    pub async fn mutate(&mut self, ask: Ask) -> Answer {
        if self.cookie(CSRF).is_empty() {
            self.fetch_csrf().await;
        }
        let value = self.cookie(CSRF).to_owned();
        self.send(ask.header("x-csrf-token", &value)).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Ask::api("GET", path)).await
    }

    pub async fn post(&mut self, path: &str) -> Answer {
        self.mutate(Ask::api("POST", path)).await
    }

    pub async fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        self.mutate(Ask::api("POST", path).json(body)).await
    }

    pub async fn put_json(&mut self, path: &str, body: &Value) -> Answer {
        self.mutate(Ask::api("PUT", path).json(body)).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.mutate(Ask::api("DELETE", path)).await
    }

    pub async fn fetch_csrf(&mut self) -> Answer {
        self.get("/csrf").await
    }

    pub async fn sign_up(&mut self, email: &str, password: &str) -> Answer {
        self.post_json("/signup/direct", &json!({"email": email, "password": password})).await
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        self.post_json("/login", &json!({"email": email, "password": password})).await
    }

    /// `POST sessions/refresh`.
    pub async fn refresh(&mut self) -> Answer {
        self.post("/sessions/refresh").await
    }

    /// Who the server says is signed in: the status of `GET user`.
    pub async fn user_status(&mut self) -> u16 {
        self.get("/user").await.status
    }

    /// A form post to a page, with the CSRF value in its field.
    pub async fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        if self.cookie(CSRF).is_empty() {
            self.fetch_csrf().await;
        }
        let value = self.cookie(CSRF).to_owned();
        let mut all = vec![("csrf_token", value.as_str())];
        all.extend_from_slice(fields);
        self.send(Ask::new("POST", target).form(&all)).await
    }
}
