/*---
title: All production models together
definition: >
  One row: requests of the production models in the leading window and in the one before it. The earlier figure is
  NULL if the log begins inside the earlier window: a part is not compared with a whole. `first_day` is the log's.
---*/
select
  coalesce(sum(traffic.requests) filter (where traffic.day >= now.window_start), 0)::bigint as requests,
  case
    when (select min(first_day) from catalog.model) <= now.before_start
      then coalesce(sum(traffic.requests) filter (where traffic.day < now.window_start), 0)::bigint
  end as requests_before,
  (select min(first_day) from catalog.model) as first_day
from page.now as now
left join (
  select t.day, t.requests
  from daily.traffic as t
  join catalog.model as m on m.model_id = t.model_id and m.stage = 'production'
  where t.segment = ''
) as traffic on traffic.day between now.before_start and now.as_of
group by now.window_start, now.before_start
order by first_day
