/*---
title: Incidents
definition: One row an incident up to the day of the report, or the running day; newest first, at most 20 a model.
---*/
select
  model_id as model, incident_id, severity, started_at, detected_at, resolved_at, title, cause, action
from fact.incidents, page.now as now
where (started_at at time zone now.timezone)::date <= coalesce(now.running_day, now.as_of)
qualify row_number() over (partition by model_id order by started_at desc, incident_id) <= 20
order by model, started_at desc, incident_id
