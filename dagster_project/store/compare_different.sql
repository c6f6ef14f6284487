-- How many values of one column `seen.x` are there, and how many different ones.
SELECT count(x) AS n, count(DISTINCT x) AS different
FROM seen
