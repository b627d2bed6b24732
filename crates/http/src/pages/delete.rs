//! `/auth/account/delete`: the way out, for good. Asked for by typing the account's own address, in
//! a session that was proved a moment ago (S-064).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::email::EmailAddress;
use authara_flows::account::{self as accounts, Overview};
use authara_flows::delete_account;
use authara_flows::error::AccountError;
use serde::Serialize;

use super::frame::Template;
use super::guard::{SignedIn, SignedInForm};
use super::redirect;
use crate::api::respond;
use crate::request::cookies::Cookies;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/delete.html", part: "form", title: "delete-title" };

/// What the page shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    pub(super) action: String,
    pub(super) email: String,
    /// What was typed, to be mended.
    pub(super) typed: String,
    pub(super) cancel_url: String,
    pub(super) error: Option<String>,
    pub(super) confirmation_error: Option<String>,
}

impl Part {
    fn new(request: &HttpRequest, overview: Overview) -> Self {
        Self {
            action: redirect::keeping_target(request, "/auth/user/delete").as_str().to_owned(),
            email: overview.user.email,
            cancel_url: redirect::target_or(request, redirect::own(redirect::ACCOUNT)).as_str().to_owned(),
            ..Self::default()
        }
    }
}

/// `GET`: says what will be gone, and asks.
pub async fn show(server: web::Data<Server>, request: HttpRequest, caller: SignedIn) -> HttpResponse {
    match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) if overview.is_fresh => {
            caller.frame(&server, &request).page(TEMPLATE, StatusCode::OK, &Part::new(&request, overview))
        }
        Ok(_) => caller.to_confirm(&request),
        Err(error) => caller.refused(&server, &request, error),
    }
}

/// `POST`: deletes the account, takes the cookies away and says goodbye.
pub async fn submit(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    let SignedInForm { caller, fields } = form;
    let overview = match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) => overview,
        Err(error) => return caller.refused(&server, &request, error),
    };
    let typed = fields.field("confirmation").trim();
    let frame = caller.frame(&server, &request);
    let is_meant = is_same_address(typed, &overview.user.email);
    let mut part = Part { typed: typed.to_owned(), ..Part::new(&request, overview) };
    if !is_meant {
        part.confirmation_error = Some(frame.words().text("delete-mismatch"));
        return frame.page(TEMPLATE, StatusCode::UNPROCESSABLE_ENTITY, &part);
    }
    let reason = match delete_account::delete(&server.app, &caller.claims).await {
        Ok(()) => {
            let goodbye = redirect::own("/auth/successful-deletion");
            return respond::with_cookies(redirect::to(&request, &goodbye), Cookies::sign_out(&server));
        }
        Err(AccountError::LastAdmin) => "delete-last-admin",
        Err(AccountError::LastOwner) => "delete-last-owner",
        Err(error) => return caller.refused(&server, &request, error),
    };
    part.error = Some(frame.words().text(reason));
    frame.page(TEMPLATE, StatusCode::UNPROCESSABLE_ENTITY, &part)
}

/// In any letter case and any spelling that is the same address.
fn is_same_address(typed: &str, email: &str) -> bool {
    typed.eq_ignore_ascii_case(email) || EmailAddress::parse(typed).is_ok_and(|parsed| parsed.as_str() == email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_in_any_case_and_another_is_not() {
        for (typed, is_same) in [
            ("dana@example.org", true),
            ("DANA@Example.ORG", true),
            ("dana@example.org.", false),
            ("erik@example.org", false),
            ("dana", false),
            ("", false),
        ] {
            assert_eq!(is_same_address(typed, "dana@example.org"), is_same, "{typed}");
        }
        assert!(is_same_address("dana@BÜCHER.example", "dana@xn--bcher-kva.example"));
    }
}
