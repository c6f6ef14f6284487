/*---
title: Readings of classes
definition: >
  One row per model, class and figure (precision, recall, F1) of the leading window, with its 90 % interval.
---*/
select
  r.model_id as model,
  r.metric,
  r.feature,
  r.value,
  r.low,
  r.high,
  r.unit
from mart.reading as r, page.now as now
where r.day = now.as_of and r.window_days = now.window_days and r.version = '' and r.segment = ''
  and r.metric in ('class_precision', 'class_recall', 'class_f1')
order by model, r.metric, r.feature
