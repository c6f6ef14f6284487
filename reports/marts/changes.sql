/*---
title: Newest changes
definition: >
  What changed in the leading window, newest first: versions that began to serve, deployments to production, declared fields with
  their new value, facts about a version from training and deployment (artifact, data, code), milestones that changed
  state, columns of sources that had their first value or none all day (one row per day for all sources, as it is one
  event). The same change in several models on one day is one row that names them.
---*/
with of_versions as (
  select
    version.first_day as day,
    'version' as kind,
    version.model_id as model,
    'Version ' || version.version || ' began to serve' as what
  from catalog.version as version
  join catalog.model as model on model.model_id = version.model_id
  where version.first_day > model.first_day
),
of_deployments as (
  select
    (started_at at time zone now.timezone)::date as day,
    'deployment' as kind,
    nullif(model_id, '') as model,
    concat_ws(' ', 'Deployment of', nullif(version, ''), '(' || kind || coalesce(
      ', ' || round(traffic_share * 100)::integer || ' % of traffic', ''
    ) || ')') as what
  from fact.deployments, page.now as now
  where fact.in_production(environment)
),
named as (
  select distinct field, upper(field[1]) || replace(field[2:], '_', ' ') as said from catalog.history
),
changed as (
  select history.*
  from catalog.history as history
  where exists (
    select 1
    from catalog.history as earlier
    where earlier.model_id = history.model_id and earlier.version = history.version
      and earlier.field = history.field and earlier.valid_from < history.valid_from
  )
),
of_fields as (
  select
    history.valid_from as day,
    'declaration' as kind,
    history.model_id as model,
    name.said || ' is now: ' || coalesce(history.value, 'not declared') as what
  from changed as history, named as name
  where name.field = history.field and history.method = 'declared'
),
of_metadata as (
  select
    history.valid_from as day,
    'metadata' as kind,
    history.model_id as model,
    coalesce('Version ' || nullif(history.version, '') || ': ', '') || 'other '
      || string_agg(distinct lower(name.said), ', ' order by lower(name.said)) as what
  from changed as history, named as name
  where name.field = history.field and history.method <> 'declared'
  group by history.valid_from, history.model_id, history.version
),
of_milestones as (
  select
    m.since as day,
    'milestone' as kind,
    case when m.subject <> 'organization' then regexp_replace(m.subject, '^(team|model):', '') end as model,
    case m.state
      when 'pass' then 'Reached: ' || m.title
      when 'fail' then 'Not met: ' || m.title
      else m.title || ': ' || m.state
    end as what
  from page.milestones as m
  where m.since > (select min(day) from mart.milestone)
    -- On the day of the first declarations most are judged for the first time, which is not a change.
    and m.since > coalesce(
      (select min(valid_from) from catalog.history where version = '' and field = 'stage'), date '0001-01-01')
),
of_schemas as (
  select
    day,
    'schema' as kind,
    null as model,
    case change
      when 'vanished' then 'No value all day for '
      when 'appeared' then 'First values of '
      else upper(change[1]) || change[2:] || ': '
    end || string_agg(distinct name, ', ' order by name)
      || case count(distinct source) when 1 then ' (source ' else ' (sources ' end
      || string_agg(distinct source, ', ' order by source) || ')' as what
  from ops.schema_change
  group by day, change
)
select
  change.day,
  change.kind,
  coalesce(
    list_sort(list(distinct {'title': coalesce(model.title, change.model), 'slug': model.slug})
      filter (where change.model is not null)),
    []
  ) as models,
  change.what
from (
  select * from of_versions union all select * from of_deployments union all select * from of_fields
  union all select * from of_metadata
  union all select * from of_milestones union all select * from of_schemas
) as change
left join catalog.model as model on model.model_id = change.model, page.now as now
where change.day between now.window_start and now.as_of
group by change.day, change.kind, change.what
order by change.day desc, change.kind, min(coalesce(model.title, change.model)) nulls first, change.what
limit 200
