// The tables of site.db, version by version: each entry brings a database from the version before to its own.

/** `1SEC`, in the header of the file: this SQLite database is a site database. */
export const APPLICATION_ID = 0x31534543;

const VERSION_1 = `
  -- What was analysed. The identity is a hash over the frames, so that a copy, or a compressed one, is the same capture.
  CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    frames INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    damage_offset INTEGER,
    damage_message TEXT
  ) STRICT;

  CREATE TABLE assets (
    id TEXT PRIMARY KEY,
    segment TEXT NOT NULL,
    unit INTEGER,
    sort_key TEXT NOT NULL,
    role TEXT,
    level INTEGER,
    vendor TEXT,
    model TEXT,
    firmware TEXT,
    serial TEXT,
    name TEXT,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX assets_in_order ON assets (segment, sort_key, unit, id);

  CREATE TABLE asset_addresses (
    asset TEXT NOT NULL REFERENCES assets (id),
    kind TEXT NOT NULL CHECK (kind IN ('ip', 'mac')),
    address TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    PRIMARY KEY (asset, kind, address)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE asset_protocols (
    asset TEXT NOT NULL REFERENCES assets (id),
    protocol TEXT NOT NULL,
    PRIMARY KEY (asset, protocol)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE asset_evidence (
    asset TEXT NOT NULL REFERENCES assets (id),
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    trust REAL NOT NULL,
    time_us INTEGER NOT NULL,
    capture INTEGER REFERENCES captures (id),
    frame INTEGER,
    PRIMARY KEY (asset, attribute, value, source)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    segment TEXT NOT NULL,
    address TEXT NOT NULL,
    asset TEXT,
    UNIQUE (segment, address)
  ) STRICT;
  CREATE INDEX hosts_by_address ON hosts (address);

  -- One row for a conversation, however many captures hold it or a part of it: of the same parties and ports, no two
  -- rows overlap in time.
  CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    client INTEGER NOT NULL REFERENCES hosts (id),
    server INTEGER NOT NULL REFERENCES hosts (id),
    transport TEXT NOT NULL,
    client_port INTEGER NOT NULL,
    server_port INTEGER NOT NULL,
    protocol TEXT,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    client_packets INTEGER NOT NULL,
    server_packets INTEGER NOT NULL,
    client_bytes INTEGER NOT NULL,
    server_bytes INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    is_seen_from_start INTEGER NOT NULL,
    is_answered INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX conversations_by_parties
    ON conversations (client, server, transport, client_port, server_port, first_us, last_us);
  CREATE INDEX conversations_by_server ON conversations (server);
  CREATE INDEX conversations_in_order ON conversations (first_us, id);

  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    module TEXT NOT NULL,
    -- 0 for info to 4 for critical.
    severity INTEGER NOT NULL,
    title TEXT NOT NULL,
    explanation TEXT NOT NULL,
    advice TEXT NOT NULL,
    subject_asset TEXT NOT NULL,
    subject_segment TEXT NOT NULL,
    subject_ip TEXT,
    subject_mac TEXT,
    subject_port INTEGER,
    subject_unit INTEGER,
    peer_asset TEXT,
    peer_segment TEXT,
    peer_ip TEXT,
    peer_mac TEXT,
    peer_port INTEGER,
    peer_unit INTEGER,
    object TEXT NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    count INTEGER NOT NULL,
    techniques TEXT NOT NULL,
    frames_omitted INTEGER NOT NULL,
    incident TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alerts_in_order ON alerts (severity DESC, first_us, kind, id);

  CREATE TABLE alert_frames (
    alert TEXT NOT NULL REFERENCES alerts (id),
    position INTEGER NOT NULL,
    capture INTEGER NOT NULL REFERENCES captures (id),
    frame INTEGER NOT NULL,
    PRIMARY KEY (alert, position)
  ) STRICT, WITHOUT ROWID;

  -- What is usual at the site: one document, or none.
  CREATE TABLE baseline (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    document TEXT NOT NULL
  ) STRICT;
`;

const VERSION_2 = `
  -- Ids that were given to parts of a device before it was known that they are one.
  CREATE TABLE asset_aliases (
    alias TEXT PRIMARY KEY,
    asset TEXT NOT NULL REFERENCES assets (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX asset_aliases_by_asset ON asset_aliases (asset);
`;

