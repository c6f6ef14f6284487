-- The number of values in one column `seen.x`, and of distinct ones.
SELECT count(x) AS n, count(DISTINCT x) AS different
FROM seen
