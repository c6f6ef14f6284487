-- For one column `seen.x` (VARCHAR): the number of values, how many are not numbers, and the first of these.
SELECT
  count(x) AS n,
  count(x) FILTER (try_cast(x AS DOUBLE) IS NULL) AS other,
  left(min(x) FILTER (try_cast(x AS DOUBLE) IS NULL), 40) AS such
FROM seen
