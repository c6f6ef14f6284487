-- The warehouse: every table of every schema, made once. Page views come from reports/marts/*.sql at scoring.
-- Days are days of the workspace's time zone; instants are UTC. Shares are 0 to 1. '' means "all" in version,
-- segment and feature, and "not given" elsewhere; NULL means "not available", never zero.

create schema if not exists ops;
create schema if not exists lake;
create schema if not exists fact;
create schema if not exists catalog;
create schema if not exists daily;
create schema if not exists mart;
create schema if not exists page;

-- ops: what was read, what became of it ------------------------------------------------------------------------
create table if not exists ops.file (
  source varchar, path varchar,            -- path relative to the workspace, '/' between folders
  file_id varchar,                         -- first 16 hex digits of the content's SHA-256
  size bigint, mtime_ns bigint, state varchar,  -- 'read' or 'set aside'
  reason varchar,                          -- why set aside
  rows_read bigint,
  mapping varchar,                         -- digest of what made its rows; if its source's is another, it is outdated
  primary key (source, path)
);
create table if not exists ops.ledger (    -- rows_read = accepted + rejected + duplicate, per row of this table
  source varchar, path varchar, file_id varchar, kind varchar,
  day date,                                -- the event's day; NULL when no time could be read
  rows_read bigint, accepted bigint, rejected bigint, duplicate bigint,
  late bigint                              -- of the accepted
);
create table if not exists ops.reject (
  source varchar, path varchar, file_id varchar, reason varchar, n bigint,
  first_row bigint,                        -- 1-based row of the file where it was first seen
  sample varchar                           -- that row as JSON, at most 500 characters
);
create table if not exists ops.part (      -- the live Parquet files of the lake
  kind varchar, source varchar, day date, path varchar primary key, rows bigint, sha256 varchar,
  file_ids varchar[]                       -- the source files its rows (or labels) came from
);
create table if not exists ops.unused (    -- columns of source files that are not mapped
  source varchar, path varchar, file_id varchar, name varchar,
  n bigint                                 -- rows that had a value there
);
create table if not exists ops.unfound (   -- columns that a source maps but a file does not have
  source varchar, path varchar, file_id varchar,
  name varchar,                            -- what it is mapped to: latency_ms, feature x
  wanted varchar,                          -- the column's name in the mapping
  has varchar, hint varchar                -- the first columns of the file; ', did you mean ...?' if one is close
);
create table if not exists ops.feature_type (  -- how a feature is read: declared, or decided when first seen
  source varchar, feature varchar, type varchar, primary key (source, feature)
);
create table if not exists ops.feature_day (
  source varchar, day date, feature varchar,
  n bigint, unreadable bigint,             -- rows with a value; of these NaN, such as texts among numbers
  primary key (source, day, feature)
);
create table if not exists ops.summarised (source varchar, day date, digest varchar, primary key (source, day));
create table if not exists ops.scored (day date primary key, digest varchar);
create table if not exists ops.schema_change (
  source varchar, day date, name varchar, change varchar  -- 'appeared', 'vanished' or 'retyped'
);
create table if not exists ops.checks (name varchar, state varchar, blocking boolean, detail varchar);
create table if not exists ops.state (key varchar primary key, value varchar);

-- lake: requests and labels that wait for each other ---------------------------------------------------------
create table if not exists lake.waiting (  -- scored requests whose label has not arrived (narrow)
  request_id varchar, source varchar, file_id varchar, model_id varchar, version varchar, day date,
  user_hash ubigint, records bigint, score double, prediction double, prediction_text varchar,
  baseline double,                         -- what the simple alternative answered; NULL: not logged
  scores struct("class" varchar, p double)[],  -- probabilities of the classes; NULL: none are mapped
  segments varchar[]                       -- 'origin=JFK', ...; the model's declared segments at that time
);
create table if not exists lake.unmatched (  -- labels whose request has not arrived
  request_id varchar, source varchar, file_id varchar, model_id varchar,
  label double, label_text varchar, label_time timestamptz, label_day date
);

-- fact: small JSON Lines beside the logs ---------------------------------------------------------------------
create table if not exists fact.training_runs (
  file_id varchar, source varchar, run_id varchar, model_id varchar, version varchar, started_at timestamptz,
  ended_at timestamptz, trigger varchar, orchestrator_run_id varchar, entry_point varchar, code_sha varchar,
  code_dirty boolean, code_link varchar, artifact_uri varchar, artifact_sha256 varchar, data_uri varchar,
  data_sha256 varchar, data_rows bigint, data_from date, data_to date, schema_sha256 varchar,
  dependencies_sha256 varchar, dependencies_uri varchar, prediction_code varchar, image_digest varchar,
  parameters json, metrics json, baseline_metrics json, features json, importance json, profile json
);
create table if not exists fact.ci_runs (
  file_id varchar, source varchar, run_id varchar, model_id varchar, commit_sha varchar, finished_at timestamptz,
  suite varchar, state varchar, tests bigint, failed bigint, link varchar
);
create table if not exists fact.commits (
  file_id varchar, source varchar, sha varchar, model_id varchar, committed_at timestamptz, author varchar,
  approver varchar, message varchar, link varchar
);
create table if not exists fact.deployments (
  file_id varchar, source varchar, deployment_id varchar, model_id varchar, version varchar, kind varchar,
  started_at timestamptz, ended_at timestamptz, traffic_share double, actor varchar, actor_kind varchar,
  environment varchar, previous_version varchar, gate varchar, reason varchar
);
create or replace macro fact.in_production(environment) as  -- of a deployment; without an environment it is
  lower(coalesce(environment, 'production')) in ('production', 'prod');
create table if not exists fact.incidents (
  file_id varchar, source varchar, incident_id varchar, model_id varchar, severity varchar, started_at timestamptz,
  detected_at timestamptz, acknowledged_at timestamptz, mitigated_at timestamptz, resolved_at timestamptz,
  title varchar, cause varchar, action varchar
);

-- catalog: what is known about models ---------------------------------------------------------------------------
create table if not exists catalog.model (
  model_id varchar primary key, slug varchar, title varchar, declared boolean, file varchar, line integer,
  purpose varchar, decision_moment varchar, team varchar, business_unit varchar, owner varchar, executive varchar,
  users varchar, out_of_scope varchar, limits varchar, fallback varchar, appeal varchar, runbook varchar,
  personal_data boolean, next_review date, since date, risk_tier varchar, risk_reason varchar, stage varchar,
  retired_on date, pattern varchar, task varchar, positive varchar, unit varchar, threshold double,
  baseline varchar, label_delay_days double, reference_start date, reference_end date,
  reference_method varchar,                -- 'declared' or 'first 28 days'
  first_day date, last_day date,           -- days with requests; NULL if none
  tags varchar[], depends_on varchar[], segments varchar[],
  groups varchar[]                         -- segments whose parts are compared for fairness
);
create table if not exists catalog.version (
  model_id varchar, version varchar, first_day date, last_day date, requests bigint, run_id varchar,
  deployed_at timestamptz, stage varchar,
  items integer,                           -- how many of the six metadata items are present
  completeness double,                     -- items / 6
  next_missing varchar,                    -- the first missing one in the playbook's order; NULL: none
  primary key (model_id, version)
);
create table if not exists catalog.field (  -- the six metadata items of every version, and declared fields of models
  model_id varchar, version varchar, field varchar, value varchar, source varchar,
  method varchar,                          -- 'auto', 'inferred', 'declared' or 'missing'
  observed_at date
);
create table if not exists catalog.history (  -- what was true on which days; valid_to is the first day it was not,
  model_id varchar, version varchar,       -- NULL: still true; version '' for fields of a model, else metadata items
  field varchar, value varchar, method varchar, valid_from date, valid_to date
);

-- daily: summaries that add up -------------------------------------------------------------------------------
-- Every table has source, model_id, version, day, segment; rows of one (source, day) are replaced together.
create table if not exists daily.traffic (
  source varchar, model_id varchar, version varchar, day date, segment varchar,
  requests bigint, records bigint, errors bigint, scored bigint, late bigint, timed bigint,  -- timed: with latency
  judged bigint, arrived bigint,           -- requests with a status, with an arrival time: the bases of errors and late
  tokens_in bigint, tokens_out bigint, cost_micro bigint, hours bigint
);
create table if not exists daily.duplicate (source varchar, model_id varchar, version varchar, day date, duplicates bigint);
create table if not exists daily.newest (  -- how long before the end of the day its newest event was
  source varchar, model_id varchar, version varchar, day date, left_s bigint
);
create table if not exists daily.arrival_hist (  -- arrival after the event; bin b holds (1.02^(b-1), 1.02^b] minutes
  source varchar, model_id varchar, version varchar, day date, bin smallint, n bigint, sum_s hugeint
);
create table if not exists daily.coverage (  -- records scored, of those that could have been; if `eligible` is mapped
  source varchar, model_id varchar, version varchar, day date, eligible bigint, covered bigint
);
create table if not exists daily.objective (  -- against the declared objective; *_ppm: what it allows, in millionths
  source varchar, model_id varchar, version varchar, day date,
  timed bigint, slow bigint, slow_ppm bigint, asked bigint, failed bigint, failed_ppm bigint
);
create table if not exists daily.rule (  -- requests by the result of a declared rule
  source varchar, model_id varchar, version varchar, day date,
  kind varchar,                            -- 'rule', 'truth' or 'complete' (all required features present; rule '')
  rule varchar, passed bigint, failed bigint,
  unjudged bigint                          -- requests that lack a value it reads
);
create table if not exists daily.consumer (
  source varchar, model_id varchar, version varchar, day date, consumer varchar, requests bigint, records bigint,
  errors bigint, judged bigint             -- judged: with a status
);
create table if not exists daily.user_sketch (  -- the k smallest hashes (k = 10,000): exact below k distinct users
  source varchar, model_id varchar, version varchar, day date, hashes ubigint[]
);
create table if not exists daily.latency_hist (  -- bin b holds (1.02^(b-1), 1.02^b] ms
  source varchar, model_id varchar, version varchar, day date, segment varchar,
  per varchar,                             -- 'request' or '100 records'
  bin smallint, n bigint, sum_us hugeint
);
create table if not exists daily.feature_hist (  -- softsign grid, see ops.grid
  source varchar, model_id varchar, version varchar, day date, segment varchar, feature varchar, grid_from date,
  bin smallint,                            -- -127..127; 999 missing, 998 NaN, 997 +infinity, -997 -infinity
  n bigint, s1 hugeint, s2 hugeint,        -- sums of round(u * 2^20) and of its square; u clipped to +-2^20
  invalid bigint                           -- outside the declared range; NaN and infinities always
);
create table if not exists daily.category_hist (
  source varchar, model_id varchar, version varchar, day date, segment varchar, feature varchar,
  value varchar,                           -- a value of the dictionary, or NULL with kind
  kind varchar,                            -- 'value', 'other', 'unseen', 'missing'
  n bigint, invalid bigint
);
create table if not exists daily.score_hist (  -- all scores (logit grid) by the day scored
  source varchar, model_id varchar, version varchar, day date, segment varchar, bin smallint, n bigint, s1 hugeint,
  decided bigint                           -- positive decisions at the deployed threshold; multiclass: all
);
create table if not exists daily.label_score_hist (  -- the same for labelled requests, by label and day of the label
  source varchar, model_id varchar, version varchar, day date, segment varchar, label_day date,
  label smallint,                          -- 1: a positive label; multiclass: the class answered was right
  bin smallint, n bigint, s1 hugeint       -- s1: sum of round(score * 2^30)
);
create table if not exists daily.label_hist (  -- labels of regression (bin) and multiclass models (value)
  source varchar, model_id varchar, version varchar, day date, segment varchar, label_day date,
  value varchar,                           -- NULL with a bin, and if a day has more than 1,000 classes
  grid_from date, bin smallint,            -- softsign grid of output:prediction, see ops.grid
  n bigint, s1 hugeint, s2 hugeint
);
create table if not exists daily.joint (  -- numeric features together, on a sample; models with `multivariate: true`
  source varchar, model_id varchar, version varchar, day date, segment varchar,
  grids varchar,                           -- digest of the features and their grids: only equal ones add up
  a varchar, b varchar,                    -- b '': the sum of a
  n bigint, s bigint                       -- sums of q_a, or of q_a q_b; q = round(2^15 u / (1 + |u|))
);
create table if not exists daily.outcome_binary (  -- exact at the deployed threshold
  source varchar, model_id varchar, version varchar, day date, segment varchar, label_day date,
  bucket smallint,                         -- user_hash % 32 if segment = '', else NULL
  tp bigint, fp bigint, fn bigint, tn bigint, log_loss_n bigint, log_loss_sum hugeint, -- round(loss * 2^30)
  brier_sum hugeint                        -- of the same rows: round((score - label)^2 * 2^30)
);
create table if not exists daily.outcome_regression (  -- errors scaled by 2^10 of the model's unit
  source varchar, model_id varchar, version varchar, day date, segment varchar, label_day date, bucket smallint,
  n bigint, y hugeint, yy hugeint, e hugeint, ee hugeint, ae hugeint,
  bn bigint, pae hugeint, bae hugeint,     -- rows with a baseline; of these |e| and the baseline's own
  pn bigint, pe hugeint                    -- rows with a label other than 0; of these |e / y| * 2^20
);
create table if not exists daily.outcome_class (  -- multiclass: true classes and classes answered
  source varchar, model_id varchar, version varchar, day date, segment varchar, label_day date, bucket smallint,
  label varchar, predicted varchar,        -- 'other' beyond 50 classes of a model
  n bigint, hits bigint,                   -- rows; of these, with the same class on both sides, 'other' or not
  log_loss_n bigint, log_loss_sum hugeint, -- rows with probabilities; round(-ln(that of the label) * 2^30)
  brier_sum hugeint                        -- of the same rows: round(sum over classes of (p - truth)^2 * 2^30)
);
create table if not exists daily.error_hist (  -- errors by prediction, on the grid of output:prediction, see ops.grid
  source varchar, model_id varchar, version varchar, day date, segment varchar, label_day date,
  grid_from date, bin smallint,
  n bigint, a hugeint, aa hugeint, aaaa hugeint  -- sums of round(|error| / scale * 2^10), its square, its 4th power
);
create table if not exists ops.grid (
  model_id varchar, feature varchar, from_day date, kind varchar,  -- 'number' or 'category'
  centre double, scale double, n bigint,   -- n: values they were computed from; scale 0: a constant
  frozen boolean, primary key (model_id, feature, from_day)
);
create table if not exists ops.category (
  model_id varchar, feature varchar, value varchar, rank integer, first_day date,
  primary key (model_id, feature, value)
);

-- mart: figures ----------------------------------------------------------------------------------------------
create table if not exists mart.reading (
  model_id varchar, version varchar, metric varchar, segment varchar, feature varchar, day date,
  window_days integer, value double, unit varchar, numerator double, denominator double, n bigint,
  low double, high double, grade varchar, reason varchar
);
create table if not exists mart.label_arrival (  -- learned from the reference days; without models with too few labels
  model_id varchar, lag integer,           -- days after the request
  share double, labels bigint              -- share of a day's labels that have arrived by then; labels it rests on
);
create table if not exists mart.uncounted_label (  -- labels that say nothing about their model
  model_id varchar, source varchar, wanted varchar,  -- wanted: the column that the source maps
  n bigint, first_day date, last_day date,
  texts varchar[],                        -- words instead of numbers: the most frequent ones of the newest days
  codes varchar[],                        -- numbers that all count as yes, some beyond 1: the most frequent ones
  yes varchar[],                          -- what means yes in the source, if no label does
  ids varchar[], waiting varchar[]        -- labels without a request: an id they name, and one that waits
);
create table if not exists mart.impact (
  model_id varchar, day date, window_days integer, currency varchar,
  value double, low double, high double, n bigint,   -- money of the window, 90 % interval
  cost double, plan double, evidence varchar,        -- 'A', 'B', 'C', 'D' or NULL
  kind varchar,                                      -- 'measured' (A, B) or 'declared' (C, D)
  basis varchar, reason varchar                      -- how it was computed; why there is none
);
create table if not exists mart.fact (
  name varchar, subject varchar, day date, value double, numerator double, denominator double, detail varchar,
  unit varchar
);
create table if not exists mart.milestone (
  rubric varchar, subject varchar, milestone varchar, day date, state varchar, raw_state varchar, value double,
  threshold varchar, evidence varchar, method varchar, since date, expires date
);
create table if not exists mart.maturity (
  rubric varchar, subject varchar, pillar varchar,   -- '' for the whole
  day date, level integer, score double, coverage double, passed integer, applicable integer,
  waived_score double,                     -- score with waived milestones counted as passed
  next_step varchar                        -- id of the first milestone unmet; NULL: none
);
create table if not exists mart.checklist (
  section varchar, item varchar, question varchar, status varchar,
  decided_by varchar,                      -- 'data', 'people' or 'nobody'
  answer varchar, owner varchar, due date, evidence varchar, reviewed date, overdue boolean, help varchar, page varchar,
  file varchar, line integer               -- where to edit it
);
create table if not exists mart.scorecard (  -- one row per model and family: the worst metric that counts
  model_id varchar, family varchar, grade varchar, reason varchar, metric varchar, value double, unit varchar
);

-- alerts: what each monitor judged, and what became of it ---------------------------------------------------------
create table if not exists ops.watched (day date primary key, digest varchar);  -- of ops.scored, when judged last
create table if not exists mart.signal (   -- one row per monitor and day, with the state of its fold after that day
  model_id varchar, rule varchar, metric varchar, segment varchar, feature varchar, day date,
  known_on date,                           -- when everything it rests on had arrived; labels are waited for
  observed double, expected double, low double, high double, z double, n bigint,
  state varchar,                           -- 'ok', 'fires', 'drifting', 'clears', 'warming up', 'too few', 'not known'
  reason varchar, detectable double,       -- smallest change seen within two days, in the metric's unit
  since date, opened date, last_fired date, repeats integer,  -- of the episode open or ended on this day; NULL: none
  closed boolean,                          -- it ended on this day
  firing integer, clearing integer,        -- days in a row
  held double[]                            -- what the rule remembers, such as a moving average
);
create table if not exists mart.alert (    -- one row per episode, identified by fingerprint and day of opening
  fingerprint varchar, slug varchar, model_id varchar, rule varchar, segment varchar, feature varchar, metric varchar,
  severity varchar, state varchar, opened date, known_on date, last_seen date, closed date, repeats integer,
  observed double, expected double, low double, high double, z double, n bigint, unit varchar,
  owner varchar, runbook varchar, deadline date, escalation varchar,
  cause varchar, cause_kind varchar, grouped_under varchar,
  value_exposed double, value_reason varchar, currency varchar, users_affected bigint, users_reason varchar,
  title varchar, message varchar, ask varchar, silenced_until date, silence_reason varchar,
  acknowledged date, mitigated date, resolved date, reviewed date, answered_by varchar, verdict varchar,
  stated_cause varchar, note varchar, incident varchar, answer_file varchar, answer_line integer
);
create table if not exists mart.alert_record (  -- how fast alerts are answered, and how often rules are right
  rule varchar, severity varchar,          -- '' for all of them
  alerts integer, judged integer, false_alarms integer, due integer, acknowledged integer, resolved integer,
  mtta_days double, mtta_p90 double, mtta_low double, mtta_high double,
  mttr_days double, mttr_p90 double, mttr_low double, mttr_high double,
  review varchar                           -- why the rule is up for review; NULL if it is not
);

-- catalog: the workspace's definitions, stored before pages are made so that page views can read them -----
create table if not exists catalog.metric (
  metric varchar primary key, slug varchar, title varchar, family varchar, unit varchar, better varchar, definition varchar,
  formula varchar, source varchar, apply varchar, minimum bigint, good double, poor double, pillar varchar,
  weight double, file varchar, sql varchar,
  reads varchar[],                         -- statements of the `span.*` views that the SQL reads, down to `daily.*`
  is_recomputed boolean                    -- `modelboard verify` recomputes it from the lake's rows
);
create table if not exists catalog.profile (  -- training profiles on the grids of the models they are compared with
  profile varchar, model_id varchar, feature varchar, kind varchar,  -- 'number', 'score' or 'category'
  value varchar, grid_from date, bin integer, n double, s1 double, s2 double
);
create table if not exists catalog.importance (  -- how much each version relies on its features; adds up to 1
  model_id varchar, version varchar, feature varchar, importance double,
  source varchar                           -- the training run, or 'declared'
);
create table if not exists catalog.target (  -- position: the last one that fits wins
  position integer, metric varchar, models varchar[], teams varchar[], patterns varchar[], features varchar[],
  good double, poor double, reason varchar
);
create table if not exists catalog.source (source varchar primary key, kind varchar, title varchar, files varchar[], mapping varchar);
create table if not exists catalog.rubric (rubric varchar primary key, title varchar, scope varchar, source varchar);
create table if not exists catalog.rubric_level (rubric varchar, level integer, title varchar, meaning varchar);
create table if not exists catalog.rubric_pillar (
  rubric varchar, pillar varchar, title varchar, meaning varchar, position integer
);
create table if not exists catalog.rubric_milestone (
  rubric varchar, milestone varchar, title varchar, pillar varchar, level integer, method varchar, why varchar,
  item varchar, unit varchar, next_step varchar, position integer
);
create table if not exists catalog.section (section varchar primary key, title varchar, meaning varchar, position integer);
create table if not exists catalog.rule (
  rule varchar primary key, title varchar, meaning varchar, method varchar, metrics varchar[], severity varchar,
  ask varchar, runbook varchar, least_effect double, least_share double, open_after integer, close_after integer,
  enabled boolean, file varchar
);
create table if not exists catalog.owner (model_id varchar, subject varchar, owner varchar);  -- metric or rule:<id>
create table if not exists catalog.event (
  position integer, day date, until date, models varchar[], what varchar, evidence varchar
);
create table if not exists catalog.silence (
  model_id varchar, rule varchar, feature varchar, since date, until date, reason varchar, silenced_by varchar, file varchar,
  line integer
);
create table if not exists catalog.answer (  -- to alerts; alert: the fingerprint, else model and rule are given
  position integer, alert varchar, model_id varchar, rule varchar, feature varchar, opened date, given date, file varchar,
  line integer
);
create table if not exists catalog.feature (  -- declared inputs of a model
  model_id varchar, feature varchar, type varchar, min double, max double, allowed varchar[], unit varchar
);
create table if not exists catalog.value_rule (  -- declared rules between values of a model, in words
  model_id varchar, rule varchar, kind varchar, words varchar, reason varchar, position integer
);
create table if not exists catalog.objective (
  model_id varchar primary key, latency_ms double, share double, availability double
);
