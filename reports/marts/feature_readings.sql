/*---
title: Readings of features
definition: >
  One row per metric, model and feature (or class) of the leading window: the worst grade first, then the
  furthest in the metric's worse direction. Of a metric with more than 1,000 rows only the worst of each model are kept, as
  many as fit and at least one; `of_metric` counts all rows, `of_metric_poor` the poor ones.
---*/
with reading as (
  select
    r.model_id as model,
    model.slug,
    coalesce(model.title, r.model_id) as title,
    r.metric,
    r.feature,
    r.value,
    r.unit,
    r.n,
    r.grade,
    r.reason,
    list_position(['poor', 'watch', 'good', 'unknown'], r.grade) as severity,
    case metric.better when 'up' then -r.value else r.value end as badness
  from mart.reading as r
  join catalog.model as model on model.model_id = r.model_id
  left join catalog.metric as metric on metric.metric = r.metric,
  page.now as now
  where r.day = now.as_of and r.window_days = now.window_days
    and r.version = '' and r.segment = '' and r.feature <> ''
),
counted as (
  select
    metric,
    count(*) as of_metric,
    count(*) filter (where grade = 'poor') as of_metric_poor,
    case when count(*) > 1000 then greatest(1000 // count(distinct model), 1) else 1000 end as most
  from reading
  group by metric
),
placed as (
  select
    *,
    row_number() over (partition by metric, model order by severity, badness desc nulls last, feature) as place
  from reading
)
select placed.* exclude (severity, badness, place), counted.of_metric, counted.of_metric_poor
from placed
join counted on counted.metric = placed.metric and placed.place <= counted.most
order by placed.metric, placed.severity, placed.badness desc nulls last, placed.model, placed.feature
