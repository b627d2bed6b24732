-- A million people with what a sign-up makes, and three sessions each. Ids are UUIDs of version 7
-- in the order of time, as the server makes them: 12 digits of milliseconds, version, what it is,
-- variant, number.
BEGIN;

CREATE TEMP TABLE numbers (n INTEGER NOT NULL PRIMARY KEY);
WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < 1000000)
INSERT INTO numbers SELECT n FROM counted;

INSERT INTO users (id, email, username, username_folded, created_at, updated_at, credential_version)
SELECT unhex(printf('%012x70008%015x', 1700000000000 + n, n)), printf('crowd-%07d@example.com', n),
    printf('crowd-%07d', n), printf('crowd-%07d', n), unixepoch() * 1000000, unixepoch() * 1000000, 1
FROM numbers;

INSERT INTO auth_methods (id, user_id, provider, password_hash, created_at, updated_at)
SELECT unhex(printf('%012x70018%015x', 1700000000000 + n, n)), unhex(printf('%012x70008%015x', 1700000000000 + n, n)),
    'password', '$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$hTsnKkTbFCHAKWJmmlXrCZTzyrOF7RxMeSU+7hm6tJ4',
    unixepoch() * 1000000, unixepoch() * 1000000
FROM numbers;

INSERT INTO organizations (id, name, kind, created_by, created_at, updated_at)
SELECT unhex(printf('%012x70028%015x', 1700000000000 + n, n)), printf('crowd-%07d', n), 'team',
    unhex(printf('%012x70008%015x', 1700000000000 + n, n)), unixepoch() * 1000000, unixepoch() * 1000000
FROM numbers;

INSERT INTO memberships (organization_id, user_id, role, created_at, updated_at)
SELECT unhex(printf('%012x70028%015x', 1700000000000 + n, n)), unhex(printf('%012x70008%015x', 1700000000000 + n, n)),
    'owner', unixepoch() * 1000000, unixepoch() * 1000000
FROM numbers;

INSERT INTO sessions (id, user_id, organization_id, created_at, expires_at, authenticated_at, auth_method,
    last_used_at, user_agent, address)
SELECT unhex(printf('%012x7%03x8%015x', 1700000000000 + n, 16 + copy, n)),
    unhex(printf('%012x70008%015x', 1700000000000 + n, n)), unhex(printf('%012x70028%015x', 1700000000000 + n, n)),
    unixepoch() * 1000000, (unixepoch() + 60 * 86400) * 1000000, unixepoch() * 1000000, 'password',
    unixepoch() * 1000000, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.1'
FROM numbers CROSS JOIN (SELECT 0 AS copy UNION ALL SELECT 1 UNION ALL SELECT 2);

INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
SELECT randomblob(32), unhex(printf('%012x7%03x8%015x', 1700000000000 + n, 16 + copy, n)),
    unixepoch() * 1000000, (unixepoch() + 14 * 86400) * 1000000
FROM numbers CROSS JOIN (SELECT 0 AS copy UNION ALL SELECT 1 UNION ALL SELECT 2);

DROP TABLE numbers;
COMMIT;
