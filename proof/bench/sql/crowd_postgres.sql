-- The same crowd as on SQLite.
INSERT INTO users (id, email, username, username_folded, created_at, updated_at, credential_version)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
    'crowd-' || lpad(n::text, 7, '0') || '@example.com', 'crowd-' || lpad(n::text, 7, '0'),
    'crowd-' || lpad(n::text, 7, '0'), now(), now(), 1
FROM generate_series(0::bigint, 999999) AS n;

INSERT INTO auth_methods (id, user_id, provider, password_hash, created_at, updated_at)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70018' || lpad(to_hex(n), 15, '0'))::uuid,
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid, 'password',
    '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$hTsnKkTbFCHAKWJmmlXrCZTzyrOF7RxMeSU+7hm6tJ4', now(), now()
FROM generate_series(0::bigint, 999999) AS n;

INSERT INTO organizations (id, name, kind, created_by, created_at, updated_at)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70028' || lpad(to_hex(n), 15, '0'))::uuid,
    'crowd-' || lpad(n::text, 7, '0'), 'team',
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid, now(), now()
FROM generate_series(0::bigint, 999999) AS n;

INSERT INTO memberships (organization_id, user_id, role, created_at, updated_at)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '70028' || lpad(to_hex(n), 15, '0'))::uuid,
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid, 'owner', now(), now()
FROM generate_series(0::bigint, 999999) AS n;

INSERT INTO sessions (id, user_id, organization_id, created_at, expires_at, authenticated_at, auth_method,
    last_used_at, user_agent, address)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || lpad(to_hex(16 + copy), 3, '0') || '8'
        || lpad(to_hex(n), 15, '0'))::uuid,
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
    (lpad(to_hex(1700000000000 + n), 12, '0') || '70028' || lpad(to_hex(n), 15, '0'))::uuid,
    now(), now() + interval '60 days', now(), 'password', now(),
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.1'
FROM generate_series(0::bigint, 999999) AS n, generate_series(0, 2) AS copy;

INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
SELECT sha256(int8send(n * 3 + copy)),
    (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || lpad(to_hex(16 + copy), 3, '0') || '8'
        || lpad(to_hex(n), 15, '0'))::uuid,
    now(), now() + interval '14 days'
FROM generate_series(0::bigint, 999999) AS n, generate_series(0, 2) AS copy;
