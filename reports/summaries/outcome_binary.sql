/*---
title: Confusion counts, log loss and Brier score
table: daily.outcome_binary
per: labelled
definition: >-
  Decisions at the deployed threshold against labels, by the day the label arrived (lag, in days) and the bucket of the
  user; the log loss of each score, clipped to 1e-15 from 0 and 1, as round(loss * 2^30); the squared difference of score
  and label (1 or 0) as round(square * 2^30).
---*/
SELECT
  key,
  lag,
  bucket,
  sum(CASE WHEN decided AND positive THEN n ELSE 0 END) AS tp,
  sum(CASE WHEN decided AND NOT positive THEN n ELSE 0 END) AS fp,
  sum(CASE WHEN NOT decided AND positive THEN n ELSE 0 END) AS fn,
  sum(CASE WHEN NOT decided AND NOT positive THEN n ELSE 0 END) AS tn,
  sum(log_loss_n) AS log_loss_n,
  sum(CASE WHEN log_loss_n > 0 THEN log_loss_sum ELSE 0 END) AS log_loss_sum,
  sum(CASE WHEN log_loss_n > 0 THEN brier_sum ELSE 0 END) AS brier_sum
FROM (
  SELECT
    key,
    lag,
    bucket,
    decided,
    positive,
    count(*) AS n,
    count(given) AS log_loss_n,
    sum(CASE
      WHEN given >= 1 THEN 0
      WHEN given < 0.000000000000001 THEN 37085728765
      ELSE CAST(floor(-ln(given) * 1073741824 + 0.5) AS BIGINT)
    END) AS log_loss_sum,
    sum(CAST(floor((1 - given) * (1 - given) * 1073741824 + 0.5) AS BIGINT)) AS brier_sum
  FROM (
    SELECT
      key,
      lag,
      bucket,
      decided,
      label > 0.5 AS positive,
      CASE WHEN label > 0.5 THEN score ELSE 1 - score END AS given
    FROM labelled
    WHERE is_binary AND decided IS NOT NULL AND label IS NOT NULL
  ) AS decisions
  GROUP BY key, lag, bucket, decided, positive
) AS counted
GROUP BY key, lag, bucket
