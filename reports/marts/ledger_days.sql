/*---
title: The ledger by day
definition: The ledger's rows of the leading window, one per source and event day, newest first.
---*/
select
  source,
  day,
  sum(rows_read)::bigint as rows_read,
  sum(accepted)::bigint as accepted,
  sum(rejected)::bigint as rejected,
  sum(duplicate)::bigint as duplicate,
  sum(late)::bigint as late,
  (sum(rows_read) - sum(accepted) - sum(rejected) - sum(duplicate))::bigint as balance
from ops.ledger, page.now as now
where day between now.window_start and now.as_of
group by source, day
order by day desc, source
