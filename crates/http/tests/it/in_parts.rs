//! Refusals for the HTMX library: said in passing, and the page stays as it is (browser 1.4).

use crate::pages::HTMX;
use crate::wire::Ask;
use crate::world::worlds;

#[actix_web::test]
async fn b31_b32_htmx_is_refused_by_a_toast_alone_and_changes_nothing_else() {
    for world in worlds().await {
        let asks = [
            ("unknown", 404, Ask::new("GET", "/auth/no/such/page")),
            ("method", 405, Ask::new("GET", "/auth/sessions/refresh")),
            ("proof", 403, Ask::new("POST", "/auth/login").form(&[("email", "a@example.org"), ("password", "x")])),
        ];
        for (what, status, ask) in asks {
            let answer = world.browser().send(ask.header(HTMX.0, HTMX.1)).await;
            let what = format!("{} {what}", world.name);
            assert_eq!(answer.status, status, "{what}: {}", answer.text());
            assert_eq!(answer.header("hx-reswap"), Some("none"), "{what}");
            let text = answer.text();
            assert!(text.contains("hx-swap-oob=\"afterbegin:#toast-container\""), "{what}: {text}");
            assert!(text.contains("toast-error"), "{what}: {text}");
            for whole in ["<html", "<main", "<!doctype"] {
                assert!(!text.contains(whole), "{what}: {text}");
            }
        }
        world.stop().await;
    }
}
