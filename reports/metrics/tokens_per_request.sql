/*---
title: Tokens per request
family: usage
unit: tokens
better: neither
definition: Mean tokens of a request, prompt and answer together; only where a source maps tokens.
formula: (sum(tokens_in) + sum(tokens_out)) / requests
apply: ratio
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  coalesce(sum(tokens_in), 0) + coalesce(sum(tokens_out), 0) AS numerator,
  sum(requests) AS denominator
FROM span.traffic
WHERE segment = ''
GROUP BY ALL
HAVING sum(tokens_in) IS NOT NULL OR sum(tokens_out) IS NOT NULL
