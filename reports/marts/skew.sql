/*---
title: Training against serving
definition: >
  One row per feature of each model's current version whose training run has a profile of its data: the shares of missing
  values, the share of served values outside the training data, and how far the mean moved in standard deviations of the
  training data. Served values are those of the leading window. Numbers outside are counted by grid cell and day, using
  the cell's mean; categories only if they are counted by name. For categories the largest change of a share replaces that
  of the mean.
---*/
with run as (
  select v.model_id, v.version, r.run_id, r.data_from, r.data_to, try_cast(r.profile as map(varchar, json)) as profile
  from page.models as m
  join catalog.version as v on v.model_id = m.model and v.version = m.current_version
  join fact.training_runs as r on r.run_id = v.run_id and r.model_id = v.model_id
  where r.profile is not null
),
entry as (
  select model_id, version, run_id, data_from, data_to, unnest(map_entries(profile)) as e from run
),
trained as (
  select
    model_id,
    version,
    run_id,
    data_from,
    data_to,
    e.key as feature,
    try_cast(e.value ->> '$.n' as double) as n,
    try_cast(e.value ->> '$.missing' as double) as missing,
    try_cast(e.value ->> '$.min' as double) as low,
    try_cast(e.value ->> '$.max' as double) as high,
    try_cast(e.value ->> '$.mean' as double) as mean,
    try_cast(e.value ->> '$.sd' as double) as sd,
    try_cast(e.value -> '$.shares' as map(varchar, double)) as shares
  from entry
),
number_cell as (
  select
    h.model_id, h.version, h.feature, h.grid_from, g.centre, g.scale, h.n, h.s1, h.bin = 999 as is_missing,
    abs(h.bin) <= 127 and h.n > 0 and g.scale > 0 as is_measured,
    t.low - g.scale * 1e-6 as low,
    t.high + g.scale * 1e-6 as high
  from daily.feature_hist as h
  join trained as t on t.model_id = h.model_id and t.version = h.version and t.feature = h.feature
  join ops.grid as g on g.model_id = h.model_id and g.feature = h.feature and g.from_day = h.grid_from, page.now as now
  where h.segment = '' and h.day between now.window_start and now.as_of
    and h.model_id in (select model_id from trained)
),
number_grid as (  -- sums of integers, so that the order of rows changes no digit
  select
    model_id,
    feature,
    grid_from,
    sum(n)::bigint as n,
    sum(n) filter (where is_missing) as missing,
    sum(n) filter (where is_measured) as measured,
    sum(n) filter (where is_measured and centre + scale * (s1::double / n / 1048576) not between low and high) as outside,
    any_value(centre) * sum(n) filter (where is_measured)::double
      + any_value(scale) * (sum(s1) filter (where is_measured)::double / 1048576) as total
  from number_cell
  group by model_id, feature, grid_from
),
number as (
  select
    model_id,
    feature,
    sum(n)::bigint as n,
    sum(missing)::double as missing,
    sum(measured)::double as measured,
    sum(outside)::double as outside,
    list_sum(list(total order by grid_from) filter (where total is not null)) as total
  from number_grid
  group by model_id, feature
),
category_value as (
  select h.model_id, h.version, h.feature, h.kind, h.value, sum(h.n)::double as n
  from daily.category_hist as h, page.now as now
  where h.segment = '' and h.day between now.window_start and now.as_of
    and h.model_id in (select model_id from trained)
  group by all
),
category as (
  select
    c.model_id,
    c.version,
    c.feature,
    sum(c.n)::bigint as n,
    sum(c.n) filter (where c.kind = 'missing') as missing,
    sum(c.n) filter (where c.kind <> 'missing') as measured,
    sum(c.n) filter (where c.kind = 'value' and t.shares[c.value] is null) as outside
  from category_value as c
  join trained as t on t.model_id = c.model_id and t.version = c.version and t.feature = c.feature
  where t.shares is not null
  group by all
),
category_shift as (
  select t.model_id, t.feature, max(abs(coalesce(v.n, 0) / nullif(c.measured, 0) - t.share)) as share_shift
  from (
    select model_id, version, feature, unnest(map_keys(shares)) as value, unnest(map_values(shares)) as share from trained
  ) as t
  join category as c on c.model_id = t.model_id and c.feature = t.feature
  left join category_value as v
    on v.model_id = t.model_id and v.version = t.version and v.feature = t.feature and v.kind = 'value' and v.value = t.value
  group by all
)
select
  t.model_id as model,
  t.version,
  t.feature,
  case when t.shares is null then 'number' else 'category' end as kind,
  t.run_id,
  t.data_from,
  t.data_to,
  t.n as trained_n,
  coalesce(number.n, category.n, 0) as served_n,
  t.missing / nullif(t.n, 0) as trained_missing,
  coalesce(number.missing, category.missing, 0) / nullif(coalesce(number.n, category.n), 0) as served_missing,
  t.mean as trained_mean,
  number.total / nullif(number.measured, 0) as served_mean,
  case
    when t.low is null and t.high is null and t.shares is null then null
    else coalesce(number.outside, category.outside, 0) / nullif(coalesce(number.measured, category.measured), 0)
  end as outside_share,
  (number.total / nullif(number.measured, 0) - t.mean) / nullif(t.sd, 0) as shift_sd,
  category_shift.share_shift
from trained as t
left join number on number.model_id = t.model_id and number.feature = t.feature and t.shares is null
left join category on category.model_id = t.model_id and category.feature = t.feature
left join category_shift on category_shift.model_id = t.model_id and category_shift.feature = t.feature
order by model, kind desc, abs(shift_sd) desc nulls last, share_shift desc nulls last, t.feature
