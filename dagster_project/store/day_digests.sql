-- What the readings of a day rest on: its summaries, the references of its models (`model_reference`, registered by
-- the caller: model_id, of_day, digest), and how far its labels have arrived, up to $as_of.
WITH refs AS (
  SELECT t.day, string_agg(DISTINCT r.digest, ',' ORDER BY r.digest) AS digest
  FROM daily.traffic AS t
  JOIN model_reference AS r ON r.model_id = t.model_id AND coalesce(r.of_day, t.day) = t.day
  WHERE t.segment = '' GROUP BY t.day
), summaries AS (
  SELECT day, string_agg(source || ' ' || digest, ',' ORDER BY source) AS digest
  FROM ops.summarised GROUP BY day
), labels AS (
  SELECT day, max(label_day) AS newest FROM (
    SELECT day, label_day FROM daily.outcome_binary
    UNION ALL SELECT day, label_day FROM daily.outcome_regression
    UNION ALL SELECT day, label_day FROM daily.label_hist
    UNION ALL SELECT day, label_day FROM daily.outcome_class
  ) GROUP BY day
)
SELECT s.day, s.digest, r.digest, least(l.newest, $as_of)::VARCHAR
FROM summaries AS s LEFT JOIN refs AS r USING (day) LEFT JOIN labels AS l USING (day) ORDER BY s.day
