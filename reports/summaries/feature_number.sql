/*---
title: Numbers on the softsign grid
table: daily.feature_hist
per: feature_number
definition: >-
  One feature's values x by bin = round(127 u / (1 + |u|)), u = (x - centre) / scale; missing 999, NaN 998,
  infinity +-997. s1 and s2 sum q = round(u * 2^20) and its square, u cut to +-2^20. Invalid: outside the declared
  range, or not finite.
---*/
-- Cheap by these: bins of one byte and few kinds of odd values make the groups a small array, and each CASE asks for the
-- rare rows first, so that most blocks of rows pass it by.
SELECT
  key,
  CAST(CASE
    WHEN bin IS NULL THEN 999
    WHEN odd = 1 THEN 998
    WHEN odd = 2 THEN 997
    WHEN odd = 3 THEN -997
    ELSE bin
  END AS SMALLINT) AS bin,
  n,
  CASE WHEN bin IS NULL OR odd > 0 THEN 0 ELSE s1 END AS s1,
  CASE WHEN bin IS NULL OR odd > 0 THEN 0 ELSE s2 END AS s2,
  CASE WHEN odd > 0 THEN n ELSE invalid END AS invalid
FROM (
  SELECT
    key,
    bin,
    odd,
    count(*) AS n,
    sum(q) AS s1,
    sum(CAST(q AS DECIMAL(38, 0)) * q) AS s2,
    count(outside) AS invalid
  FROM (
    SELECT
      key,
      outside,
      CAST(floor(127 * v / (1 + abs(v)) + 0.5) AS TINYINT) AS bin,
      CAST(floor(v * 1048576 + 0.5) AS BIGINT) AS q,
      CASE WHEN v > 1048576 THEN CASE WHEN isnan(x) THEN 1 WHEN x > 0 THEN 2 ELSE 3 END ELSE 0 END AS odd
    FROM (
      SELECT
        key,
        x,
        outside,
        CASE
          WHEN abs(u) > 1048576 THEN
            CASE
              WHEN NOT (x BETWEEN -1.7976931348623157E308 AND 1.7976931348623157E308) THEN 2097152
              WHEN u > 0 THEN 1048576
              ELSE -1048576
            END
          ELSE u
        END AS v
      FROM (SELECT key, x, outside, (x - centre) / scale AS u FROM feature_values) AS standardised
    ) AS cut
  ) AS binned
  GROUP BY key, bin, odd
) AS counted
