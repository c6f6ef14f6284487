/*---
title: Inputs by source
definition: >
  One row per source, the one whose newest day is oldest first: files, rows and one SHA-256 over the sorted hashes of
  its files, so that a receipt can identify thousands of files in one line. The hash of every file is in api/inputs.csv.
---*/
with files as (
  select
    source,
    count(*) as files,
    coalesce(sum(rows_read), 0)::bigint as rows_read,
    sha256(string_agg(file_id, chr(10) order by path)) as sha256
  from ops.file
  where state = 'read'
  group by source
),
ledger as (
  select source, max(day) filter (where accepted > 0) as last_day, sum(accepted)::bigint as accepted
  from ops.ledger
  group by source
)
select files.source, ledger.last_day, files.files, files.rows_read, coalesce(ledger.accepted, 0) as accepted, files.sha256
from files
left join ledger on ledger.source = files.source
order by ledger.last_day nulls first, files.source
