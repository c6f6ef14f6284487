/*---
title: Tokens in
family: usage
unit: tokens
better: neither
definition: Tokens sent with the window's requests (the prompt); only where a source maps tokens_in.
formula: sum(tokens_in)
apply: count
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(tokens_in)::BIGINT AS numerator
FROM span.traffic
GROUP BY ALL
HAVING sum(tokens_in) IS NOT NULL
