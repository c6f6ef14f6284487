/*---
title: Logs out of sight
definition: >
  One row if the log holds requests but none in the leading window of the night's day, nor on the running day: then every
  page is empty, and the day to report is most likely wrong. Otherwise no row.
---*/
with days as (
  select min(day) as first_day, max(day) as newest_day
  from ops.part
  where kind = 'requests'
)
select
  newest_day,
  first_day,
  case when newest_day < now.window_start then newest_day else first_day end as nearest_day,
  case when newest_day < now.window_start then 'newest' else 'oldest' end as which
from days, page.now as now
where newest_day is not null
  and not exists (
    from ops.part as p
    where p.kind = 'requests' and (p.day between now.window_start and now.as_of or p.day = now.running_day)
  )
order by newest_day
