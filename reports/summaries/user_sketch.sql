/*---
title: Users of a day
table: daily.user_sketch
per: input
definition: The 10,000 smallest hashes of the day's users; below 10,000 users that is the exact set.
---*/
SELECT key, user_hash
FROM (
  SELECT
    key,
    user_hash,
    row_number() OVER (PARTITION BY key ORDER BY user_hash) AS place
  FROM (
    SELECT key, user_hash
    FROM input
    WHERE user_hash IS NOT NULL
    GROUP BY key, user_hash
  ) AS users
) AS placed
WHERE place <= 10000
