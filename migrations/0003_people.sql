-- People who sign in: sessions that end together, throttling, one-time links.

ALTER TABLE users
    -- Grows when every session of the person has to end; a session keeps the one it began with.
    ADD COLUMN epoch integer NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    ADD COLUMN last_sign_in_at timestamptz;

-- Where a person has signed in from before: strangers' failures do not slow those addresses down.
CREATE TABLE user_addresses (
    user_id bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
    -- An IPv4 address or the /64 network of an IPv6 address.
    network inet        NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, network)
);

-- Failed sign-ins that still slow further ones down, counted for what `key` is the SHA-256 of:
-- an account, an address, or both together. Accounts that do not exist are counted alike.
CREATE TABLE sign_in_failures (
    key      bytea PRIMARY KEY CHECK (length(key) = 32),
    failures integer     NOT NULL CHECK (failures > 0),
    last_at  timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_last_at ON sign_in_failures (last_at);

-- Links that let somebody choose a password, once; only their secrets' hashes are kept.
CREATE TABLE one_time_links (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('setup', 'invitation', 'reset')),
    -- SHA-256 of the secret.
    secret_hash bytea       NOT NULL CHECK (length(secret_hash) = 32),
    -- An invitation's address, role and, when the inviter knew it, name.
    email       text        CHECK (email = lower(email) AND email LIKE '%_@_%' AND length(email) <= 254),
    role        text        CHECK (role IN ('viewer', 'editor', 'publisher', 'admin')),
    name        text        CHECK (length(name) BETWEEN 1 AND 80),
    -- Whose password is reset.
    user_id     bigint      REFERENCES users ON DELETE CASCADE,
    created_by  bigint      REFERENCES users ON DELETE SET NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    revoked_at  timestamptz,
    CONSTRAINT one_time_links_hash_unique UNIQUE (secret_hash),
    CONSTRAINT one_time_links_expire_later CHECK (expires_at > created_at),
    CONSTRAINT one_time_links_invitation_is_whole
        CHECK ((kind = 'invitation') = (email IS NOT NULL AND role IS NOT NULL)),
    CONSTRAINT one_time_links_reset_is_whole CHECK ((kind = 'reset') = (user_id IS NOT NULL))
);
