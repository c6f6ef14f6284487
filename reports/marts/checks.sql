/*---
title: Checks
definition: One row a check that stood between the figures and their publication.
---*/
select name, state, blocking, detail
from ops.checks
where name <> 'site holds together'  -- made after the pages: it would show the night before
order by state = 'pass', name
