-- What metrics read: the daily tables once for every span asked for, with the span's day and window_days.
-- A row of version '' stands for all versions; models with more than one version have a row of each as well.
-- Labels count only when they had come by the night's day. `on_day` and `logged_version` are the
-- day and version of the daily row itself.
CREATE SCHEMA IF NOT EXISTS span;
CREATE TABLE IF NOT EXISTS span.asked (day DATE, window_days INTEGER, member DATE);  -- one row a day of a span
CREATE TABLE IF NOT EXISTS span.version (model_id VARCHAR, version VARCHAR, shown VARCHAR);
CREATE OR REPLACE TABLE span.compared (  -- which reference each reading is held against
  model_id VARCHAR, version VARCHAR, day DATE, window_days INTEGER, ref INTEGER, labels_until DATE
);
CREATE OR REPLACE TABLE span.reference (  -- the days behind it, or a profile; only_version: rows of this one, '' all
  ref INTEGER, model_id VARCHAR, only_version VARCHAR, start DATE, until DATE, profile VARCHAR, labels_until DATE,
  labels_by DATE
);
CREATE TABLE IF NOT EXISTS span.night (as_of DATE);

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
WHERE t.label_day <= (SELECT max(as_of) FROM span.night);

CREATE OR REPLACE VIEW span.outcome_binary AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_binary AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= (SELECT max(as_of) FROM span.night);

CREATE OR REPLACE VIEW span.outcome_regression AS
SELECT a.day, a.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_regression AS t
JOIN span.asked AS a ON a.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= (SELECT max(as_of) FROM span.night);

-- Counts of every feature value, whatever its kind: missing is one of them. What a model answered is no feature.
CREATE OR REPLACE VIEW span.feature_count AS
SELECT model_id, version, segment, feature, day, window_days, n, invalid, CASE WHEN bin = 999 THEN n ELSE 0 END AS missing
FROM span.feature_hist WHERE NOT starts_with(feature, 'output:')
UNION ALL
SELECT model_id, version, segment, feature, day, window_days, n, invalid, CASE WHEN kind = 'missing' THEN n ELSE 0 END
FROM span.category_hist WHERE NOT starts_with(feature, 'output:');

-- Every histogram of features, answers and labels of a day in one shape. Categories have codes: the rank of the
-- value, 1000 other, 1001 unseen, 1002 missing. Scores stand on the logit grid (kind 'score').
CREATE OR REPLACE VIEW span.class_code AS
SELECT model_id, value, least(row_number() OVER (PARTITION BY model_id ORDER BY value) - 1, 1000)::INTEGER AS code
FROM (SELECT DISTINCT model_id, value FROM daily.label_hist WHERE value IS NOT NULL);
CREATE OR REPLACE VIEW span.histogram AS
SELECT
  'number' AS kind, h.model_id, h.version, h.feature, h.day, NULL::DATE AS label_day, h.grid_from, g.scale,
  h.bin::INTEGER AS bin, h.n, h.s1, h.s2
FROM daily.feature_hist AS h
LEFT JOIN ops.grid AS g ON g.model_id = h.model_id AND g.feature = h.feature AND g.from_day = h.grid_from
WHERE h.segment = ''
UNION ALL
SELECT
  'category', h.model_id, h.version, h.feature, h.day, NULL, NULL, NULL,
  CASE h.kind WHEN 'value' THEN c.rank WHEN 'other' THEN 1000 WHEN 'unseen' THEN 1001 ELSE 1002 END, h.n, 0, 0
FROM daily.category_hist AS h
LEFT JOIN ops.category AS c ON c.model_id = h.model_id AND c.feature = h.feature AND c.value = h.value
WHERE h.segment = ''
UNION ALL
SELECT 'score', model_id, version, 'output:score', day, NULL, NULL, NULL, bin, n, s1, 0
FROM daily.score_hist WHERE segment = ''
UNION ALL
SELECT 'number', h.model_id, h.version, 'output:label', h.day, h.label_day, h.grid_from, g.scale, h.bin, h.n, h.s1, h.s2
FROM daily.label_hist AS h
LEFT JOIN ops.grid AS g
  ON g.model_id = h.model_id AND g.feature = 'output:prediction' AND g.from_day = h.grid_from
