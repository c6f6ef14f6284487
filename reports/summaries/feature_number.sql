/*---
title: Numbers on the softsign grid
table: daily.feature_hist
per: feature_number
definition: >-
  One feature's values x by bin = round(127 u / (1 + |u|)), u = (x - centre) / scale; missing 999, NaN 998,
  infinity +-997. s1 and s2 sum q = round(u * 2^20) and its square, u clipped to +-2^20. Invalid: outside the declared
  range, or not finite.
---*/
-- What makes it cheap: with bins of one byte the groups are a small array; each CASE tests for the rare rows first, so
-- most blocks of rows skip it; and as each sum costs as much as the bin, rare values have none of their own. NaN counts
-- as 2^21 and infinities as +-2^22, all in bin -128, where n, s1 and s2 tell how many there are of each.
SELECT
  key,
  CAST(CASE WHEN bin IS NULL THEN 999 WHEN kind IS NULL THEN bin ELSE kind END AS SMALLINT) AS bin,
  held AS n,
  CASE WHEN bin IS NULL OR kind IS NOT NULL THEN 0 ELSE s1 END AS s1,
  CASE WHEN bin IS NULL OR kind IS NOT NULL THEN 0 ELSE s2 END AS s2,
  CASE WHEN kind IS NULL THEN n - inside ELSE held END AS invalid
FROM (
  SELECT
    *,
    CAST(floor(CASE
      WHEN kind = 998 THEN n - infinite
      WHEN kind = 997 THEN (infinite + (s1 / 2199023255552E0 - (n - infinite)) / 2) / 2
      WHEN kind = -997 THEN (infinite - (s1 / 2199023255552E0 - (n - infinite)) / 2) / 2
      ELSE n
    END + 0.5) AS BIGINT) AS held
  FROM (
    SELECT *, (s2 / 4835703278458516698824704E0 - n) / 3 AS infinite
    FROM (
      SELECT
        key,
        bin,
        count(*) AS n,
        sum(q) AS s1,
        sum(CAST(q AS DECIMAL(38, 0)) * q) AS s2,
        count(inside) AS inside
      FROM (
        SELECT
          key,
          inside,
          CAST(CASE WHEN abs(v) > 1048576 THEN -128 ELSE floor(127 * v / (1 + abs(v)) + 0.5) END AS TINYINT) AS bin,
          CAST(floor(v * 1048576 + 0.5) AS BIGINT) AS q
        FROM (
          SELECT
            key,
            inside,
            CASE
              WHEN abs(u) > 1048576 THEN
                CASE
                  WHEN isnan(x) THEN 2097152
                  WHEN x > 1.7976931348623157E308 THEN 4194304
                  WHEN x < -1.7976931348623157E308 THEN -4194304
                  WHEN u > 0 THEN 1048576
                  ELSE -1048576
                END
              ELSE u
            END AS v
          FROM (SELECT key, x, inside, (x - centre) / scale AS u FROM feature_values) AS standardised
        ) AS cut
      ) AS binned
      GROUP BY key, bin
    ) AS counted
    LEFT JOIN (SELECT -128 AS rare, 998 AS kind UNION ALL SELECT -128, 997 UNION ALL SELECT -128, -997) AS kinds
      ON rare = bin
  ) AS kept
) AS counts
WHERE held > 0
