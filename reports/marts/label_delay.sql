/*---
title: When labels arrive
definition: >
  One row per model with enough labels on its reference days: the share of the expected labels that have arrived on the
  day of the request, after how many days 95 % have (from then on a day is judged), and the share of the leading window's
  labels that have. `labels` is the number that the curve rests on.
---*/
with recent as (
  select
    t.model_id,
    sum(t.scored * coalesce(a.share, 1) order by t.day, t.source, t.version) / nullif(sum(t.scored), 0) as arrived
  from daily.traffic as t
  cross join page.now as now
  left join mart.label_arrival as a on a.model_id = t.model_id and a.lag = now.as_of - t.day
  where t.segment = '' and t.day between now.window_start and now.as_of
  group by t.model_id
)
select
  a.model_id as model,
  max(a.share) filter (where a.lag = 0) as same_day,
  min(a.lag) filter (where a.share >= 0.95) as mature_after,
  any_value(recent.arrived)::double as arrived,
  any_value(a.labels) as labels
from mart.label_arrival as a
left join recent on recent.model_id = a.model_id
group by a.model_id
order by a.model_id
