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
  published INTEGER,
  card TEXT,
  sale TEXT
);
-- The orders of all, of a town's and of a country's.
CREATE INDEX listing_by_price ON listing (price, id) WHERE live = 1;
CREATE INDEX listing_by_score ON listing (score, id) WHERE live = 1;
CREATE INDEX listing_by_stars ON listing (stars, id) WHERE live = 1;
CREATE INDEX listing_by_published ON listing (published, id) WHERE live = 1;
CREATE INDEX listing_by_city_price ON listing (city, price, id) WHERE live = 1;
CREATE INDEX listing_by_city_score ON listing (city, score, id) WHERE live = 1;
CREATE INDEX listing_by_city_stars ON listing (city, stars, id) WHERE live = 1;
CREATE INDEX listing_by_city_published ON listing (city, published, id) WHERE live = 1;
CREATE INDEX listing_by_country_price ON listing (country, price, id) WHERE live = 1;
CREATE INDEX listing_by_country_score ON listing (country, score, id) WHERE live = 1;
CREATE INDEX listing_by_country_stars ON listing (country, stars, id) WHERE live = 1;
CREATE INDEX listing_by_country_published ON listing (country, published, id) WHERE live = 1;
-- By place, slices of the orders among the dimensions; what a search needs of a row is beside them.
CREATE VIRTUAL TABLE place USING rtree_i32(
  k, x0, x1, y0, y1, p0, p1, s0, s1, r0, r1,
  +id, +ux, +uy, +uz, +city, +country, +words, +type, +amenities, +guests, +bedrooms, +beds, +bathrooms, +pets,
  +instant, +policy, +currency, +nightly, +min_nights, +max_nights, +notice_days, +window_days, +arrive, +leave,
  +taken_from, +taken, +price, +score, +stars, +published, +card, +sale
);
-- By words; what is not a word it has from `listing`.
CREATE VIRTUAL TABLE listing_text USING fts5(
  words, id UNINDEXED, x UNINDEXED, y UNINDEXED, ux UNINDEXED, uy UNINDEXED, uz UNINDEXED, city UNINDEXED, country UNINDEXED,
  type UNINDEXED, amenities UNINDEXED, guests UNINDEXED, bedrooms UNINDEXED, beds UNINDEXED, bathrooms UNINDEXED,
  pets UNINDEXED, instant UNINDEXED, policy UNINDEXED, currency UNINDEXED, nightly UNINDEXED,
  min_nights UNINDEXED, max_nights UNINDEXED, notice_days UNINDEXED, window_days UNINDEXED, arrive UNINDEXED,
  leave UNINDEXED, taken_from UNINDEXED, taken UNINDEXED, price UNINDEXED, score UNINDEXED, stars UNINDEXED,
  published UNINDEXED, card UNINDEXED, sale UNINDEXED,
  content = 'listing', content_rowid = 'n', tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
);
CREATE VIRTUAL TABLE listing_term USING fts5vocab(listing_text, row);
-- A place's row as the tree has it.
CREATE VIEW placed AS SELECT
  n, x, x, y, y, CAST(log_price * 40000000 AS INTEGER), CAST(log_price * 40000000 AS INTEGER), score, score,
  stars, stars, id, ux, uy, uz, city, country, words, type, amenities, guests, bedrooms, beds, bathrooms, pets,
  instant, policy, currency, nightly, min_nights, max_nights, notice_days, window_days, arrive, leave,
  taken_from, taken, price, score, stars, published, card, sale
  FROM listing WHERE live = 1;
-- Both are kept by these alone.
CREATE TRIGGER place_new AFTER INSERT ON listing BEGIN
  INSERT INTO place SELECT * FROM placed WHERE n = NEW.n;
END;
CREATE TRIGGER place_moved AFTER UPDATE ON listing BEGIN
  DELETE FROM place WHERE k = OLD.n;
  INSERT INTO place SELECT * FROM placed WHERE n = NEW.n;
END;
CREATE TRIGGER place_gone AFTER DELETE ON listing BEGIN
  DELETE FROM place WHERE k = OLD.n;
END;
CREATE TRIGGER text_new AFTER INSERT ON listing WHEN NEW.words IS NOT NULL BEGIN
  INSERT INTO listing_text (rowid, words) VALUES (NEW.n, NEW.words);
END;
CREATE TRIGGER text_moved AFTER UPDATE OF words ON listing WHEN OLD.words IS NOT NEW.words BEGIN
  INSERT INTO listing_text (listing_text, rowid, words) SELECT 'delete', OLD.n, OLD.words WHERE OLD.words IS NOT NULL;
  INSERT INTO listing_text (rowid, words) SELECT NEW.n, NEW.words WHERE NEW.words IS NOT NULL;
END;
CREATE TRIGGER text_gone AFTER DELETE ON listing WHEN OLD.words IS NOT NULL BEGIN
  INSERT INTO listing_text (listing_text, rowid, words) VALUES ('delete', OLD.n, OLD.words);
END;
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
CREATE TRIGGER tally_changed AFTER UPDATE OF log_price, score, stars ON listing
  WHEN OLD.cells = NEW.cells AND (OLD.log_price IS NOT NEW.log_price OR OLD.score IS NOT NEW.score
    OR OLD.stars IS NOT NEW.stars) BEGIN
  UPDATE tally SET p = p - OLD.log_price + NEW.log_price,
      p2 = p2 - OLD.log_price * OLD.log_price + NEW.log_price * NEW.log_price,
      s = s - OLD.score / 1e6 + NEW.score / 1e6,
      s2 = s2 - OLD.score / 1e6 * OLD.score / 1e6 + NEW.score / 1e6 * NEW.score / 1e6,
      r = r - OLD.stars / 1e8 + NEW.stars / 1e8,
      r2 = r2 - OLD.stars / 1e8 * OLD.stars / 1e8 + NEW.stars / 1e8 * NEW.stars / 1e8
    WHERE key IN (SELECT value FROM json_each(NEW.cells));
END;
CREATE TRIGGER tally_moved AFTER UPDATE OF cells ON listing WHEN OLD.cells <> NEW.cells BEGIN
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
