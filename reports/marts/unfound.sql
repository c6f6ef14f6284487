/*---
title: Mapped columns that no file has
definition: >
  One row per source and mapped column that is in none of the source's files with rows, and what the newest of them has
  instead. A column that only some files have is not a fault: logs gain columns.
---*/
with readable as (
  select source, count(*) as files
  from ops.file
  where state = 'read' and rows_read > 0
  group by source
)
select
  unfound.source,
  unfound.name,
  unfound.wanted,
  count(*) as files,
  max(unfound.path) as path,
  arg_max(unfound.has, unfound.path) as has,
  arg_max(unfound.hint, unfound.path) as hint
from ops.unfound as unfound
join readable on readable.source = unfound.source
group by unfound.source, unfound.name, unfound.wanted, readable.files
having count(*) = readable.files
order by unfound.source, unfound.name
