/*---
title: Health by family
definition: >
  One row per model and family of metrics: the grade, the metric that decided it and the reason in words. A family
  that was not scored is unknown, never good. Impact is compared with the declared plan: good at or above it, watch below
  it while the 90 % interval reaches it, poor if the whole interval lies below.
---*/
with family as (
  select *
  from (values
    (1, 'usage', 'Usage'), (2, 'latency', 'Latency'), (3, 'performance', 'Performance'),
    (4, 'quality', 'Data quality'), (5, 'drift', 'Drift'), (6, 'impact', 'Impact')
  ) as f (position, family, title)
),
money as (
  select
    *,
    'value ' || replace(format('{:,.0f} {}', month_value, coalesce(currency, '')), ',', chr(8239)) as made,
    replace(format('{:,.0f} {}', month_plan, coalesce(currency, '')), ',', chr(8239)) as planned
  from page.impact
  where is_current
),
against_plan as (
  select
    model as model_id,
    'impact' as family,
    case
      when value is null or plan is null then 'unknown'
      when value >= plan then 'good'
      when high >= plan then 'watch'
      when high < plan then 'poor'
      else 'unknown'
    end as grade,
    case
      when value is null then coalesce(reason, 'not available')
      when plan is null then 'no plan is declared to compare its value with'
      when value >= plan then made || ' a month, at or above the plan of ' || planned
      when high >= plan then made || ' a month, below the plan of ' || planned || ', which is within the 90 % interval'
      when high < plan then made || ' a month, with its whole 90 % interval below the plan of ' || planned
      else made || ' a month, below the plan of ' || planned || ', without an interval'
    end as reason,
    null as metric,
    value,
    'currency' as unit
  from money
  qualify row_number() over (partition by model order by kind desc, evidence, basis) = 1
),
score as (
  select model_id, family, grade, reason, metric, value, unit from mart.scorecard where family <> 'impact'
  union all
  select model_id, family, grade, reason, metric, value, unit from against_plan
)
select
  model.model_id as model,
  family.position,
  family.family,
  family.title,
  coalesce(score.grade, 'unknown') as grade,
  coalesce(
    score.reason,
    case family.family
      when 'impact' then 'no value is declared and none was measured'
      else 'not available: no figure of this family was computed'
    end
  ) as reason,
  score.metric,
  metric.title as metric_title,
  metric.slug as metric_slug,
  score.value,
  score.unit,
  case coalesce(score.grade, 'unknown') when 'poor' then 0 when 'watch' then 1 when 'unknown' then 2 else 3 end
    as severity
from catalog.model as model
cross join family
left join score on score.model_id = model.model_id and score.family = family.family
left join catalog.metric as metric on metric.metric = score.metric
order by model, family.position
