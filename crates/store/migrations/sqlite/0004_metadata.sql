-- Level 4: the FIDO Metadata Service's list. One row at most, for all tenants.

CREATE TABLE metadata (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number      INTEGER NOT NULL, -- its serial number
    next_update INTEGER NOT NULL,
    source      TEXT NOT NULL, -- the file or URL it was fetched from
    fetched_at  INTEGER NOT NULL,
    blob        TEXT NOT NULL -- last, so that the others are read without it
) STRICT;
