-- What is let, once for walking in order and once by place. A row that is not live only remembers its version.
CREATE TABLE listing (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  epoch INTEGER NOT NULL,
  version INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  live INTEGER NOT NULL,
  cells TEXT NOT NULL,
  near TEXT,
  log_price REAL,
  quality INTEGER,
  x INTEGER,
  y INTEGER,
  ux REAL,
  uy REAL,
  uz REAL,
  city TEXT,
  country TEXT,
  words TEXT,
  type TEXT,
  amenities TEXT,
  guests INTEGER,
  bedrooms INTEGER,
  beds INTEGER,
  bathrooms REAL,
  pets INTEGER,
  instant INTEGER,
  policy TEXT,
  currency TEXT,
  nightly INTEGER,
  min_nights INTEGER,
  max_nights INTEGER,
  notice_days INTEGER,
  window_days INTEGER,
  arrive INTEGER,
  leave INTEGER,
  taken_from INTEGER,
  taken TEXT,
  price INTEGER,
  score INTEGER,
  stars INTEGER,
  created INTEGER,
  card TEXT,
  sale TEXT
);
CREATE INDEX listing_by_price ON listing (price, id) WHERE live = 1;
CREATE INDEX listing_by_score ON listing (score, id) WHERE live = 1;
CREATE INDEX listing_by_stars ON listing (stars, id) WHERE live = 1;
CREATE INDEX listing_by_created ON listing (created, id) WHERE live = 1;
CREATE INDEX listing_by_city ON listing (city, country) WHERE live = 1;
CREATE INDEX listing_by_country ON listing (country) WHERE live = 1;
CREATE VIRTUAL TABLE place USING rtree_i32(
  k, x0, x1, y0, y1, p0, p1, s0, s1, r0, r1,
  +id, +ux, +uy, +uz, +city, +country, +words, +type, +amenities, +guests, +bedrooms, +beds, +bathrooms, +pets,
  +instant, +policy, +currency, +nightly, +min_nights, +max_nights, +notice_days, +window_days, +arrive, +leave,
  +taken_from, +taken, +price, +score, +stars, +created, +card, +sale
);
CREATE VIRTUAL TABLE listing_text USING fts5(
  words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
);
CREATE VIRTUAL TABLE listing_term USING fts5vocab(listing_text, row);
-- How many there are in a cell of the map, in a city, in a country, and the sums and sums of squares of what they are
-- put in order by: the logarithm of the price, the score, the stars.
CREATE TABLE tally (
  key TEXT PRIMARY KEY, n INTEGER NOT NULL, p REAL NOT NULL, p2 REAL NOT NULL, s REAL NOT NULL, s2 REAL NOT NULL,
  r REAL NOT NULL, r2 REAL NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER tally_new AFTER INSERT ON listing WHEN NEW.live = 1 BEGIN
  INSERT INTO tally SELECT value, 1, NEW.log_price, NEW.log_price * NEW.log_price, NEW.score / 1e6,
      NEW.score / 1e6 * NEW.score / 1e6, NEW.stars / 1e8, NEW.stars / 1e8 * NEW.stars / 1e8
    FROM json_each(NEW.cells) WHERE true
    ON CONFLICT (key) DO UPDATE SET n = n + 1, p = p + excluded.p, p2 = p2 + excluded.p2, s = s + excluded.s,
      s2 = s2 + excluded.s2, r = r + excluded.r, r2 = r2 + excluded.r2;
END;
CREATE TRIGGER tally_moved AFTER UPDATE OF cells, log_price, score, stars ON listing
  WHEN OLD.cells <> NEW.cells OR OLD.log_price IS NOT NEW.log_price OR OLD.score IS NOT NEW.score
    OR OLD.stars IS NOT NEW.stars BEGIN
  UPDATE tally SET n = n - 1, p = p - OLD.log_price, p2 = p2 - OLD.log_price * OLD.log_price, s = s - OLD.score / 1e6,
      s2 = s2 - OLD.score / 1e6 * OLD.score / 1e6, r = r - OLD.stars / 1e8, r2 = r2 - OLD.stars / 1e8 * OLD.stars / 1e8
    WHERE key IN (SELECT value FROM json_each(OLD.cells));
  INSERT INTO tally SELECT value, 1, NEW.log_price, NEW.log_price * NEW.log_price, NEW.score / 1e6,
      NEW.score / 1e6 * NEW.score / 1e6, NEW.stars / 1e8, NEW.stars / 1e8 * NEW.stars / 1e8
    FROM json_each(NEW.cells) WHERE true
    ON CONFLICT (key) DO UPDATE SET n = n + 1, p = p + excluded.p, p2 = p2 + excluded.p2, s = s + excluded.s,
      s2 = s2 + excluded.s2, r = r + excluded.r, r2 = r2 + excluded.r2;
END;
CREATE TRIGGER tally_gone AFTER DELETE ON listing BEGIN
  UPDATE tally SET n = n - 1, p = p - OLD.log_price, p2 = p2 - OLD.log_price * OLD.log_price, s = s - OLD.score / 1e6,
      s2 = s2 - OLD.score / 1e6 * OLD.score / 1e6, r = r - OLD.stars / 1e8, r2 = r2 - OLD.stars / 1e8 * OLD.stars / 1e8
    WHERE key IN (SELECT value FROM json_each(OLD.cells));
END;
