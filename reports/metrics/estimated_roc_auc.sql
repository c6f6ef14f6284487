/*---
title: Estimated ROC AUC
family: performance
unit: "1"
better: up
definition: >-
  The ROC AUC to expect from the scores alone, before labels arrive: each score is turned into the chance that was
  observed for it on the reference days of its version, or of the model while the version has too few labels of its own. It sees inputs move; it cannot see that the same inputs now mean something else.
formula: >-
  P(score | positive > score | negative) + P(equal) / 2 over expected labels, of expected counts: a score s counts as c(s) positive and 1 - c(s) negative rows; c is the share of positives on the reference days, fitted to rise with s
source: >-
  confidence-based performance estimation (NannyML), isotonic calibration (Zadrozny and Elkan 2002); 90 % interval of
  sampling, calibration taken as exact
apply: estimate
arguments: {figure: roc_auc}
tasks: [binary]
needs:
  scored: no score or prediction is logged
  scores: no score is logged
minimum: 100
weight: 0
without_labels: true
---*/
SELECT part, model_id, version, segment, feature, day, window_days, logged_version, apart, bin, n, decided, positives
FROM span.score_estimate
