//! What requests must look like, and which refusal wins when several are due.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::browser::REFRESH;
use crate::contract::{Operation, operations_with_body};
use crate::wire::{API, Answer, Ask, raw};
use crate::world::{PASSWORD, World, worlds};

/// Most bytes of a body: the smaller limit of S-143.
const MAX_BODY: usize = 64 * 1024;

/// `POST tokens/refresh`, which needs nothing but a good body.
async fn renew(world: &World, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    world.send(Ask::api("POST", "/tokens/refresh").header("content-type", content_type).body(body)).await
}

/// A body that `tokens/refresh` answers with 200 as often as it comes.
async fn good_body(world: &World) -> String {
    let browser = world.signed_up("dana@example.org").await;
    json!({"refresh_token": browser.cookie(REFRESH), "audience": "app"}).to_string()
}

#[actix_web::test]
async fn h015_h019_h025_h026_h027_h028_a_body_is_one_json_object_and_nothing_else() {
    for world in worlds().await {
        for operation in operations_with_body() {
            let good = operation.example();
            let name = good.keys().next().unwrap().clone();
            let good = Value::Object(good).to_string();
            for bad in [
                String::new(),
                " ".to_owned(),
                "{".to_owned(),
                "{}".to_owned(),
                "[]".to_owned(),
                "null".to_owned(),
                "\"x\"".to_owned(),
                "5".to_owned(),
                "true".to_owned(),
                format!("[{good}]"),
                format!("\u{feff}{good}"),
                // The better behaviour of weakness 27: no duplicates, nothing behind.
                good.replacen('{', &format!("{{\"{name}\":\"x\","), 1),
                format!("{good} trailing"),
                format!("{good}{good}"),
                format!("{good},"),
                format!("{good}\0"),
                good.replace('"', "'"),
                good.replacen('{', "{/* a comment */", 1),
                good.replacen('}', ",}", 1),
            ] {
                let answer = world.send(operation.with_text(bad.clone())).await;
                assert_eq!(answer.verdict(), "400/invalid_request", "{} {}: {bad}", world.name, operation.id);
            }
            for fine in [good.clone(), format!(" \t\r\n{good}\r\n\t ")] {
                let answer = world.send(operation.with_text(fine)).await;
                assert_ne!(answer.status, 400, "{} {}: {}", world.name, operation.id, answer.text());
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h016_h017_h018_s089_only_json_is_read_and_its_name_is_compared_without_case() {
    for world in worlds().await {
        let good = good_body(&world).await;
        for (content_type, status) in [
            ("application/json", 200),
            ("application/json; charset=utf-8", 200),
            ("application/json;charset=UTF-8", 200),
            ("application/json ; charset=\"utf-8\"", 200),
            // The better behaviour of weakness 27.
            ("Application/JSON", 200),
            ("application/json; charset=utf-16", 400),
            ("application/json; charset=iso-8859-1", 400),
            ("text/plain", 400),
            ("text/plain; charset=utf-8", 400),
            ("text/json", 400),
            ("application/x-www-form-urlencoded", 400),
            ("multipart/form-data; boundary=x", 400),
            ("application/jsonp", 400),
            ("application/problem+json", 400),
            ("application", 400),
            ("json", 400),
            ("", 400),
        ] {
            let answer = renew(&world, content_type, good.clone()).await;
            assert_eq!(answer.status, status, "{} {content_type}: {}", world.name, answer.text());
        }
        let untyped = world.send(Ask::api("POST", "/tokens/refresh").body(good.clone())).await;
        assert_eq!(untyped.verdict(), "400/invalid_request", "{}", world.name);
        let twice = Ask::api("POST", "/tokens/refresh")
            .header("content-type", "application/json")
            .header("content-type", "text/plain")
            .body(good);
        assert_eq!(world.send(twice).await.verdict(), "400/invalid_request", "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s089_no_operation_takes_another_media_type() {
    for world in worlds().await {
        for operation in operations_with_body() {
            let good = Value::Object(operation.example()).to_string();
            for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
                let ask = operation.bare().header("content-type", content_type).body(good.clone());
                let answer = world.send(ask).await;
                assert_eq!(answer.verdict(), "400/invalid_request", "{} {} {content_type}", world.name, operation.id);
            }
        }
        world.stop().await;
    }
}

/// The example, broken once in every way that names and types of members can be.
fn broken(operation: &Operation) -> Vec<Value> {
    let good = operation.example();
    let with = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut members = good.clone();
        change(&mut members);
        Value::Object(members)
    };
    let mut broken = vec![
        with(&|members| drop(members.insert("surplus".to_owned(), json!("x")))),
        with(&|members| drop(members.insert(String::new(), json!(null)))),
    ];
    for name in operation.required_members() {
        broken.push(with(&|members| drop(members.remove(&name))));
    }
    for name in operation.members() {
        for value in [json!(null), json!(5), json!(true), json!([]), json!(["x"]), json!({})] {
            broken.push(with(&|members| drop(members.insert(name.clone(), value.clone()))));
        }
    }
    for name in good.keys() {
        let shouted = name.to_uppercase();
        broken.push(with(&|members| {
            let value = members.remove(name).unwrap();
            members.insert(shouted.clone(), value);
        }));
        // Beside the real one it is no second spelling but an unknown member.
        broken.push(with(&|members| drop(members.insert(shouted.clone(), json!("x")))));
    }
    broken
}

#[actix_web::test]
async fn h020_h021_h022_h023_h024_members_are_exactly_the_declared_ones_of_the_declared_type() {
    for world in worlds().await {
        for operation in operations_with_body() {
            for body in broken(&operation) {
                let answer = world.send(operation.bare().json(&body)).await;
                assert_eq!(answer.verdict(), "400/invalid_request", "{} {}: {body}", world.name, operation.id);
            }
        }
        for body in [
            json!({"password": "p"}),
            json!({"email": "a@example.org", "identifier": "a@example.org", "password": "p"}),
            json!({"Email": "a@example.org", "password": "p"}),
        ] {
            let answer = world.send(Ask::api("POST", "/login").json(&body)).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{}: {body}", world.name);
        }
        world.stop().await;
    }
}

/// A body of exactly this many bytes.
fn padded(good: &str, bytes: usize) -> String {
    let head = good.strip_suffix('}').unwrap();
    format!("{head}{}}}", " ".repeat(bytes - head.len() - 1))
}

/// The head of `POST tokens/refresh` with a body that comes in chunks.
fn chunked_head() -> Vec<u8> {
    let line = format!("POST {API}/tokens/refresh HTTP/1.1\r\n");
    let headers = "host: app.example.org\r\nconnection: close\r\ncontent-type: application/json\r\n";
    format!("{line}{headers}transfer-encoding: chunked\r\n\r\n").into_bytes()
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

#[actix_web::test]
async fn h029_s143_a_body_has_at_most_64_kib_with_and_without_a_declared_length() {
    for world in worlds().await {
        let good = good_body(&world).await;
        for (bytes, status) in [(MAX_BODY, 200), (MAX_BODY + 1, 400), (1_048_577, 400), (8 * 1024 * 1024, 400)] {
            let body = padded(&good, bytes);
            let mut in_chunks = chunked_head();
            in_chunks.extend(body.as_bytes().chunks(8192).flat_map(chunk));
            in_chunks.extend_from_slice(b"0\r\n\r\n");
            for (how, answer) in [
                ("declared", renew(&world, "application/json", body).await),
                ("in chunks", raw(world.address, &in_chunks).await),
            ] {
                assert_eq!(answer.status, status, "{} {bytes} bytes, {how}: {}", world.name, answer.text());
                if status == 400 {
                    assert_eq!(answer.code(), "invalid_request", "{} {bytes} bytes, {how}", world.name);
                }
            }
        }
        for operation in operations_with_body() {
            let body = padded(&Value::Object(operation.example()).to_string(), MAX_BODY + 1);
            let answer = world.send(operation.with_text(body)).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {}", world.name, operation.id);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn s143_a_body_that_never_ends_is_answered_all_the_same() {
    for world in worlds().await {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(&chunked_head()).await.unwrap();
        let block = chunk(&[b' '; 8192]);
        for _ in 0..16 {
            // Whoever has answered may have stopped reading.
            let _ = stream.write_all(&block).await;
        }
        let mut start = [0; 12];
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut start)).await;
        read.expect("an answer").unwrap();
        assert_eq!(&start, b"HTTP/1.1 400", "{}", world.name);
        drop(stream);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s144_a_compressed_body_is_refused() {
    for world in worlds().await {
        let good = good_body(&world).await;
        for coding in ["gzip", "deflate", "br", "zstd", "GZIP", "x-gzip", "gzip, identity"] {
            // What would be good if nobody looked at the header, and what starts like gzip.
            for body in [good.clone().into_bytes(), vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0]] {
                let ask = Ask::api("POST", "/tokens/refresh")
                    .header("content-type", "application/json")
                    .header("content-encoding", coding)
                    .body(body);
                assert_eq!(world.send(ask).await.verdict(), "400/invalid_request", "{} {coding}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h030_a_body_where_none_is_declared_is_ignored() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (content_type, body) in [
            ("application/json", "{not json"),
            ("application/json", r#"{"surplus":1}"#),
            ("text/plain", "hello"),
            ("application/x-www-form-urlencoded", "a=b"),
        ] {
            let ask = |path| Ask::api("POST", path).header("content-type", content_type).body(body);
            let answer = browser.mutate(ask("/sessions/refresh")).await;
            assert_eq!(answer.status, 200, "{} {content_type} {body}: {}", world.name, answer.text());
        }
        let answer = browser.mutate(Ask::api("POST", "/sessions/logout").body("{not json")).await;
        assert_eq!(answer.status, 204, "{}: {}", world.name, answer.text());
        world.stop().await;
    }
}

#[actix_web::test]
async fn h031_h032_h033_the_audience_is_given_once_in_exact_words_or_not_at_all() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        for (query, status) in [
            ("audience=foo", 400),
            ("audience=App", 400),
            ("audience=", 400),
            ("audience", 400),
            ("audience=app%20", 400),
            ("audience=app&audience=app", 400),
            ("audience=app&audience=admin", 400),
            ("audience=%zz", 200),
            ("audience=app", 200),
            ("audience=%61pp", 200),
            ("anything=else", 200),
            ("Audience=foo", 200),
            ("", 200),
        ] {
            let body = json!({"email": "dana@example.org", "password": PASSWORD});
            let answer = browser.post_json(&format!("/login?{query}"), &body).await;
            assert_eq!(answer.status, status, "{} login {query}: {}", world.name, answer.text());
            let renewed = browser.post(&format!("/sessions/refresh?{query}")).await;
            assert_eq!(renewed.status, status, "{} refresh {query}: {}", world.name, renewed.text());
            if status == 400 {
                assert_eq!(answer.code(), "invalid_request", "{} {query}", world.name);
                assert_eq!(renewed.code(), "invalid_request", "{} {query}", world.name);
                assert_eq!((answer.set_cookies(), renewed.set_cookies()), (vec![], vec![]), "{}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h034_nobody_signs_up_for_the_admin_area() {
    for world in worlds().await {
        let mut browser = world.browser();
        let body = json!({"email": "dana@example.org", "password": PASSWORD});
        for query in ["audience=admin", "audience=foo", "audience=app&audience=app"] {
            let answer = browser.post_json(&format!("/signup/direct?{query}"), &body).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {query}", world.name);
        }
        assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 401, "{}: no account", world.name);
        let answer = browser.post_json("/signup/direct?audience=app", &body).await;
        assert_eq!(answer.status, 201, "{}: the address is free", world.name);
        world.stop().await;
    }
}

/// Query and body, then the caller, then the proof, then the path and what is in the body.
#[actix_web::test]
async fn h035_h036_h038_h039_the_first_stage_that_fails_decides() {
    for world in worlds().await {
        let mut known = world.signed_up("dana@example.org").await;
        let mut unproved = known.clone();
        let mut visitor = world.browser();
        visitor.fetch_csrf().await;
        let nobody = world.browser();
        let malformed = || json!({"surplus": 1});
        let login = |email: &str| Ask::api("POST", "/login").json(&json!({"email": email, "password": "p"}));
        let change = |body: &Value| Ask::api("PUT", "/users/password").json(body);
        let end = || Ask::api("DELETE", "/account/sessions/no-uuid");
        let short = json!({"password": "short"});

        // Without anything.
        for (ask, verdict) in [
            (Ask::api("POST", "/login").json(&malformed()), "400/invalid_request"),
            (
                Ask::api("POST", "/login?audience=foo").json(&json!({"email": "x", "password": "p"})),
                "400/invalid_request",
            ),
            (login("not an address"), "403/forbidden"),
            (change(&malformed()), "400/invalid_request"),
            (change(&short), "401/unauthorized"),
            (end(), "401/unauthorized"),
        ] {
            assert_eq!(nobody.clone().send(ask.clone()).await.verdict(), verdict, "{}: {ask:?}", world.name);
        }
        // With proof, but without a session.
        for (ask, verdict) in [
            (login("not an address"), "400/invalid_request"),
            (change(&short), "401/unauthorized"),
            (end(), "401/unauthorized"),
        ] {
            assert_eq!(visitor.mutate(ask.clone()).await.verdict(), verdict, "{}: {ask:?}", world.name);
        }
        // With a session, but without proof.
        for (ask, verdict) in
            [(change(&malformed()), "400/invalid_request"), (change(&short), "403/forbidden"), (end(), "403/forbidden")]
        {
            assert_eq!(unproved.send(ask.clone()).await.verdict(), verdict, "{}: {ask:?}", world.name);
        }
        // With both.
        for (ask, verdict) in [
            (change(&malformed()), "400/invalid_request"),
            (change(&short), "400/invalid_request"),
            (end(), "400/invalid_request"),
        ] {
            assert_eq!(known.mutate(ask.clone()).await.verdict(), verdict, "{}: {ask:?}", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h040_ids_are_read_in_every_form_and_written_in_one() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let user = browser.get("/user").await.json();
        for id in [&user["id"], &user["organization"]["id"]] {
            let id = id.as_str().unwrap();
            assert_eq!(id, uuid::Uuid::parse_str(id).unwrap().hyphenated().to_string(), "{}", world.name);
        }
        let forms: [fn(&str) -> String; 5] = [
            str::to_owned,
            str::to_uppercase,
            |id| id.replace('-', ""),
            |id| format!("%7B{id}%7D"),
            |id| format!("urn:uuid:{id}"),
        ];
        for form in forms {
            let mut other = world.browser();
            assert_eq!(other.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
            let listed = other.get("/account/sessions").await.json();
            let id = listed["sessions"][0]["id"].as_str().unwrap();
            assert_eq!(id, uuid::Uuid::parse_str(id).unwrap().hyphenated().to_string(), "{}", world.name);
            let path = format!("/account/sessions/{}", form(id));
            let answer = browser.delete(&path).await;
            assert_eq!(answer.status, 204, "{} {path}: {}", world.name, answer.text());
            assert_eq!(other.user_status().await, 401, "{} {path}: that session ended", world.name);
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h041_a_literal_path_in_other_letter_case_is_a_malformed_id() {
    for world in worlds().await {
        let mut other = world.signed_up("dana@example.org").await;
        let mut browser = world.browser();
        assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200, "{}", world.name);
        for name in ["OTHERS", "Others", "current", "others%20", "%6fthersx", "%00", "%2e%2e"] {
            let answer = browser.delete(&format!("/account/sessions/{name}")).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {name}", world.name);
        }
        assert_eq!(other.user_status().await, 200, "{}: nothing ended", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn h043_h044_an_address_is_a_bare_one() {
    for world in worlds().await {
        world.signed_up("dana@example.org").await;
        let mut browser = world.browser();
        for email in [
            "not an address",
            "",
            " ",
            "@",
            "dana",
            "dana@",
            "@example.org",
            "dana@example.org@example.org",
            "da na@example.org",
            // The better behaviour of weakness 28.
            "Bob <dana@example.org>",
            "<dana@example.org>",
            "dana@example.org (x)",
            "\"dana\"@example.org",
            "dana@[127.0.0.1]",
            "dana@example.org, eve@example.org",
            "mailto:dana@example.org?",
            "dana@example.org\r\nbcc: eve@example.org",
        ] {
            for path in ["/login", "/signup/direct"] {
                let body = json!({"email": email, "password": PASSWORD});
                let answer = browser.post_json(path, &body).await;
                assert_eq!(answer.verdict(), "400/invalid_request", "{} {path} {email:?}", world.name);
            }
        }
        world.stop().await;
    }
}

#[actix_web::test]
async fn h048_h049_json_ends_with_one_line_feed_and_204_has_neither_body_nor_type() {
    for world in worlds().await {
        let mut browser = world.signed_up("dana@example.org").await;
        let mut answers = Vec::new();
        for path in ["/csrf", "/user", "/account", "/account/sessions", "/openapi.json", "/unknown"] {
            answers.push((path, browser.get(path).await));
        }
        answers.push(("login", browser.log_in("dana@example.org", PASSWORD).await));
        answers.push(("wrong login", browser.clone().log_in("dana@example.org", "wrong password").await));
        answers.push(("malformed", browser.post_json("/login", &json!({})).await));
        answers.push(("unauthorized", world.browser().get("/user").await));
        answers.push(("forbidden", world.send(Ask::api("POST", "/sessions/logout")).await));
        for path in ["/auth/version", "/auth/ready"] {
            answers.push((path, world.send(Ask::new("GET", path)).await));
        }
        for (what, answer) in answers {
            let at = format!("{} {what}", world.name);
            let text = answer.text();
            assert_eq!(answer.header("content-type"), Some("application/json"), "{at}");
            assert_eq!(text.matches('\n').count(), 1, "{at}: {text}");
            assert!(text.ends_with('\n'), "{at}: {text}");
            if answer.status >= 400 {
                // Checks the shape of the envelope too.
                assert_ne!(answer.code(), "", "{at}");
            }
        }
        let renewed = browser.refresh().await;
        assert_eq!((renewed.status, renewed.body.len()), (200, 0), "{}", world.name);
        assert_eq!(renewed.header("content-type"), None, "{}", world.name);
        let out = browser.post("/sessions/logout").await;
        assert_eq!((out.status, out.body.len()), (204, 0), "{}", world.name);
        assert_eq!(out.header("content-type"), None, "{}", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s151_what_two_readers_could_understand_differently_is_400_and_never_500() {
    for world in worlds().await {
        let good = good_body(&world).await;
        let with = |name: &str, value: &str| good.replacen('{', &format!("{{\"{name}\":{value},"), 1).into_bytes();
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let mut invalid_utf8 = with("x", "\"?\"");
        let at = invalid_utf8.iter().position(|byte| *byte == b'?').unwrap();
        invalid_utf8[at] = 0xff;
        for body in [
            with("refresh_token", "\"x\""),
            with("audience", "\"app\""),
            with("x", r#"{"a":1,"a":1}"#),
            with("x", &nested(31)),
            with("x", &nested(32)),
            with("x", &nested(33)),
            with("x", &nested(10_000)),
            with("x", &"[".repeat(30_000)),
            with("x", &r#"{"a":"#.repeat(10_000)),
            nested(30_000).into_bytes(),
            with("x", "1e999"),
            with("x", "-1e999"),
            with("x", "123456789012345678901234567890"),
            with("x", "01"),
            with("x", "+1"),
            with("x", "NaN"),
            with("x", r#""\ud800""#),
            with("x", r#""\udc00\ud800""#),
            with("x", r#""\x41""#),
            with("x", "\"a\nb\""),
            with("refresh_token", "5"),
            with("refresh_token", "[]"),
            invalid_utf8,
            b"\xff\xfe{\0}\0".to_vec(),
            b"{\"refresh_token\":\"\xc0\x80\"}".to_vec(),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            let answer = renew(&world, "application/json", body).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{}: {shown}", world.name);
        }
        let answer = renew(&world, "application/json", good.clone()).await;
        assert_eq!(answer.status, 200, "{}: and the server goes on", world.name);
        world.stop().await;
    }
}

#[actix_web::test]
async fn s152_nul_is_refused_in_every_text() {
    for world in worlds().await {
        for operation in operations_with_body() {
            for name in operation.members() {
                let mut body = operation.example();
                // At login one of the two names of the account stands for the other.
                if operation.id == "loginWithPassword" && name == "identifier" {
                    body.remove("email");
                }
                body.insert(name.clone(), json!("dana\u{0}@example.org"));
                let escaped = Value::Object(body).to_string();
                assert!(escaped.contains("\\u0000"), "{escaped}");
                for text in [escaped.clone(), escaped.replace("\\u0000", "\0")] {
                    let answer = world.send(operation.with_text(text)).await;
                    let at = format!("{} {} {name}", world.name, operation.id);
                    assert_eq!(answer.verdict(), "400/invalid_request", "{at}");
                }
            }
            let body = r#"{"a\u0000b":"x"}"#;
            let answer = world.send(operation.with_text(body)).await;
            assert_eq!(answer.verdict(), "400/invalid_request", "{} {}", world.name, operation.id);
        }
        let mut browser = world.browser();
        for target in ["/auth/login", "/auth/signup", "/auth/sessions/logout", "/auth/sessions/refresh"] {
            for fields in [
                [("email", "da\0na@example.org"), ("password", PASSWORD)],
                [("email", "dana@example.org"), ("password", "correct\0horse battery")],
                [("email", "dana@example.org"), ("sur\0plus", "x")],
            ] {
                let answer = browser.submit(target, &fields).await;
                assert_eq!(answer.status, 400, "{} {target} {fields:?}", world.name);
            }
        }
        world.stop().await;
    }
}
