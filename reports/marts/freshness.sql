/*---
title: Freshness of sources
definition: >
  One row per declared source, the furthest behind first: the newest event day that arrived, and how many days before
  the day of the report it is. Logs of requests and outcomes are due every day, unless all their models are retired.
  Facts such as training runs arrive when they happen and are never behind; neither are labels whose rows give no time.
  Three kinds of sources are pointed out: those that never delivered, those whose pattern no longer matches any file, and
  those with rows that an earlier mapping made from files which are now gone.
---*/
with arrived as (
  select
    source,
    max(day) filter (where accepted > 0) as last_day,
    min(day) filter (where accepted > 0) as first_day,
    sum(accepted)::bigint as rows,
    count(distinct path) as files
  from ops.ledger
  group by source
),
aside as (
  select source, count(*) as files from ops.file where state <> 'read' group by source
),
earlier as (
  select file.source, count(*) as files
  from ops.file as file
  join catalog.source as declared on declared.source = file.source and declared.mapping <> file.mapping
  where file.state = 'read' and file.rows_read > 0
  group by file.source
),
retired as (
  select traffic.source, bool_and(model.stage = 'retired') as all_retired
  from (select distinct source, model_id from daily.traffic) as traffic
  join catalog.model as model on model.model_id = traffic.model_id
  group by traffic.source
),
judged as (
  select
    declared.source,
    declared.kind,
    coalesce(declared.title, declared.source) as title,
    arrived.first_day,
    arrived.last_day,
    coalesce(arrived.rows, 0) as rows,
    coalesce(arrived.files, 0) + coalesce(aside.files, 0) as files,
    coalesce(aside.files, 0) as set_aside,
    greatest(date_diff('day', arrived.last_day, now.as_of), 0) as days_behind,
    declared.kind in ('requests', 'outcomes') and not coalesce(retired.all_retired, false) as is_daily,
    coalesce(retired.all_retired, false) as is_retired,
    declared.source in (select substr(key, 11) from ops.state where starts_with(key, 'unmatched ')) as unmatched,
    coalesce(earlier.files, 0) as outdated
  from catalog.source as declared
  left join arrived on arrived.source = declared.source
  left join aside on aside.source = declared.source
  left join earlier on earlier.source = declared.source
  left join retired on retired.source = declared.source, page.now as now
)
select
  *,
  rows = 0 or (is_daily and days_behind > 0) as behind,
  case
    when files = 0 then 'no file found'
    when rows = 0 then 'no row accepted'
    when last_day is null then 'its rows have no time'
    when is_retired then 'its models are retired'
    when days_behind = 0 then 'up to date'
    when not is_daily then 'newest event ' || days_behind || case days_behind when 1 then ' day' else ' days' end || ' ago'
    when days_behind = 1 then '1 day behind'
    else days_behind || ' days behind'
  end || case when unmatched then '; no file matches its pattern any more' else '' end
  || case outdated
    when 0 then '' when 1 then '; the rows of one file were read with an earlier mapping'
    else '; the rows of ' || outdated || ' files were read with an earlier mapping'
  end as state
from judged
order by behind desc, rows > 0, is_daily desc, days_behind desc, source
