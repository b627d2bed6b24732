//! The shortest story: sign up, look, sign out.

use crate::world::{PASSWORD, worlds};

#[actix_web::test]
async fn somebody_signs_up_stays_signed_in_and_signs_out() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(browser.refresh().await.status, 200, "{}", world.name);
        assert_eq!(browser.user_status().await, 200, "{}", world.name);
        assert_eq!(browser.post("/sessions/logout").await.status, 204, "{}", world.name);
        assert_eq!(browser.user_status().await, 401, "{}", world.name);
        assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}
