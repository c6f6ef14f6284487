/*---
title: Figures by declared group
definition: >
  One row per model, group and figure over the leading window, for the segments that the catalog declares as groups. A
  figure that rests on fewer than 100 rows is withheld.
---*/
select
  r.model_id as model,
  split_part(r.segment, '=', 1) as dimension,
  substr(r.segment, length(split_part(r.segment, '=', 1)) + 2) as name,
  r.metric,
  metric.title,
  metric.slug as metric_slug,
  r.unit,
  r.n,
  case when r.n >= 100 then r.value end as value,
  case when r.n >= 100 then r.low end as low,
  case when r.n >= 100 then r.high end as high,
  list_position(['selection_rate', 'recall', 'specificity', 'precision', 'accuracy', 'macro_f1', 'mae', 'bias'], r.metric)
    as position
from mart.reading as r
cross join page.now as now
join catalog.model as model on model.model_id = r.model_id
join catalog.metric as metric on metric.metric = r.metric
where r.day = now.as_of and r.window_days = now.window_days and r.version = '' and r.feature = ''
  and list_contains(model.groups, split_part(r.segment, '=', 1)) and position is not null
order by model, dimension, position, value desc nulls last, name
