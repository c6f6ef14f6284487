-- Counts of one column `seen.x` (DOUBLE) by code, see core/profile.py; NULL: missing, or no finite number.
-- One GROUP BY on a SMALLINT is a perfect hash; counts alone, so any thread count gives the same rows.
SELECT
  try_cast(v / ($scale::DOUBLE + abs(v)) * 32767e0 AS SMALLINT) AS code,
  count(*) AS n
FROM (SELECT x - $centre::DOUBLE AS v FROM seen)
GROUP BY code
