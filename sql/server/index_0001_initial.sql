-- FreeIM server, index.sqlite: what can be made again from the log at any time.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

-- Words of the messages; rowid is message.id. `chat` holds the one word c<chatroom_id>.
CREATE VIRTUAL TABLE words USING fts5 (chat, text, content = '', tokenize = 'ascii');

CREATE TABLE indexed (                         -- what stands in `words`, to take it out again
    message_id  INTEGER PRIMARY KEY,
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    text        TEXT NOT NULL
);
CREATE INDEX indexed_place ON indexed (chatroom_id, seq);

CREATE TABLE media_use (                       -- messages that show a stored file
    name        TEXT NOT NULL,
    chatroom_id INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (name, chatroom_id, seq)
) WITHOUT ROWID;
CREATE INDEX media_use_place ON media_use (chatroom_id, seq);
