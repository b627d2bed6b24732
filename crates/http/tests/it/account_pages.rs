//! The pages of whoever is signed in: account, user name, sessions, password, proof once more,
//! deletion (browser 2.5, 3.7, 3.8).

use chrono::TimeDelta;

use crate::browser::{ACCESS, Browser, REFRESH};
use crate::cookie_effects::assert_cleared;
use crate::pages::{HTMX, submit, unescaped};
use crate::wire::{Answer, Ask};
use crate::world::{PASSWORD, World, worlds};

const ACCOUNT: &str = "/auth/account";
const EMAIL: &str = "dana@example.org";
const OTHER_PASSWORD: &str = "another correct horse";

async fn look(browser: &mut Browser, path: &str) -> Answer {
    browser.send(Ask::new("GET", path)).await
}

fn assert_on_to(answer: &Answer, target: &str, what: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(target)), "{what}: {}", answer.text());
}

/// Ids of the sessions on an account page, in their order.
fn listed_in(page: &str) -> Vec<String> {
    let forms = page.split("action=\"/auth/sessions/").filter_map(|rest| rest.split_once("/revoke\""));
    forms.map(|(id, _)| id.to_owned()).collect()
}

/// Beyond the window within which somebody counts as having just proved who they are.
fn let_time_pass(world: &World) {
    world.clock.advance(TimeDelta::minutes(11));
}

