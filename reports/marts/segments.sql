/*---
title: Segments
definition: >
  One row per model and declared segment with requests in the leading window: usage, errors and the model's leading
  performance metric with its 90 % interval, and its share of the loss of all labelled rows: log loss if scores are
  logged, else absolute errors or wrong answers. At most 24 per model, those with the largest share of the loss first.
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
),
loss as (
  select
    r.model_id as model,
    r.segment,
    metric.title as loss_title,
    case when r.metric = 'accuracy' then r.denominator - r.numerator else r.numerator end as loss,
    r.denominator as labels,
    list_position(['log_loss', 'mae', 'accuracy'], r.metric) as choice
  from mart.reading as r
  cross join page.now as now
  join catalog.metric as metric on metric.metric = r.metric
  where r.day = now.as_of and r.window_days = now.window_days and r.version = '' and r.feature = ''
    and r.metric in ('log_loss', 'mae', 'accuracy') and r.denominator > 0
),
chosen as (
  select
    *,
    max(loss) filter (where segment = '') over same as all_loss,
    max(labels) filter (where segment = '') over same as all_labels
  from loss
  window same as (partition by model, choice)
  qualify choice = min(choice) over (partition by model)
)
select
  wide.*,
  case when chosen.loss_title = 'Accuracy' then 'Wrong answers' else chosen.loss_title end as loss_title,
  chosen.loss / nullif(chosen.all_loss, 0) as loss_share,
  chosen.labels / nullif(chosen.all_labels, 0) as label_share,
  count(*) over (partition by wide.model) as segments
from wide
left join chosen on chosen.model = wide.model and chosen.segment = wide.segment
qualify row_number() over (
  partition by wide.model order by loss_share desc nulls last, wide.requests desc nulls last, wide.segment
) <= 24
order by wide.model, loss_share desc nulls last, wide.requests desc nulls last, wide.segment
