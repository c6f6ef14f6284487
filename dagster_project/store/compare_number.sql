-- Counts of one column `seen.x` (DOUBLE) by code, see core/column_profile.py; code NULL: no finite number. What is
-- missing is left out while the file is read, which is cheaper than to carry it along, and told by the other counts.
-- One GROUP BY on a SMALLINT is a perfect hash; counts alone, so any thread count gives the same rows.
SELECT
  try_cast(v / ($scale::DOUBLE + abs(v)) * 32767e0 AS SMALLINT) AS code,
  count(*) AS n
FROM (SELECT x - $centre::DOUBLE AS v FROM seen WHERE x IS NOT NULL)
GROUP BY code
