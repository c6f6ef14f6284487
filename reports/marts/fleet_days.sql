/*---
title: All production models by day
definition: Requests and records of production models, one row per day of the last 91 days with any request.
---*/
select
  day,
  sum(requests)::bigint as requests,
  sum(records)::bigint as records,
  count(distinct t.model_id) as models
from daily.traffic as t
join catalog.model as m on m.model_id = t.model_id and m.stage = 'production', page.now as now
where t.segment = '' and day between now.as_of - 90 and now.as_of
group by day
order by day
