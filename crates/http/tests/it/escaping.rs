//! JSON that is inert even where somebody takes it for a page (S-129).

use serde_json::json;

use crate::wire::Ask;
use crate::world::{PASSWORD, worlds};

const HOSTILE: &str = "<script>alert(1)</script>&<!--\u{2028}\u{2029}";

#[actix_web::test]
async fn s129_what_a_client_said_of_itself_is_escaped_in_json() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let mut browser = world.browser();
        browser.fetch_csrf().await;
        let body = json!({"email": "dana@example.org", "password": PASSWORD});
        let ask = Ask::api("POST", "/login").header("user-agent", HOSTILE).json(&body);
        assert_eq!(browser.mutate(ask).await.status, 200, "{}", world.name);
        for path in ["/account", "/account/sessions"] {
            let answer = browser.get(path).await;
            let text = answer.text();
            for odd in ['<', '>', '&', '\u{2028}', '\u{2029}'] {
                assert!(!text.contains(odd), "{} {path}: {odd:?} in {text}", world.name);
            }
            let account = answer.json();
            assert_eq!(account["sessions"][0]["user_agent"], HOSTILE, "{} {path}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s129_the_name_of_a_member_that_is_refused_is_escaped_in_the_refusal() {
    for world in worlds().await {
        let body = json!({"email": "dana@example.org", "password": PASSWORD, HOSTILE: 1});
        let answer = world.send(Ask::api("POST", "/login").json(&body)).await;
        assert_eq!(answer.verdict(), "400/invalid_request", "{}", world.name);
        for odd in ['<', '>', '&', '\u{2028}', '\u{2029}'] {
            assert!(!answer.text().contains(odd), "{}: {odd:?} in {}", world.name, answer.text());
        }
        world.stop().await;
    }
}
