-- What metrics read: the daily tables once for every span asked for, with the span's day and window_days.
-- A row of version '' stands for all versions; models with more than one version have a row of each as well.
-- Labels count only when they had come by the span's `known_on`, the night's day at the latest. `on_day` and
-- `logged_version` are the day and version of the daily row itself.
CREATE SCHEMA IF NOT EXISTS span;
CREATE OR REPLACE TABLE span.asked (day DATE, window_days INTEGER, member DATE, known_on DATE);  -- one row a day
CREATE TABLE IF NOT EXISTS span.version (model_id VARCHAR, version VARCHAR, shown VARCHAR);
CREATE TABLE IF NOT EXISTS span.reference (model_id VARCHAR, start DATE, until DATE);

CREATE OR REPLACE VIEW span.traffic AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.traffic AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.consumer AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.consumer AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.user_sketch AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.user_sketch AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.latency_hist AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.latency_hist AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.feature_hist AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.feature_hist AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.category_hist AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.category_hist AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.score_hist AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.score_hist AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.label_score_hist AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.label_score_hist AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= a.known_on;

CREATE OR REPLACE VIEW span.outcome_binary AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_binary AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= a.known_on;

CREATE OR REPLACE VIEW span.outcome_regression AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_regression AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= a.known_on;

-- Counts of every feature value, whatever its kind: missing is one of them.
CREATE OR REPLACE VIEW span.feature_count AS
SELECT model_id, version, segment, feature, day, window_days, n, invalid, CASE WHEN bin = 999 THEN n ELSE 0 END AS missing
FROM span.feature_hist
UNION ALL
SELECT model_id, version, segment, feature, day, window_days, n, invalid, CASE WHEN kind = 'missing' THEN n ELSE 0 END
FROM span.category_hist;

-- Both sides of every comparison with the reference days: part 'current' by span, part 'reference' by feature.
-- Categories have codes: the rank of the value, 1000 other, 1001 unseen, 1002 missing.
CREATE OR REPLACE VIEW span.drift AS
WITH category AS (
  SELECT h.*, CASE h.kind WHEN 'value' THEN c.rank WHEN 'other' THEN 1000 WHEN 'unseen' THEN 1001 ELSE 1002 END AS code
  FROM daily.category_hist AS h
  LEFT JOIN ops.category AS c ON c.model_id = h.model_id AND c.feature = h.feature AND c.value = h.value
  WHERE h.segment = ''
)
SELECT
  'current' AS part, 'number' AS kind, model_id, version, '' AS segment, feature, day, window_days, grid_from,
  bin::INTEGER AS bin, sum(n)::BIGINT AS n, sum(s1)::DOUBLE AS s1, sum(s2)::DOUBLE AS s2
FROM span.feature_hist WHERE segment = '' GROUP BY ALL
UNION ALL
SELECT
  'reference', 'number', h.model_id, '', '', h.feature, NULL, NULL, h.grid_from, h.bin::INTEGER,
  sum(h.n)::BIGINT, sum(h.s1)::DOUBLE, sum(h.s2)::DOUBLE
FROM daily.feature_hist AS h
JOIN span.reference AS r ON r.model_id = h.model_id AND h.day BETWEEN r.start AND r.until
WHERE h.segment = '' AND h.model_id IN (SELECT model_id FROM span.version) GROUP BY ALL
UNION ALL
SELECT
  'current', 'category', h.model_id, v.shown, '', h.feature, a.day, a.window_days, NULL, h.code, sum(h.n)::BIGINT, 0, 0
FROM category AS h
JOIN span.asked AS a ON a.member = h.day
JOIN span.version AS v ON v.model_id = h.model_id AND v.version = h.version
GROUP BY ALL
UNION ALL
SELECT
  'reference', 'category', h.model_id, '', '', h.feature, NULL, NULL, NULL, h.code, sum(h.n)::BIGINT, 0, 0
FROM category AS h
JOIN span.reference AS r ON r.model_id = h.model_id AND h.day BETWEEN r.start AND r.until
WHERE h.model_id IN (SELECT model_id FROM span.version) GROUP BY ALL;
