/*---
title: What moved first
definition: >
  One row per model and feature (or output) with daily Jensen-Shannon distances: their range on the days of the reference
  (mean and three standard deviations, from at least 14 days), the first day after the reference from which three days in
  a row lay above it, and whether the last three still do. `since` is NULL if they never left the range.
---*/
with daily as (
  select
    r.model_id as model,
    r.feature,
    r.day,
    r.value,
    r.day between m.reference_start and m.reference_end as is_reference,
    r.day > m.reference_end as is_after
  from mart.reading as r
  join catalog.model as m on m.model_id = r.model_id, page.now as now
  where r.metric = 'drift_js' and r.window_days = 1 and r.version = '' and r.segment = ''
    and r.value is not null and r.day <= now.as_of
),
limits as (
  select
    model,
    feature,
    avg(value order by day) as mean,
    avg(value order by day) + 3 * stddev_samp(value order by day) as high
  from daily
  where is_reference
  group by model, feature
  having count(*) >= 14
),
judged as (
  select
    d.model,
    d.feature,
    d.day,
    limits.mean,
    limits.high,
    d.value > limits.high as is_out,
    count(*) filter (where d.value > limits.high)
      over (partition by d.model, d.feature order by d.day rows between current row and 2 following) = 3 as begins,
    row_number() over (partition by d.model, d.feature order by d.day desc) <= 3 as is_last
  from daily as d
  join limits on limits.model = d.model and limits.feature = d.feature
  where d.is_after
),
found as (
  select
    model,
    feature,
    any_value(mean) as mean,
    any_value(high) as high,
    count(*) as days,
    count(*) filter (where is_out) as days_out,
    min(day) filter (where begins) as since,
    count(*) filter (where is_last and is_out) = 3 as is_still
  from judged
  group by model, feature
)
select
  model,
  feature,
  starts_with(feature, 'output:') as is_output,
  mean,
  high,
  days,
  days_out,
  since,
  is_still,
  case when since is not null then dense_rank() over (partition by model order by since nulls last) end as place
from found
order by model, since nulls last, feature
