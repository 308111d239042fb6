-- FreeIM client cache, schema 1. Times are milliseconds since the epoch.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE conversation (
    chatroom_id  INTEGER PRIMARY KEY,
    type         INTEGER NOT NULL DEFAULT 0,
    title        TEXT NOT NULL DEFAULT '',
    peer_id      INTEGER NOT NULL DEFAULT 0,   -- user (single) or group
    head_seq     INTEGER NOT NULL DEFAULT 0,
    first_seq    INTEGER NOT NULL DEFAULT 1,
    ack_seq      INTEGER NOT NULL DEFAULT 0,
    read_seq     INTEGER NOT NULL DEFAULT 0,
    peer_delivered_seq INTEGER NOT NULL DEFAULT 0,
    peer_read_seq      INTEGER NOT NULL DEFAULT 0,
    notify_level INTEGER NOT NULL DEFAULT 0,
    pinned       INTEGER NOT NULL DEFAULT 0,
    member_count INTEGER NOT NULL DEFAULT 0,
    updated_time INTEGER NOT NULL DEFAULT 0,
    left_time    INTEGER                       -- NULL: a member
);

CREATE TABLE message (
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    message_id  TEXT NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL,
    code        INTEGER NOT NULL,
    content     TEXT NOT NULL,
    send_time   INTEGER NOT NULL,
    client_message_id TEXT NOT NULL DEFAULT '',
    target_message_id TEXT NOT NULL DEFAULT '',
    reply_to    TEXT NOT NULL DEFAULT '',
    is_edited   INTEGER NOT NULL DEFAULT 0,
    is_recalled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chatroom_id, seq)
) WITHOUT ROWID;

CREATE INDEX message_client ON message (client_message_id) WHERE client_message_id <> '';

-- The seqs held, as disjoint ranges; what lies between them and is not here is a hole.
CREATE TABLE held_range (
    chatroom_id INTEGER NOT NULL,
    low_seq     INTEGER NOT NULL,
    high_seq    INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, low_seq)
) WITHOUT ROWID;

-- Edits and recalls whose target is not held yet.
CREATE TABLE pending_act (
    target_message_id TEXT NOT NULL,
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    code        INTEGER NOT NULL,
    content     TEXT NOT NULL,
    PRIMARY KEY (target_message_id, chatroom_id, seq)
) WITHOUT ROWID;

CREATE TABLE outbox (
    client_message_id TEXT PRIMARY KEY,
    position     INTEGER NOT NULL,             -- the order they were written in
    chatroom_id  INTEGER NOT NULL,
    code         INTEGER NOT NULL,
    content      TEXT NOT NULL,
    reply_to     TEXT NOT NULL DEFAULT '',
    target_message_id TEXT NOT NULL DEFAULT '',
    created_time INTEGER NOT NULL,
    failure      TEXT                          -- NULL: waits for its acknowledgement
) WITHOUT ROWID;

CREATE TABLE draft (
    chatroom_id INTEGER PRIMARY KEY,
    text        TEXT NOT NULL
);

CREATE TABLE user (
    user_id  INTEGER PRIMARY KEY,
    account  TEXT NOT NULL DEFAULT '',
    nickname TEXT NOT NULL DEFAULT ''
);
