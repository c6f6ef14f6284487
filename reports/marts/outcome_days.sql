/*---
title: What happened, by day
definition: >
  One row per model with labels: for every labelled day of the last year the share of positives (binary) or the mean
  label (regression), and the days with most positives or the highest mean. It shows what happened, whatever the model said.
---*/
with daily_outcome as (
  select
    o.model_id as model, o.day, sum(o.tp + o.fn)::double as hits, sum(o.tp + o.fp + o.fn + o.tn)::bigint as n,
    'share' as unit
  from daily.outcome_binary as o, page.now as now
  where o.segment = '' and o.day between now.as_of - 364 and now.as_of and o.label_day <= now.as_of
  group by o.model_id, o.day
  union all
  select o.model_id, o.day, sum(o.y)::double / 1024, sum(o.n)::bigint, '1'
  from daily.outcome_regression as o, page.now as now
  where o.segment = '' and o.day between now.as_of - 364 and now.as_of and o.label_day <= now.as_of
  group by o.model_id, o.day
)
select
  d.model,
  case when d.unit = 'share' then 'share' else coalesce(m.unit, '1') end as unit,
  list(d.day order by d.day) as days,
  list(d.hits / d.n order by d.day) as readings,
  first(d.day order by d.height desc, d.day) as peak_day,
  first(d.hits / d.n order by d.height desc, d.day) as peak,
  sum(d.hits) / sum(d.n) as mean_reading,
  list_filter(
    list({'day': d.day, 'hits': d.hits, 'n': d.n} order by d.height desc, d.day), lambda x, i: i <= 20
  ) as highest
from (select *, case unit when 'share' then hits else hits / n end as height from daily_outcome) as d
join catalog.model as m on m.model_id = d.model
where d.n >= 30
group by d.model, d.unit, m.unit
having count(*) >= 14
order by d.model
