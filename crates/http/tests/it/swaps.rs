//! No value of the server passes for another kind of value (S-083).

use serde_json::json;

use crate::browser::{ACCESS, CSRF, REFRESH};
use crate::wire::Ask;
use crate::world::worlds;

#[actix_web::test]
async fn s083_a_token_a_csrf_value_and_an_id_never_stand_in_for_each_other() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let listed = browser.get("/account/sessions").await.json();
        let session = listed["sessions"][0]["id"].as_str().unwrap().to_owned();
        let values = [ACCESS, REFRESH, CSRF].map(|name| (name, browser.cookie(name).to_owned()));
        for (kind, value) in values.iter().map(|(kind, value)| (*kind, value)).chain([("session id", &session)]) {
            let at = format!("{}: {kind}", world.name);
            if kind != ACCESS {
                let bearing = Ask::api("GET", "/user").header("authorization", &format!("Bearer {value}"));
                assert_eq!(world.send(bearing).await.status, 401, "{at} as a bearer token");
                let mut thief = browser.clone();
                thief.set(ACCESS, value);
                assert_eq!(thief.user_status().await, 401, "{at} as access cookie");
            }
            if kind != REFRESH {
                let body = json!({"refresh_token": value});
                let answer = world.send(Ask::api("POST", "/tokens/refresh").json(&body)).await;
                assert_eq!(answer.status, 401, "{at} as refresh token");
                let mut thief = world.browser();
                thief.set(REFRESH, value);
                assert_eq!(thief.refresh().await.status, 401, "{at} as refresh cookie");
            }
            if kind != CSRF {
                // Without a session, where any value counts that was issued here.
                let mut visitor = world.browser();
                visitor.set(CSRF, value);
                assert_eq!(visitor.post("/sessions/logout").await.status, 403, "{at} as proof");
            }
        }
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        world.stop().await;
    }
}
