/*---
title: The night's days
definition: >
  One row: the day reported, the length of the leading window, the first day of that window and of the one before it,
  and the time zone of all these days. Every other view that needs a period reads it from here.
---*/
select
  as_of,
  window_days,
  as_of - (window_days - 1) as window_start,
  as_of - window_days as before_end,
  as_of - (2 * window_days - 1) as before_start,
  running_day,
  timezone,
  currency
from (
  select
    max(value) filter (where key = 'as_of')::date as as_of,
    max(value) filter (where key = 'window')::integer as window_days,
    nullif(max(value) filter (where key = 'running_day'), '')::date as running_day,
    max(value) filter (where key = 'timezone') as timezone,
    max(value) filter (where key = 'currency') as currency
  from ops.state
)
order by as_of
