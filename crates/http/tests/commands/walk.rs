//! A walk through everything that the server does today: somebody with a browser and a program, who
//! errs, forges and overdoes it on the way. Every secret that was on the wire is noted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use url::form_urlencoded;

/// Whose accounts are made.
pub const EMAILS: [&str; 2] = ["wanda.walker@example.org", "wilma.walker@example.org"];

/// What the walk needs: every refresh rotates, and limits that it meets only where it means to.
pub const VARIABLES: [(&str, &str); 4] = [
    ("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always"),
    ("AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT", "15"),
    ("AUTHARA_RATE_LIMIT_LOGIN_EMAIL_LIMIT", "15"),
    ("AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT", "10"),
];

/// Operations whose answers hold tokens (S-142).
pub const TOKEN_OPERATIONS: [&str; 3] =
    ["POST /auth/api/v1/login", "POST /auth/api/v1/signup/direct", "POST /auth/api/v1/tokens/refresh"];

const FIRST: &str = "seven purple lighthouses";
const SECOND: &str = "eight green windmills";
const THIRD: &str = "nine quiet harbours";
const WRONG: &str = "ten wrong turnings";
/// Of the form that tokens have, and nobody's.
const UNKNOWN_TOKEN: &str = "IznYMVAq7g6OZbHgDDkYgEa1tPZ8HXNwbqIratE2xbI";

const ACCESS: &str = "authara_access";
const REFRESH: &str = "authara_refresh";
const CSRF: &str = "authara_csrf";
const MAX_WAIT: Duration = Duration::from_secs(30);

/// An answer on the way.
#[derive(Debug)]
pub struct Seen {
    /// Method and path, without the query.
    pub what: String,
    pub body: String,
}

/// Somebody on the way.
#[derive(Debug)]
pub struct Walk {
    address: SocketAddr,
    jar: BTreeMap<String, String>,
    /// Every password, token, cookie and CSRF value, the signature of each token once more by
    /// itself, and what stood in a query.
    pub secrets: BTreeSet<String>,
    /// The tokens among them.
    pub tokens: BTreeSet<String>,
    pub seen: Vec<Seen>,
}

impl Walk {
    /// Walks all the way, and fails where an answer is not the expected one.
    pub fn through(address: SocketAddr) -> Self {
        let secrets = [FIRST, SECOND, THIRD, WRONG, UNKNOWN_TOKEN].map(str::to_owned).into();
        let mut walk = Self { address, jar: BTreeMap::new(), secrets, tokens: BTreeSet::new(), seen: Vec::new() };
        walk.sign_up_and_look_around();
        walk.use_a_token_twice();
        walk.err();
        walk.change_passwords();
        walk.end_other_sessions();
        walk.visit_the_pages();
        walk.overdo_it();
        walk
    }

    fn sign_up_and_look_around(&mut self) {
        self.get("/auth/api/v1/csrf", 200);
        let body = json!({"email": EMAILS[0], "password": FIRST});
        self.call("POST", "/signup/direct", Some(&body), 201);
        for path in ["/user", "/account", "/account/sessions"] {
            self.call("GET", path, None, 200);
        }
        self.call("POST", "/sessions/refresh", None, 200);
    }

    fn use_a_token_twice(&mut self) {
        let mut line = vec![self.cookie(REFRESH)];
        for _ in 0..2 {
            let body = json!({"refresh_token": line.last()});
            let answer = self.call("POST", "/tokens/refresh", Some(&body), 200);
            line.push(answer.get("refresh_token").and_then(Value::as_str).unwrap_or_default().to_owned());
        }
        // The first once more, then the last: the session is over.
        for token in [line.first(), line.last()] {
            self.call("POST", "/tokens/refresh", Some(&json!({"refresh_token": token})), 401);
        }
        self.call("POST", "/sessions/refresh", None, 401);
    }

