/*---
title: Declared rules
definition: >
  One row per declared rule or truth of a model: its words, its counts in the leading window, and the day of the window
  that broke it most. A request that lacks a value the rule reads is unjudged.
---*/
with counted as (
  select
    r.model_id,
    r.rule,
    sum(r.passed)::bigint as passed,
    sum(r.failed)::bigint as failed,
    sum(r.unjudged)::bigint as unjudged,
    first(r.day order by r.failed desc, r.day) filter (where r.failed > 0) as worst_day,
    max(r.failed) as worst_failed
  from (
    select model_id, rule, day, sum(passed) as passed, sum(failed) as failed, sum(unjudged) as unjudged
    from daily.rule
    where kind <> 'complete'
    group by all
  ) as r, page.now as now
  where r.day between now.window_start and now.as_of
  group by all
),
reading as (
  select r.model_id, r.feature as rule, r.metric, r.value, r.low, r.high, r.grade, r.reason
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days and r.version = '' and r.segment = ''
    and r.metric in ('rule_failed_share', 'truth_differs_share')
)
select
  declared.model_id as model,
  declared.rule,
  declared.kind,
  declared.words,
  declared.reason,
  coalesce(counted.passed + counted.failed, 0) as judged,
  coalesce(counted.failed, 0) as failed,
  coalesce(counted.unjudged, 0) as unjudged,
  counted.worst_day,
  counted.worst_failed::bigint as worst_failed,
  reading.value,
  reading.low,
  reading.high,
  coalesce(reading.grade, 'unknown') as grade,
  coalesce(reading.reason, 'not available: no request in the window') as why
from catalog.value_rule as declared
left join counted on counted.model_id = declared.model_id and counted.rule = declared.rule
left join reading on reading.model_id = declared.model_id and reading.rule = declared.rule
order by model, list_position(['poor', 'watch', 'good', 'unknown'], coalesce(reading.grade, 'unknown')), declared.position
