/*---
title: Daily series
definition: >
  One row per model and metric that has a chart: the metric that decided each family's grade, the leading performance
  metric, requests, errors and latency. Lists over the last 91 days, but not before the model's first request;
  NULL is a day without a figure.
---*/
with charted as (
  select model_id as model, metric from mart.scorecard where metric is not null
  union
  select model, headline_metric from page.models where headline_metric is not null
  union
  select model_id, metric
  from catalog.model, (values ('requests'), ('error_share'), ('latency_p95_ms')) as m (metric)
),
calendar as (
  select
    charted.model,
    charted.metric,
    unnest(generate_series(greatest(model.first_day, now.as_of - 90), now.as_of, interval 1 day))::date as day
  from charted
  join catalog.model as model on model.model_id = charted.model
  cross join page.now as now
  where model.first_day <= now.as_of
),
daily as (
  select r.model_id, r.metric, r.day, r.value, r.low, r.high, r.unit
  from mart.reading as r, page.now as now
  where r.window_days = 1 and r.version = '' and r.segment = '' and r.feature = ''
    and r.day between now.as_of - 90 and now.as_of
)
select
  calendar.model,
  calendar.metric,
  any_value(daily.unit) as unit,
  list(calendar.day order by calendar.day) as days,
  list(daily.value order by calendar.day) as readings,
  list(daily.low order by calendar.day) as lows,
  list(daily.high order by calendar.day) as highs,
  count(daily.value) as available
from calendar
left join daily
  on daily.model_id = calendar.model and daily.metric = calendar.metric and daily.day = calendar.day
group by calendar.model, calendar.metric
having count(daily.value) > 0
order by calendar.model, calendar.metric
