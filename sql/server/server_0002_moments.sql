-- FreeIM server, schema 2: moments, and devices whose tokens were revoked.

CREATE TABLE moment (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: cursors and links hold
    user_id      INTEGER NOT NULL,
    client_id    TEXT,                         -- the author's key for a retry; NULL: none
    text         TEXT NOT NULL DEFAULT '',
    images       TEXT NOT NULL DEFAULT '[]',   -- JSON, at most nine /media URLs
    video        TEXT NOT NULL DEFAULT '',
    cover        TEXT NOT NULL DEFAULT '',
    visibility   INTEGER NOT NULL,             -- 0 public, 1 friends, 2 the users in moment_viewer
    created_time INTEGER NOT NULL
);
CREATE INDEX moment_user ON moment (user_id, id);
CREATE INDEX moment_user_visibility ON moment (user_id, visibility, id);
CREATE INDEX moment_visibility ON moment (visibility, id);
CREATE UNIQUE INDEX moment_client ON moment (user_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE moment_viewer (
    user_id   INTEGER NOT NULL,
    moment_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, moment_id)
) WITHOUT ROWID;
CREATE INDEX moment_viewer_moment ON moment_viewer (moment_id);

CREATE TABLE moment_like (
    moment_id    INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (moment_id, user_id)
) WITHOUT ROWID;

CREATE TABLE moment_comment (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    moment_id    INTEGER NOT NULL,
    user_id      INTEGER NOT NULL,
    client_id    TEXT,                         -- as in moment
    reply_to     INTEGER NOT NULL DEFAULT 0,   -- a comment of the same moment; 0: none
    text         TEXT NOT NULL,
    created_time INTEGER NOT NULL
);
CREATE INDEX moment_comment_moment ON moment_comment (moment_id, id);
CREATE UNIQUE INDEX moment_comment_client ON moment_comment (user_id, client_id)
    WHERE client_id IS NOT NULL;

-- Tokens of no device in particular that were issued up to then do not open this device any more.
ALTER TABLE device ADD COLUMN revoked_time INTEGER NOT NULL DEFAULT 0;
