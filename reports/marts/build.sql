/*---
title: This build
definition: One row. What was read and counted for this build, and the digest that names its inputs.
---*/
with state as (
  select map_from_entries(list((key, value))) as of_key from ops.state
),
files as (
  select
    count(*) filter (where state = 'read') as files_read,
    count(*) filter (where state <> 'read') as files_set_aside
  from ops.file
),
ledger as (
  select
    coalesce(sum(rows_read), 0)::bigint as rows_read,
    coalesce(sum(accepted), 0)::bigint as accepted,
    coalesce(sum(rejected), 0)::bigint as rejected,
    coalesce(sum(duplicate), 0)::bigint as duplicate,
    coalesce(sum(late), 0)::bigint as late
  from ops.ledger
),
models as (
  select
    count(*) as models,
    count(*) filter (where stage = 'production') as production,
    count(*) filter (where not declared) as undeclared,
    count(distinct team) as teams,
    count(distinct business_unit) as business_units
  from catalog.model
)
select
  now.*,
  state.of_key['organization'] as organization,
  state.of_key['about'] as about,
  state.of_key['repository_url'] as repository_url,
  state.of_key['input_digest'] as digest,
  state.of_key['code_version'] as code_version,
  models.*,
  files.*,
  ledger.*,
  (select min(day) from ops.ledger where accepted > 0) as first_day
from page.now as now, state, models, files, ledger
order by now.as_of
