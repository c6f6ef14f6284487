/*---
title: All models by day
definition: Requests, records and errors of all models, one row a day of the last 91 days with any request.
---*/
select
  day,
  sum(requests)::bigint as requests,
  sum(records)::bigint as records,
  sum(errors)::bigint as errors,
  count(distinct model_id) as models
from daily.traffic, page.now as now
where segment = '' and day between now.as_of - 90 and now.as_of
group by day
order by day
