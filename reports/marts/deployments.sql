/*---
title: Deployments
definition: One row per deployment up to the day of the report, or the running day; newest first, at most 20 per model.
---*/
select
  model_id as model, version, kind, started_at, ended_at, traffic_share, actor, actor_kind, environment,
  previous_version, gate, reason
from fact.deployments, page.now as now
where (started_at at time zone now.timezone)::date <= coalesce(now.running_day, now.as_of)
qualify row_number() over (partition by model_id order by started_at desc, deployment_id) <= 20
order by model, started_at desc, deployment_id
