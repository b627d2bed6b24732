//! What people do with their account.

use authara_e2e::{Look, PASSWORD, Visit, on_postgres, on_sqlite, on_sqlite_with};

const NEW_PASSWORD: &str = "a wholly different sentence";

async fn changes_the_password(visit: Visit) {
    let browser = visit.signed_up("ada@example.org", Look::default()).await;
    let other = visit.browser(Look::default()).await;
    visit.log_in(&other, "ada@example.org").await;

    browser.press("#sign-in a.button").await;
    browser.arrive("/auth/providers/password/change").await;
    browser
        .send(
            "form.form",
            &[
                ("#current-password", "not my password"),
                ("#new-password", NEW_PASSWORD),
                ("#confirm-password", "something else"),
            ],
        )
        .await;
    browser.see("aren’t the same").await;

    browser
        .send(
            "form.form",
            &[("#current-password", PASSWORD), ("#new-password", NEW_PASSWORD), ("#confirm-password", NEW_PASSWORD)],
        )
        .await;
    browser.arrive("/auth/account").await;
    browser.see("Your password is saved.").await;

    other.open("/auth/account").await;
    other.arrive("/auth/login").await;
    other.send("form.form", &[("#email", "ada@example.org"), ("#current-password", PASSWORD)]).await;
    other.see("don’t match").await;
    other.send("form.form", &[("#current-password", NEW_PASSWORD)]).await;
    other.arrive("/auth/account").await;
}

#[test]
fn a_changed_password_signs_out_elsewhere_and_only_the_new_one_opens_on_sqlite() {
    on_sqlite(changes_the_password);
}

#[test]
fn a_changed_password_signs_out_elsewhere_and_only_the_new_one_opens_on_postgres() {
    on_postgres(changes_the_password);
}

async fn deletes_the_account(visit: Visit) {
    let browser = visit.signed_up("ada@example.org", Look::default()).await;
    browser.press("#delete-account a.button").await;
    browser.arrive("/auth/account/delete").await;
    browser.send("form.form", &[("#confirmation", "somebody@example.org")]).await;
    browser.see("Type it as it’s shown").await;
    browser.send("form.form", &[("#confirmation", "Ada@Example.org ")]).await;
    browser.arrive("/auth/successful-deletion").await;
    browser.see("Your account is deleted").await;
    for cookie in ["authara_access", "authara_refresh"] {
        assert!(!browser.has_cookie(cookie).await, "{cookie}");
    }
    browser.open("/auth/account").await;
    browser.arrive("/auth/login").await;
    browser.send("form.form", &[("#email", "ada@example.org"), ("#current-password", PASSWORD)]).await;
    browser.see("don’t match").await;
    // The address is free again.
    visit.sign_up(&browser, "ada@example.org").await;
}

#[test]
fn a_deleted_account_is_gone_and_its_address_free_on_sqlite() {
    on_sqlite(deletes_the_account);
}

#[test]
fn a_deleted_account_is_gone_and_its_address_free_on_postgres() {
    on_postgres(deletes_the_account);
}

#[test]
fn after_a_while_a_person_is_asked_who_they_are_and_then_goes_on_where_they_were() {
    on_sqlite_with(&[("AUTHARA_FRESH_AUTHENTICATION_WINDOW", "1s")], |visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        // Longer than the window; the server's clock is the real one.
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        browser.press("#delete-account a.button").await;
        browser.arrive("/auth/confirm").await;
        browser.send("form.form", &[("#current-password", "not my password")]).await;
        browser.see("That isn’t your password").await;
        browser.send("form.form", &[("#current-password", PASSWORD)]).await;
        browser.arrive("/auth/account/delete").await;
    });
}

#[test]
fn a_user_name_is_changed_in_place_and_a_bad_one_is_said_beside_the_field() {
    on_sqlite(|visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        browser.press("#change-username-section summary").await;
        // Opening the form is a wish to type.
        browser.find("#username:focus").await;
        browser.fill("#username", "<script>").await;
        browser.press("#change-username-section [type=submit]").await;
        browser.see("Use 3 to 30 letters").await;
        let kept = browser.run("return [username.value, username.getAttribute('aria-invalid')]", vec![]).await;
        assert_eq!(kept, serde_json::json!(["<script>", "true"]));
        browser.fill("#username", "ada-lovelace").await;
        browser.press("#change-username-section [type=submit]").await;
        browser.see("Your username is changed.").await;
        assert_eq!(browser.text("#display-username").await, "ada-lovelace");
    });
}
