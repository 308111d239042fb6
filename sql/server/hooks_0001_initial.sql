-- FreeIM server, hooks.sqlite: calls to webhooks that wait, and how far the log was looked at.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

CREATE TABLE hook_call (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,                -- 'push' or 'bot'
    user_id      INTEGER NOT NULL,             -- whom it concerns
    url          TEXT NOT NULL,
    body         BLOB NOT NULL,                -- JSON
    attempts     INTEGER NOT NULL DEFAULT 0,
    created_time INTEGER NOT NULL,
    due_time     INTEGER NOT NULL,
    is_dead      INTEGER NOT NULL DEFAULT 0,   -- 1: given up; kept for the operator
    last_error   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX hook_call_due ON hook_call (is_dead, due_time, id);
CREATE INDEX hook_call_user ON hook_call (kind, user_id, is_dead, id);
