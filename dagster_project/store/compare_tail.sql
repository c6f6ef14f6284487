-- A second pass over values beyond the inner codes: steps of 0.1 % of the distance, and values that are not finite.
SELECT
  CASE
    WHEN isnan(x) THEN 'nan'
    WHEN isinf(x) THEN 'infinite'
    ELSE 'finite'
  END AS what,
  CASE
    WHEN isfinite(x) THEN
      CASE WHEN v < 0 THEN -1 ELSE 1 END
      * CAST(
        32734 + greatest(0e0, least(700000e0, floor(1000e0 * ln(abs(v) / $scale::DOUBLE / 977.1194029850747e0))))
        AS INTEGER
      )
  END AS code,
  count(*) AS n
FROM (
  SELECT x, v, try_cast(v / ($scale::DOUBLE + abs(v)) * 32767e0 AS SMALLINT) AS inner_code
  FROM (SELECT x, x - $centre::DOUBLE AS v FROM seen WHERE x IS NOT NULL)
)
WHERE inner_code IS NULL OR abs(inner_code) >= 32734
GROUP BY what, code
