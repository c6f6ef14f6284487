/*---
title: Calibration
definition: >
  One row per model with scores and step of one unit of log odds of its score, over the leading window: the mean score, the
  share of positive labels (for a multiclass model, of right answers) with its 90 % interval (Wilson 1927), and the number
  of rows. Steps with fewer than 20 rows are left out.
---*/
with stepped as (
  select
    h.model_id as model,
    floor((h.bin + 5) / 10.0)::integer as step,
    sum(h.n)::double as n,
    sum(h.s1)::double / 1073741824 as promised,
    sum(case when h.label = 1 then h.n else 0 end)::double as positives
  from daily.label_score_hist as h, page.now as now
  where h.segment = '' and h.day between now.window_start and now.as_of and h.label_day <= now.as_of
  group by all
  having sum(h.n) >= 20
),
shares as (
  select *, positives / n as share, 1.6448536 * 1.6448536 / n as z2 from stepped
)
select
  model,
  step,
  n::bigint as n,
  promised / n as score,
  share,
  greatest(0, (share + z2 / 2 - sqrt(z2 * share * (1 - share) + z2 * z2 / 4)) / (1 + z2)) as low,
  least(1, (share + z2 / 2 + sqrt(z2 * share * (1 - share) + z2 * z2 / 4)) / (1 + z2)) as high
from shares
order by model, step
