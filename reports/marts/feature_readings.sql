/*---
title: Readings of features
definition: One row a model, metric and feature (or class) of the leading window, the worst and largest first.
---*/
select
  r.model_id as model,
  model.slug,
  coalesce(model.title, r.model_id) as title,
  r.metric,
  r.feature,
  r.value,
  r.low,
  r.high,
  r.unit,
  r.n,
  r.grade,
  r.reason
from mart.reading as r
join catalog.model as model on model.model_id = r.model_id, page.now as now
where r.day = now.as_of and r.window_days = now.window_days
  and r.version = '' and r.segment = '' and r.feature <> ''
order by
  r.metric, list_position(['poor', 'watch', 'good', 'unknown'], r.grade), r.value desc nulls last, model, r.feature
