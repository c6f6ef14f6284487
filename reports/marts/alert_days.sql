/*---
title: Evidence of alerts
definition: >
  One row per alert: the days around its opening (for an open one, the last 180) with the values seen, the range in
  which no alarm is raised, and the days that fired. If only one side raises an alarm, the range reaches to the furthest
  value on the other side.
---*/
with wanted as (
  select
    alert.slug, alert.model, alert.rule, alert.metric, alert.segment, alert.feature, alert.opened,
    case when alert.is_open then greatest(alert.opened - 60, now.as_of - 180) else alert.opened - 60 end as first_day,
    case when alert.is_open then now.as_of else alert.opened + 60 end as last_day
  from page.alerts as alert
  cross join page.now as now
),
seen as (
  select
    wanted.slug, signal.day, signal.observed, signal.expected, signal.low, signal.high, signal.state,
    min(signal.observed) over (partition by wanted.slug) as lowest,
    max(signal.observed) over (partition by wanted.slug) as highest
  from wanted
  join mart.signal as signal
    on signal.model_id = wanted.model and signal.rule = wanted.rule and signal.metric = wanted.metric
    and signal.segment = wanted.segment and signal.feature = wanted.feature
    and signal.day between wanted.first_day and wanted.last_day
)
select
  slug,
  list(day order by day) as days,
  list(observed order by day) as readings,
  list(case when low is null and high is null then null else coalesce(low, least(lowest, high)) end order by day) as lows,
  list(case when low is null and high is null then null else coalesce(high, greatest(highest, low)) end order by day)
    as highs,
  list(day order by day) filter (where state = 'fires') as fired
from seen
group by slug
order by slug
