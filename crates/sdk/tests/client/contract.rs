//! Every operation against the document of the contract (T-20): what is sent is what the document
//! asks for, and the document's own examples are understood.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::{Arc, Mutex};

use authara_client::wire::{
    ChangePasswordRequest, CreatePasswordRequest, PasswordLoginRequest, SetPasswordRequest, SignupRequest,
    TokenRefreshRequest,
};
use authara_client::{Answer, Caller, Client, Error, ErrorCode, SessionId};
use serde::Serialize;
use serde_json::Value;

const COOKIES: &str = "authara_access=a; authara_refresh=r; authara_csrf=c";

type Seen = Arc<Mutex<Option<http::Request<String>>>>;

/// One operation of the document.
struct Promise<'d> {
    document: &'d Value,
    path: &'d str,
    item: &'d Value,
    method: &'d str,
    operation: &'d Value,
}

fn document() -> Value {
    serde_saphyr::from_str(include_str!("../../../../contract/openapi.yaml")).expect("the contract is YAML")
}

fn promises(document: &Value) -> Vec<Promise<'_>> {
    let paths = document.get("paths").and_then(Value::as_object).expect("the contract has paths");
    let mut promises = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation.get("operationId").is_some() {
                promises.push(Promise { document, path, item, method, operation });
            }
        }
    }
    promises
}

