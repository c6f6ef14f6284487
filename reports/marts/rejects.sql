/*---
title: Rejected rows
definition: One row per file and reason, with the first such row as it was read.
---*/
select source, path, reason, n, first_row, sample
from ops.reject
order by n desc, source, path, reason
limit 500
