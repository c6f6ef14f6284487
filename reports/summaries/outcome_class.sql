/*---
title: Classes answered against labels
table: daily.outcome_class
per: labelled
definition: >-
  Labelled requests of multiclass models by the true class (label) and the one answered (predicted), by the day the label
  arrived (lag, in days) and the bucket of the user. Beyond the 50 classes counted by name, the rest is 'other'. If the
  probabilities of all classes are logged: the log loss of the true class (probability 0 if it is none of them), clipped to
  1e-15 from 0 and 1, as round(loss * 2^30); the sum over classes of (probability - truth)^2, truth being 1 or 0, as
  round(sum * 2^30).
---*/
SELECT
  key,
  lag,
  bucket,
  label_class AS label,
  predicted_class AS predicted,
  count(*) AS n,
  count(given) AS log_loss_n,
  sum(CASE
    WHEN given >= 1 THEN 0
    WHEN given < 0.000000000000001 THEN 37085728765
    ELSE CAST(floor(-ln(given) * 1073741824 + 0.5) AS BIGINT)
  END) AS log_loss_sum,
  sum(CAST(floor(brier * 1073741824 + 0.5) AS BIGINT)) AS brier_sum
FROM labelled
WHERE is_multiclass AND label_class IS NOT NULL AND predicted_class IS NOT NULL
GROUP BY key, lag, bucket, label_class, predicted_class
