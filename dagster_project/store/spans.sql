-- What metrics read: the daily tables once for every requested span, with the span's day and window_days.
-- A row of version '' stands for all versions; models with several versions also have a row for each.
-- Labels only count if they had arrived by the span's `known_on`, at the latest the day of the night. `on_day` and
-- `logged_version` are the day and version of the daily row itself.
CREATE SCHEMA IF NOT EXISTS span;
CREATE OR REPLACE TABLE span.window_day (day DATE, window_days INTEGER, member DATE, known_on DATE);  -- one row per day
CREATE TABLE IF NOT EXISTS span.version (model_id VARCHAR, version VARCHAR, shown VARCHAR);
CREATE OR REPLACE TABLE span.comparison (  -- which reference each reading is compared with
  model_id VARCHAR, version VARCHAR, day DATE, window_days INTEGER, ref INTEGER, labels_until DATE
);
CREATE OR REPLACE TABLE span.reference (  -- its days, or a profile; only_version: rows of this one, '' all
  ref INTEGER, model_id VARCHAR, only_version VARCHAR, start DATE, until DATE, profile VARCHAR, labels_until DATE,
  labels_by DATE
);
CREATE OR REPLACE TABLE span.estimate_reference (  -- what estimates learn from: days of a model ('') or version
  model_id VARCHAR, version VARCHAR, start DATE, until DATE, labels_by DATE,  -- NULL: its own days are not over yet
  apart BOOLEAN                            -- its own days differ from the model's
);
CREATE TABLE IF NOT EXISTS span.night (as_of DATE);

CREATE OR REPLACE VIEW span.traffic AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.traffic AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.consumer AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.consumer AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.user_sketch AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.user_sketch AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.latency_hist AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.latency_hist AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

-- What is declared about a model's requests: rules, objectives, coverage; and how fresh its events are.
CREATE OR REPLACE VIEW span.rule AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.rule AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.objective AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.objective AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.coverage AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.coverage AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.newest AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.newest AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.arrival_hist AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.arrival_hist AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.feature_hist AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.feature_hist AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.category_hist AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.category_hist AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.score_hist AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.score_hist AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version;

CREATE OR REPLACE VIEW span.label_score_hist AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.label_score_hist AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= w.known_on;

CREATE OR REPLACE VIEW span.outcome_binary AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_binary AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= w.known_on;

CREATE OR REPLACE VIEW span.outcome_regression AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_regression AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= w.known_on;

CREATE OR REPLACE VIEW span.outcome_class AS
SELECT w.day, w.window_days, v.shown AS version, t.day AS on_day, t.version AS logged_version, t.* EXCLUDE (day, version)
FROM daily.outcome_class AS t
JOIN span.window_day AS w ON w.member = t.day
JOIN span.version AS v ON v.model_id = t.model_id AND v.version = t.version
WHERE t.label_day <= w.known_on;

-- What logs contained in every span with requests: how many requests had what a figure may rest on, how many labels;
-- NULL if none.
CREATE OR REPLACE VIEW span.logged_counts AS
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(scored)::BIGINT AS scored, sum(timed)::BIGINT AS timed, sum(judged)::BIGINT AS judged, sum(arrived)::BIGINT AS arrived,
  sum(scores)::BIGINT AS scores, sum(labelled)::BIGINT AS labelled, sum(labelled_scores)::BIGINT AS labelled_scores,
  sum(likelihoods)::BIGINT AS likelihoods
FROM (
  SELECT model_id, version, segment, day, window_days, requests, scored, timed, judged, arrived FROM span.traffic
  UNION ALL BY NAME
  SELECT model_id, version, segment, day, window_days, n AS scores FROM span.score_hist
  UNION ALL BY NAME
  SELECT model_id, version, segment, day, window_days, tp + fp + fn + tn AS labelled, log_loss_n AS likelihoods
  FROM span.outcome_binary
  UNION ALL BY NAME
  SELECT model_id, version, segment, day, window_days, n AS labelled FROM span.outcome_regression
  UNION ALL BY NAME
  SELECT model_id, version, segment, day, window_days, n AS labelled, log_loss_n AS likelihoods FROM span.outcome_class
  UNION ALL BY NAME
  SELECT model_id, version, segment, day, window_days, n AS labelled_scores FROM span.label_score_hist
)
WHERE segment = ''
GROUP BY ALL
HAVING sum(requests) > 0;

-- Labelled scores of every span by label and bin; for whole models in windows of at least 7 days also by period: by
-- day, from 28 days on by week. A week is identified by its last day; its days are never needed one by one.
CREATE OR REPLACE VIEW span.label_score AS
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  label, bin, on_day,
  sum(n)::BIGINT AS n,
  sum(s1)::DOUBLE AS s1
FROM (
  SELECT * REPLACE (
    CASE WHEN window_days < 28 THEN on_day ELSE day - ((day - on_day) // 7 * 7)::INTEGER END AS on_day
  )
  FROM span.label_score_hist
)
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, label, bin),
  (model_id, version, segment, day, window_days, label, bin, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7));

-- Scores of every span beside the labelled scores of the reference days, of the model and of each of its versions, for
-- estimates without labels.
CREATE OR REPLACE VIEW span.score_estimate AS
SELECT
  'current' AS part, h.model_id, h.version, '' AS segment, '' AS feature, h.day, h.window_days, h.logged_version,
  coalesce(v.apart, false) AS apart, h.bin::INTEGER AS bin,
  sum(h.n)::BIGINT AS n, sum(h.decided)::BIGINT AS decided, 0 AS positives
