-- Earliest and latest of one column `seen.x`, as text, and how many values are missing.
SELECT CAST(min(x) AS VARCHAR) AS earliest, CAST(max(x) AS VARCHAR) AS latest, count(*) - count(x) AS missing
FROM seen
