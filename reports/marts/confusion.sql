/*---
title: Confusion matrix
definition: >
  One row per model, label and answer over the leading window, for the labels that have arrived: the number of rows, and their
  share of the rows with that label. Classes beyond the twelve most frequent are counted together.
---*/
with binary_total as (
  select o.model_id, sum(o.tp)::bigint as tp, sum(o.fp)::bigint as fp, sum(o.fn)::bigint as fn, sum(o.tn)::bigint as tn
  from daily.outcome_binary as o, page.now as now
  where o.segment = '' and o.day between now.window_start and now.as_of and o.label_day <= now.as_of
  group by o.model_id
),
counted as (
  select o.model_id as model, unnest([
    {'label': 'positive', 'predicted': 'positive', 'n': o.tp}, {'label': 'negative', 'predicted': 'positive', 'n': o.fp},
    {'label': 'positive', 'predicted': 'negative', 'n': o.fn}, {'label': 'negative', 'predicted': 'negative', 'n': o.tn}
  ], recursive := true)
  from binary_total as o
  union all
  select o.model_id, o.label, o.predicted, o.n
  from daily.outcome_class as o, page.now as now
  where o.segment = '' and o.day between now.window_start and now.as_of and o.label_day <= now.as_of
),
ranked as (
  select model, name, row_number() over (partition by model order by sum(n) desc, name) as place
  from (select model, label as name, n from counted union all select model, predicted, n from counted)
  group by model, name
),
named as (
  select
    c.model,
    case when l.place <= 12 then c.label else 'all others' end as label,
    case when p.place <= 12 then c.predicted else 'all others' end as predicted,
    least(l.place, 13) as label_place,
    least(p.place, 13) as predicted_place,
    sum(c.n)::bigint as n
  from counted as c
  join ranked as l on l.model = c.model and l.name = c.label
  join ranked as p on p.model = c.model and p.name = c.predicted
  group by all
)
select
  *,
  n / sum(n) over (partition by model, label) as share,
  sum(n) over (partition by model, label)::bigint as label_n,
  sum(n) over (partition by model)::bigint as total
from named
order by model, label_place, label, predicted_place, predicted
