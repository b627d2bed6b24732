//! The tables, as both databases have them. A test compares this file with both catalogues.

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    installation (id) {
        id -> BigInt,
        organization_mode -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::sql::{Id, Instant};
    users (id) {
        id -> Id,
        email -> Text,
        username -> Text,
        username_folded -> Text,
        created_at -> Instant,
        updated_at -> Instant,
        email_verified_at -> Nullable<Instant>,
        credential_version -> BigInt,
        disabled_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::sql::{Id, Instant};
    platform_roles (user_id, role) {
        user_id -> Id,
        role -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sql::{Id, Instant};
    auth_methods (id) {
        id -> Id,
        user_id -> Id,
        provider -> Text,
        subject -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sql::{Id, Instant};
    organizations (id) {
        id -> Id,
        name -> Text,
        kind -> Text,
        created_by -> Nullable<Id>,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::sql::{Id, Instant};
    memberships (organization_id, user_id) {
        organization_id -> Id,
        user_id -> Id,
        role -> Text,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::sql::{Id, Instant};
    sessions (id) {
        id -> Id,
        user_id -> Id,
        organization_id -> Id,
        created_at -> Instant,
        expires_at -> Instant,
        authenticated_at -> Instant,
        auth_method -> Text,
        last_used_at -> Instant,
        revoked_at -> Nullable<Instant>,
        revoked_reason -> Nullable<Text>,
        user_agent -> Text,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::sql::{Id, Instant};
    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> Id,
        created_at -> Instant,
        expires_at -> Instant,
        spent_at -> Nullable<Instant>,
        first_used_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::sql::{Id, Instant};
    known_addresses (user_id, address_key) {
        user_id -> Id,
        address_key -> Text,
        last_success_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::sql::{Id, Instant};
    changes (seq) {
        seq -> BigInt,
        kind -> Text,
        subject -> Id,
        until -> Instant,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(memberships -> organizations (organization_id));
diesel::joinable!(auth_methods -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(
    users,
    platform_roles,
    auth_methods,
    organizations,
    memberships,
    sessions,
    refresh_tokens,
    known_addresses,
);
