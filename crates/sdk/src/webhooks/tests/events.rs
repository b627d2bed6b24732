//! Reading events (T-31).

use serde::Deserialize;
use serde_json::{Value, json};

use super::{SECRET, verify};
use crate::testing::{ORGANIZATION, USER};
use crate::webhooks::testing::Delivery;
use crate::webhooks::{EventKind, WebhookError};

const INVITATION: &str = "9d0c8b7a-6f5e-4d3c-8b2a-190817263545";

/// The data of each type of the contract, with every member.
fn samples() -> Vec<(&'static str, Value)> {
    let user = json!({"user_id": USER});
    let organization =
        json!({"organization_id": ORGANIZATION, "name": "Acme", "kind": "team", "created_by_user_id": USER});
    let membership = json!({"organization_id": ORGANIZATION, "user_id": USER, "role": "member"});
    let invitation = |members: Value| {
        let mut data = json!({
            "invitation_id": INVITATION, "organization_id": ORGANIZATION, "email": "new@example.com",
            "role": "admin", "metadata": {"seat": {"no": 7, "plan": "team"}},
        });
        let Value::Object(members) = members else { unreachable!("the sample is an object") };
        data.as_object_mut().unwrap().extend(members);
        data
    };
    let joined = json!({
        "organization_id": ORGANIZATION, "user_id": USER, "role": "member", "is_initial_membership": false,
        "invitation_id": INVITATION, "metadata": {"seat": {"no": 7, "plan": "team"}},
    });
    let time = "2026-03-02T09:21:04.120934511Z";
    vec![
        ("user.created", user.clone()),
        ("user.updated", user.clone()),
        ("user.deleted", user),
        ("organization.created", organization.clone()),
        ("organization.updated", organization.clone()),
        ("organization.deleted", organization),
        ("organization.membership.created", joined),
        ("organization.membership.updated", membership.clone()),
        ("organization.membership.deleted", membership),
        ("organization.invitation.created", invitation(json!({"invited_by_user_id": USER, "expires_at": time}))),
        ("organization.invitation.accepted", invitation(json!({"accepted_by_user_id": USER, "accepted_at": time}))),
        ("organization.invitation.revoked", invitation(json!({"revoked_by_user_id": USER, "revoked_at": time}))),
    ]
}

fn read(event_type: &str, data: &Value) -> Result<EventKind, WebhookError> {
    let event = verify(&Delivery::new(event_type, data.clone()).sign(SECRET))?;
    Ok(event.kind)
}

#[test]
fn t31_each_type_of_the_contract_is_known_and_keeps_its_name() {
    for (event_type, data) in samples() {
        let kind = read(event_type, &data).unwrap();
        assert!(!matches!(kind, EventKind::Unknown { .. }), "{event_type}");
        assert_eq!(kind.name(), event_type);
    }
}

#[test]
fn t31_the_members_arrive() {
    let data = |wanted: &str| samples().into_iter().find(|(name, _)| *name == wanted).unwrap().1;
    let kind = read("organization.membership.created", &data("organization.membership.created")).unwrap();
    let EventKind::MembershipCreated(joined) = kind else { panic!("{kind:?}") };
    assert_eq!(joined.organization_id.to_string(), ORGANIZATION);
    assert_eq!(joined.user_id.to_string(), USER);
    assert_eq!(joined.invitation_id.unwrap().to_string(), INVITATION);
    assert!(joined.role == "member" && !joined.is_initial_membership);
    let kind = read("organization.invitation.created", &data("organization.invitation.created")).unwrap();
    let EventKind::InvitationCreated(invitation) = kind else { panic!("{kind:?}") };
    assert_eq!(invitation.email, "new@example.com");
    assert_eq!(invitation.expires_at.0.timestamp_subsec_nanos(), 120_934_511);
}

#[test]
fn r75_metadata_is_read_as_the_applications_own_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Metadata {
        seat: Seat,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Seat {
        no: u32,
    }
    let (event_type, data) = samples().remove(6);
    let kind = read(event_type, &data).unwrap();
    let EventKind::MembershipCreated(joined) = kind else { panic!("{kind:?}") };
    assert_eq!(joined.metadata_as::<Metadata>().unwrap(), Metadata { seat: Seat { no: 7 } });
    assert!(joined.metadata_as::<Vec<u8>>().is_err());
}

#[test]
fn t31_unknown_members_are_passed_over() {
    for (event_type, mut data) in samples() {
        let expected = read(event_type, &data).unwrap();
        data["from_the_future"] = json!({"deep": [1, 2, 3]});
        assert_eq!(read(event_type, &data).unwrap(), expected);
    }
}

#[test]
fn t31_k29_null_and_absent_mean_the_same_where_a_member_may_be_unknown_and_are_refused_elsewhere() {
    const OPTIONAL: [&str; 5] =
        ["created_by_user_id", "invitation_id", "metadata", "invited_by_user_id", "revoked_by_user_id"];
    for (event_type, data) in samples() {
        let names: Vec<String> = data.as_object().unwrap().keys().cloned().collect();
        for name in names {
            let (mut null, mut absent) = (data.clone(), data.clone());
            null[&name] = Value::Null;
            absent.as_object_mut().unwrap().remove(&name);
            let (null, absent) = (read(event_type, &null), read(event_type, &absent));
            assert_eq!(null, absent, "{event_type} {name}");
            let is_invitations_own = event_type.starts_with("organization.invitation.") && name == "invitation_id";
            let is_optional = OPTIONAL.contains(&name.as_str()) && !is_invitations_own;
            assert_eq!(null.is_ok(), is_optional, "{event_type} {name}");
        }
    }
}

#[test]
fn r75_an_unknown_type_is_handed_on_as_it_came() {
    for data in [json!({"session_id": USER}), json!(null), json!([1])] {
        let expected = EventKind::Unknown { event_type: "session.created".to_owned(), data: data.clone() };
        assert_eq!(read("session.created", &data).unwrap(), expected);
    }
}

#[test]
fn r76_a_signed_body_that_is_no_event_is_malformed_and_never_quoted() {
    let id = "3c1d7f52-0b7e-4f2c-9d8a-6a5b4c3d2e1f";
    let time = "2026-03-20T12:00:00Z";
    for body in [
        String::new(),
        "canary".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "[".repeat(100_000),
        format!(r#"{{"id":"evt_canary","type":"user.created","created_at":"{time}","data":{{}}}}"#),
        format!(r#"{{"id":7,"type":"user.created","created_at":"{time}","data":{{}}}}"#),
        format!(r#"{{"id":"{id}","created_at":"{time}","data":{{}}}}"#),
        format!(r#"{{"id":"{id}","type":"x","created_at":"canary"}}"#),
        format!(r#"{{"id":"{id}","type":"x","type":"y","created_at":"{time}"}}"#),
        format!(r#"{{"id":"{id}","type":"x","created_at":"{time}"}} canary"#),
        format!(r#"{{"id":"{id}","type":"user.created","created_at":"{time}"}}"#),
        format!(r#"{{"id":"{id}","type":"user.created","created_at":"{time}","data":{{"user_id":"canary"}}}}"#),
        format!(r#"{{"id":"{id}","type":"user.created","created_at":"{time}","data":"canary"}}"#),
    ] {
        let error = verify(&Delivery::raw(body.clone()).sign(SECRET)).unwrap_err();
        assert!(matches!(error, WebhookError::Malformed { .. }), "{body:.60}: {error}");
        assert_eq!(error.status(), 400);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
