-- What named facts (reports/facts/*.sql) read: temporary tables, made once a night, for each day of `calendar`.
-- `calendar(day)` (the days for which facts are wanted), `question(item)`, `answer(item, status, reviewed)` and the
-- variable `zone` already exist. A row of day D rests on nothing that arrived after D.

-- Helpers for facts: a share that is NULL without a whole, a model's title, and a sentence that lists what is lacking.
SET VARIABLE titles = (
  SELECT coalesce(map_from_entries(list((model_id, title))), MAP {}::MAP(VARCHAR, VARCHAR)) FROM catalog.model
);
CREATE OR REPLACE TEMP MACRO titled(id) AS coalesce(getvariable('titles')[id], id);
CREATE OR REPLACE TEMP MACRO share(part, whole) AS part::DOUBLE / nullif(whole, 0);
CREATE OR REPLACE TEMP MACRO named(ids) AS coalesce(list_sort(list_distinct(ids)), []);  -- without repeats and NULLs
CREATE OR REPLACE TEMP MACRO lacking(ids) AS CASE
  WHEN len(named(ids)) = 0 THEN ''
  WHEN len(named(ids)) <= 5 THEN 'Lacking: ' || array_to_string(named(ids), '; ') || '.'  -- titles may have commas
  ELSE 'Lacking: ' || array_to_string(named(ids)[1:5], '; ') || ' and ' || (len(named(ids)) - 5)::VARCHAR || ' more.'
END;
CREATE OR REPLACE TEMP MACRO local_day(instant) AS (instant AT TIME ZONE getvariable('zone'))::DATE;

-- The last 28 days before and including each day.
CREATE OR REPLACE TEMP TABLE month AS
SELECT calendar.day, calendar.day - r.back::INTEGER AS of_day FROM calendar, range(28) AS r(back);

-- served: versions that answered requests in the last 28 days.
CREATE OR REPLACE TEMP TABLE served AS
SELECT month.day, t.model_id, t.version, sum(t.requests)::BIGINT AS requests, sum(t.timed)::BIGINT AS timed,
       max(t.day) AS last_request
FROM month JOIN daily.traffic AS t ON t.day = month.of_day
WHERE t.segment = '' AND t.requests > 0
GROUP BY month.day, t.model_id, t.version;

-- declared: the declarations of each model that hold on each day.
CREATE OR REPLACE TEMP TABLE declared AS
SELECT calendar.day, h.model_id,
  max(h.value) FILTER (WHERE h.field = 'stage') AS stage,
  max(h.value) FILTER (WHERE h.field = 'retired_on')::DATE AS retired_on,
  max(h.value) FILTER (WHERE h.field = 'task') AS task,
  max(h.value) FILTER (WHERE h.field = 'team') AS team,
  max(h.value) FILTER (WHERE h.field = 'owner') AS owner,
  max(h.value) FILTER (WHERE h.field = 'executive') AS executive,
  max(h.value) FILTER (WHERE h.field = 'purpose') AS purpose,
  max(h.value) FILTER (WHERE h.field = 'users') AS users,
  max(h.value) FILTER (WHERE h.field = 'out_of_scope') AS out_of_scope,
  max(h.value) FILTER (WHERE h.field = 'limits') AS limits,
  max(h.value) FILTER (WHERE h.field = 'fallback') AS fallback,
  max(h.value) FILTER (WHERE h.field = 'appeal') AS appeal,
  max(h.value) FILTER (WHERE h.field = 'runbook') AS runbook,
  max(h.value) FILTER (WHERE h.field = 'personal_data') AS personal_data,
  max(h.value) FILTER (WHERE h.field = 'next_review')::DATE AS next_review,
  max(h.value) FILTER (WHERE h.field = 'risk_tier') AS risk_tier,
  max(h.value) FILTER (WHERE h.field = 'pattern') AS pattern,
  max(h.value) FILTER (WHERE h.field = 'baseline') AS baseline,
  max(h.value) FILTER (WHERE h.field = 'label_delay_days')::DOUBLE AS label_delay_days,
  max(h.value) FILTER (WHERE h.field = 'reference') AS reference,
  max(h.value) FILTER (WHERE h.field = 'value') AS value,
  max(h.value) FILTER (WHERE h.field = 'cost') AS cost,
  max(h.value) FILTER (WHERE h.field = 'plan') AS plan,
  max(h.value) FILTER (WHERE h.field = 'sign_off') AS sign_off,
  max(h.value) FILTER (WHERE h.field = 'experiment') AS experiment,
  max(h.value) FILTER (WHERE h.field = 'targets') AS targets
FROM calendar JOIN catalog.history AS h
  ON h.version = '' AND h.method = 'declared' AND h.valid_from <= calendar.day AND (h.valid_to IS NULL OR h.valid_to > calendar.day)
WHERE h.field NOT IN ('artifact', 'training_data', 'training_code', 'dependencies', 'prediction_code', 'historical_predictions')
GROUP BY calendar.day, h.model_id;

-- Labels and features: the days on which they arrived.
CREATE OR REPLACE TEMP TABLE label_count AS
SELECT model_id, label_day, max(n)::BIGINT AS n FROM (
  SELECT model_id, label_day, sum(tp + fp + fn + tn) AS n FROM daily.outcome_binary WHERE segment = '' GROUP BY ALL
  UNION ALL
  SELECT model_id, label_day, sum(n) FROM daily.outcome_regression WHERE segment = '' GROUP BY ALL
  UNION ALL
  SELECT model_id, label_day, sum(n) FROM daily.label_score_hist WHERE segment = '' GROUP BY ALL
  UNION ALL
  SELECT model_id, label_day, sum(n) FROM daily.outcome_class WHERE segment = '' GROUP BY ALL
) WHERE n > 0 GROUP BY model_id, label_day;
CREATE OR REPLACE TEMP TABLE labelled AS
WITH running AS (
  SELECT model_id, label_day, sum(n) OVER (PARTITION BY model_id ORDER BY label_day)::BIGINT AS until FROM label_count
),
begun AS (SELECT model_id, min(label_day) AS first_label FROM label_count GROUP BY model_id)
SELECT calendar.day, begun.model_id, now.label_day AS last_label, now.until - coalesce(before.until, 0) AS labels
FROM calendar JOIN begun ON begun.first_label <= calendar.day
ASOF JOIN running AS now ON now.model_id = begun.model_id AND now.label_day <= calendar.day
ASOF LEFT JOIN running AS before ON before.model_id = begun.model_id AND before.label_day <= calendar.day - 28;
CREATE OR REPLACE TEMP TABLE featured AS
WITH seen AS (
  SELECT DISTINCT model_id, day FROM daily.feature_hist WHERE segment = '' AND NOT starts_with(feature, 'output:')
  UNION SELECT DISTINCT model_id, day FROM daily.category_hist WHERE segment = '' AND NOT starts_with(feature, 'output:')
),
begun AS (SELECT model_id, min(day) AS first_feature FROM seen GROUP BY model_id)
SELECT calendar.day, begun.model_id, begun.first_feature, seen.day AS last_feature
FROM calendar JOIN begun ON begun.first_feature <= calendar.day
ASOF JOIN seen ON seen.model_id = begun.model_id AND seen.day <= calendar.day;
CREATE OR REPLACE TEMP TABLE called AS
SELECT DISTINCT month.day, c.model_id
FROM month JOIN daily.consumer AS c ON c.day = month.of_day
WHERE c.consumer <> '' AND c.requests > 0;

-- standing: one row for each model in production on that day: declared to be so, or undeclared and serving.
CREATE OR REPLACE TEMP TABLE standing AS
WITH asked AS (
  SELECT day, model_id, sum(requests)::BIGINT AS requests, sum(timed)::BIGINT AS timed,
         (sum(requests) FILTER (WHERE version <> ''))::BIGINT AS versioned, max(last_request) AS last_request
  FROM served GROUP BY day, model_id
),
first AS (SELECT model_id, min(day) AS first_request FROM daily.traffic WHERE segment = '' AND requests > 0 GROUP BY model_id),
any_label AS (SELECT DISTINCT day FROM labelled)
SELECT
  coalesce(asked.day, declared.day) AS day, coalesce(asked.model_id, declared.model_id) AS model_id,
  declared.* EXCLUDE (day, model_id), declared.model_id IS NOT NULL AS is_declared,
  coalesce(asked.requests, 0) AS requests, coalesce(asked.timed, 0) AS timed, coalesce(asked.versioned, 0) AS versioned,
  asked.last_request, called.model_id IS NOT NULL AS has_consumers,
  coalesce(featured.last_feature > asked.last_request - 7, false) AS has_features,
  -- A reference exists once its last day is over; without a declared one it is the first 28 days.
  has_features AND coalesce(coalesce(try_cast(right(declared.reference, 10) AS DATE), featured.first_feature + 27) < asked.day, false)
    AS has_drift,
  coalesce(labelled.labels, 0) AS labels,
  -- Labels are due 14 days after the delay that the model declares; before that, or if nobody ever logs labels, none are.
  any_label.day IS NOT NULL AND coalesce(asked.requests, 0) > 0
    AND (coalesce(declared.task IN ('binary', 'regression', 'multiclass'), false) OR labelled.model_id IS NOT NULL)
    AND first.first_request + 14 + ceil(coalesce(declared.label_delay_days, 0))::INTEGER <= coalesce(asked.day, declared.day)
    AS owes_labels,
  coalesce(labelled.last_label >= asked.last_request - 14 - ceil(coalesce(declared.label_delay_days, 0))::INTEGER, false)
    AS has_fresh_labels
FROM asked
FULL JOIN declared ON declared.day = asked.day AND declared.model_id = asked.model_id
LEFT JOIN first ON first.model_id = coalesce(asked.model_id, declared.model_id)
LEFT JOIN called ON called.day = asked.day AND called.model_id = asked.model_id
LEFT JOIN featured ON featured.day = asked.day AND featured.model_id = asked.model_id
LEFT JOIN labelled ON labelled.day = asked.day AND labelled.model_id = asked.model_id
LEFT JOIN any_label ON any_label.day = asked.day
WHERE CASE WHEN declared.stage IS NULL THEN asked.requests > 0
      ELSE declared.stage = 'production' AND (declared.retired_on IS NULL OR declared.retired_on > declared.day) END;

-- governed: standing, on the days with any declaration at all; before the first declaration nothing is reported.
CREATE OR REPLACE TEMP VIEW governed AS
SELECT * FROM standing WHERE day >= (SELECT min(valid_from) FROM catalog.history WHERE version = '' AND field = 'stage');

-- documented: the six metadata items of the versions in `served` whose models are in production.
CREATE OR REPLACE TEMP TABLE documented AS
SELECT served.day, served.model_id, served.version, count(h.field) AS items,
       count(h.field) FILTER (WHERE h.method IN ('auto', 'inferred')) AS captured,
       count(h.field) FILTER (WHERE h.method = 'auto' AND h.field IN ('training_data', 'training_code', 'dependencies')) AS rebuildable
FROM served
JOIN standing USING (day, model_id)
LEFT JOIN catalog.history AS h
  ON h.model_id = served.model_id AND h.version = served.version AND h.valid_from <= served.day
  AND (h.valid_to IS NULL OR h.valid_to > served.day)
  AND h.field IN ('artifact', 'training_data', 'training_code', 'dependencies', 'prediction_code', 'historical_predictions')
WHERE served.day >= (  -- before any pipeline or person supplied metadata, nothing is reported
  SELECT min(valid_from) FROM catalog.history
  WHERE method <> 'inferred' AND field IN ('artifact', 'training_data', 'training_code', 'dependencies', 'prediction_code', 'historical_predictions')
)
GROUP BY served.day, served.model_id, served.version;

-- Facts beside the logs, with the day on which they became known.
CREATE OR REPLACE TEMP VIEW run AS
SELECT *, local_day(coalesce(ended_at, started_at)) AS day FROM fact.training_runs WHERE coalesce(ended_at, started_at) IS NOT NULL;
CREATE OR REPLACE TEMP VIEW deployment AS
SELECT *, local_day(started_at) AS day,
       coalesce(lower(actor_kind), '') IN ('service', 'service account', 'service_account', 'pipeline', 'ci') AS by_service
FROM fact.deployments
WHERE started_at IS NOT NULL AND fact.in_production(environment);
CREATE OR REPLACE TEMP VIEW ci_run AS
SELECT *, local_day(finished_at) AS day,
       lower(state) IN ('pass', 'passed', 'success', 'succeeded', 'ok') AS green
FROM fact.ci_runs WHERE finished_at IS NOT NULL;
CREATE OR REPLACE TEMP VIEW code_change AS
SELECT *, local_day(committed_at) AS day FROM fact.commits WHERE committed_at IS NOT NULL;
CREATE OR REPLACE TEMP VIEW incident AS
SELECT *, local_day(started_at) AS day FROM fact.incidents WHERE started_at IS NOT NULL;
