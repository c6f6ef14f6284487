/*---
title: Checks
definition: One row per check that the figures had to pass before they were published.
---*/
select name, state, blocking, detail
from ops.checks
where name <> 'site holds together'  -- made after the pages, so it would be that of the night before
order by state = 'pass', name
