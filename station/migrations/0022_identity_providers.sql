-- Who of an identity provider an account belongs to. The subject is the
-- provider's own key of a person, which it gives to nobody else; names and
-- addresses of mail are handed on, so they only say whose account it is the
-- first time. An account belongs to one person of a provider.
CREATE TABLE identity (
    issuer  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    linked  INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, account)
) WITHOUT ROWID;
CREATE INDEX identity_account ON identity (account);