    fn err(&mut self) {
        self.log_in(WRONG, 401);
        let csrf = self.jar.remove(CSRF);
        self.log_in(FIRST, 403);
        self.jar.extend(csrf.map(|value| (CSRF.to_owned(), value)));
        self.secrets.insert("canary-in-broken-json".to_owned());
        let json = [("content-type", "application/json")];
        self.ask("POST", "/auth/api/v1/login", &json, r#"{"password": "canary-in-broken-json", "#, 400);
        self.log_in(FIRST, 200);
        let access = self.cookie(ACCESS);
        let (signed, _) = access.rsplit_once('.').expect("a compact token");
        let forged = format!("Bearer {signed}.{}", "A".repeat(43));
        let kept = std::mem::take(&mut self.jar);
        self.ask("GET", "/auth/api/v1/user", &[("authorization", &forged)], "", 401);
        self.jar = kept;
    }

    fn change_passwords(&mut self) {
        let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        self.call("PUT", "/account/password", Some(&change(WRONG, SECOND)), 400);
        self.call("PUT", "/account/password", Some(&change(FIRST, SECOND)), 204);
        self.call("POST", "/account/password", Some(&json!({"password": THIRD})), 409);
        self.call("PUT", "/users/password", Some(&json!({"password": THIRD})), 204);
    }

    fn end_other_sessions(&mut self) {
        self.log_in_elsewhere();
        let listed = self.call("GET", "/account/sessions", None, 200);
        let sessions = listed.get("sessions").and_then(Value::as_array).cloned().unwrap_or_default();
        let other = sessions.iter().find(|session| session.get("current") == Some(&Value::Bool(false)));
        let id = other.and_then(|session| session.get("id")).and_then(Value::as_str).expect("another session");
        self.call("DELETE", &format!("/account/sessions/{id}"), None, 204);
        self.log_in_elsewhere();
        self.call("DELETE", "/account/sessions/others", None, 204);
    }

    fn visit_the_pages(&mut self) {
        self.secrets.extend(["canary-in-target", "canary-in-query"].map(str::to_owned));
        let target = "?return_to=%2Fprivate%3Fcode%3Dcanary-in-target&token=canary-in-query";
        self.get("/", 200);
        self.get(&format!("/auth/login{target}"), 303);
        self.submit(&format!("/auth/sessions/refresh{target}"), &[], 303);
        self.get(&format!("/auth/logout{target}"), 200);
        self.submit(&format!("/auth/sessions/logout{target}"), &[], 303);
        self.get(&format!("/auth/login{target}"), 200);
        let fields = |password| [("email", EMAILS[0]), ("password", password)];
        self.submit(&format!("/auth/login{target}"), &fields(WRONG), 422);
        self.submit(&format!("/auth/login{target}"), &fields(THIRD), 303);
        self.call("POST", "/sessions/logout", None, 204);
        self.get(&format!("/auth/signup{target}"), 200);
        self.submit(&format!("/auth/signup{target}"), &[("email", EMAILS[1]), ("password", FIRST)], 303);
        self.visit_the_account(target);
        self.submit(&format!("/auth/signup{target}"), &[("email", EMAILS[1]), ("password", FIRST)], 303);
        self.submit("/auth/logout", &[], 303);
        self.get(&format!("/auth/nowhere{target}"), 404);
        self.get(&format!("/auth/api/v1/nowhere{target}"), 404);
    }

    /// Of the second person, who deletes it in the end and signs up anew.
    fn visit_the_account(&mut self, target: &str) {
        for page in ["account", "providers/password/change", "account/delete"] {
            self.get(&format!("/auth/{page}{target}"), 200);
        }
        self.submit("/auth/user/username", &[("username", "wilma")], 303);
        self.submit("/auth/sessions/revoke-other", &[], 303);
        self.submit("/auth/confirm", &[("password", WRONG)], 422);
        self.submit("/auth/confirm", &[("password", FIRST)], 303);
        let passwords = [("current_password", FIRST), ("new_password", SECOND), ("confirm_password", SECOND)];
        self.submit("/auth/providers/password/change", &passwords, 303);
        self.submit("/auth/user/delete", &[("confirmation", "somebody.else@example.org")], 422);
        self.submit("/auth/user/delete", &[("confirmation", EMAILS[1])], 303);
        self.get("/auth/successful-deletion", 200);
    }

    fn overdo_it(&mut self) {
        let token = json!({"refresh_token": UNKNOWN_TOKEN});
        self.until_429("/tokens/refresh", &token);
        self.until_429("/signup/direct", &json!({"email": EMAILS[0], "password": FIRST}));
        self.until_429("/login", &json!({"email": EMAILS[0], "password": WRONG}));
    }

    fn log_in(&mut self, password: &str, expected: u16) {
        self.call("POST", "/login", Some(&json!({"email": EMAILS[0], "password": password})), expected);
    }

    /// In another browser.
    fn log_in_elsewhere(&mut self) {
        let kept = std::mem::take(&mut self.jar);
        self.get("/auth/api/v1/csrf", 200);
        self.log_in(THIRD, 200);
        self.jar = kept;
    }

    fn until_429(&mut self, path: &str, body: &Value) {
        let (target, body) = (format!("/auth/api/v1{path}"), body.to_string());
        let headers = self.proof();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let is_met = (0..60).any(|_| self.status("POST", &target, &headers, &body) == 429);
        assert!(is_met, "{path}: no limit was met");
    }

    fn cookie(&self, name: &str) -> String {
        self.jar.get(name).cloned().unwrap_or_default()
    }

    /// Headers of a call to the API.
    fn proof(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.jar.get(CSRF).map(|value| ("x-csrf-token", value.clone())));
        headers
    }

