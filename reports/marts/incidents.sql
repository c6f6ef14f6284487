/*---
title: Incidents
definition: >
  One row per incident up to the day of the report, or the running day; newest first, at most 20 per model. What was
  detected or resolved after that day counts as still open.
---*/
with known as (
  select *, coalesce(now.running_day, now.as_of) as until
  from fact.incidents, page.now as now
)
select
  model_id as model, incident_id, severity, started_at,
  case when (detected_at at time zone timezone)::date <= until then detected_at end as detected_at,
  case when (resolved_at at time zone timezone)::date <= until then resolved_at end as resolved_at,
  title, cause, action
from known
where (started_at at time zone timezone)::date <= until
qualify row_number() over (partition by model_id order by started_at desc, incident_id) <= 20
order by model, known.started_at desc, incident_id
