/*---
title: Schema changes by model
definition: >
  One row per model, day and kind of change of the last 91 days, newest first: features of the model that appeared, vanished
  (no value all day) or changed type (no value readable as a number) in one of its sources.
---*/
select model, day, change, list(distinct name order by name) as features
from (
  select g.model_id as model, s.day, s.change, s.name
  from ops.schema_change as s
  join (select distinct model_id, feature from ops.grid) as g on g.feature = s.name
  join (select distinct source, model_id from daily.traffic) as t
    on t.source = s.source and t.model_id = g.model_id, page.now as now
  where s.day between now.as_of - 90 and now.as_of
)
group by model, day, change
order by model, day desc, change desc
