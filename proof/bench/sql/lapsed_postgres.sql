-- The same lapsed sessions as on SQLite.
CREATE TEMP TABLE owners ON COMMIT DROP AS
SELECT row_number() OVER () - 1 AS n, user_id, organization_id
FROM (SELECT user_id, organization_id FROM memberships LIMIT 1000) AS members;

INSERT INTO sessions (id, user_id, organization_id, created_at, expires_at, authenticated_at, auth_method,
    last_used_at, user_agent, address)
SELECT (lpad(to_hex(1600000000000 + number), 12, '0') || '70208' || lpad(to_hex(number), 15, '0'))::uuid,
    user_id, organization_id, now() - interval '61 days' + number * interval '1 microsecond',
    now() - interval '1 day' + number * interval '1 microsecond',
    now() - interval '61 days' + number * interval '1 microsecond', 'password', now() - interval '15 days',
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.1'
FROM generate_series(0::bigint, 499999) AS number JOIN owners ON owners.n = number % 1000;

INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
SELECT sha256(int8send(-1 - number)),
    (lpad(to_hex(1600000000000 + number), 12, '0') || '70208' || lpad(to_hex(number), 15, '0'))::uuid,
    now() - interval '15 days', now() - interval '1 day'
FROM generate_series(0::bigint, 499999) AS number;
