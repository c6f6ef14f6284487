/*---
title: Estimates and realised figures
definition: >
  One row per model and figure that is estimated without labels: the last 91 days with an estimate, its 90 % interval of
  sampling, and the realised figure of the days whose labels have arrived. `inside` counts days whose realised figure
  lay in the interval; with nothing but sampling at work, nine in ten would. `gap` is the mean of realised less estimated.
---*/
with pair as (
  select
    e.model_id as model,
    e.metric as estimate,
    substr(e.metric, 11) as metric,
    e.unit,
    e.day,
    e.value as estimated,
    e.low,
    e.high,
    r.value as realised
  from mart.reading as e
  cross join page.now as now
  left join mart.reading as r
    on r.model_id = e.model_id and r.day = e.day and r.metric = substr(e.metric, 11)
    and r.window_days = 1 and r.version = '' and r.segment = '' and r.feature = ''
    and not starts_with(coalesce(r.reason, ''), 'labels still coming')
  where starts_with(e.metric, 'estimated_') and e.value is not null
    and e.window_days = 1 and e.version = '' and e.segment = '' and e.feature = ''
    and e.day between now.as_of - 90 and now.as_of
)
select
  pair.model,
  pair.metric,
  pair.estimate,
  metric.title,
  metric.slug as metric_slug,
  any_value(pair.unit) as unit,
  list(pair.day order by pair.day) as days,
  list(pair.estimated order by pair.day) as estimates,
  list(pair.low order by pair.day) as lows,
  list(pair.high order by pair.day) as highs,
  list(pair.realised order by pair.day) as readings,
  count(pair.realised) as compared,
  count(*) filter (where pair.realised between pair.low and pair.high) as inside,
  avg(pair.realised - pair.estimated order by pair.day) as gap
from pair
join catalog.metric as metric on metric.metric = pair.estimate
group by pair.model, pair.metric, pair.estimate, metric.title, metric.slug
order by pair.model, list_position(['roc_auc', 'accuracy', 'f1', 'precision', 'recall', 'mae', 'rmse'], pair.metric)
