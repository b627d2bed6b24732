-- The same tables as on SQLite. Equality of addresses and names is decided in Rust: only normal
-- forms are stored, and COLLATE "C" compares them as bytes.

CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    organization_mode TEXT COLLATE "C" NOT NULL CHECK (organization_mode IN ('personal', 'single', 'multi'))
);

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    username TEXT COLLATE "C" NOT NULL,
    username_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    email_verified_at TIMESTAMPTZ,
    credential_version BIGINT NOT NULL,
    disabled_at TIMESTAMPTZ
);

CREATE TABLE platform_roles (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, role)
);

CREATE TABLE auth_methods (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C",
    password_hash TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, provider),
    UNIQUE (provider, subject)
);

CREATE TABLE organizations (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL CHECK (btrim(name) <> ''),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('personal', 'team')),
    created_by UUID REFERENCES users (id) ON DELETE SET NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX organizations_one_personal_each ON organizations (created_by) WHERE kind = 'personal' AND created_by IS NOT NULL;
CREATE INDEX organizations_created_by ON organizations (created_by);

CREATE TABLE memberships (
    organization_id UUID NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

CREATE INDEX memberships_user ON memberships (user_id, created_at, organization_id);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id UUID NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    authenticated_at TIMESTAMPTZ NOT NULL,
    auth_method TEXT COLLATE "C" NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_reason TEXT COLLATE "C",
    user_agent TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C",
    CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);

CREATE INDEX sessions_live_of_user ON sessions (user_id, created_at) WHERE revoked_at IS NULL;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_organization ON sessions (organization_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- Under rotation `always` a session keeps a row for every use until its absolute end, so that a
-- late replay is recognised: the table is narrow and keyed by the hash it is looked up by.
CREATE TABLE refresh_tokens (
    hash BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    spent_at TIMESTAMPTZ,
    first_used_at TIMESTAMPTZ
);

CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Addresses from which an account was entered before: a stranger's guesses do not lock them out.
CREATE TABLE known_addresses (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address_key TEXT COLLATE "C" NOT NULL,
    last_success_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, address_key)
);

CREATE INDEX known_addresses_age ON known_addresses (last_success_at);

-- The change feed. No foreign keys: it tells of things that may be gone. A number can become visible
-- after a higher one, so readers read with an overlap.
CREATE TABLE changes (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    subject UUID NOT NULL,
    until TIMESTAMPTZ NOT NULL
);

CREATE INDEX changes_until ON changes (until);
