/*---
title: Features by drift
definition: >
  One row per model and feature, the furthest from its reference first: drift of the leading window with grade and
  reason, shares of missing and invalid values, and both distributions on 16 cells of the softsign grid (numbers)
  or the 8 most frequent categories. The outermost edges are the
  smallest and the largest mean of a day's grid cell, so that no axis ends where no value was seen.
---*/
with drift as (
  select
    r.model_id as model,
    r.feature,
    max(r.value) filter (where r.metric = 'drift_psi') as psi,
    max(r.value) filter (where r.metric = 'drift_js') as js,
    max(r.value) filter (where r.metric = 'drift_ks') as ks,
    max(r.value) filter (where r.metric = 'drift_wasserstein_sd') as wasserstein_sd,
    max(r.n) as n,
    min(case r.grade when 'poor' then 0 when 'watch' then 1 when 'good' then 2 else 3 end) as severity,
    first(
      r.reason order by list_position(['poor', 'watch', 'good', 'unknown'], r.grade), r.metric
    ) filter (where r.reason is not null) as reason
  from mart.reading as r, page.now as now
  where r.day = now.as_of and r.window_days = now.window_days
    and r.version = '' and r.segment = '' and r.feature <> '' and starts_with(r.metric, 'drift_')
  group by r.model_id, r.feature
),
grid as (
  select *
  from ops.grid
  qualify row_number() over (partition by model_id, feature order by from_day desc) = 1
),
bounds as (
  select
    model,
    feature,
    min(cell) as first_cell,
    max(cell) as last_cell,
    min(lowest_u) as lowest_u,
    max(highest_u) as highest_u
  from page.feature_cells
  where cell is not null
  group by model, feature
),
numbers as (
  select
    bounds.model,
    bounds.feature,
    list(coalesce(c.reference, 0) order by r.cell) as reference,
    list(coalesce(c.current, 0) order by r.cell) as current,
    list(r.cell order by r.cell) as cells,
    any_value(bounds.lowest_u) as lowest_u,
    any_value(bounds.highest_u) as highest_u
  from bounds
  join range(0, 16) as r (cell) on r.cell between bounds.first_cell and bounds.last_cell
  left join page.feature_cells as c on c.model = bounds.model and c.feature = bounds.feature and c.cell = r.cell
  group by bounds.model, bounds.feature
),
category_top as (
  select
    model,
    feature,
    case when place <= 8 then label else 'all others' end as label,
    least(place, 9) as place,
    sum(reference)::bigint as reference,
    sum(current)::bigint as current
  from (
    select
      *,
      row_number() over (
        partition by model, feature order by coalesce(reference, 0) + coalesce(current, 0) desc, kind, label
      ) as place
    from page.feature_values
    where kind <> 'missing'
  )
  group by model, feature, 3, 4
),
categories as (
  select
    model,
    feature,
    list(label order by place) as labels,
    list(coalesce(reference, 0) order by place) as reference,
    list(coalesce(current, 0) order by place) as current
  from category_top
  group by model, feature
),
quality as (
  select
    model,
    feature,
    sum(current)::bigint as seen,
    sum(current) filter (where cell is null)::double / nullif(sum(current), 0) as missing_share,
    sum(invalid)::double / nullif(sum(current), 0) as invalid_share
  from page.feature_cells
  group by model, feature
  union all
  select
    model,
    feature,
    sum(current)::bigint,
    sum(current) filter (where kind = 'missing')::double / nullif(sum(current), 0),
    sum(invalid)::double / nullif(sum(current), 0)
  from page.feature_values
  group by model, feature
),
known as (
  select model_id as model, feature from grid
  union
  select model, feature from drift
  union
  select model, feature from quality
)
select
  known.model,
  known.feature,
  row_number() over (
    partition by known.model
    order by coalesce(drift.severity, 3), drift.psi desc nulls last, known.feature
  ) as place,
  coalesce(grid.kind, case when categories.feature is not null then 'category' else 'number' end) as kind,
  declared.unit,
  drift.psi,
  drift.js,
  drift.ks,
  drift.wasserstein_sd,
  drift.n,
  case drift.severity when 0 then 'poor' when 1 then 'watch' when 2 then 'good' else 'unknown' end as grade,
  coalesce(drift.reason, 'not available: no drift was computed') as reason,
  quality.seen,
  coalesce(quality.missing_share, case when quality.seen > 0 then 0.0 end) as missing_share,
  coalesce(quality.invalid_share, case when quality.seen > 0 then 0.0 end) as invalid_share,
  categories.labels,
  case when grid.scale > 0 then list_transform(
    list_append(numbers.cells, numbers.cells[-1] + 1),
    lambda c: greatest(
      grid.centre + grid.scale * coalesce(
        case when c = numbers.cells[1] then numbers.lowest_u when c > numbers.cells[-1] then numbers.highest_u end,
        ((c * 16 - 128.5) / 127.0) / (1 - least(abs((c * 16 - 128.5) / 127.0), 0.99))
      ),
      coalesce(declared.min, '-inf'::double)
    )
  ) end as edges,
  list_transform(
    coalesce(categories.reference, numbers.reference),
    lambda x: x / nullif(list_sum(coalesce(categories.reference, numbers.reference)), 0)::double
  ) as reference,
  list_transform(
    coalesce(categories.current, numbers.current),
    lambda x: x / nullif(list_sum(coalesce(categories.current, numbers.current)), 0)::double
  ) as current
from known
left join drift on drift.model = known.model and drift.feature = known.feature
left join grid on grid.model_id = known.model and grid.feature = known.feature
left join quality on quality.model = known.model and quality.feature = known.feature
left join numbers on numbers.model = known.model and numbers.feature = known.feature
left join categories on categories.model = known.model and categories.feature = known.feature
left join catalog.feature as declared on declared.model_id = known.model and declared.feature = known.feature
where not starts_with(known.feature, 'output:')
order by known.model, place
