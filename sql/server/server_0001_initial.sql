-- FreeIM server, schema 1. Times are milliseconds since the epoch.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

-- Every message row up to this one stands in message_seq, message_stamp and message_key.
INSERT INTO setting (key, value) VALUES ('indexed_message_id', 0);

CREATE TABLE user (
    id            INTEGER PRIMARY KEY,
    account       TEXT NOT NULL UNIQUE,
    password_hash TEXT,                        -- NULL: cannot sign in by password
    nickname      TEXT NOT NULL DEFAULT '',
    gender        INTEGER NOT NULL DEFAULT 0,  -- 0 unknown, 1 male, 2 female
    birthdate     TEXT NOT NULL DEFAULT '',
    avatar        TEXT NOT NULL DEFAULT '',
    signature     TEXT NOT NULL DEFAULT '',
    city          TEXT NOT NULL DEFAULT '',
    province      TEXT NOT NULL DEFAULT '',
    created_time  INTEGER NOT NULL,
    last_seen_time INTEGER NOT NULL DEFAULT 0,
    deleted_time  INTEGER                      -- NULL: not deleted
);

CREATE TABLE access_token (
    hash         BLOB PRIMARY KEY,             -- SHA-256 of the token
    user_id      INTEGER NOT NULL,
    device_id    TEXT,                         -- NULL: any device of the user
    created_time INTEGER NOT NULL,
    expires_time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX access_token_user ON access_token (user_id);

CREATE TABLE device (
    id              INTEGER PRIMARY KEY,
    user_id         INTEGER NOT NULL,
    device_id       TEXT NOT NULL,
    device_type     TEXT NOT NULL DEFAULT '',
    client_type     TEXT NOT NULL DEFAULT '',
    first_auth_time INTEGER NOT NULL,          -- a row exists from the device's first Auth on
    last_seen_time  INTEGER NOT NULL,
    UNIQUE (user_id, device_id)
);

CREATE TABLE chatroom (
    id           INTEGER PRIMARY KEY,
    type         INTEGER NOT NULL,             -- ChatroomType
    created_time INTEGER NOT NULL
);

CREATE TABLE single_chat (
    user_low    INTEGER NOT NULL,              -- user_low < user_high
    user_high   INTEGER NOT NULL,
    chatroom_id INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (user_low, user_high)
) WITHOUT ROWID;

CREATE TABLE chat_group (
    id           INTEGER PRIMARY KEY,          -- group_id
    chatroom_id  INTEGER NOT NULL UNIQUE,
    owner_id     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    avatar       TEXT NOT NULL DEFAULT '',
    description  TEXT NOT NULL DEFAULT '',
    permissions  TEXT NOT NULL DEFAULT 'public',  -- public, protected, private
    history_open INTEGER NOT NULL DEFAULT 0,   -- 1: who joins late sees all history
    muted_until  INTEGER NOT NULL DEFAULT 0,   -- everyone but root and admins
    member_count INTEGER NOT NULL DEFAULT 0,
    created_time INTEGER NOT NULL,
    dissolved_time INTEGER                     -- NULL: not dissolved
);

CREATE TABLE member (
    chatroom_id   INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    role          INTEGER NOT NULL DEFAULT 0,  -- 0 common, 1 admin, 2 root
    first_seq     INTEGER NOT NULL DEFAULT 1,  -- the oldest seq this member may read
    muted_until   INTEGER NOT NULL DEFAULT 0,
    joined_time   INTEGER NOT NULL,
    notify_level  INTEGER NOT NULL DEFAULT 0,
    pinned        INTEGER NOT NULL DEFAULT 0,
    delivered_seq INTEGER NOT NULL DEFAULT 0,
    read_seq      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chatroom_id, user_id)
) WITHOUT ROWID;
CREATE INDEX member_user ON member (user_id, chatroom_id);

CREATE TABLE friendship (                      -- one row for each direction
    user_id      INTEGER NOT NULL,
    friend_id    INTEGER NOT NULL,
    remark       TEXT NOT NULL DEFAULT '',
    created_time INTEGER NOT NULL,
    PRIMARY KEY (user_id, friend_id)
) WITHOUT ROWID;

CREATE TABLE user_block (
    user_id      INTEGER NOT NULL,             -- who blocks
    blocked_id   INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
) WITHOUT ROWID;

CREATE TABLE friend_apply (
    id           INTEGER PRIMARY KEY,
    from_user_id INTEGER NOT NULL,
    to_user_id   INTEGER NOT NULL,
    remark       TEXT NOT NULL DEFAULT '',
    status       INTEGER NOT NULL DEFAULT 0,   -- 0 waiting, 1 accepted, 2 rejected
    created_time INTEGER NOT NULL,
    updated_time INTEGER NOT NULL
);
CREATE INDEX friend_apply_to ON friend_apply (to_user_id, status, id);
CREATE UNIQUE INDEX friend_apply_waiting ON friend_apply (from_user_id, to_user_id)
    WHERE status = 0;

CREATE TABLE group_apply (
    id           INTEGER PRIMARY KEY,
    group_id     INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    remark       TEXT NOT NULL DEFAULT '',
    status       INTEGER NOT NULL DEFAULT 0,
    created_time INTEGER NOT NULL,
    updated_time INTEGER NOT NULL
);
CREATE INDEX group_apply_group ON group_apply (group_id, status, id);
CREATE UNIQUE INDEX group_apply_waiting ON group_apply (group_id, user_id) WHERE status = 0;

-- The log of all conversations, in the order of commit. Append only: a recall empties `body`'s
-- Content, nothing else ever changes a row. The three indexes below are built from it behind the
-- commit (see ARCHITECTURE.md, "the tail"), so an append touches one page and not four.
CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    stamp       INTEGER NOT NULL,              -- MessageID.stamp
    user_id     INTEGER NOT NULL,
    key_hash    INTEGER NOT NULL,              -- of (user_id, ClientMessageId); 0: none
    body        BLOB NOT NULL                  -- MessageItem, Protobuf
);

CREATE TABLE message_seq (
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    message_id  INTEGER NOT NULL,              -- message.id
    user_id     INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, seq)
) WITHOUT ROWID;

CREATE TABLE message_stamp (
    chatroom_id INTEGER NOT NULL,
    stamp       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, stamp)
) WITHOUT ROWID;

CREATE TABLE message_key (
    user_id    INTEGER NOT NULL,
    key_hash   INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, key_hash, message_id)
) WITHOUT ROWID;

CREATE TABLE reserved_message_id (             -- kept 24 h
    stamp       INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL,
    chatroom_id INTEGER NOT NULL,
    created_time INTEGER NOT NULL
);

CREATE TABLE recalled_message (                -- what unread counts leave out
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, seq)
) WITHOUT ROWID;

CREATE TABLE delivery_cursor (
    device      INTEGER NOT NULL,              -- device.id
    chatroom_id INTEGER NOT NULL,
    ack_seq     INTEGER NOT NULL,
    PRIMARY KEY (device, chatroom_id)
) WITHOUT ROWID;

CREATE TABLE message_edit (                    -- which EDIT entries a recall empties too
    chatroom_id INTEGER NOT NULL,
    target_seq  INTEGER NOT NULL,
    message_id  INTEGER NOT NULL,              -- message.id of the EDIT entry
    PRIMARY KEY (chatroom_id, target_seq, message_id)
) WITHOUT ROWID;
