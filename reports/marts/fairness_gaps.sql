/*---
title: Largest differences between groups
definition: >
  One row per model, declared grouping and figure: the groups with the highest and the lowest value, their difference and
  ratio, and whether their 90 % intervals lie apart. Groups with fewer than 100 rows are counted as too small and left
  out; so are 'other' and 'missing', which are not groups.
---*/
select
  model,
  dimension,
  metric,
  any_value(title) as title,
  any_value(metric_slug) as metric_slug,
  any_value(unit) as unit,
  any_value(position) as position,
  count(value) as compared,
  count(*) - count(value) as too_small,
  first(name order by value desc, name) filter (where value is not null) as high_name,
  max(value) as high_value,
  first(low order by value desc, name) filter (where value is not null) as high_low,
  first(high order by value desc, name) filter (where value is not null) as high_high,
  first(name order by value, name) filter (where value is not null) as low_name,
  min(value) as low_value,
  first(low order by value, name) filter (where value is not null) as low_low,
  first(high order by value, name) filter (where value is not null) as low_high,
  max(value) - min(value) as difference,
  case when min(value) > 0 then max(value) / min(value) end as ratio,
  coalesce(low_high < high_low, false) as is_apart
from page.fairness
where name not in ('other', 'missing')
group by model, dimension, metric
order by model, dimension, any_value(position)
