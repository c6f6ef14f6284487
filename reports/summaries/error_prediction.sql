/*---
title: Errors by prediction
table: daily.error_hist
per: labelled
definition: >-
  Errors of regression models by the bin of their prediction on its own grid, and the day the label arrived (lag, in days).
  a, aa and aaaa sum q = round(|prediction - label| / scale * 2^10), its square and its fourth power, q clipped to 2^20 (an
  error of 1,024 scales). None if the predictions were constant, as they give no scale.
---*/
SELECT
  key,
  lag,
  bin,
  count(*) AS n,
  sum(q) AS a,
  sum(q * q) AS aa,
  sum(CAST(q * q AS DECIMAL(38, 0)) * (q * q)) AS aaaa
FROM (
  SELECT
    key,
    lag,
    CAST(floor(127 * u / (1 + abs(u)) + 0.5) AS SMALLINT) AS bin,
    CAST(floor(CASE WHEN error > 1024 THEN 1024 ELSE error END * 1024 + 0.5) AS BIGINT) AS q
  FROM (
    SELECT key, lag, (prediction - centre) / scale AS u, abs((prediction - label) / scale) AS error
    FROM labelled
    WHERE is_regression AND prediction IS NOT NULL AND label IS NOT NULL AND scale > 0
  ) AS standardised
) AS binned
GROUP BY key, lag, bin
