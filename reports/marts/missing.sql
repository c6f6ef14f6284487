/*---
title: Missing values by model
definition: >
  One row per model with features in its log: the share of all its values in the leading window that are missing, the
  feature with the most missing values, and the day with most of them. A source that stopped for a day thus looks
  different from values that are missing here and there.
---*/
with numbers as (
  select h.model_id as model, h.feature, h.day, h.n, h.bin = 999 as is_missing
  from daily.feature_hist as h, page.now as now
  where h.segment = '' and not starts_with(h.feature, 'output:') and h.day between now.window_start and now.as_of
),
categories as (
  select h.model_id as model, h.feature, h.day, h.n, h.kind = 'missing' as is_missing
  from daily.category_hist as h, page.now as now
  where h.segment = '' and not starts_with(h.feature, 'output:') and h.day between now.window_start and now.as_of
),
by_feature as (
  select model, feature, sum(n) as n, sum(missing) as missing, sum(missing) / sum(n) as share
  from (
    select model, feature, sum(n) as n, coalesce(sum(n) filter (where is_missing), 0) as missing
    from numbers group by model, feature
    union all
    select model, feature, sum(n), coalesce(sum(n) filter (where is_missing), 0)
    from categories group by model, feature
  )
  group by model, feature
),
by_day as (
  select model, day, sum(missing) as missing
  from (
    select model, day, coalesce(sum(n) filter (where is_missing), 0) as missing from numbers group by model, day
    union all
    select model, day, coalesce(sum(n) filter (where is_missing), 0) from categories group by model, day
  )
  group by model, day
),
top_day as (
  select model, first(day order by missing desc, day) as day, max(missing) as missing, count(*) filter (where missing > 0) as days
  from by_day
  group by model
)
select
  f.model,
  count(*) as features,
  count(*) filter (where f.missing > 0) as with_gaps,
  sum(f.n)::bigint as seen,
  sum(f.missing)::bigint as missing_count,
  sum(f.missing)::double / nullif(sum(f.n), 0) as share,
  first(f.feature order by f.share desc, f.feature) as worst_feature,
  max(f.share)::double as worst_share,
  any_value(t.day) as top_day,
  any_value(t.missing)::double / nullif(sum(f.missing), 0)::double as top_day_share,
  case
    when sum(f.missing) = 0 then null
    when any_value(t.days) = 1 then 'all of the model''s missing values fell on ' || strftime(any_value(t.day), '%-d %b %Y')
    when any_value(t.missing) * 2 >= sum(f.missing)
      then round(100 * any_value(t.missing) / sum(f.missing))::integer || ' % of the model''s missing values fell on '
        || strftime(any_value(t.day), '%-d %b %Y')
    else 'the model''s missing values are spread over ' || any_value(t.days) || ' days'
  end as when_missing
from by_feature as f
join top_day as t on t.model = f.model
group by f.model
order by f.model