#[actix_web::test]
async fn a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page_that_was_asked_for() {
    for world in worlds().await {
        for (page, back) in [
            (ACCOUNT, "%2Fauth%2Faccount"),
            ("/auth/account?return_to=%2Fshop", "%2Fauth%2Faccount%3Freturn_to%3D%252Fshop"),
            ("/auth/account/delete", "%2Fauth%2Faccount%2Fdelete"),
            ("/auth/providers/password/change", "%2Fauth%2Fproviders%2Fpassword%2Fchange"),
            ("/auth", "%2Fauth%2Faccount"),
            ("/auth/", "%2Fauth%2Faccount"),
        ] {
            let answer = look(&mut world.browser(), page).await;
            assert_on_to(&answer, &format!("/auth/login?return_to={back}"), page);
            let htmx = world.browser().send(Ask::new("GET", page).header(HTMX.0, HTMX.1)).await;
            assert_eq!(htmx.header("hx-redirect"), Some(format!("/auth/login?return_to={back}").as_str()), "{page}");
        }
        for (form, page) in [("/auth/user/delete", "account%2Fdelete"), ("/auth/user/username", "account")] {
            let answer = submit(&mut world.browser(), form, &[], &[]).await;
            assert_on_to(&answer, &format!("/auth/login?return_to=%2Fauth%2F{page}"), form);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s065_a_lapsed_access_token_is_renewed_on_a_page_and_the_refresh_token_stays_as_it_is() {
    for world in worlds().await {
        let mut browser = world.signed_up(EMAIL).await;
        let refresh = browser.cookie(REFRESH).to_owned();
        world.clock.advance(TimeDelta::minutes(20));
        let prefetched =
            browser.clone().send(Ask::new("GET", ACCOUNT).header("sec-purpose", "prefetch;prerender")).await;
        assert_eq!((prefetched.status, prefetched.set_cookie(ACCESS)), (303, None), "{}", world.name);
        let answer = look(&mut browser, ACCOUNT).await;
        assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
        assert!(answer.set_cookie(ACCESS).is_some_and(|cookie| !cookie.value.is_empty()), "{}", world.name);
        assert_eq!(browser.cookie(REFRESH), refresh, "{}", world.name);
        // A form that was open all the while goes through as well.
        world.clock.advance(TimeDelta::minutes(20));
        let answer = submit(&mut browser, "/auth/user/username", &[("username", "dana")], &[]).await;
        assert_on_to(&answer, ACCOUNT, world.name);
        assert_eq!(browser.cookie(REFRESH), refresh, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s127_a_user_name_is_changed_and_a_bad_or_taken_one_is_said_beside_the_field() {
    for world in worlds().await {
        let mut browser = world.signed_up(EMAIL).await;
        let mut other = world.signed_up("erik@example.org").await;
        assert_on_to(&submit(&mut other, "/auth/user/username", &[("username", "Erik")], &[]).await, ACCOUNT, "erik");
        for (typed, status) in [("erik", 422), ("a b", 422), ("", 422), ("root", 422), ("<script>", 422)] {
            let answer = submit(&mut browser, "/auth/user/username", &[("username", typed)], &[]).await;
            assert_eq!(answer.status, status, "{} {typed}: {}", world.name, answer.text());
            let text = answer.text();
            assert!(text.contains("aria-invalid=\"true\"") && text.contains("open"), "{} {typed}: {text}", world.name);
            assert!(!text.contains("<script>"), "{}", world.name);
        }
        let answer = submit(&mut browser, "/auth/user/username", &[("username", " dana_q ")], &[HTMX]).await;
        assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
        let text = answer.text();
        assert!(!text.contains("<html") && text.contains("id=\"change-username-section\""), "{}: {text}", world.name);
        assert!(text.contains("id=\"display-username\"") && text.contains("hx-swap-oob"), "{}: {text}", world.name);
        assert!(look(&mut browser, ACCOUNT).await.text().contains("dana_q"), "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s060_own_sessions_are_ended_one_by_one_or_all_others_and_nobody_elses() {
    for world in worlds().await {
        let mut here = world.signed_up(EMAIL).await;
        let mut there = world.browser();
        there.log_in(EMAIL, PASSWORD).await;
        let stranger = world.signed_up("erik@example.org").await;
        let page = unescaped(&look(&mut here, ACCOUNT).await.text());
        let listed = listed_in(&page);
        assert_eq!(listed.len(), 2, "{}: {page}", world.name);
        let page = unescaped(&look(&mut stranger.clone(), ACCOUNT).await.text());
        let foreign = listed_in(&page);
        for id in [foreign[0].as_str(), "00000000-0000-7000-8000-000000000000"] {
            let answer = submit(&mut here, &format!("/auth/sessions/{id}/revoke"), &[], &[]).await;
            assert_eq!(answer.status, 422, "{}: {}", world.name, answer.text());
        }
        assert_eq!(stranger.clone().user_status().await, 200, "{}", world.name);
        // The own session comes first, so the other is the second.
        let answer = submit(&mut here, &format!("/auth/sessions/{}/revoke", listed[1]), &[], &[]).await;
        assert_on_to(&answer, ACCOUNT, world.name);
        assert_eq!((here.user_status().await, there.user_status().await), (200, 401), "{}", world.name);
        // What was done is said once.
        let [first, second] = [look(&mut here, ACCOUNT).await.text(), look(&mut here, ACCOUNT).await.text()];
        assert!(first.contains("toast-success") && !second.contains("toast-success"), "{}", world.name);

        there.log_in(EMAIL, PASSWORD).await;
        let answer = submit(&mut here, "/auth/sessions/revoke-other", &[], &[HTMX]).await;
        assert_eq!(answer.status, 200, "{}", world.name);
        assert!(answer.text().contains("id=\"sessions-section\""), "{}: {}", world.name, answer.text());
        assert_eq!((here.user_status().await, there.user_status().await), (200, 401), "{}", world.name);
        // The own one: signed out.
        let answer = submit(&mut here, &format!("/auth/sessions/{}/revoke", listed[0]), &[], &[]).await;
        assert_eq!(answer.status, 303, "{}", world.name);
        assert_cleared(&answer, world.name);
        assert_eq!(here.user_status().await, 401, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s011_a_new_password_signs_out_everywhere_else_and_wrong_fields_are_named() {
    for world in worlds().await {
        let mut here = world.signed_up(EMAIL).await;
        let mut there = world.browser();
        there.log_in(EMAIL, PASSWORD).await;
        let path = "/auth/providers/password/change";
        for (current, new, again) in [
            ("", OTHER_PASSWORD, OTHER_PASSWORD),
            ("not this one", OTHER_PASSWORD, OTHER_PASSWORD),
            (PASSWORD, "short", "short"),
            (PASSWORD, OTHER_PASSWORD, "something else"),
        ] {
            let fields = [("current_password", current), ("new_password", new), ("confirm_password", again)];
            let answer = submit(&mut here, path, &fields, &[]).await;
            assert_eq!(answer.status, 422, "{}: {}", world.name, answer.text());
            let text = answer.text();
            assert!(text.contains("aria-invalid=\"true\""), "{}: {text}", world.name);
            assert!(!text.contains(OTHER_PASSWORD) && !text.contains(PASSWORD), "{}", world.name);
        }
        assert_eq!(there.user_status().await, 200, "{}", world.name);
        let fields =
            [("current_password", PASSWORD), ("new_password", OTHER_PASSWORD), ("confirm_password", OTHER_PASSWORD)];
        assert_on_to(&submit(&mut here, path, &fields, &[]).await, ACCOUNT, world.name);
        assert_eq!((here.user_status().await, there.user_status().await), (200, 401), "{}", world.name);
        assert_eq!(world.browser().log_in(EMAIL, OTHER_PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s064_an_account_is_deleted_after_fresh_proof_and_its_address_typed() {
    for world in worlds().await {
        let mut browser = world.signed_up(EMAIL).await;
        let_time_pass(&world);
        let to_confirm = "/auth/confirm?return_to=%2Fauth%2Faccount%2Fdelete";
        assert_on_to(&look(&mut browser, "/auth/account/delete").await, to_confirm, world.name);
        let answer = submit(&mut browser, "/auth/user/delete", &[("confirmation", EMAIL)], &[]).await;
        assert_on_to(&answer, to_confirm, world.name);
        let answer = submit(&mut browser, to_confirm, &[("password", "not this one")], &[]).await;
        assert_eq!(answer.status, 422, "{}: {}", world.name, answer.text());
        let answer = submit(&mut browser, to_confirm, &[("password", PASSWORD)], &[]).await;
        assert_on_to(&answer, "/auth/account/delete", world.name);
        // Proved a moment ago: nobody is asked twice.
        assert_on_to(&look(&mut browser, to_confirm).await, "/auth/account/delete", world.name);
        assert_eq!(look(&mut browser, "/auth/account/delete").await.status, 200, "{}", world.name);
        for typed in ["", "erik@example.org"] {
            let answer = submit(&mut browser, "/auth/user/delete", &[("confirmation", typed)], &[]).await;
            assert_eq!(answer.status, 422, "{}: {}", world.name, answer.text());
        }
        let kept = browser.clone();
        let answer = submit(&mut browser, "/auth/user/delete", &[("confirmation", " DANA@example.org ")], &[]).await;
        assert_on_to(&answer, "/auth/successful-deletion", world.name);
        assert_cleared(&answer, world.name);
        assert_eq!(look(&mut browser, "/auth/successful-deletion").await.status, 200, "{}", world.name);
        // What somebody kept of it opens nothing.
        assert_eq!(kept.clone().user_status().await, 401, "{}", world.name);
        assert_eq!(look(&mut kept.clone(), ACCOUNT).await.status, 303, "{}", world.name);
        assert_eq!(world.browser().log_in(EMAIL, PASSWORD).await.status, 401, "{}", world.name);
        // The address is free again (S-128).
        world.signed_up(EMAIL).await;
        world.stop().await;
    }
}

#[actix_web::test]
async fn pages_speak_the_readers_language_and_remember_a_choice() {
    for world in worlds().await {
        let mut browser = world.browser();
        let german = browser.send(Ask::new("GET", "/auth/login").header("accept-language", "de-AT,en;q=0.5")).await;
        assert_eq!(german.header("content-language"), Some("de"), "{}", world.name);
        assert!(german.text().contains("<html lang=\"de\""), "{}", world.name);
        assert!(german.header("vary").is_some_and(|vary| vary.contains("Accept-Language")), "{}", world.name);
        let chosen = look(&mut browser, "/auth/login?ui_locales=de&theme=dark").await;
        assert_eq!(chosen.header("content-language"), Some("de"), "{}", world.name);
        let later = look(&mut browser, "/auth/signup").await;
        assert!(later.text().contains("<html lang=\"de\" dir=\"ltr\" data-theme=\"dark\""), "{}", world.name);
        let odd = look(&mut world.browser(), "/auth/login?ui_locales=%3Cscript%3E&theme=pink").await;
        assert_eq!((odd.status, odd.header("content-language")), (200, Some("en")), "{}", world.name);
        assert!(odd.set_cookie("authara_theme").is_none() && odd.set_cookie("authara_language").is_none());
        world.stop().await;
    }
}

#[actix_web::test]
async fn s067_a_tampered_flash_shows_nothing() {
    for world in worlds().await {
        let mut browser = world.signed_up(EMAIL).await;
        for value in ["<script>alert(1)</script>", "password-changed-by-admin", "eyJraW5kIjoiZXJyb3IifQ"] {
            browser.set("authara_flash", value);
            let answer = look(&mut browser, ACCOUNT).await;
            assert_eq!(answer.status, 200, "{}", world.name);
            assert!(!answer.text().contains("class=\"toast "), "{} {value}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn a_new_password_is_judged_by_the_servers_own_rule_before_it_is_sent() {
    for world in worlds().await {
        let mut browser = world.browser();
        for (password, is_good) in [("password1", false), ("short", false), (OTHER_PASSWORD, true)] {
            let fields = [("email", EMAIL), ("password", password)];
            let answer = submit(&mut browser, "/auth/signup/check", &fields, &[]).await;
            assert_eq!(answer.status, 200, "{}: {}", world.name, answer.text());
            assert_eq!(answer.json()["password"].is_null(), is_good, "{} {password}", world.name);
            assert!(!answer.text().contains(password), "{}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn nobody_goes_in_circles() {
    for world in worlds().await {
        let mut browser = world.signed_up(EMAIL).await;
        for (target, end) in [
            ("/auth/login?return_to=%2Fauth%2Flogin", "/"),
            ("/auth/signup?return_to=%2Fauth%2Flogin%3Freturn_to%3D%252Fprivate", "/private"),
            ("/auth/login?return_to=%2Fauth%2Fconfirm", "/"),
        ] {
            assert_on_to(&look(&mut browser, target).await, end, target);
        }
        world.stop().await;
    }
}
