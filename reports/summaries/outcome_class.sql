/*---
title: Classes answered against labels
table: daily.outcome_class
per: labelled
definition: >-
  Labelled requests of multiclass models by the class that came (label) and the one answered (predicted), by the day the
  label came (lag, in days) and the bucket of the user. Beyond the 50 classes counted by name, the rest is 'other'.
---*/
SELECT
  key,
  lag,
  bucket,
  label_class AS label,
  predicted_class AS predicted,
  count(*) AS n
FROM labelled
WHERE is_multiclass AND label_class IS NOT NULL AND predicted_class IS NOT NULL
GROUP BY key, lag, bucket, label_class, predicted_class
