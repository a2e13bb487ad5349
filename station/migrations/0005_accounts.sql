-- Who may do what in the portal, and who did. Times are Unix milliseconds.

-- Monitoring stations (监测站). The list is open; ord is the notice's order,
-- which is no ranking.
CREATE TABLE station (
    id      INTEGER PRIMARY KEY,
    ord     INTEGER NOT NULL,
    name    TEXT    NOT NULL UNIQUE,
    kind    TEXT    NOT NULL CHECK (kind IN ('platform', 'association', 'laboratory')),
    status  TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'warned', 'exited')),
    version INTEGER NOT NULL DEFAULT 1
);
INSERT INTO station (ord, name, kind) VALUES
    (1, '上海市质量监督检验技术研究院', 'laboratory'),
    (2, '上海海关机电产品检测技术中心', 'laboratory'),
    (3, '上海市食品接触材料协会', 'association'),
    (4, '上海市环境保护工业行业协会（空气净化器行业联盟）', 'association'),
    (5, '上海市室内净化行业协会', 'association'),
    (6, '上海市家电电器行业协会', 'association'),
    (7, '上海市化学建材行业协会', 'association'),
    (8, '上海电线电缆行业协会', 'association'),
    (9, '上海市润滑油品行业协会', 'association'),
    (10, '上海寻梦信息技术有限公司（拼多多）', 'platform');

-- What holds for the installation: home, the station that its reviews belong to.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE account (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE, -- what is typed to log in
    person   TEXT    NOT NULL,        -- what others see
    roles    TEXT    NOT NULL,        -- comma-separated
    station  INTEGER REFERENCES station, -- NULL for centre, bureau, administrator
    password TEXT    NOT NULL DEFAULT '', -- argon2id, PHC format; '' until it is set
    totp     BLOB             DEFAULT NULL, -- shared secret; NULL while it is off
    counter  INTEGER NOT NULL DEFAULT 0,  -- last TOTP step that was used
    disabled INTEGER NOT NULL DEFAULT 0,
    created  INTEGER NOT NULL,
    version  INTEGER NOT NULL DEFAULT 1
);

-- One-time links with which a person sets a password. account is NULL for the
-- first start, where there is nobody yet.
CREATE TABLE invite (
    hash    BLOB    PRIMARY KEY, -- sha256 of the token
    account INTEGER REFERENCES account,
    expires INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
    hash    BLOB    PRIMARY KEY, -- sha256 of the cookie
    account INTEGER NOT NULL REFERENCES account,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

-- Failed attempts by name, whether or not an account has it, so that a lock
-- does not tell which names exist.
CREATE TABLE attempt (
    name     TEXT    PRIMARY KEY,
    failures INTEGER NOT NULL,
    last     INTEGER NOT NULL
) WITHOUT ROWID;

-- Forms whose session had expired, kept until their sender has logged in.
CREATE TABLE parked (
    hash    BLOB    PRIMARY KEY,
    path    TEXT    NOT NULL,
    body    TEXT    NOT NULL, -- url-encoded
    expires INTEGER NOT NULL
) WITHOUT ROWID;

-- Every change and every export, append-only. hash chains each entry to the
-- one before; see audit.go.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    station INTEGER NOT NULL, -- 0 for none
    action  TEXT    NOT NULL,
    object  TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    hash    TEXT    NOT NULL
);
CREATE TRIGGER audit_is_immutable BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log does not change'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is kept'); END;
