/*---
title: Drift weighted by importance
family: drift
unit: "1"
better: down
definition: >-
  Mean population stability index of the features, each weighted by how much the version with the most requests relies
  on it: as its training run logged, or else as declared. Features whose index is not computable are left out. n is
  the number of features compared.
formula: sum(importance * PSI) / sum(importance)
source: weights as the training run logs them
apply: ratio
after: [drift_psi]
minimum: 1
---*/
WITH served AS (
  SELECT model_id, version, day, window_days, first(logged_version ORDER BY requests DESC, logged_version) AS leading
  FROM (
    SELECT model_id, version, day, window_days, logged_version, sum(requests) AS requests
    FROM span.traffic
    WHERE segment = ''
    GROUP BY ALL
  )
  GROUP BY ALL
)
SELECT
  s.model_id, s.version, s.day, s.window_days,
  sum(i.importance * r.value ORDER BY i.feature) AS numerator,
  sum(i.importance ORDER BY i.feature) AS denominator,
  count(*) AS n
FROM served AS s
JOIN catalog.importance AS i ON i.model_id = s.model_id AND i.version = s.leading
JOIN mart.reading AS r
  ON r.metric = 'drift_psi' AND r.model_id = s.model_id AND r.version = s.version AND r.segment = ''
  AND r.feature = i.feature AND r.day = s.day AND r.window_days = s.window_days
WHERE r.value IS NOT NULL
GROUP BY ALL
