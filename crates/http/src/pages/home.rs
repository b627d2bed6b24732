//! `/auth`: where somebody goes who only knows that much.

use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::cookies::CookieValue;

use super::redirect;
use crate::request;
use crate::state::Server;

/// `GET`: to the account, or for a browser without any session to the sign-in page. Whether the
/// session is still good is found out there.
pub async fn show(server: web::Data<Server>, request: HttpRequest) -> HttpResponse {
    let names = &server.settings.cookie_names;
    let has = |name: &str| request::cookie(&request, name) != CookieValue::Absent;
    let account = redirect::keeping_target(&request, redirect::ACCOUNT);
    if has(&names.access) || has(&names.refresh) {
        redirect::to(&request, &account)
    } else {
        redirect::to_page(&request, redirect::LOGIN, &account)
    }
}