WHERE h.segment = '' AND h.bin IS NOT NULL
UNION ALL
SELECT 'category', h.model_id, h.version, 'output:label', h.day, h.label_day, NULL, NULL, coalesce(c.code, 1000), h.n, 0, 0
FROM daily.label_hist AS h LEFT JOIN span.class_code AS c ON c.model_id = h.model_id AND c.value = h.value
WHERE h.segment = '' AND h.bin IS NULL
UNION ALL
SELECT 'category', model_id, version, 'output:label', day, label_day, NULL, NULL, u.code, u.n, 0, 0
FROM daily.outcome_binary, unnest([{'code': 0, 'n': fp + tn}, {'code': 1, 'n': tp + fn}]) AS t (u)
WHERE segment = '' AND u.n > 0;

-- Both sides of every comparison: part 'current' by span, part 'reference' by the number of the reference. Labels
-- count on days that are old enough for all of them to have come.
CREATE OR REPLACE VIEW span.drift AS
SELECT
  'current' AS part, h.kind, c.ref, h.model_id, v.shown AS version, '' AS segment, h.feature, a.day, a.window_days,
  h.grid_from, h.scale, h.bin, sum(h.n)::DOUBLE AS n, sum(h.s1)::DOUBLE AS s1, sum(h.s2)::DOUBLE AS s2
FROM span.histogram AS h
JOIN span.asked AS a ON a.member = h.day
JOIN span.version AS v ON v.model_id = h.model_id AND v.version = h.version
LEFT JOIN span.compared AS c
  ON c.model_id = h.model_id AND c.version = v.shown AND c.day = a.day AND c.window_days = a.window_days
WHERE h.label_day IS NULL
  OR (h.label_day <= (SELECT max(as_of) FROM span.night) AND h.day <= coalesce(c.labels_until, h.day))
GROUP BY ALL
UNION ALL
SELECT
  'reference', h.kind, r.ref, h.model_id, '', '', h.feature, NULL, NULL, h.grid_from, h.scale, h.bin,
  sum(h.n)::DOUBLE, sum(h.s1)::DOUBLE, sum(h.s2)::DOUBLE
FROM span.histogram AS h
JOIN span.reference AS r
  ON r.model_id = h.model_id AND h.day BETWEEN r.start AND r.until AND (r.only_version = '' OR r.only_version = h.version)
WHERE h.label_day IS NULL OR (h.label_day <= r.labels_by AND h.day <= r.labels_until)
GROUP BY ALL
UNION ALL
SELECT
  'reference', p.kind, r.ref, p.model_id, '', '', p.feature, NULL, NULL, p.grid_from, NULL,
  CASE WHEN p.kind <> 'category' THEN p.bin WHEN p.value IS NULL THEN 1002 ELSE coalesce(c.rank, l.code, CASE p.value WHEN 'negative' THEN 0 WHEN 'positive' THEN 1 END, 1000) END,
  sum(p.n), sum(p.s1), sum(p.s2)
FROM catalog.profile AS p
JOIN span.reference AS r ON r.model_id = p.model_id AND r.profile = p.profile
LEFT JOIN ops.category AS c ON c.model_id = p.model_id AND c.feature = p.feature AND c.value = p.value
LEFT JOIN span.class_code AS l ON p.feature = 'output:label' AND l.model_id = p.model_id AND l.value = p.value
GROUP BY ALL;

-- The same for the sums of numeric features together.
CREATE OR REPLACE VIEW span.joint AS
SELECT
  'current' AS part, 'joint' AS kind, c.ref, j.model_id, v.shown AS version, '' AS segment, '' AS feature, a.day,
  a.window_days, j.grids, j.a, j.b, sum(j.n)::DOUBLE AS n, sum(j.s)::DOUBLE AS s
FROM daily.joint AS j
JOIN span.asked AS a ON a.member = j.day
JOIN span.version AS v ON v.model_id = j.model_id AND v.version = j.version
LEFT JOIN span.compared AS c
  ON c.model_id = j.model_id AND c.version = v.shown AND c.day = a.day AND c.window_days = a.window_days
GROUP BY ALL
UNION ALL
SELECT
  'reference', 'joint', r.ref, j.model_id, '', '', '', NULL, NULL, j.grids, j.a, j.b, sum(j.n)::DOUBLE, sum(j.s)::DOUBLE
FROM daily.joint AS j
JOIN span.reference AS r
  ON r.model_id = j.model_id AND j.day BETWEEN r.start AND r.until
  AND (r.only_version = '' OR r.only_version = j.version)
GROUP BY ALL;
