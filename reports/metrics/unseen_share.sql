/*---
title: Unseen share
family: quality
unit: share
better: down
definition: Requests of the window whose category of the feature is none of those of the reference days.
formula: unseen / requests
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
minimum: 20
---*/
SELECT
  model_id, version, segment, feature, day, window_days,
  sum(CASE WHEN kind = 'unseen' THEN n ELSE 0 END) AS numerator,
  sum(n) AS denominator
FROM span.category_hist
GROUP BY ALL
