/*---
title: Users of a day
table: daily.user_sketch
per: input
definition: The 10,000 smallest hashes of the day's users; with fewer users, the exact set.
---*/
-- Hashes lie evenly over 64 bits, so those in the lowest 64th (below 2^58) show below which value the 15,000 smallest of
-- a key lie. Only hashes below that are deduplicated and sorted; all of them only if there were too few to estimate it,
-- or in the end too few for the sketch.
WITH lowest AS (
  SELECT key, count(*) AS n
  FROM (SELECT key, user_hash FROM input WHERE user_hash < 288230376151711744 GROUP BY key, user_hash) AS few
  GROUP BY key
  HAVING count(*) > 240
),
limits AS (
  SELECT key, CAST(288230376151711744 / CAST(n AS DOUBLE) * 15000 AS UBIGINT) AS up_to FROM lowest
),
low AS (
  SELECT input.key, user_hash
  FROM input
  JOIN limits ON limits.key = input.key
  WHERE user_hash < up_to
  GROUP BY input.key, user_hash
),
enough AS (
  SELECT key FROM low GROUP BY key HAVING count(*) >= 10000
)
SELECT key, user_hash
FROM (
  SELECT
    key,
    user_hash,
    row_number() OVER (PARTITION BY key ORDER BY user_hash) AS place
  FROM (
    SELECT low.key, user_hash FROM low JOIN enough ON enough.key = low.key
    UNION ALL
    SELECT input.key, user_hash
    FROM input
    LEFT JOIN enough ON enough.key = input.key
    WHERE user_hash IS NOT NULL AND enough.key IS NULL
    GROUP BY input.key, user_hash
  ) AS users
) AS placed
WHERE place <= 10000
