/*---
title: Files read and set aside
definition: One row per source file, those set aside first, with its size and the first 16 digits of its SHA-256.
---*/
select source, path, file_id, size, state, reason, rows_read
from ops.file
order by state = 'read', source, path
