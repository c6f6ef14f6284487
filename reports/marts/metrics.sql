/*---
title: Metrics
definition: >
  One row a metric: its definition as the file in reports/metrics says it, and how many models have a figure of the
  leading window.
---*/
with used as (
  select
    metric,
    count(*) as models,
    count(*) filter (where value is not null) as with_value,
    count(*) filter (where grade = 'poor') as poor,
    count(*) filter (where grade = 'watch') as watch,
    count(*) filter (where grade = 'good') as good_models
  from page.readings
  group by metric
  union all
  select
    metric,
    count(distinct model),
    count(distinct model) filter (where value is not null),
    count(distinct model) filter (where grade = 'poor'),
    count(distinct model) filter (where grade = 'watch'),
    count(distinct model) filter (where grade = 'good')
  from page.feature_readings
  where metric not in (select metric from page.readings)
  group by metric
)
select
  metric.*,
  coalesce(used.models, 0) as models,
  coalesce(used.with_value, 0) as with_value,
  coalesce(used.poor, 0) as poor_models,
  coalesce(used.watch, 0) as watch_models,
  coalesce(used.good_models, 0) as good_models
from catalog.metric as metric
left join used on used.metric = metric.metric
order by
  list_position(['usage', 'latency', 'performance', 'quality', 'drift', 'impact'], metric.family), metric.metric
