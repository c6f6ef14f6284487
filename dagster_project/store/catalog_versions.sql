-- Every version known from a log, a training run or a deployment up to $as_of, with what is captured about it.
-- One row per (model_id, version); version '' if a log gives none. Days are days of the time zone $zone.
-- Facts whose model_id is '' belong to no single model, and add none.
WITH served AS (
  SELECT model_id, version, min(day) AS first_day, max(day) AS last_day, sum(requests)::BIGINT AS requests
  FROM daily.traffic
  WHERE segment = '' AND requests > 0 AND day <= $as_of
  GROUP BY model_id, version
),
trained AS (  -- the newest run of each version: what it lacks counts as missing even if an older run had it
  SELECT *, coalesce(version, '') AS of_version, (coalesce(ended_at, started_at) AT TIME ZONE $zone)::DATE AS run_day
  FROM fact.training_runs
  WHERE model_id <> '' AND (coalesce(ended_at, started_at) AT TIME ZONE $zone)::DATE <= $as_of
  QUALIFY row_number() OVER (
    PARTITION BY model_id, coalesce(version, '') ORDER BY coalesce(ended_at, started_at) DESC, run_id DESC) = 1
),
deployed AS (
  SELECT model_id, coalesce(version, '') AS version,
    min(started_at) FILTER (WHERE fact.in_production(environment)) AS deployed_at
  FROM fact.deployments
  WHERE model_id <> '' AND (started_at AT TIME ZONE $zone)::DATE <= $as_of
  GROUP BY model_id, coalesce(version, '')
),
known AS (
  SELECT model_id, version FROM served
  UNION SELECT model_id, of_version FROM trained
  UNION SELECT model_id, version FROM deployed
)
SELECT
  known.model_id, known.version, served.first_day, served.last_day, coalesce(served.requests, 0) AS requests,
  deployed.deployed_at, trained.run_id, trained.run_day, trained.artifact_uri, trained.artifact_sha256,
  trained.data_uri, trained.data_sha256, trained.data_rows, trained.data_from, trained.data_to, trained.code_sha,
  trained.code_dirty, trained.code_link, trained.dependencies_uri, trained.dependencies_sha256,
  trained.prediction_code, trained.image_digest
FROM known
LEFT JOIN served USING (model_id, version)
LEFT JOIN deployed USING (model_id, version)
LEFT JOIN trained ON trained.model_id = known.model_id AND trained.of_version = known.version
ORDER BY known.model_id, known.version
