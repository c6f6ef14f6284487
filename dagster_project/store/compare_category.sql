-- Counts of one column `seen.x` (VARCHAR) by category, the most frequent first; NULL is missing.
SELECT x AS category, count(*) AS n
FROM seen
GROUP BY x
ORDER BY n DESC, category NULLS LAST
LIMIT $most