impl<'d> Promise<'d> {
    fn text(&self, name: &str) -> &'d str {
        self.operation.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn id(&self) -> &'d str {
        self.text("operationId")
    }

    fn resolve(&self, value: &'d Value) -> &'d Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(place) => self.document.pointer(place.trim_start_matches('#')).expect("a place in the document"),
            None => value,
        }
    }

    fn parameters(&self) -> Vec<&'d Value> {
        let lists = [self.item.get("parameters"), self.operation.get("parameters")];
        let parameters = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
        parameters.map(|parameter| self.resolve(parameter)).collect()
    }

    /// The example of the parameter in the path.
    fn path_id(&self) -> &'d str {
        let in_path = self.parameters().into_iter().find(|parameter| member(parameter, "in") == "path");
        in_path.map(|parameter| member(parameter, "example")).unwrap_or_default()
    }

    /// The path with the example in its place, and the audience where one is asked for.
    fn address(&self) -> String {
        let mut address = self.path.to_owned();
        for parameter in self.parameters() {
            let name = member(parameter, "name");
            match member(parameter, "in") {
                "path" => address = address.replace(&format!("{{{name}}}"), member(parameter, "example")),
                _ => address = format!("{address}?{name}=app"),
            }
        }
        address
    }

    /// The example of a body, be it of a request or of an answer.
    fn example(&self, holder: &'d Value) -> Option<&'d Value> {
        let media = holder.get("content")?.as_object()?.values().next()?;
        media.get("example").or_else(|| self.resolve(media.get("schema")?).get("example"))
    }

    fn request(&self) -> Option<&'d Value> {
        self.example(self.resolve(self.operation.get("requestBody")?))
    }

    /// The status of the success, and its body.
    fn success(&self) -> (u16, String) {
        let responses = self.operation.get("responses").and_then(Value::as_object).expect("answers");
        let (status, response) = responses.iter().find(|(status, _)| status.starts_with('2')).expect("a success");
        let body = match self.example(self.resolve(response)) {
            Some(Value::String(text)) => text.clone(),
            Some(example) => example.to_string(),
            None => String::new(),
        };
        (status.parse().expect("a status"), body)
    }

    fn set_cookies(&self) -> Vec<String> {
        let names = self.operation.get("x-authara-set-cookies").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).map(|name| format!("{name}=new; Path=/")).collect()
    }

    /// The names of the cookies that the document's `security` names.
    fn cookies(&self) -> Vec<&'d str> {
        let alternatives = self.operation.get("security").and_then(Value::as_array).into_iter().flatten();
        let schemes = alternatives.filter_map(Value::as_object).flat_map(serde_json::Map::keys);
        let places = schemes.map(|scheme| format!("/components/securitySchemes/{scheme}"));
        let schemes = places.filter_map(|place| self.document.pointer(&place));
        schemes.filter(|scheme| member(scheme, "in") == "cookie").map(|scheme| member(scheme, "name")).collect()
    }

    /// A client whose server answers as the document says.
    fn client(&self, seen: &Seen) -> Client {
        let (status, body) = self.success();
        let cookies = self.set_cookies();
        let seen = Arc::clone(seen);
        let stand_in = tower::service_fn(move |request: http::Request<String>| {
            *seen.lock().expect("nobody panicked") = Some(request);
            let answer = http::Response::builder().status(status);
            let answer = cookies.iter().fold(answer, |answer, cookie| answer.header("set-cookie", cookie));
            ready(answer.body(body.clone()))
        });
        Client::builder("http://localhost:8080").service(stand_in).build().expect("a good configuration")
    }

    /// Makes the call with the document's example, and tells status and number of cookies.
    async fn perform(&self, caller: &Caller) -> Result<(u16, usize), String> {
        let body = self.request();
        let optional = |name: &str| body.and_then(|body| body.get(name)).and_then(Value::as_str).map(str::to_owned);
        let required = |name: &str| optional(name).unwrap_or_default();
        match self.id() {
            "getHealth" => told(caller.get_health().await),
            "getReadiness" => told(caller.get_readiness().await),
            "getVersion" => told(caller.get_version().await),
            "getOpenAPIDocument" => told(caller.get_open_api_document().await),
            "getCsrfToken" => told(caller.get_csrf_token().await),
            "loginWithPassword" => {
                let (email, identifier) = (optional("email"), optional("identifier"));
                let request = PasswordLoginRequest { email, identifier, password: required("password") };
                told(caller.login_with_password(&request).await)
            }
            "signupDirect" => {
                let (email, password) = (required("email"), required("password"));
                let request = SignupRequest { email, password, invitation_code: optional("invitation_code") };
                told(caller.signup_direct(&request).await)
            }
            "logout" => told(caller.logout().await),
            "refreshSession" => told(caller.refresh_session().await),
            "refreshTokens" => {
                let (refresh_token, audience) = (required("refresh_token"), optional("audience"));
                told(caller.refresh_tokens(&TokenRefreshRequest { refresh_token, audience }).await)
            }
            "getCurrentUser" => told(caller.get_current_user().await),
            "verifyRequest" => told(caller.verify_request().await),
            "setCurrentUserPassword" => {
                let request = SetPasswordRequest { password: required("password") };
                told(caller.set_current_user_password(&request).await)
            }
            "getAccount" => told(caller.get_account().await),
            "createAccountPassword" => {
                let request = CreatePasswordRequest { password: required("password") };
                told(caller.create_account_password(&request).await)
            }
            "changeAccountPassword" => {
                let (current_password, new_password) = (required("current_password"), required("new_password"));
                told(caller.change_account_password(&ChangePasswordRequest { current_password, new_password }).await)
            }
            "listAccountSessions" => told(caller.list_account_sessions().await),
            "deleteAccountSession" => {
                let session = SessionId::parse(self.path_id()).ok_or("the path has no example of an id")?;
                told(caller.delete_account_session(session).await)
            }
            "deleteOtherAccountSessions" => told(caller.delete_other_account_sessions().await),
            other => Err(format!("{other} is called nowhere here")),
        }
    }
}

fn member<'d>(value: &'d Value, name: &str) -> &'d str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn told<T>(outcome: Result<Answer<T>, Error>) -> Result<(u16, usize), String> {
    let answer = outcome.map_err(|error| error.to_string())?;
    Ok((answer.status, answer.set_cookies.lines().count()))
}

fn header<'r>(request: &'r http::Request<String>, name: &str) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

