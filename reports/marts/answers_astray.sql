/*---
title: Answers that name no alert
definition: >
  One row per answer, given by the day of the report, that matches no alert: none with that fingerprint, or of that model
  and rule, opened on the day it names. `opened_on` are the newest days on which one did.
---*/
with ranked as (
  select
    answer.position,
    answer.file,
    answer.line,
    answer.opened,
    coalesce(answer.alert, answer.rule || ' of ' || answer.model_id || coalesce(', ' || answer.feature, '')) as alert,
    found.opened as found_on,
    row_number() over (partition by answer.position order by found.opened desc nulls last) as place
  from catalog.answer as answer
  cross join page.now as now
  left join mart.alert as found
    on found.fingerprint = answer.alert
    or (
      found.model_id = answer.model_id
      and found.rule = answer.rule
      and coalesce(answer.feature, found.feature) = found.feature
    )
  where answer.given <= now.as_of
)
select
  any_value(file) as file,
  any_value(line) as line,
  any_value(alert) as alert,
  any_value(opened) as opened,
  string_agg(strftime(found_on, '%Y-%m-%d'), ', ' order by found_on) filter (where place <= 3) as opened_on
from ranked
group by position
having not coalesce(bool_or(found_on = opened), false)
order by file, line
