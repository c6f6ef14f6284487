/*---
title: Test set of each version
definition: >
  One row per version and figure that its newest training run reports: on the run's fixed test set, for its baseline,
  and live for that version over the leading window. A name that is not a metric here has no live figure.
---*/
with newest as (
  select model_id, version, run_id, started_at, metrics, baseline_metrics
  from fact.training_runs, page.now as now
  where metrics is not null
    and (coalesce(ended_at, started_at) at time zone now.timezone)::date <= now.as_of
  qualify row_number() over (partition by model_id, version order by started_at desc nulls last, run_id desc) = 1
),
reported as (
  select
    model_id, version, run_id, started_at,
    unnest(map_entries(try_cast(metrics as map(varchar, varchar))), recursive := true),
    try_cast(baseline_metrics as map(varchar, varchar)) as baselines
  from newest
),
figure as (
  select
    model_id, version, run_id, started_at, key as name,
    case when key in ('auc', 'roc_auc_score') then 'roc_auc' else key end as metric,
    try_cast(value as double) as test,
    try_cast(baselines[key] as double) as baseline
  from reported
)
select
  f.model_id as model,
  f.version,
  f.run_id,
  f.started_at,
  f.name,
  f.metric,
  coalesce(metric.title, f.name) as title,
  metric.slug as metric_slug,
  coalesce(metric.better, 'neither') as better,
  case metric.unit
    when 'label' then coalesce(model.unit, '1') when 'label squared' then coalesce(nullif(model.unit, '1') || '²', '1')
    else coalesce(metric.unit, '1')
  end as unit,
  f.test,
  f.baseline,
  live.value as live,
  live.low,
  live.high,
  live.n,
  coalesce(live.reason, 'this version has no requests in the window') as reason
from figure as f
cross join page.now as now
join catalog.model as model on model.model_id = f.model_id
join catalog.version as version on version.model_id = f.model_id and version.version = f.version
left join catalog.metric as metric on metric.metric = f.metric
left join mart.reading as live
  on live.model_id = f.model_id and live.metric = f.metric and live.day = now.as_of
  and live.window_days = now.window_days and live.segment = '' and live.feature = ''
  and live.version = case
    when (select count(*) from catalog.version as v where v.model_id = f.model_id and v.requests > 0) > 1
      then f.version
    else ''
  end
  and version.requests > 0
where f.test is not null
order by model, version.last_day desc nulls last, f.version desc, title
