/*---
title: Leading metric by week
definition: >
  One row per model: the mean of its leading performance metric's daily readings over whole weeks that end with the day
  of the report, at most 52, oldest first. `days` are the weeks' last days; a week with fewer than five readings is a gap.
---*/
with daily_reading as (
  select r.model_id as model, r.metric, r.unit, r.day, r.value, date_diff('day', r.day, now.as_of) // 7 as age
  from mart.reading as r
  join page.models as m on m.model = r.model_id and m.headline_metric = r.metric, page.now as now
  where r.window_days = 1 and r.version = '' and r.segment = '' and r.feature = ''
    and r.day between now.as_of - 363 and now.as_of and not starts_with(coalesce(r.reason, ''), 'labels still coming')
),
week as (
  select model, metric, unit, age, avg(value order by day) as value, count(value) as n
  from daily_reading
  group by model, metric, unit, age
)
select
  week.model,
  week.metric,
  week.unit,
  list(now.as_of - (week.age * 7)::integer order by week.age desc) as days,
  list(case when week.n >= 5 then week.value end order by week.age desc) as readings
from week, page.now as now
group by week.model, week.metric, week.unit
having count(*) filter (where week.n >= 5) >= 4
order by week.model
