/*---
title: Monitors
definition: >
  One row per monitor that judged a day of the last five weeks: its verdict on the newest one, the smallest change it
  sees within two days at its volume and spread, and who is responsible for it.
---*/
with newest as (
  select signal.*
  from mart.signal as signal
  cross join page.now as now
  where signal.day >= now.as_of - 34
  qualify row_number() over (partition by model_id, rule, metric, segment, feature order by day desc) = 1
)
select
  newest.model_id as model,
  model.slug as model_slug,
  coalesce(model.title, nullif(newest.model_id, ''), 'source ' || newest.feature) as model_title,
  newest.rule,
  rule.title as rule_title,
  newest.metric,
  coalesce(metric.title, rule.title) as what,
  newest.segment,
  newest.feature,
  newest.day,
  newest.state,
  newest.reason,
  newest.observed,
  newest.expected,
  newest.n,
  newest.detectable,
  case metric.unit
    when 'label' then coalesce(model.unit, '1') when 'label squared' then coalesce(nullif(model.unit, '1') || '²', '1')
    else coalesce(metric.unit, 'count')
  end as unit,
  owner.owner
from newest
join catalog.rule as rule on rule.rule = newest.rule
left join catalog.model as model on model.model_id = newest.model_id
left join catalog.metric as metric on metric.metric = newest.metric
left join catalog.owner as owner
  on owner.model_id = newest.model_id and owner.subject = coalesce(nullif(newest.metric, ''), 'rule:' || newest.rule)
order by model_title, newest.model_id, newest.rule, newest.metric, newest.segment, newest.feature
