//! Text that would be a part of a statement, if statements were put together from text (S-153).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::browser::{ACCESS, CSRF, REFRESH};
use crate::contract::operations_with_body;
use crate::wire::{API, Ask};
use crate::world::{PASSWORD, worlds};

const HOSTILE: [&str; 16] = [
    "'",
    "' OR '1'='1",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "'; DROP TABLE users; --",
    "'; UPDATE users SET email = 'eve@example.org'; --",
    "' UNION SELECT hash FROM refresh_tokens --",
    "1; SELECT pg_sleep(30)",
    "'||(SELECT pg_sleep(30))||'",
    "') OR (SELECT count(*) FROM sqlite_master) > 0 --",
    "$1",
    "?1",
    ":name",
    "%' OR email LIKE '%",
    "\\'; --",
    "/*",
];

#[actix_web::test]
async fn s153_text_that_looks_like_a_statement_is_text() {
    for world in worlds().await {
        let mut dana = world.signed_up("dana@example.org").await;
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        for hostile in HOSTILE {
            let at = format!("{} {hostile}", world.name);
            for operation in operations_with_body() {
                for member in operation.members() {
                    let mut body = operation.example();
                    body.insert(member.clone(), json!(format!("dana@example.org{hostile}")));
                    let ask = operation.bare().json(&Value::Object(body));
                    // As a password it is as good as any, so that she would have a new one.
                    if !member.contains("password") {
                        let answer = dana.clone().mutate(ask.clone()).await;
                        assert!((400..500).contains(&answer.status), "{at} {} {member}", operation.id);
                    }
                    let answer = visitor.clone().mutate(ask).await;
                    assert!(answer.status < 500, "{at} {} {member}: {}", operation.id, answer.status);
                }
            }
            let encoded: String = byte_serialize(hostile.as_bytes()).collect();
            let ended = dana.clone().delete(&format!("/account/sessions/{encoded}")).await;
            assert!([400, 404].contains(&ended.status), "{at}: {}", ended.status);
            for target in [
                format!("{API}/sessions/refresh?audience={encoded}"),
                format!("/auth/sessions/refresh?return_to={encoded}"),
                format!("/auth/login?return_to={encoded}"),
            ] {
                let answer = visitor.clone().mutate(Ask::new("POST", &target)).await;
                assert!(answer.status < 500, "{at} {target}: {}", answer.status);
            }
            for cookie in [ACCESS, REFRESH, CSRF] {
                let ask = Ask::api("POST", "/sessions/refresh").header("cookie", &format!("{cookie}={hostile}"));
                let answer = world.send(ask.header("x-csrf-token", hostile).header("user-agent", hostile)).await;
                assert!((400..500).contains(&answer.status), "{at} {cookie}: {}", answer.status);
            }
            let bearer = Ask::api("GET", "/user").header("authorization", &format!("Bearer {hostile}"));
            assert_eq!(world.send(bearer).await.verdict(), "401/unauthorized", "{at}");
        }
        assert_eq!(dana.user_status().await, 200, "{}: nothing was changed", world.name);
        assert_eq!(dana.refresh().await.status, 200, "{}: nothing was changed", world.name);
        assert_eq!(world.browser().log_in("eve@example.org", PASSWORD).await.status, 401, "{}", world.name);
        assert_eq!(world.browser().log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        world.stop().await;
    }
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Where a statement is written by hand, it stands there as a literal or a constant. A name that is
/// put into one, the schema's, is the operator's and is quoted.
#[test]
fn s153_no_statement_is_put_together_from_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../storage/src");
    let mut seen = 0;
    for path in sources(&folder) {
        // Makes and drops the databases of tests.
        if path.ends_with("testing.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for call in ["sql_query(", "batch_execute(", "push_sql(", "sql::<"] {
            for (at, _) in text.match_indices(call) {
                seen += 1;
                let argument = text[at + call.len()..].trim_start();
                let line = argument.lines().next().unwrap_or_default();
                let is_fixed = argument.starts_with('"') || argument.starts_with(|c: char| c.is_ascii_uppercase());
                let is_built = line.contains("format!") || line.contains('+');
                assert!(is_fixed || !is_built || line.contains("quoted(schema)"), "{}: {call}{line}", path.display());
                assert!(call != "sql::<" && (call != "push_sql(" || is_fixed), "{}: {call}{line}", path.display());
            }
        }
    }
    assert!(seen > 10, "only {seen} statements were found");
}
