-- Messages to be sent, one row a channel. Unix milliseconds, 0 for none.
CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY,
    key      TEXT    NOT NULL, -- what the message is about; sent once a channel
    channel  TEXT    NOT NULL,
    event    TEXT    NOT NULL, -- urgent, report, reminder, failure, test
    subject  TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL, -- not before
    claimed  INTEGER NOT NULL DEFAULT 0, -- when the attempt that runs began
    sent     INTEGER NOT NULL DEFAULT 0,
    stopped  INTEGER NOT NULL DEFAULT 0, -- given up, or not known whether it arrived
    error    TEXT    NOT NULL DEFAULT '',
    UNIQUE (key, channel)
);
CREATE INDEX outbox_due ON outbox (due) WHERE sent = 0 AND stopped = 0;