const VERSION_3 = `
  -- What operators did, in the order in which they did it: the state of every alert follows from it. Times are those of the
  -- machine's clock.
  CREATE TABLE operator_actions (
    id INTEGER PRIMARY KEY,
    time_us INTEGER NOT NULL,
    operator TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('acknowledge', 'normal', 'close', 'undo')),
    alert TEXT NOT NULL REFERENCES alerts (id),
    -- How often the alert had happened by then.
    alert_count INTEGER NOT NULL,
    scope TEXT CHECK (scope IN ('exact', 'pair', 'device')),
    reason TEXT NOT NULL,
    undoes INTEGER UNIQUE REFERENCES operator_actions (id)
  ) STRICT;
  CREATE TRIGGER operator_actions_are_kept BEFORE DELETE ON operator_actions
    BEGIN SELECT RAISE(ABORT, 'what operators did is kept'); END;
  CREATE TRIGGER operator_actions_stay BEFORE UPDATE ON operator_actions
    BEGIN SELECT RAISE(ABORT, 'what operators did is not rewritten'); END;
`;

const VERSION_4 = `
  -- Which writing an alert was last changed by: pages that stay open read only what is newer.
  ALTER TABLE alerts ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX alerts_by_revision ON alerts (revision);
  -- Who talks to whom over what is counted from this index alone.
  DROP INDEX conversations_by_parties;
  CREATE INDEX conversations_by_parties ON conversations
    (client, server, transport, client_port, server_port, first_us, last_us, protocol);
  CREATE INDEX hosts_by_asset ON hosts (asset);

  -- Who asked whom for what, and what came of it: one row for all that is alike. What was written is told object by
  -- object, what was read as the range of all.
  CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    client INTEGER NOT NULL REFERENCES hosts (id),
    server INTEGER NOT NULL REFERENCES hosts (id),
    -- -1 where the protocol has none.
    unit INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    verb TEXT NOT NULL,
    function TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'refused', 'unanswered')),
    space TEXT NOT NULL,
    -- Name or number of the object; empty where a range was read.
    object TEXT NOT NULL,
    first INTEGER,
    last INTEGER,
    -- 0 read, 1 read and write, 2 engineering.
    access INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    capture INTEGER REFERENCES captures (id),
    frame INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX operations_by_what
    ON operations (client, server, unit, protocol, verb, function, outcome, space, object);
  CREATE INDEX operations_by_server ON operations (server);
  CREATE INDEX operations_in_order ON operations (access DESC, last_us DESC, id);

  -- Points of devices: what was read and written there, within which range.
  CREATE TABLE points (
    server INTEGER NOT NULL REFERENCES hosts (id),
    unit INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    space TEXT NOT NULL,
    first INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    reads INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    last REAL,
    minimum REAL,
    maximum REAL,
    step REAL,
    last_us INTEGER NOT NULL,
    PRIMARY KEY (server, unit, protocol, space, first)
  ) STRICT, WITHOUT ROWID;

  -- What happened to the firmware of devices, and what was thought of it.
  CREATE TABLE firmware (
    id INTEGER PRIMARY KEY,
    asset TEXT NOT NULL,
    time_us INTEGER NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('reported', 'sent')),
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    kind TEXT NOT NULL,
    verdicts TEXT NOT NULL,
    capture INTEGER REFERENCES captures (id),
    frame INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX firmware_once ON firmware (asset, time_us, what, version, source, sha256, name);

  -- Who logged in where, and whether it was let in. Users are masked; never a secret.
  CREATE TABLE logins (
    id INTEGER PRIMARY KEY,
    client INTEGER NOT NULL REFERENCES hosts (id),
    server INTEGER NOT NULL REFERENCES hosts (id),
    protocol TEXT NOT NULL,
    mechanism TEXT NOT NULL,
    user TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused', 'unknown')),
    count INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    capture INTEGER REFERENCES captures (id),
    frame INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX logins_by_what ON logins (client, server, protocol, mechanism, user, outcome);
  CREATE INDEX logins_by_server ON logins (server);
`;

const VERSION_5 = `
  -- What people did beside what they did with alerts: sessions, uploads, settings, tokens. Times are those of the machine's
  -- clock.
  CREATE TABLE operator_log (
    id INTEGER PRIMARY KEY,
    time_us INTEGER NOT NULL,
    operator TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER operator_log_is_kept BEFORE DELETE ON operator_log
    BEGIN SELECT RAISE(ABORT, 'what operators did is kept'); END;
  CREATE TRIGGER operator_log_stays BEFORE UPDATE ON operator_log
    BEGIN SELECT RAISE(ABORT, 'what operators did is not rewritten'); END;
`;

const VERSION_6 = `
  -- How the value of a point went: {"startUs", "widthUs", "least": […], "most": […]}; of what was seen last.
  ALTER TABLE points ADD COLUMN course TEXT;
`;

/** MIGRATIONS[n] makes version n + 1 out of version n. */
export const MIGRATIONS: readonly string[] = [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6];
