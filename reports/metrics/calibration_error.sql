/*---
title: Calibration error
family: performance
unit: share
better: down
definition: >-
  How far the share of positives lies from the mean score, averaged over all labelled rows by steps of one unit of log
  odds of the score, each around a whole number. It is above 0 by chance even where every score is true; the reason says by how much.
formula: sum over steps of n |mean score - share of positives| / sum of n
source: expected calibration error (Naeini, Cooper and Hauskrecht 2015)
apply: calibration_error
tasks: [binary]
needs:
  scored: no score or prediction is logged
  labelled: no labels have come
  labelled_scores: no score is logged beside the labels
minimum: 100
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  label, bin, on_day,
  sum(n)::BIGINT AS n,
  sum(s1)::DOUBLE AS s1
FROM (
  SELECT * REPLACE (  -- a week is told apart by its last day: its days are never needed one by one
    CASE WHEN window_days < 28 THEN on_day ELSE day - ((day - on_day) // 7 * 7)::INTEGER END AS on_day
  )
  FROM span.label_score_hist
)
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, label, bin),
  (model_id, version, segment, day, window_days, label, bin, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7))
