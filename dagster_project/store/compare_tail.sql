-- The second look at what lies beyond the inner codes: steps of 0.1 % of the distance, and what is no finite number.
SELECT
  CASE
    WHEN isnan(x) THEN 'nan'
    WHEN isinf(x) THEN 'infinite'
    ELSE 'finite'
  END AS what,
  CASE
    WHEN isfinite(x) THEN
      CASE WHEN u < 0 THEN -1 ELSE 1 END
      * CAST(32734 + greatest(0e0, least(700000e0, floor(1000e0 * ln(abs(u) / 977.1194029850747e0)))) AS INTEGER)
  END AS code,
  count(*) AS n
FROM (SELECT x, (x - $centre::DOUBLE) * $inverse::DOUBLE AS u FROM seen)
WHERE NOT isfinite(u) OR abs(CAST(32767e0 * (u / (1e0 + abs(u))) AS SMALLINT)) >= 32734
GROUP BY what, code
