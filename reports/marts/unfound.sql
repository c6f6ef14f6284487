/*---
title: Mapped columns that no file has
definition: >
  One row a source and mapped column that none of the source's files with rows has, and what the newest of them has
  instead. A column that some files have is no fault: logs gain columns.
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
