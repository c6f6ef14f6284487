/*---
title: Active users
family: usage
unit: users
better: up
definition: Distinct users (hashed) with at least one request in the window; exact below 10,000, otherwise estimated.
formula: number of hashes below k = 10,000, else (k - 1) / (k-th smallest hash as a share of 2^64)
source: KMV sketch, Bar-Yossef et al. 2002; unbiased estimate and 90 % interval after Beyer et al. 2007
apply: users
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  hashes
FROM span.user_sketch
