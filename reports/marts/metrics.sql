/*---
title: Metrics
definition: >
  One row per metric: its definition from the file in reports/metrics, and how many models have a figure in the leading
  window, for the whole model or, if the metric has none for whole models, for a feature.
---*/
with used as (
  select
    r.metric,
    count(distinct r.model_id) filter (where r.feature = '' and r.value is not null) as of_whole,
    count(distinct r.model_id) filter (where r.value is not null) as of_any,
    bool_or(r.feature = '') as has_whole
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days and r.version = '' and r.segment = ''
  group by r.metric
)
select
  metric.*,
  coalesce(case when used.has_whole then used.of_whole else used.of_any end, 0) as with_value
from catalog.metric as metric
left join used on used.metric = metric.metric
order by
  list_position(['usage', 'latency', 'performance', 'quality', 'drift', 'impact'], metric.family), metric.metric