FROM span.score_hist AS h
LEFT JOIN span.estimate_reference AS v ON v.model_id = h.model_id AND v.version = h.logged_version AND v.version <> ''
WHERE h.segment = '' GROUP BY ALL
UNION ALL
SELECT
  'reference', h.model_id, r.version, '', '', NULL, NULL, '', false, h.bin::INTEGER, sum(h.n)::BIGINT, 0,
  sum(CASE WHEN h.label = 1 THEN h.n ELSE 0 END)::BIGINT
FROM daily.label_score_hist AS h
JOIN span.estimate_reference AS r
  ON r.model_id = h.model_id AND h.day BETWEEN r.start AND r.until AND (r.version = '' OR r.version = h.version)
WHERE h.segment = '' AND h.label_day <= r.labels_by
  AND h.model_id IN (SELECT model_id FROM span.version)
GROUP BY ALL;

-- Predictions of every span beside the errors of the reference days by prediction, of the model and of each version.
CREATE OR REPLACE VIEW span.error_estimate AS
SELECT
  'current' AS part, h.model_id, h.version, '' AS segment, '' AS feature, h.day, h.window_days, h.logged_version,
  coalesce(v.apart, false) AS apart, h.grid_from, NULL::DOUBLE AS scale, h.bin::INTEGER AS bin,
  sum(h.n)::BIGINT AS n, 0::DOUBLE AS a, 0::DOUBLE AS aa, 0::DOUBLE AS aaaa
FROM span.feature_hist AS h
LEFT JOIN span.estimate_reference AS v ON v.model_id = h.model_id AND v.version = h.logged_version AND v.version <> ''
WHERE h.segment = '' AND h.feature = 'output:prediction' AND h.bin BETWEEN -127 AND 127 GROUP BY ALL
UNION ALL
SELECT
  'reference', h.model_id, r.version, '', '', NULL, NULL, '', false, h.grid_from, g.scale, h.bin::INTEGER,
  sum(h.n)::BIGINT, sum(h.a)::DOUBLE, sum(h.aa)::DOUBLE, sum(h.aaaa)::DOUBLE
FROM daily.error_hist AS h
JOIN ops.grid AS g ON g.model_id = h.model_id AND g.feature = 'output:prediction' AND g.from_day = h.grid_from
JOIN span.estimate_reference AS r
  ON r.model_id = h.model_id AND h.day BETWEEN r.start AND r.until AND (r.version = '' OR r.version = h.version)
WHERE h.segment = '' AND h.label_day <= r.labels_by
  AND h.model_id IN (SELECT model_id FROM span.version)
GROUP BY ALL;

-- Counts of every value of features, of any kind, including missing. Answers of the model are not features.
CREATE OR REPLACE VIEW span.feature_count AS
SELECT model_id, version, segment, feature, day, window_days, n, invalid, CASE WHEN bin = 999 THEN n ELSE 0 END AS missing
FROM span.feature_hist WHERE NOT starts_with(feature, 'output:')
UNION ALL
SELECT model_id, version, segment, feature, day, window_days, n, invalid, CASE WHEN kind = 'missing' THEN n ELSE 0 END
FROM span.category_hist WHERE NOT starts_with(feature, 'output:');

-- All histograms of features, answers and labels of a day in one shape. Categories have codes: the rank of the value,
-- 1000 other, 1001 unseen, 1002 missing. Scores are on the logit grid (kind 'score').
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
-- count on days that are old enough for all labels to have arrived.
CREATE OR REPLACE VIEW span.drift AS
SELECT
  'current' AS part, h.kind, c.ref, h.model_id, v.shown AS version, '' AS segment, h.feature, w.day, w.window_days,
  h.grid_from, h.scale, h.bin, sum(h.n)::DOUBLE AS n, sum(h.s1)::DOUBLE AS s1, sum(h.s2)::DOUBLE AS s2
FROM span.histogram AS h
JOIN span.window_day AS w ON w.member = h.day
JOIN span.version AS v ON v.model_id = h.model_id AND v.version = h.version
LEFT JOIN span.comparison AS c
  ON c.model_id = h.model_id AND c.version = v.shown AND c.day = w.day AND c.window_days = w.window_days
WHERE h.label_day IS NULL
  OR (h.label_day <= w.known_on AND h.day <= coalesce(c.labels_until, h.day))
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
  'current' AS part, 'joint' AS kind, c.ref, j.model_id, v.shown AS version, '' AS segment, '' AS feature, w.day,
  w.window_days, j.grids, j.a, j.b, sum(j.n)::DOUBLE AS n, sum(j.s)::DOUBLE AS s
FROM daily.joint AS j
JOIN span.window_day AS w ON w.member = j.day
JOIN span.version AS v ON v.model_id = j.model_id AND v.version = j.version
LEFT JOIN span.comparison AS c
  ON c.model_id = j.model_id AND c.version = v.shown AND c.day = w.day AND c.window_days = w.window_days
GROUP BY ALL
UNION ALL
SELECT
  'reference', 'joint', r.ref, j.model_id, '', '', '', NULL, NULL, j.grids, j.a, j.b, sum(j.n)::DOUBLE, sum(j.s)::DOUBLE
FROM daily.joint AS j
JOIN span.reference AS r
  ON r.model_id = j.model_id AND j.day BETWEEN r.start AND r.until
  AND (r.only_version = '' OR r.only_version = j.version)
GROUP BY ALL;
