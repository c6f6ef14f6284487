-- Counts of one column `seen.x` (DOUBLE) by code, see core/column_profile.py; code NULL: not a finite number. Missing
-- values are dropped while the file is read, which is cheaper, as their number follows from the other counts.
-- One GROUP BY on a SMALLINT is a perfect hash; with counts alone, any number of threads gives the same rows.
SELECT
  try_cast(v / ($scale::DOUBLE + abs(v)) * 32767e0 AS SMALLINT) AS code,
  count(*) AS n
FROM (SELECT x - $centre::DOUBLE AS v FROM seen WHERE x IS NOT NULL)
GROUP BY code
