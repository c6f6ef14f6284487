/*---
title: Versions
definition: >
  One row per version, newest first: when and how much it served, how complete its metadata is, which item to add next,
  and its own reading of the model's leading performance metric.
---*/
with complete as (
  select
    model,
    version,
    count(*) filter (where method <> 'missing') as items,
    arg_min(title, position) filter (where method = 'missing') as next_missing
  from page.metadata
  group by model, version
),
recent as (
  select r.model_id, r.version, max(r.value) filter (where r.metric = 'requests') as requests
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days
    and r.segment = '' and r.feature = '' and r.version <> ''
  group by all
),
headline as (
  select r.model_id, r.version, r.metric, r.value, r.low, r.high, r.n, r.unit, r.reason
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days
    and r.segment = '' and r.feature = '' and r.version <> ''
)
select
  version.model_id as model,
  version.version,
  version.stage,
  version.first_day,
  version.last_day,
  version.requests,
  version.deployed_at,
  version.run_id,
  recent.requests as recent_requests,
  coalesce(complete.items, 0) as metadata_items,
  complete.next_missing,
  model.headline_metric as metric,
  model.headline_title as metric_title,
  headline.value,
  headline.low,
  headline.high,
  headline.n,
  headline.unit,
  headline.reason
from catalog.version as version
join page.models as model on model.model = version.model_id
left join complete on complete.model = version.model_id and complete.version = version.version
left join recent on recent.model_id = version.model_id and recent.version = version.version
left join headline
  on headline.model_id = version.model_id and headline.version = version.version
  and headline.metric = model.headline_metric
order by model, version.last_day desc nulls last, version.first_day desc nulls last, version.version desc
