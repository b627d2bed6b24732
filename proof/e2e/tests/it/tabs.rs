//! Two tabs, two devices.

use authara_e2e::{Look, on_postgres, on_sqlite, on_sqlite_with};

#[test]
fn two_tabs_that_renew_their_session_at_once_both_stay_signed_in() {
    on_sqlite_with(&[("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always")], |visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        for _ in 0..5 {
            // Both frames are of one browser, and send the same refresh token at the same time.
            let both = "
                const done = arguments[0];
                const value = (name) => document.cookie.split('; ').find((c) => c.startsWith(name + '='))?.slice(name.length + 1);
                const renew = () => fetch('/auth/sessions/refresh?return_to=/auth/account', {
                  method: 'POST',
                  headers: { 'content-type': 'application/x-www-form-urlencoded' },
                  body: new URLSearchParams({ csrf_token: decodeURIComponent(value('authara_csrf')) }),
                });
                Promise.all([renew(), renew(), renew()]).then((all) => done(all.map((r) => r.status)));";
            let answers = browser.run_async(both, vec![]).await;
            for answer in answers.as_array().unwrap() {
                assert_eq!(answer, 200, "{answers}");
            }
        }
        browser.open("/auth/account").await;
        browser.arrive("/auth/account").await;
        browser.see("ada@example.org").await;
    });
}

#[test]
fn two_tabs_renew_and_show_the_account() {
    on_sqlite_with(&[("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always")], |visit| async move {
        let browser = visit.signed_up("ada@example.org", Look::default()).await;
        let client = browser.client();
        let first = client.window().await.unwrap();
        let second = client.new_window(true).await.unwrap().handle;
        browser.lose_cookie("authara_access").await;
        // Neither waits for the other.
        for window in [&first, &second] {
            client.switch_to_window(window.clone()).await.unwrap();
            let url = visit.base().join("/auth/account").unwrap();
            browser.run("setTimeout(() => { location.href = arguments[0] })", vec![url.as_str().into()]).await;
        }
        for window in [first, second] {
            client.switch_to_window(window).await.unwrap();
            browser.arrive("/auth/account").await;
            browser.see("ada@example.org").await;
        }
    });
}

async fn revokes_another_device(visit: authara_e2e::Visit) {
    let here = visit.signed_up("ada@example.org", Look::default()).await;
    let there = visit.browser(Look::default()).await;
    visit.log_in(&there, "ada@example.org").await;

    here.open("/auth/account").await;
    assert_eq!(here.count("#sessions-section .item").await, 2);
    assert_eq!(here.count("#sessions-section .badge").await, 1);
    // The caller's own is in front, so the second one is the other device.
    here.press("#sessions-section .item:nth-child(2) [type=submit]").await;
    here.see("That device is signed out.").await;
    assert_eq!(here.count("#sessions-section .item").await, 1);

    there.open("/auth/account").await;
    there.arrive("/auth/login").await;
    here.open("/auth/account").await;
    here.arrive("/auth/account").await;
}

#[test]
fn a_device_that_is_signed_out_from_another_one_is_signed_out_on_sqlite() {
    on_sqlite(revokes_another_device);
}

#[test]
fn a_device_that_is_signed_out_from_another_one_is_signed_out_on_postgres() {
    on_postgres(revokes_another_device);
}

#[test]
fn all_other_devices_are_signed_out_at_once() {
    on_sqlite(|visit| async move {
        let here = visit.signed_up("ada@example.org", Look::default()).await;
        let there = visit.browser(Look::default()).await;
        visit.log_in(&there, "ada@example.org").await;
        let elsewhere = visit.browser(Look::default().in_language("de")).await;
        visit.log_in(&elsewhere, "ada@example.org").await;

        here.open("/auth/account").await;
        here.press("#sessions-section .section-foot [type=submit]").await;
        here.see("All your other devices are signed out.").await;
        for other in [there, elsewhere] {
            other.open("/auth/account").await;
            other.arrive("/auth/login").await;
        }
    });
}
