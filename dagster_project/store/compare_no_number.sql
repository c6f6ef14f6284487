-- Of one column `seen.x` (VARCHAR): values, how many of them are no numbers, and the first of these.
SELECT
  count(x) AS n,
  count(x) FILTER (try_cast(x AS DOUBLE) IS NULL) AS other,
  left(min(x) FILTER (try_cast(x AS DOUBLE) IS NULL), 40) AS such
FROM seen
