-- Half a million sessions that lapsed yesterday, dealt out to a thousand members, each with the
-- refresh token that it ended with.
BEGIN;

CREATE TEMP TABLE owners (n INTEGER NOT NULL PRIMARY KEY, user_id BLOB, organization_id BLOB);
INSERT INTO owners
SELECT row_number() OVER () - 1, user_id, organization_id FROM (SELECT user_id, organization_id FROM memberships LIMIT 1000);

CREATE TEMP TABLE numbers (n INTEGER NOT NULL PRIMARY KEY);
WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < 500000)
INSERT INTO numbers SELECT n FROM counted;

INSERT INTO sessions (id, user_id, organization_id, created_at, expires_at, authenticated_at, auth_method,
    last_used_at, user_agent, address)
SELECT unhex(printf('%012x70208%015x', 1600000000000 + numbers.n, numbers.n)), user_id, organization_id,
    (unixepoch() - 61 * 86400) * 1000000 + numbers.n, (unixepoch() - 86400) * 1000000 + numbers.n,
    (unixepoch() - 61 * 86400) * 1000000 + numbers.n, 'password', (unixepoch() - 15 * 86400) * 1000000,
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.1'
FROM numbers JOIN owners ON owners.n = numbers.n % 1000;

INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
SELECT randomblob(32), unhex(printf('%012x70208%015x', 1600000000000 + n, n)),
    (unixepoch() - 15 * 86400) * 1000000, (unixepoch() - 86400) * 1000000
FROM numbers;

DROP TABLE numbers;
DROP TABLE owners;
COMMIT;