    fn get(&mut self, target: &str, expected: u16) {
        self.ask("GET", target, &[], "", expected);
    }

    fn call(&mut self, method: &str, path: &str, body: Option<&Value>, expected: u16) -> Value {
        let headers = self.proof();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = body.map(Value::to_string).unwrap_or_default();
        self.ask(method, &format!("/auth/api/v1{path}"), &headers, &body, expected);
        let body = self.seen.last().map(|seen| seen.body.as_str()).unwrap_or_default();
        serde_json::from_str(body).unwrap_or_default()
    }

    fn submit(&mut self, target: &str, fields: &[(&str, &str)], expected: u16) {
        let csrf = self.cookie(CSRF);
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("csrf_token", &csrf).extend_pairs(fields).finish();
        self.ask("POST", target, &[("content-type", "application/x-www-form-urlencoded")], &body, expected);
    }

    fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &str, expected: u16) {
        let status = self.status(method, target, headers, body);
        assert_eq!(status, expected, "{method} {target}: {:?}", self.seen.last());
    }

    /// Sends a request with the cookies of the jar, notes what the answer holds, and gives its status.
    fn status(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let mut lines = vec![
            format!("{method} {target} HTTP/1.1"),
            format!("host: {}", self.address),
            "connection: close".to_owned(),
            format!("content-length: {}", body.len()),
        ];
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !self.jar.is_empty() {
            let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            lines.push(format!("cookie: {}", cookies.join("; ")));
        }
        let request = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
        let answer = exchange(self.address, &request).expect("the server answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        let path = target.split('?').next().unwrap_or_default();
        self.seen.push(Seen { what: format!("{method} {path}"), body: body.to_owned() });
        for line in head.lines() {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                self.take_cookie(value);
            }
        }
        let json: Value = serde_json::from_str(body).unwrap_or_default();
        for name in ["access_token", "refresh_token", "csrf_token"] {
            self.note(name, json.get(name).and_then(Value::as_str).unwrap_or_default());
        }
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    fn take_cookie(&mut self, line: &str) {
        let pair = line.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').expect("a cookie");
        if value.is_empty() {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), value.to_owned());
            self.note(name, value);
        }
    }

    fn note(&mut self, name: &str, secret: &str) {
        if secret.is_empty() {
            return;
        }
        self.secrets.insert(secret.to_owned());
        // Whoever has the signature has the token, whose other parts can be guessed.
        self.secrets.extend(secret.rsplit_once('.').map(|(_, signature)| signature.to_owned()));
        if !name.contains("csrf") {
            self.tokens.insert(secret.to_owned());
        }
    }
}

fn exchange(address: SocketAddr, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, MAX_WAIT)?;
    stream.set_read_timeout(Some(MAX_WAIT))?;
    stream.set_write_timeout(Some(MAX_WAIT))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
