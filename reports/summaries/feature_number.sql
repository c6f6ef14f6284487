/*---
title: Numbers on the softsign grid
table: daily.feature_hist
per: feature_number
definition: >-
  One feature's values x by bin = round(127 u / (1 + |u|)), u = (x - centre) / scale; missing 999, NaN 998,
  infinity +-997. s1 and s2 sum q = round(u * 2^20) and its square, u cut to +-2^20. Invalid: outside lo to hi,
  or not finite.
---*/
SELECT
  key,
  bin,
  count(*) AS n,
  sum(CASE WHEN bin BETWEEN -127 AND 127 THEN q ELSE 0 END) AS s1,
  sum(CASE WHEN bin BETWEEN -127 AND 127 THEN CAST(q AS DECIMAL(38, 0)) * q ELSE 0 END) AS s2,
  sum(CASE WHEN bin = 999 THEN 0 WHEN bin BETWEEN -127 AND 127 AND valid THEN 0 ELSE 1 END) AS invalid
FROM (
  SELECT
    key,
    valid,
    CAST(CASE
      WHEN u IS NULL THEN 999
      WHEN isnan(u) THEN 998
      WHEN infinite > 0 THEN 997
      WHEN infinite < 0 THEN -997
      ELSE floor(127 * u / (1 + abs(u)) + 0.5)
    END AS SMALLINT) AS bin,
    CAST(CASE
      WHEN u IS NULL OR isnan(u) THEN 0
      WHEN u > 1048576 THEN 1099511627776
      WHEN u < -1048576 THEN -1099511627776
      ELSE floor(u * 1048576 + 0.5)
    END AS BIGINT) AS q
  FROM (
    SELECT
      key,
      NOT (x < lo OR x > hi) AS valid,
      CASE WHEN x > 1.7976931348623157E308 THEN 1 WHEN x < -1.7976931348623157E308 THEN -1 ELSE 0 END AS infinite,
      CASE
        WHEN isnan(x) OR scale > 0 THEN (x - centre) / scale
        WHEN x > centre THEN 1048576
        WHEN x < centre THEN -1048576
        WHEN x = centre THEN 0
      END AS u
    FROM feature_values
  ) AS standardised
) AS binned
GROUP BY key, bin
