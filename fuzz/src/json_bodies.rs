//! Target 8, the operations: the JSON body of every route that reads one.

use std::fmt::Debug;

use actix_web::test::TestRequest;
use authara_core::json::{self, MAX_DEPTH};
use authara_core::wire::{
    ChangePasswordRequest, CreatePasswordRequest, PasswordLoginRequest, SetPasswordRequest, SignupRequest,
    TokenRefreshRequest,
};
use authara_server::api::body::{self, Body, MAX_BYTES};
use authara_server::api::error::ApiError;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "json_bodies",
    json_bodies,
    &[
        "{",
        "}",
        "[]",
        ",",
        ":",
        "\"",
        "null",
        "true",
        "0",
        "{}",
        "\"email\":",
        "\"identifier\":",
        "\"password\":",
        "\"invitation_code\":",
        "\"refresh_token\":",
        "\"audience\":",
        "\"current_password\":",
        "\"new_password\":",
        "\"dana@example.org\"",
        "\"app\"",
        "\"admin\"",
        "\"Password\":",
        "\"password\\u0000\":",
        "\\u0000",
        "\\ud800",
    ],
)
.with(|| {
    let filled = |bytes: usize| {
        let frame = "{\"password\":\"\"}".len();
        format!("{{\"password\":\"{}\"}}", "x".repeat(bytes - frame)).into_bytes()
    };
    vec![filled(MAX_BYTES), filled(MAX_BYTES + 1)]
})
.smoke(1000);

/// A body is refused with 400, or it is exactly what it seems: every member was understood, and
/// what was understood reads back as the same request.
pub fn json_bodies(data: &[u8]) {
    // Made here and not kept: a runtime that lives as long as its thread cannot be taken down cleanly.
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    check::<PasswordLoginRequest>(&runtime, data);
    check::<SignupRequest>(&runtime, data);
    check::<TokenRefreshRequest>(&runtime, data);
    check::<SetPasswordRequest>(&runtime, data);
    check::<CreatePasswordRequest>(&runtime, data);
    check::<ChangePasswordRequest>(&runtime, data);
}

fn check<T: Body + Serialize + PartialEq + Debug>(runtime: &Runtime, data: &[u8]) {
    match read::<T>(runtime, data) {
        Ok(request) => {
            assert!(data.len() <= MAX_BYTES, "{} bytes", data.len());
            let sent = json::parse(data, MAX_DEPTH).expect("what is accepted is strict JSON");
            let understood = serde_json::to_value(&request).expect("a request is JSON");
            assert_eq!(understood, sent, "as {request:?}");
            let again = read::<T>(runtime, understood.to_string().as_bytes());
            assert_eq!(again.ok(), Some(request), "read back");
        }
        Err(error) => assert_eq!(error.status().as_u16(), 400, "{error:?}"),
    }
}

/// Reads the body as the route does.
fn read<T: Body>(runtime: &Runtime, data: &[u8]) -> Result<T, ApiError> {
    let request = TestRequest::post().insert_header(("content-type", "application/json")).set_payload(data.to_vec());
    let (request, mut payload) = request.to_http_parts();
    runtime.block_on(body::read::<T>(&request, &mut payload))
}
