/*---
title: Models
definition: >
  One row per model: what is declared about it, its grades, and the figures at the top of its page. `grade` is the worst
  of the families that could be graded; with none it is unknown.
---*/
with wide as (
  select
    model,
    max(value) filter (where metric = 'requests') as requests,
    max(before_value) filter (where metric = 'requests') as requests_before,
    max(value) filter (where metric = 'records') as records,
    max(value) filter (where metric = 'latency_p95_ms') as latency_p95_ms,
    max(n) filter (where metric = 'latency_p95_ms') as latency_n,
    max(reason) filter (where metric = 'latency_p95_ms') as latency_reason,
    max(value) filter (where metric = 'error_share') as error_share,
    max(value) filter (where metric = 'active_consumers') as active_consumers
  from page.readings
  group by model
),
lead_metric as (
  select r.*
  from page.readings as r
  join catalog.model as m on m.model_id = r.model
  where r.family = 'performance'
  qualify row_number() over (
    partition by r.model
    order by
      starts_with(coalesce(r.reason, ''), 'not available'),  -- a log without scores still has decisions to show
      list_position(
        case m.task
          when 'binary' then ['roc_auc', 'f1', 'accuracy']
          when 'regression' then ['r2', 'mae', 'rmse']
          else ['accuracy']
        end,
        r.metric
      ) nulls last,
      r.metric
  ) = 1
),
grades as (
  select
    model,
    max(grade) filter (where family = 'usage') as usage_grade,
    max(grade) filter (where family = 'latency') as latency_grade,
    max(grade) filter (where family = 'performance') as performance_grade,
    max(grade) filter (where family = 'quality') as quality_grade,
    max(grade) filter (where family = 'drift') as drift_grade,
    max(grade) filter (where family = 'impact') as impact_grade,
    count(*) filter (where grade <> 'unknown') as graded_families,
    count(*) filter (where grade in ('poor', 'watch')) as exceptions,
    arg_min(title || ': ' || reason, severity * 10 + position) filter (where grade <> 'unknown') as reason,
    min(case grade when 'poor' then 0 when 'watch' then 1 when 'good' then 2 else 3 end) as worst
  from page.health
  group by model
),
newest as (
  select
    model_id as model,
    count(*) as versions,
    first(version order by coalesce(stage = 'production', false) desc, last_day desc nulls last,
      first_day desc nulls last, version desc) as version
  from catalog.version
  group by model_id
),
complete as (
  select
    model,
    version,
    count(*) filter (where method <> 'missing') as items,
    arg_min(title, position) filter (where method = 'missing') as next_missing
  from page.metadata
  group by model, version
),
source as (
  select model_id as model, list(distinct source order by source) as sources
  from daily.traffic
  group by model_id
),
timing as (
  select
    source.model,
    string_agg(title, '; ' order by title) as latency_basis
  from source, unnest(source.sources) as s (name)
  join catalog.source as declared on declared.source = s.name
  where declared.title is not null
  group by source.model
),
money as (
  select model, first(columns(* exclude (model)) order by is_current desc, kind desc, evidence, basis)
  from page.impact
  group by model
)
select
  m.model_id as model,
  m.slug,
  coalesce(m.title, m.model_id) as title,
  m.* exclude (model_id, slug, title),
  coalesce(source.sources, []) as sources,
  timing.latency_basis,
  newest.version as current_version,
  coalesce(newest.versions, 0) as versions,
  coalesce(complete.items, 0) as metadata_items,
  case when newest.version is null then null else complete.items / 6.0 end as completeness,
  complete.next_missing,
  wide.requests,
  wide.requests_before,
  wide.requests / nullif(wide.requests_before, 0) - 1 as requests_change,
  wide.records,
  wide.error_share,
  wide.active_consumers,
  wide.latency_p95_ms,
  wide.latency_n,
  wide.latency_reason,
  lead_metric.metric as headline_metric,
  lead_metric.metric_slug as headline_slug,
  lead_metric.title as headline_title,
  lead_metric.value as headline_value,
  lead_metric.low as headline_low,
  lead_metric.high as headline_high,
  lead_metric.unit as headline_unit,
  lead_metric.n as headline_n,
  lead_metric.reason as headline_reason,
  grades.* exclude (model, worst),
  case grades.worst when 0 then 'poor' when 1 then 'watch' when 2 then 'good' else 'unknown' end as grade,
  grades.worst as severity,
  money.month_value,
  money.month_low,
  money.month_high,
  money.currency,
  money.evidence,
  money.kind as value_kind,
  money.reason as value_reason
from catalog.model as m
left join wide on wide.model = m.model_id
left join lead_metric on lead_metric.model = m.model_id
left join grades on grades.model = m.model_id
left join newest on newest.model = m.model_id
left join complete on complete.model = m.model_id and complete.version = newest.version
left join source on source.model = m.model_id
left join timing on timing.model = m.model_id
left join money on money.model = m.model_id
order by
  list_position(['production', 'shadow', 'development', 'retired'], m.stage),
  severity, wide.requests desc nulls last, coalesce(m.title, m.model_id), model
