//! What is said on the next page: one name of a closed list, in a cookie for a minute. Whatever else
//! the cookie says is nothing (S-067).

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::{HttpRequest, HttpResponse};
use authara_core::cookies::CookieValue;

use super::page::Toast;
use super::page_cookies;
use crate::messages::Language;
use crate::request;
use crate::state::Server;

const COOKIE: &str = "authara_flash";
const LIFE: Duration = Duration::seconds(60);

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flash {
    /// The account has a new password.
    PasswordSaved,
    /// The account has a new user name.
    UsernameUpdated,
    /// Another session was ended.
    SessionRevoked,
    /// All other sessions were ended.
    OthersRevoked,
}

impl Flash {
    const ALL: [Self; 4] = [Self::PasswordSaved, Self::UsernameUpdated, Self::SessionRevoked, Self::OthersRevoked];

    fn name(self) -> &'static str {
        match self {
            Self::PasswordSaved => "password-saved",
            Self::UsernameUpdated => "username-updated",
            Self::SessionRevoked => "session-revoked",
            Self::OthersRevoked => "others-revoked",
        }
    }

    /// The sentence for it.
    pub(super) fn toast(self, words: &Language) -> Toast {
        Toast::success(words.text(match self {
            Self::PasswordSaved => "flash-password-saved",
            Self::UsernameUpdated => "flash-username-updated",
            Self::SessionRevoked => "flash-session-revoked",
            Self::OthersRevoked => "flash-others-revoked",
        }))
    }

    /// The same answer, and the next page says it.
    pub(super) fn with(self, server: &Server, mut response: HttpResponse) -> HttpResponse {
        page_cookies::put_on(&mut response, &page_cookies::hidden(server, COOKIE, self.name(), LIFE));
        response
    }

    /// What an earlier answer left to be said, and the cookie that takes it away. `None` when there
    /// is nothing to take away; the sentence may still be missing, when the name is on no list.
    pub(super) fn take(server: &Server, request: &HttpRequest) -> Option<(Option<Self>, Cookie<'static>)> {
        let CookieValue::One(name) = request::cookie(request, COOKIE) else { return None };
        let flash = Self::ALL.into_iter().find(|flash| flash.name() == name);
        Some((flash, page_cookies::hidden(server, COOKIE, "", Duration::ZERO)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::messages::Catalogues;

    #[test]
    fn every_flash_has_a_name_and_a_sentence_of_its_own() {
        let names: BTreeSet<&str> = Flash::ALL.into_iter().map(Flash::name).collect();
        assert_eq!(names.len(), Flash::ALL.len());
        for words in Catalogues::load(None).unwrap().languages() {
            for flash in Flash::ALL {
                assert!(words.has(&format!("flash-{}", flash.name())), "{} {flash:?}", words.tag());
            }
        }
    }
}
