/*---
title: Largest consumer's share
family: usage
unit: share
better: neither
definition: Share of the consumer with the most requests, among all requests of the window that name a consumer.
formula: max over consumers of requests / sum of requests
apply: ratio
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  max(requests) AS numerator,
  sum(requests) AS denominator
FROM (
  SELECT model_id, version, day, window_days, consumer, sum(requests) AS requests
  FROM span.consumer
  WHERE consumer <> ''
  GROUP BY ALL
) AS counted
GROUP BY ALL
