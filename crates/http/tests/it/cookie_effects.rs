//! What an answer does to the browser's cookies.

use crate::browser::{ACCESS, REFRESH};
use crate::wire::{Answer, SetCookie};

/// Hands over both session cookies, as cookies of the contract are.
pub fn assert_set(answer: &Answer, what: &str) {
    for cookie in session_cookies(answer, what) {
        assert!(!cookie.value.is_empty() && !cookie.is_clearing(), "{what}: {cookie:?}");
    }
}

/// Takes both session cookies away, with the attributes that they were set with (S-070).
pub fn assert_cleared(answer: &Answer, what: &str) {
    for cookie in session_cookies(answer, what) {
        assert!(cookie.is_clearing(), "{what}: {cookie:?}");
        assert!(cookie.attribute("expires").is_some_and(|at| at.contains("1970")), "{what}: {cookie:?}");
    }
}

/// Neither sets nor takes away anything.
pub fn assert_untouched(answer: &Answer, what: &str) {
    assert!(answer.set_cookies().is_empty(), "{what}: {:?}", answer.set_cookies());
}

/// Leaves the session cookies alone; a CSRF value may come along.
pub fn assert_session_untouched(answer: &Answer, what: &str) {
    for name in [ACCESS, REFRESH] {
        assert_eq!(answer.set_cookie(name), None, "{what}");
    }
}

fn session_cookies(answer: &Answer, what: &str) -> Vec<SetCookie> {
    let mut cookies = Vec::new();
    for name in [ACCESS, REFRESH] {
        let mut lines = answer.set_cookies().into_iter().filter(|cookie| cookie.name == name);
        let cookie = lines.next().unwrap_or_else(|| panic!("{what}: nothing about {name}"));
        assert_eq!(lines.next(), None, "{what}: {name} twice");
        assert_eq!(cookie.attribute("path"), Some("/"), "{what}");
        assert_eq!(cookie.attribute("samesite"), Some("Lax"), "{what}");
        assert!(cookie.attribute("httponly").is_some() && cookie.attribute("secure").is_some(), "{what}: {cookie:?}");
        assert_eq!(cookie.attribute("domain"), None, "{what}");
        cookies.push(cookie);
    }
    cookies
}
