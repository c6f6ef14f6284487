/*---
title: Distances from the reference
definition: >
  One row per model and feature or output of the leading window, inputs before outputs, the furthest first: every distance
  with its grade, the importance of the feature for the current version, since when it has been out of its usual range,
  and its daily Jensen-Shannon distances of the last 91 days for a small chart; NULL if no day has one.
---*/
with wide as (
  select
    r.model_id as model,
    r.feature,
    max(r.value) filter (where r.metric = 'drift_psi') as psi,
    max(r.value) filter (where r.metric = 'drift_js') as js,
    max(r.value) filter (where r.metric = 'drift_hellinger') as hellinger,
    max(r.value) filter (where r.metric = 'drift_ks') as ks,
    max(r.value) filter (where r.metric = 'drift_wasserstein') as wasserstein,
    max(r.unit) filter (where r.metric = 'drift_wasserstein') as unit,
    max(r.value) filter (where r.metric = 'drift_wasserstein_sd') as wasserstein_sd,
    max(r.value) filter (where r.metric = 'drift_cramers_v') as cramers_v,
    max(r.value) filter (where r.metric = 'drift_l_infinity') as l_infinity,
    max(r.value) filter (where r.metric = 'drift_unseen_share') as unseen_share,
    max(r.value) filter (where r.metric = 'drift_missing_change') as missing_change,
    max(r.reason) filter (where r.metric = 'drift_chi_square') as chi_square_reason,
    max(r.reason) filter (where r.metric = 'drift_psi') as psi_reason,
    max(r.n) as n,
    bool_or(r.metric in ('drift_cramers_v', 'drift_l_infinity')) as is_category,
    min(case r.grade when 'poor' then 0 when 'watch' then 1 when 'good' then 2 else 3 end) as severity
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days
    and r.version = '' and r.segment = '' and r.feature <> '' and starts_with(r.metric, 'drift_')
  group by r.model_id, r.feature
),
calendar as (
  select model.model_id as model, unnest(
    generate_series(greatest(model.first_day, now.as_of - 90), now.as_of, interval 1 day)
  )::date as day
  from catalog.model as model, page.now as now
  where model.first_day <= now.as_of
),
daily as (
  select
    w.model,
    w.feature,
    list(c.day order by c.day) as days,
    case when count(r.value) > 0 then list(r.value order by c.day) end as readings
  from wide as w
  join calendar as c on c.model = w.model
  left join mart.reading as r
    on r.model_id = w.model and r.feature = w.feature and r.day = c.day and r.metric = 'drift_js'
    and r.window_days = 1 and r.version = '' and r.segment = ''
  group by w.model, w.feature
),
front as (
  select model_id as model, arg_max(version, (last_served, version)) as version
  from (
    select t.model_id, t.version, max(t.day) as last_served
    from daily.traffic as t, page.now as now
    where t.segment = '' and t.day <= now.as_of
    group by t.model_id, t.version
  )
  group by model_id
)
select
  w.model,
  w.feature,
  starts_with(w.feature, 'output:') as is_output,
  case w.feature
    when 'output:score' then 'scores' when 'output:label' then 'labels'
    when 'output:prediction' then case when m.task = 'binary' or w.is_category then 'decisions' else 'predictions' end
    else w.feature
  end as title,
  row_number() over (
    partition by w.model order by starts_with(w.feature, 'output:'), w.severity, w.psi desc nulls last, w.feature
  ) as place,
  w.is_category,
  w.psi,
  regexp_extract(w.psi_reason, 'chance alone gives about ([^;]+)', 1) as by_chance,
  w.js,
  w.hellinger,
  w.ks,
  w.wasserstein,
  coalesce(w.unit, '1') as unit,
  w.wasserstein_sd,
  w.cramers_v,
  w.chi_square_reason,
  w.l_infinity,
  w.unseen_share,
  w.missing_change,
  w.n,
  case w.severity when 0 then 'poor' when 1 then 'watch' when 2 then 'good' else 'unknown' end as grade,
  w.psi_reason as reason,
  i.importance,
  i.source as importance_source,
  moved.since,
  moved.is_still,
  moved.mean as usual,
  moved.high as usual_high,
  moved.days_out,
  moved.days as days_after,
  daily.days,
  daily.readings
from wide as w
join catalog.model as m on m.model_id = w.model
left join page.moved as moved on moved.model = w.model and moved.feature = w.feature
left join daily on daily.model = w.model and daily.feature = w.feature
left join front on front.model = w.model
left join catalog.importance as i
  on i.model_id = w.model and i.version = front.version and i.feature = w.feature
order by w.model, place
