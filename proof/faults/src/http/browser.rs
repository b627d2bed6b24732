//! Browsers: what they carry, and what they send.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Answer, PASSWORD, Request, Tokens, ask};

/// A browser without a session, with the proof that state-changing calls ask of it. The proof may be
/// used any number of times, and after a restart of the server.
#[derive(Clone, Debug)]
pub struct Visitor {
    csrf: String,
}

impl Visitor {
    /// Fetches the proof.
    pub fn arrive(address: SocketAddr) -> Self {
        let given = ask(address, &Request::get("/auth/api/v1/csrf"));
        assert_eq!(given.status, 200, "{}", given.json);
        Self { csrf: given.text("csrf_token").to_owned() }
    }

    /// `POST signup/direct`.
    pub fn signup(&self, email: &str) -> Request {
        self.post("/auth/api/v1/signup/direct", &json!({"email": email, "password": PASSWORD}))
    }

    /// `POST login`.
    pub fn login(&self, email: &str, password: &str) -> Request {
        self.post("/auth/api/v1/login", &json!({"email": email, "password": password}))
    }

    fn post(&self, path: &str, body: &Value) -> Request {
        let cookie = format!("authara_csrf={}", self.csrf);
        Request::post_json(path, body).with("cookie", &cookie).with("x-csrf-token", &self.csrf)
    }
}

/// A browser with a session.
#[derive(Clone, Debug)]
pub struct Browser {
    /// What the session cookies hold.
    pub tokens: Tokens,
    csrf: String,
}

impl Browser {
    /// Makes an account.
    pub fn sign_up(address: SocketAddr, email: &str) -> Self {
        let answer = ask(address, &Visitor::arrive(address).signup(email));
        assert_eq!(answer.status, 201, "{}", answer.json);
        Self::signed_in_by(&answer)
    }

    /// The browser that was given this answer to a sign-up or a login.
    pub fn signed_in_by(answer: &Answer) -> Self {
        let csrf = answer.cookie("authara_csrf").expect("a session comes with a CSRF value").to_owned();
        Self { tokens: answer.tokens(), csrf }
    }

    /// `POST sessions/refresh`.
    pub fn refresh(&self) -> Request {
        self.post("/auth/api/v1/sessions/refresh")
    }

    /// `POST sessions/logout`.
    pub fn logout(&self) -> Request {
        self.post("/auth/api/v1/sessions/logout")
    }

    fn post(&self, path: &str) -> Request {
        let Tokens { access, refresh } = &self.tokens;
        let cookies = format!("authara_access={access}; authara_refresh={refresh}; authara_csrf={}", self.csrf);
        Request::post(path).with("cookie", &cookies).with("x-csrf-token", &self.csrf)
    }
}
