-- FreeIM server, schema 3: phones, outside identities, bots and bans, push IDs, aliases,
-- retention, the owners of files, review of moments, the operators' log.

ALTER TABLE user ADD COLUMN phone TEXT;        -- digits with a leading +; NULL: none
CREATE UNIQUE INDEX user_phone ON user (phone) WHERE phone IS NOT NULL;
ALTER TABLE user ADD COLUMN banned_until INTEGER NOT NULL DEFAULT 0;  -- in the past: not banned
ALTER TABLE user ADD COLUMN ban_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE user ADD COLUMN is_bot INTEGER NOT NULL DEFAULT 0;

CREATE TABLE bot (
    user_id          INTEGER PRIMARY KEY,
    webhook_url      TEXT NOT NULL DEFAULT '', -- empty: none
    sends_per_second INTEGER NOT NULL,         -- over all its connections
    created_time     INTEGER NOT NULL
);

CREATE TABLE outside_identity (                -- who a provider says one is
    provider     TEXT NOT NULL,                -- 'qq'
    subject      TEXT NOT NULL,                -- the provider's ID of the person
    user_id      INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) WITHOUT ROWID;
CREATE INDEX outside_identity_user ON outside_identity (user_id);

CREATE TABLE verification_code (               -- one that waits for each phone and purpose
    phone        TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    code_hash    BLOB NOT NULL,                -- of the code, keyed
    tries_left   INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    expires_time INTEGER NOT NULL,
    PRIMARY KEY (phone, purpose)
) WITHOUT ROWID;

CREATE TABLE verification_send (               -- what was sent within a day, for its limits
    phone TEXT NOT NULL,
    time  INTEGER NOT NULL
);
CREATE INDEX verification_send_phone ON verification_send (phone, time);
CREATE INDEX verification_send_time ON verification_send (time);

ALTER TABLE device ADD COLUMN push_id TEXT NOT NULL DEFAULT '';  -- where to push; empty: nowhere
CREATE INDEX device_push ON device (push_id) WHERE push_id <> '';

ALTER TABLE member ADD COLUMN alias TEXT NOT NULL DEFAULT '';    -- a member's own name in a group
CREATE INDEX member_role ON member (chatroom_id, role DESC, user_id);

CREATE INDEX chat_group_name ON chat_group (name COLLATE NOCASE, id)
    WHERE dissolved_time IS NULL AND permissions <> 'private';
CREATE INDEX chat_group_leftover ON chat_group (id)  -- dissolved, its members not yet removed
    WHERE dissolved_time IS NOT NULL AND member_count > 0;
CREATE INDEX friend_apply_pair ON friend_apply (from_user_id, to_user_id, id);
CREATE INDEX group_apply_pair ON group_apply (user_id, group_id, id);

-- Entries before first_seq are gone (retention); first_seq is head + 1 when all are.
ALTER TABLE chatroom ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 1;

CREATE TABLE media (                           -- a stored file; the bytes are in DIR/media
    name         TEXT PRIMARY KEY,             -- HASH.EXTENSION
    size         INTEGER NOT NULL,
    created_time INTEGER NOT NULL              -- of the newest upload by anybody
) WITHOUT ROWID;

CREATE TABLE media_owner (                     -- who uploaded it, each counted once
    user_id      INTEGER NOT NULL,
    name         TEXT NOT NULL,
    size         INTEGER NOT NULL,             -- as in media: what the owner's quota is counted by
    created_time INTEGER NOT NULL,             -- of the newest upload
    PRIMARY KEY (user_id, name)
) WITHOUT ROWID;
CREATE INDEX media_owner_name ON media_owner (name);

-- What shows a file: moments here, avatars by these indexes, messages in index.sqlite.
CREATE TABLE moment_media (
    name      TEXT NOT NULL,
    moment_id INTEGER NOT NULL,
    PRIMARY KEY (name, moment_id)
) WITHOUT ROWID;
CREATE INDEX moment_media_moment ON moment_media (moment_id);
INSERT OR IGNORE INTO moment_media
    SELECT substr(i.value, 8), m.id FROM moment m, json_each(m.images) i
    UNION SELECT substr(video, 8), id FROM moment WHERE video <> ''
    UNION SELECT substr(cover, 8), id FROM moment WHERE cover <> '';
CREATE INDEX user_avatar ON user (substr(avatar, instr(avatar, '/media/') + 7))
    WHERE instr(avatar, '/media/') > 0;
CREATE INDEX chat_group_avatar ON chat_group (substr(avatar, instr(avatar, '/media/') + 7))
    WHERE instr(avatar, '/media/') > 0;

ALTER TABLE moment ADD COLUMN review_state INTEGER NOT NULL DEFAULT 0;  -- 0 shown, 1 waits, 2 refused
CREATE INDEX moment_review ON moment (review_state, id) WHERE review_state <> 0;

ALTER TABLE moment ADD COLUMN place TEXT NOT NULL DEFAULT '';  -- JSON: name, latitude, longitude

CREATE TABLE group_ban (                       -- whom a group's admins keep out
    group_id     INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    banned_by    INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX group_ban_user ON group_ban (user_id);

CREATE TABLE audit (                           -- what operators did
    id      INTEGER PRIMARY KEY,
    time    INTEGER NOT NULL,
    actor   TEXT NOT NULL,                     -- 'admin' over HTTP, 'cli' on the machine
    address TEXT NOT NULL DEFAULT '',
    action  TEXT NOT NULL,
    target  TEXT NOT NULL DEFAULT '',
    detail  TEXT NOT NULL DEFAULT '{}'         -- JSON, without secrets and message texts
);

-- What deleting an account looks for by a user that is not a table's first column.
CREATE INDEX user_block_blocked ON user_block (blocked_id);
CREATE INDEX friendship_friend ON friendship (friend_id);
CREATE INDEX moment_like_user ON moment_like (user_id);
CREATE INDEX moment_comment_user ON moment_comment (user_id);
