/*---
title: Readings of the leading window
definition: >
  One row per model and metric: the leading window's reading over all versions and segments beside the same window
  before it, with the thresholds that apply. `change` is the difference of the two; NULL if either is missing. The window
  before only counts if the model's log covers all of it.
---*/
with whole as (
  select r.*, r.day = now.as_of as is_current
  from mart.reading as r, page.now as now
  where r.window_days = now.window_days
    and r.day in (now.as_of, now.before_end)
    and r.version = '' and r.segment = '' and r.feature = ''
)
select
  current.model_id as model,
  model.slug as model_slug,
  coalesce(model.title, model.model_id) as model_title,
  current.metric,
  metric.slug as metric_slug,
  coalesce(metric.title, current.metric) as title,
  coalesce(metric.family, 'quality') as family,
  coalesce(metric.better, 'neither') as better,
  current.unit,
  current.window_days,
  current.day,
  current.value,
  current.low,
  current.high,
  current.numerator,
  current.denominator,
  current.n,
  current.grade,
  current.reason,
  before.value as before_value,
  before.n as before_n,
  current.value - before.value as change,
  threshold.good,
  threshold.poor,
  threshold.origin as threshold_origin,
  case current.grade when 'poor' then 0 when 'watch' then 1 when 'good' then 2 else 3 end as severity
from whole as current
join catalog.model as model on model.model_id = current.model_id
left join whole as before
  on before.model_id = current.model_id and before.metric = current.metric and not before.is_current
  and model.first_day <= (select before_start from page.now)
left join catalog.metric as metric on metric.metric = current.metric
left join page.thresholds as threshold
  on threshold.model = current.model_id and threshold.metric = current.metric
where current.is_current
order by
  model,
  list_position(['usage', 'latency', 'performance', 'quality', 'drift', 'impact'], family),
  current.metric
