/*---
title: Thresholds that apply
definition: >
  For each model and metric the declared target, else the metric's own thresholds. Of several declared targets
  that fit, the last one in the file wins. Targets of single features are not listed here.
---*/
with fitting as (
  select
    model.model_id,
    target.metric,
    target.good,
    target.poor,
    target.reason,
    row_number() over (partition by model.model_id, target.metric order by target.position desc) as place
  from catalog.model as model
  join catalog.target as target
    on (len(target.models) = 0 or list_contains(target.models, model.model_id))
    and (len(target.teams) = 0 or list_contains(target.teams, model.team))
    and (len(target.patterns) = 0 or list_contains(target.patterns, model.pattern))
  where len(target.features) = 0
)
select
  model.model_id as model,
  metric.metric,
  coalesce(fitting.good, metric.good) as good,
  coalesce(fitting.poor, metric.poor) as poor,
  case when fitting.metric is not null then 'declared' else 'default' end as origin,
  fitting.reason
from catalog.model as model
cross join catalog.metric as metric
left join fitting
  on fitting.model_id = model.model_id and fitting.metric = metric.metric and fitting.place = 1
where coalesce(fitting.good, metric.good) is not null
order by model, metric.metric
