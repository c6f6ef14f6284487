/*---
title: The ledger
definition: >
  One row per source: every row that was read is accepted, rejected or a duplicate; `balance` is the remainder
  and must be 0. Late rows are accepted rows that arrived long after their day.
---*/
select
  source,
  any_value(kind) as kind,
  count(distinct path) as files,
  sum(rows_read)::bigint as rows_read,
  sum(accepted)::bigint as accepted,
  sum(rejected)::bigint as rejected,
  sum(duplicate)::bigint as duplicate,
  sum(late)::bigint as late,
  (sum(rows_read) - sum(accepted) - sum(rejected) - sum(duplicate))::bigint as balance,
  min(day) as first_day,
  max(day) as last_day
from ops.ledger
group by source
order by source
