-- 1,024 people with a session and a live refresh token each: 32 for each of up to 32 connections.
TRUNCATE users, organizations, memberships, sessions, refresh_tokens CASCADE;
DROP TABLE IF EXISTS commits;

CREATE TABLE commits (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash BYTEA NOT NULL,
    session UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

INSERT INTO users (id, email, username, username_folded, created_at, updated_at, credential_version)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'raw-' || n || '@example.com', 'raw-' || n, 'raw-' || n, now(), now(), 1
FROM generate_series(0, 1023) AS n;

INSERT INTO organizations (id, name, kind, created_by, created_at, updated_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'raw-' || n, 'team', lpad(to_hex(n), 32, '0')::uuid, now(), now()
FROM generate_series(0, 1023) AS n;

INSERT INTO memberships (organization_id, user_id, role, created_at, updated_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, 'owner', now(), now()
FROM generate_series(0, 1023) AS n;

INSERT INTO sessions (id, user_id, organization_id, created_at, expires_at, authenticated_at, auth_method,
    last_used_at, user_agent, address)
SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, now(),
    now() + interval '60 days', now(), 'password', now(),
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.1'
FROM generate_series(0, 1023) AS n;

INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
SELECT sha256(int8send(n) || int8send(0)), lpad(to_hex(n), 32, '0')::uuid, now(), now() + interval '14 days'
FROM generate_series(0, 1023) AS n;

ANALYZE users, organizations, memberships, sessions, refresh_tokens;
