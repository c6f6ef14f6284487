/*---
title: Labels on the grid of the predictions
table: daily.label_hist
per: labelled
definition: >-
  Labels of regression models by bin = round(127 u / (1 + |u|)), u = (label - centre) / scale of the model's own
  predictions, and the day the label arrived (lag, in days). s1 and s2 sum q = round(u * 2^20) and its square, u clipped
  to +-2^20. None if the predictions were constant or not logged, as they give no scale.
---*/
SELECT
  key,
  lag,
  bin,
  count(*) AS n,
  sum(q) AS s1,
  sum(CAST(q AS DECIMAL(38, 0)) * q) AS s2
FROM (
  SELECT
    key,
    lag,
    CAST(floor(127 * u / (1 + abs(u)) + 0.5) AS SMALLINT) AS bin,
    CAST(CASE
      WHEN u > 1048576 THEN 1099511627776
      WHEN u < -1048576 THEN -1099511627776
      ELSE floor(u * 1048576 + 0.5)
    END AS BIGINT) AS q
  FROM (
    SELECT key, lag, (label - centre) / scale AS u
    FROM labelled
    WHERE is_regression AND label IS NOT NULL AND scale > 0
  ) AS standardised
) AS binned
GROUP BY key, lag, bin
