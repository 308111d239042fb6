-- FreeIM client cache, schema 2: full text, mentions, reactions, pins, input history, members.

-- User IDs with commas between them; -1 means everyone.
ALTER TABLE message ADD COLUMN mentions TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN mentions TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN edit_of TEXT NOT NULL DEFAULT '';

-- 1: unread leaves it out, for nobody else wrote it or it was recalled. Counted in the index alone.
ALTER TABLE message ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0;
UPDATE message SET is_silent = 1 WHERE code >= 8 OR is_recalled = 1
    OR user_id = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'user_id');
CREATE INDEX message_silent ON message (chatroom_id, seq, is_silent) WHERE is_silent = 1;
CREATE INDEX message_file ON message (chatroom_id, seq)
    WHERE code IN (2, 4, 5, 6) AND is_recalled = 0;

-- Who is named in which message that is held and not recalled.
CREATE TABLE mention (
    chatroom_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,              -- -1: everyone
    seq         INTEGER NOT NULL,
    author_id   INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, user_id, seq)
) WITHOUT ROWID;

-- Each member's newest reaction to a message, whether that is held or not; '' took it back.
CREATE TABLE reaction (
    chatroom_id INTEGER NOT NULL,
    target_message_id TEXT NOT NULL,
    user_id     INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    emoji       TEXT NOT NULL,
    PRIMARY KEY (chatroom_id, target_message_id, user_id)
) WITHOUT ROWID;

-- Who wrote where.
CREATE TABLE author (
    chatroom_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, user_id)
) WITHOUT ROWID;

INSERT OR IGNORE INTO author SELECT chatroom_id, user_id FROM message WHERE code < 8;

CREATE TABLE pin (
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (chatroom_id, seq)
) WITHOUT ROWID;

CREATE TABLE input_line (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);

CREATE TABLE member (
    chatroom_id INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    role        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (chatroom_id, user_id)
) WITHOUT ROWID;

-- The full-text index. A doc_id grows with the time of its message, so that the newest come
-- first without sorting; the words are cut out by the program (SearchText).
CREATE TABLE search_doc (
    doc_id      INTEGER PRIMARY KEY,
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL
);

CREATE VIRTUAL TABLE search_index USING fts5 (
    words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
-- Merges more at a time, and so writes less, than the 4 it begins with.
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 8);

INSERT INTO reaction (chatroom_id, target_message_id, user_id, seq, emoji)
    SELECT chatroom_id, target_message_id, user_id, seq, content FROM message
    WHERE code = 22 AND target_message_id <> '' AND length(CAST(content AS BLOB)) <= 64
    ORDER BY chatroom_id, seq
    ON CONFLICT DO UPDATE SET seq = excluded.seq, emoji = excluded.emoji;
