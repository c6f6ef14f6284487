/*---
title: Tokens out
family: usage
unit: tokens
better: neither
definition: Tokens in the answers to the window's requests; only where a source maps tokens_out.
formula: sum(tokens_out)
apply: count
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(tokens_out)::BIGINT AS numerator
FROM span.traffic
GROUP BY ALL
HAVING sum(tokens_out) IS NOT NULL
