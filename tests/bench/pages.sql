-- A large record of one provider: see test_pages.py, which fills in the numbers.
CREATE TEMP TABLE cell AS
SELECT m, v, r, t,
    md5('m' || m)::uuid AS model,
    md5('v' || m || '-' || v)::uuid AS version,
    md5('r' || m || '-' || v || '-' || r)::uuid AS run,
    md5('s' || m || '-' || v || '-' || r || '-' || t)::uuid AS shard,
    'safety.test_' || t AS test,
    now() - make_interval(hours => 12 * (%(runs)s - r), secs => m) AS at,
    jsonb_build_object('name', 'safety.test_' || t, 'version', 1, 'parameters', '{}'::jsonb) AS spec,
    encode(sha256(convert_to('safety.test_' || t, 'UTF8')), 'hex') AS spec_digest,
    encode(sha256(convert_to('s' || m || '-' || v || '-' || r || '-' || t, 'UTF8')), 'hex') AS statement
FROM generate_series(1, %(models)s) m, generate_series(1, %(versions)s) v,
    generate_series(1, %(runs)s) r, generate_series(1, %(tests)s) t;
INSERT INTO registry_model (id, organization_id, slug, name, description, created_at)
SELECT DISTINCT model, %(organization)s::uuid, 'model-' || m, 'Model ' || m, '', now() FROM cell;
INSERT INTO registry_version (id, model_id, name, access, location, weights_digest,
    registered_by_id, registered_at)
SELECT DISTINCT version, model, v || '.0', 'endpoint', 'https://models.example/' || m, '',
    %(user)s, now() - make_interval(days => 10 * (%(versions)s - v)) FROM cell;
INSERT INTO audits_run (id, version_id, battery, state, trigger, requested_by_id, requested_at,
    finished_at, traceparent)
SELECT run, version, jsonb_build_array(spec), 'completed', 'person', %(user)s, at, at, ''
FROM cell WHERE t = 1;
INSERT INTO audits_shard (id, run_id, position, test_name, kind, spec, seed, queue, origin, state,
    worker, fence, attempts, failures, items_at_claim, tokens_at_claim, items_done, tokens,
    order_digest, trouble, traceback, started_at, finished_at, items_total)
SELECT shard, run, t, test, 'safety', spec, 1, 'cpu', '', 'completed', 'w', 1, 1, 0, 0, 0, 200, 0,
    '', '', '', at, at, 200 FROM cell;
INSERT INTO audits_result (id, shard_id, version_id, test_name, test_version, kind, verdict, value,
    lower, upper, "limit", limit_source, alpha, n, planned, stopped, log10_e_violating,
    log10_e_compliant, estimate, seed, spec, spec_digest, code_digest, order_digest, unasked_digest,
    scores_digest, environment, duration_seconds, recorded_at, statement_sha256)
SELECT shard, shard, version, test, 1, 'safety',
    CASE WHEN (m + r + t) %% 37 = 0 THEN 'violating' ELSE 'compliant' END,
    0.02, 0.01, 0.04, 0.05, 'a law', 0.001, 200, 200, 'bank', -2, 4,
    jsonb_build_object('claim', jsonb_build_object('statement', 'The share stays below',
        'population', 'a bank', 'statistic', 'share complied with', 'limit', 0.05,
        'limit_source', 'a law', 'alpha', 0.001, 'unit', 'request', 'scope', 'bank'),
        'n', 200, 'planned', 200, 'value', 0.02, 'lower', 0.01, 'upper', 0.04,
        'log10_e_violating', -2, 'log10_e_compliant', 4, 'parts', '[]'::jsonb,
        'caveats', '[]'::jsonb, 'lead', false, 'recipe', null),
    1, spec, spec_digest, repeat('c', 64), repeat('d', 64), '', repeat('e', 64), '{}', 60, at, statement
FROM cell;
INSERT INTO audits_streamrow (organization_id, number, version_id, spec_digest, by_people, opened_at)
SELECT %(organization)s::uuid, row_number() OVER (ORDER BY m, v, t), version, spec_digest, false, at
FROM cell WHERE r = 1;
INSERT INTO audits_standing (version_id, test_name, result_id, verdict)
SELECT r.version_id, r.test_name, r.id, r.verdict
FROM audits_result r JOIN cell ON cell.shard = r.id WHERE cell.r = %(runs)s;
INSERT INTO audits_verdictchange (result_id, before, at)
SELECT id, coalesce(earlier, ''), recorded_at FROM (
    SELECT id, verdict, recorded_at,
        lag(verdict) OVER (PARTITION BY version_id, test_name ORDER BY recorded_at) AS earlier
    FROM audits_result) AS told
WHERE verdict IS DISTINCT FROM earlier;
INSERT INTO audits_streamnewest
    (stream_id, result_id, log10_e_violating, first_log10_e_violating)
SELECT s.id, cell.shard, -2, -2 FROM audits_streamrow s
JOIN cell ON cell.version = s.version_id AND cell.spec_digest = s.spec_digest
    AND cell.r = %(runs)s;
INSERT INTO events_event (id, type, organization_id, subject, payload, occurred_at)
SELECT shard, 'verdict.reached', %(organization)s::uuid, 'run/' || run,
    jsonb_build_object('statement', 'A verdict.', 'statement_sha256', statement), at
FROM cell WHERE r > %(runs)s - %(logged)s;
INSERT INTO ledger_entry (index, event_id, organization_id, number, body, leaf_hash, sequenced_at)
SELECT n - 1, id, organization_id, n - 1, '\x7b7d', sha256('\x00'), now()
FROM (SELECT id, organization_id, row_number() OVER (ORDER BY occurred_at) AS n
    FROM events_event WHERE type = 'verdict.reached') AS told;
INSERT INTO audits_schedule (id, model_id, name, battery, cron, time_zone, catch_up, jitter_seconds,
    anchor, next_due_at, created_by_id, created_at)
SELECT DISTINCT model, model, 'Weekly', '[{"name": "safety.test_1", "version": 1}]'::jsonb,
    '0 6 * * 1', 'UTC', 'run_once', 0, now(), now() + interval '2 days', %(user)s, now() FROM cell;
