-- FreeIM server, index.sqlite: what can be made again from the log at any time.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

-- Each message that search finds, with the text that is in the index now (its newest edit's).
CREATE TABLE search_doc (
    message_row INTEGER PRIMARY KEY,           -- message.id of freeim.sqlite: newest is highest
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    stamp       INTEGER NOT NULL,              -- MessageID.stamp
    text        TEXT NOT NULL
);
CREATE INDEX search_doc_stamp ON search_doc (chatroom_id, stamp);

-- The words are cut out by the program (SearchText); rowid is message_row.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 8);

CREATE TABLE media_use (                       -- messages that show a stored file
    name        TEXT NOT NULL,
    message_row INTEGER NOT NULL,
    chatroom_id INTEGER NOT NULL,
    stamp       INTEGER NOT NULL,
    PRIMARY KEY (name, message_row)
) WITHOUT ROWID;
CREATE INDEX media_use_stamp ON media_use (chatroom_id, stamp);
