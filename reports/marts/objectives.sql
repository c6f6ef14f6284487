/*---
title: Service-level objectives
definition: >
  One row per model and declared objective (latency, availability): the share of the leading window that met it, what is
  left of its error budget, and how fast the last day and the longest window of 2 to 7 days spent it.
---*/
with kind as (
  select *
  from (values
    ('latency', 'latency_within_share', 'latency_budget_left', 'latency_burn_rate'),
    ('availability', 'availability', 'availability_budget_left', 'availability_burn_rate')
  ) as k (kind, met, budget, burn)
),
reading as (
  select r.model_id, r.metric, r.window_days, r.value, r.n, r.grade, r.reason
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.version = '' and r.segment = '' and r.feature = ''
),
recent as (
  select model_id, metric, max(window_days) as window_days, max_by(value, window_days) as value
  from reading
  where window_days between 2 and 7
  group by all
)
select
  o.model_id as model,
  kind.kind,
  case kind.kind when 'latency' then o.share else o.availability end as target,
  o.latency_ms,
  now.window_days,
  met.value as met,
  met.n,
  budget.value as budget_left,
  budget.grade,
  coalesce(budget.reason, 'not available: no request to judge it by') as reason,
  recent.value as burn_recent,
  recent.window_days as burn_recent_days,
  day.value as burn_day
from catalog.objective as o
join kind on case kind.kind when 'latency' then o.share else o.availability end is not null
cross join page.now as now
left join reading as met
  on met.model_id = o.model_id and met.metric = kind.met and met.window_days = now.window_days
left join reading as budget
  on budget.model_id = o.model_id and budget.metric = kind.budget and budget.window_days = now.window_days
left join recent on recent.model_id = o.model_id and recent.metric = kind.burn
left join reading as day on day.model_id = o.model_id and day.metric = kind.burn and day.window_days = 1
order by model, kind.kind desc
