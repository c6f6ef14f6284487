/*---
title: Cells of numeric features
definition: >
  One row per model, numeric feature and one of 16 cells of its softsign grid (NULL: missing and infinite values): how many
  values the reference and the leading window have in it, and the smallest and largest mean of a day's grid cell.
---*/
with compared as (
  select *, model_id in (select model_id from page.told_profiles) as is_told from catalog.model
),
number_rows as (
  select model_id, feature, day, grid_from, bin::integer as bin, n::double as n, s1::double as s1, invalid, false as is_told
  from daily.feature_hist where segment = ''
  union all
  select model_id, feature, null, grid_from, bin, n, s1, 0, true from page.told_profiles where kind = 'number'
),
cells as (
  select
    h.model_id as model,
    h.feature,
    h.grid_from,
    case when abs(h.bin) <= 127 then least(floor((h.bin + 128) / 16)::integer, 15) end as cell,
    min(h.s1 / h.n / 1048576) filter (where abs(h.bin) <= 127 and h.n > 0) as lowest_u,
    max(h.s1 / h.n / 1048576) filter (where abs(h.bin) <= 127 and h.n > 0) as highest_u,
    sum(h.n) filter (where h.is_told or (not m.is_told and h.day between m.reference_start and m.reference_end))::bigint
      as reference,
    sum(h.n) filter (where h.day between now.window_start and now.as_of)::bigint as current,
    sum(h.invalid) filter (where h.day between now.window_start and now.as_of)::bigint as invalid
  from number_rows as h
  join compared as m on m.model_id = h.model_id,
  page.now as now
  where h.is_told or h.day between m.reference_start and m.reference_end
    or h.day between now.window_start and now.as_of
  group by h.model_id, h.feature, h.grid_from, cell
),
newest as (
  select model_id, feature, max(from_day) as from_day from ops.grid group by model_id, feature
)
select cells.* exclude (grid_from)
from cells
join newest on newest.model_id = cells.model and newest.feature = cells.feature and newest.from_day = cells.grid_from
order by cells.model, cells.feature, cells.cell
