/*---
title: Business impact
definition: >
  One row per model with an impact row of the leading window, and one for its experiment, which has its own days
  (`is_current` is false); without a value the row says why. It has the money of its own period and per month of 30.4
  days, with a 90 % interval (over the days that the log covers, if it began inside the window), cost and plan; `days` is
  the number of days that the money is for; the grade of the evidence (A randomised, B quasi-experimental, C counted
  outcomes, D declared) and whether it was measured or declared. The two are never added.
---*/
with leading_window as (
  select i.*, true as is_current
  from mart.impact as i, page.now as now
  where i.day = now.as_of and i.window_days = now.window_days and i.kind is distinct from 'measured'
),
newest_experiment as (
  select i.*, false as is_current
  from mart.impact as i, page.now as now
  where i.kind = 'measured' and i.day <= now.as_of
  qualify row_number() over (partition by i.model_id order by i.day desc, i.window_days desc, i.basis) = 1
),
counted as (
  select
    i.*,
    case
      when i.kind = 'declared' and m.first_day <= i.day then least(i.window_days, i.day - m.first_day + 1)
      else i.window_days
    end as days
  from (select * from leading_window union all select * from newest_experiment) as i
  join catalog.model as m on m.model_id = i.model_id
)
select
  impact.model_id as model,
  model.slug,
  coalesce(model.title, impact.model_id) as title,
  impact.day,
  impact.window_days,
  impact.days,
  impact.is_current,
  impact.currency,
  impact.value,
  impact.low,
  impact.high,
  impact.n,
  impact.cost,
  impact.plan,
  impact.evidence,
  impact.kind,
  impact.basis,
  impact.reason,
  impact.value * 30.4375 / impact.days as month_value,
  impact.low * 30.4375 / impact.days as month_low,
  impact.high * 30.4375 / impact.days as month_high,
  impact.cost * 30.4375 / impact.days as month_cost,
  impact.plan * 30.4375 / impact.window_days as month_plan
from counted as impact
join catalog.model as model on model.model_id = impact.model_id
order by model, impact.is_current desc, impact.kind, impact.evidence, impact.basis
