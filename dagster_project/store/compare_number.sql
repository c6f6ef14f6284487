-- Counts of one column `seen.x` (DOUBLE) by code, see core/profile.py; NULL is missing, -32768 wants a second look.
-- One GROUP BY on a SMALLINT is a perfect hash; counts alone, so any thread count gives the same rows.
SELECT
  CAST(CASE WHEN NOT isfinite(u) THEN -32768 ELSE 32767e0 * (u / (1e0 + abs(u))) END AS SMALLINT) AS code,
  count(*) AS n
FROM (SELECT (x - $centre::DOUBLE) * $inverse::DOUBLE AS u FROM seen)
GROUP BY code
