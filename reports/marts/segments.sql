/*---
title: Segments
definition: >
  One row a model and declared segment with requests in the leading window: usage, errors and the model's leading
  performance metric with its 90 % interval. At most 24 a model, the largest first.
---*/
with here as (
  select r.*
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days
    and r.version = '' and r.feature = '' and r.segment <> ''
),
wide as (
  select
    here.model_id as model,
    here.segment,
    max(here.value) filter (where here.metric = 'requests') as requests,
    max(here.value) filter (where here.metric = 'error_share') as error_share,
    max(here.value) filter (where here.metric = 'latency_p95_ms') as latency_p95_ms,
    max(here.value) filter (where here.metric = model.headline_metric) as value,
    max(here.low) filter (where here.metric = model.headline_metric) as low,
    max(here.high) filter (where here.metric = model.headline_metric) as high,
    max(here.n) filter (where here.metric = model.headline_metric) as n,
    max(here.unit) filter (where here.metric = model.headline_metric) as unit,
    max(here.reason) filter (where here.metric = model.headline_metric) as reason,
    any_value(model.headline_title) as metric_title
  from here
  join page.models as model on model.model = here.model_id
  group by all
)
select *, count(*) over (partition by model) as segments
from wide
qualify row_number() over (partition by model order by requests desc nulls last, segment) <= 24
order by model, requests desc nulls last, segment
