/*---
title: Distributions of answers and labels
definition: >
  One row per model and output: scores in steps of half a unit of log odds, predictions and labels of regression models on
  16 cells of their common grid, decisions and classes by name; shares of the reference days and of the leading window.
  The first and the last cell with half a percent of either also hold what lies beyond them. Only labels that have
  arrived are counted.
---*/
with grid as (
  select *
  from ops.grid
  where feature = 'output:prediction' and kind = 'number'
  qualify row_number() over (partition by model_id order by from_day desc) = 1
),
counted as (
  select model_id as model, 'output:score' as feature, day, null::date as grid_from, bin, n
  from daily.score_hist where segment = ''
  union all
  select model_id, feature, day, grid_from, bin, n
  from daily.feature_hist where segment = '' and feature = 'output:prediction' and abs(bin) <= 127
  union all
  select model_id, 'output:label', day, grid_from, bin, n from daily.label_hist where segment = '' and bin is not null
),
named as (
  select model_id as model, feature, day, coalesce(value, kind) as label, n
  from daily.category_hist where segment = '' and feature = 'output:prediction' and kind <> 'missing'
  union all
  select model_id, 'output:label', day, coalesce(value, 'other'), n
  from daily.label_hist where segment = '' and bin is null
  union all
  select model_id, 'output:label', day, u.label, u.n
  from daily.outcome_binary, unnest([{'label': 'negative', 'n': fp + tn}, {'label': 'positive', 'n': tp + fn}]) as t (u)
  where segment = ''
),
cells as (
  select
    c.model,
    c.feature,
    case
      when c.feature = 'output:score' then floor((c.bin + 128) / 5)::integer
      else least(floor((c.bin + 128) / 16)::integer, 15)
    end as cell,
    sum(c.n) filter (where c.day between m.reference_start and m.reference_end)::bigint as reference,
    sum(c.n) filter (where c.day between now.window_start and now.as_of)::bigint as current
  from counted as c
  join catalog.model as m on m.model_id = c.model
  left join grid on grid.model_id = c.model
  cross join page.now as now
  where c.feature = 'output:score' or c.grid_from = grid.from_day
  group by c.model, c.feature, cell
),
bounds as (
  select model, feature, min(cell) as first_cell, max(cell) as last_cell
  from (
    select
      *,
      reference / nullif(sum(reference) over whole, 0) as reference_share,
      current / nullif(sum(current) over whole, 0) as current_share
    from cells
    window whole as (partition by model, feature)
  )
  where reference_share >= 0.005 or current_share >= 0.005
  group by model, feature
),
gathered as (
  select
    c.model,
    c.feature,
    greatest(b.first_cell, least(b.last_cell, c.cell)) as cell,
    sum(c.reference)::bigint as reference,
    sum(c.current)::bigint as current
  from cells as c
  join bounds as b on b.model = c.model and b.feature = c.feature
  group by all
),
numbers as (
  select
    b.model,
    b.feature,
    list(r.cell order by r.cell) as cells,
    list(coalesce(c.reference, 0) order by r.cell) as reference,
    list(coalesce(c.current, 0) order by r.cell) as current
  from bounds as b
  join range(0, 52) as r (cell) on r.cell between b.first_cell and b.last_cell
  left join gathered as c on c.model = b.model and c.feature = b.feature and c.cell = r.cell
  group by b.model, b.feature
),
labels as (
  select
    n.model,
    n.feature,
    n.label,
    sum(n.n) filter (where n.day between m.reference_start and m.reference_end)::bigint as reference,
    sum(n.n) filter (where n.day between now.window_start and now.as_of)::bigint as current
  from named as n
  join catalog.model as m on m.model_id = n.model
  cross join page.now as now
  group by n.model, n.feature, n.label
  having reference > 0 or current > 0
  qualify row_number() over (
    partition by n.model, n.feature order by coalesce(reference, 0) + coalesce(current, 0) desc, n.label
  ) <= 9
),
categories as (
  select
    model,
    feature,
    list(label order by label) as labels,
    list(coalesce(reference, 0) order by label) as reference,
    list(coalesce(current, 0) order by label) as current
  from labels
  group by model, feature
),
drawn as (
  select
    n.model,
    n.feature,
    null::varchar[] as labels,
    list_transform(
      list_append(n.cells, n.cells[-1] + 1),
      lambda c: case
        when n.feature = 'output:score' then 1 / (1 + exp(-(c * 5 - 128.5) / 10))
        else grid.centre + grid.scale * ((c * 16 - 128.5) / 127.0) / (1 - least(abs((c * 16 - 128.5) / 127.0), 0.99))
      end
    ) as edges,
    n.reference,
    n.current
  from numbers as n
  left join grid on grid.model_id = n.model
  union all
  select model, feature, labels, null, reference, current from categories
)
select
  model,
  feature,
  labels,
  edges,
  list_transform(reference, lambda x: x / nullif(list_sum(reference), 0)::double) as reference,
  list_transform(current, lambda x: x / nullif(list_sum(current), 0)::double) as current
from drawn
order by model, list_position(['output:score', 'output:prediction', 'output:label'], feature)
