//! `GET user`: who is signed in.

use actix_web::HttpResponse;
use authara_core::wire::{CurrentUser, OrganizationSummary};
use authara_flows::current_user;
use authara_storage::View;

use super::body::NoBody;
use super::call::{Access, Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;

/// `GET /auth/api/v1/user`.
#[derive(Debug)]
pub struct GetCurrentUser;

impl Operation for GetCurrentUser {
    const ACCESS: Access = Access::User;
    type Body = NoBody;
    type Path = NoPath;
}

/// The caller. Roles are those of the token, the rest is what the store says now.
///
/// # Errors
///
/// 401 when the account is gone or disabled.
pub async fn current(call: Call<GetCurrentUser>) -> Result<HttpResponse, ApiError> {
    let claims = call.claims()?;
    let view = current_user::find(&call.server.app, claims).await?;
    let View { user, organization } = &*view;
    Ok(respond::ok(&CurrentUser {
        id: user.id,
        disabled: user.is_disabled(),
        email: user.email.clone(),
        username: user.username.clone(),
        created_at: user.created_at.into(),
        roles: claims.roles.clone(),
        organization: OrganizationSummary {
            id: organization.id,
            name: organization.name.clone(),
            role: claims.organization_role.as_str().to_owned(),
        },
    }))
}
