/*---
title: Sums of labels and errors
table: daily.outcome_regression
per: labelled
definition: >-
  Sums over labelled requests of y = round(label * 2^10), e = round((prediction - label) * 2^10), their squares
  and |e|, by the day the label arrived (lag, in days) and the bucket of the user; y and e are clipped to +-2^50. Over the
  bn requests whose log has the answer of the simple alternative: pae, their |e|, and bae, that of the alternative. Over
  the pn labels that are not 0: pe, the sum of round(|prediction - label| / |label| * 2^20), the share clipped to 2^20.
---*/
SELECT
  key,
  lag,
  bucket,
  count(*) AS n,
  sum(y) AS y,
  sum(CAST(y AS DECIMAL(38, 0)) * y) AS yy,
  sum(e) AS e,
  sum(CAST(e AS DECIMAL(38, 0)) * e) AS ee,
  sum(CASE WHEN e < 0 THEN -e ELSE e END) AS ae,
  count(b) AS bn,
  sum(CASE WHEN b IS NULL THEN 0 WHEN e < 0 THEN -e ELSE e END) AS pae,
  sum(CASE WHEN b IS NULL THEN 0 WHEN b < 0 THEN -b ELSE b END) AS bae,
  count(p) AS pn,
  sum(CASE WHEN p IS NULL THEN 0 ELSE p END) AS pe
FROM (
  SELECT
    key,
    lag,
    bucket,
    CAST(floor(CASE
      WHEN label > 1099511627776 THEN 1099511627776
      WHEN label < -1099511627776 THEN -1099511627776
      ELSE label
    END * 1024 + 0.5) AS BIGINT) AS y,
    CAST(floor(CASE
      WHEN prediction - label > 1099511627776 THEN 1099511627776
      WHEN prediction - label < -1099511627776 THEN -1099511627776
      ELSE prediction - label
    END * 1024 + 0.5) AS BIGINT) AS e,
    CAST(floor(CASE
      WHEN baseline - label > 1099511627776 THEN 1099511627776
      WHEN baseline - label < -1099511627776 THEN -1099511627776
      ELSE baseline - label
    END * 1024 + 0.5) AS BIGINT) AS b,
    CAST(floor(CASE
      WHEN label = 0 THEN NULL
      WHEN abs(prediction - label) > abs(label) * 1048576 THEN 1048576
      ELSE abs((prediction - label) / label)
    END * 1048576 + 0.5) AS BIGINT) AS p
  FROM labelled
  WHERE is_regression AND prediction IS NOT NULL AND label IS NOT NULL
) AS errors
GROUP BY key, lag, bucket