#[tokio::test]
async fn t20_every_operation_of_the_contract_is_sent_as_it_says_and_its_answer_understood() {
    let document = document();
    let promises = promises(&document);
    assert_eq!(promises.len(), authara_client::contract::operations().count());
    for promise in promises {
        let id = promise.id();
        let seen = Seen::default();
        let told = promise.perform(&promise.client(&seen).as_request(COOKIES)).await;
        assert_eq!(told, Ok((promise.success().0, promise.set_cookies().len())), "{id}");
        let request = seen.lock().unwrap().take().unwrap();
        assert_eq!(request.method().as_str(), promise.method.to_uppercase(), "{id}");
        assert_eq!(request.uri().to_string(), format!("http://localhost:8080{}", promise.address()), "{id}");
        match promise.request() {
            Some(example) => {
                assert_eq!(serde_json::from_str::<Value>(request.body()).unwrap(), *example, "{id}");
                assert_eq!(header(&request, "content-type"), Some("application/json"), "{id}");
            }
            None => assert_eq!((request.body().as_str(), header(&request, "content-type")), ("", None), "{id}"),
        }
        for cookie in promise.cookies() {
            let sent = header(&request, "cookie").unwrap_or_default();
            assert!(sent.split("; ").any(|pair| pair.starts_with(&format!("{cookie}="))), "{id}: {cookie}");
        }
        let csrf = (promise.text("x-authara-csrf") == "required").then_some("c");
        assert_eq!(header(&request, "x-csrf-token"), csrf, "{id}");
        assert_eq!(header(&request, "authorization"), None, "{id}");
        assert_eq!(header(&request, "accept"), Some("application/json"), "{id}");
    }
}

#[tokio::test]
async fn a_bearer_is_sent_exactly_where_the_contract_accepts_one() {
    let document = document();
    for promise in promises(&document) {
        let seen = Seen::default();
        let caller = promise.client(&seen).as_bearer("token");
        if promise.text("x-authara-bearer") == "accepted" {
            promise.perform(&caller).await.unwrap();
            let request = seen.lock().unwrap().take().unwrap();
            let found = ["authorization", "cookie", "x-csrf-token"].map(|name| header(&request, name));
            assert_eq!(found, [Some("Bearer token"), None, None], "{}", promise.id());
        } else {
            // A change may fail for want of a value against CSRF; the token is kept to itself anyhow.
            let _ = promise.perform(&caller).await;
            let request = seen.lock().unwrap().take().unwrap();
            assert_eq!(header(&request, "authorization"), None, "{}", promise.id());
        }
    }
}

#[test]
fn t20_the_members_of_requests_are_those_of_the_contract() {
    let document = document();
    let text = || "x".to_owned();
    let check = |name: &str, request: &Value| {
        let schema = &document["components"]["schemas"][name]["properties"];
        let promised: BTreeSet<&String> = schema.as_object().unwrap().keys().collect();
        let sent: BTreeSet<&String> = request.as_object().unwrap().keys().collect();
        assert_eq!(promised, sent, "{name}");
    };
    let login = PasswordLoginRequest { email: Some(text()), identifier: Some(text()), password: text() };
    check("PasswordLoginRequest", &json(&login));
    let signup = SignupRequest { email: text(), password: text(), invitation_code: Some(text()) };
    check("SignupRequest", &json(&signup));
    let refresh = TokenRefreshRequest { refresh_token: text(), audience: Some(text()) };
    check("TokenRefreshRequest", &json(&refresh));
    check("SetPasswordRequest", &json(&SetPasswordRequest { password: text() }));
    check("CreatePasswordRequest", &json(&CreatePasswordRequest { password: text() }));
    let change = ChangePasswordRequest { current_password: text(), new_password: text() };
    check("ChangePasswordRequest", &json(&change));
}

fn json(request: &impl Serialize) -> Value {
    serde_json::to_value(request).expect("a request is JSON")
}

#[test]
fn t20_every_code_of_the_contract_has_a_name() {
    let document = document();
    let codes = document["components"]["schemas"]["APIError"]["properties"]["code"]["enum"].as_array().unwrap();
    assert_eq!(codes.len(), ErrorCode::ALL.len());
    for code in codes {
        let code = ErrorCode::from(code.as_str().unwrap());
        assert!(!matches!(code, ErrorCode::Other(_)), "{code}");
    }
}
