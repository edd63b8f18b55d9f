-- SPDX-License-Identifier: Apache-2.0
-- Fills a Gazelle database that has definitions and no event with a session of :n test instances, in rows as Gazelle
-- writes them: organisations of ten countries, systems registered for what the tests cover, monitors with their tests,
-- participants that are registered for their roles, steps, evidence rows, events. The same :n gives the same rows.
--   psql -v n=5000 -f fill.sql DATABASE
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL synchronous_commit = off;
SET LOCAL TimeZone = 'UTC';
-- a number from 0 to m - 1 out of any numbers, always the same one
CREATE FUNCTION pg_temp.pick(m int, VARIADIC k bigint[]) RETURNS int LANGUAGE sql IMMUTABLE AS
	$$ SELECT ((hashtext(array_to_string(k, ','))::bigint & 2147483647) % greatest(m, 1))::int $$;

UPDATE cmn_application_preference SET preference_value = 'Asia/Seoul' WHERE preference_name = 'time_zone';
UPDATE cmn_application_preference SET preference_value = 'https://gazelle.example/TM' WHERE preference_name = 'application_url';
UPDATE cmn_application_preference SET preference_value = 'https://gazelle.example/proxy' WHERE preference_name = 'gazelle_proxy_url';

INSERT INTO usr_address (id, address, city, country, address_line_2)
	SELECT 1, 'Hall 3', 'Seoul', 'KR', '' UNION ALL
	SELECT 1 + c, 'Street ' || c, 'City ' || c, (ARRAY['KR','JP','CN','TW','TH','SG','AU','NZ','VN','PE'])[c], ''
	FROM generate_series(1, 10) c;
INSERT INTO tm_testing_session (id, type, zone, description, beginning_date, ending_date, year, address_id, active,
		is_critical_status_enabled, session_closed, allowparticipantregistration, default_testing_session, internettesting)
	VALUES (1, 'IHE', 'Asia', 'AP-IPS Connectathon (filled)', '2026-11-22 15:00+00', '2026-11-26 15:00+00', 2026, 1, true, true,
		false, true, true, false);
INSERT INTO tm_test_types_sessions (testing_session_id, test_type_id) SELECT 1, id FROM tm_test_type WHERE keyword = 'connectathon';
INSERT INTO usr_institution (id, activated, keyword, name, url, institution_type_id, mailing_address_id)
	SELECT i, true, 'ORG' || i, (ARRAY['한빛 병원 ', 'さくら医療 ', '华康信息 ', '玉山資訊 ', 'สยามเวช ', 'Merlion Health ',
		'Wattle <i>Care</i> & Co ', 'Kererū Link ', 'Hoà Bình ', 'Peñaflor '])[1 + i % 10] || i, 'http://org' || i || '.example',
		(SELECT min(id) FROM usr_institution_type), 2 + i % 10 FROM generate_series(1, 80) i;
-- 1 to 200: vendors; 201 to 245: monitors; 246: the manager
INSERT INTO usr_users (id, activated, email, firstname, lastname, password, username, institution_id)
	SELECT u, true, 'u' || u || '@example.org', (ARRAY['Minji','健','怡君','Aroha','สมชาย','Hòa','Priya','José'])[1 + u % 8],
		(ARRAY['Kim','佐藤','林','Ngata','วงศ์','Nguyễn','Raman','Peña'])[1 + u % 8] || ' ' || u, 'x',
		CASE WHEN u <= 200 THEN 'vendor' WHEN u <= 245 THEN 'monitor' ELSE 'manager' END || u, 1 + u % 80
	FROM generate_series(1, 246) u;
INSERT INTO tm_testing_session_admin (testing_session_id, user_id) VALUES (1, 246);

INSERT INTO tm_system (id, name, keyword, version, owner_user_id, dtype)
	SELECT s, (ARRAY['Summary ','Gateway ','端末 ','Viewer ','저장소 '])[1 + s % 5] || s, 'SYS_' || s, '1.' || s % 7, 1 + s % 200, 'tm_system'
	FROM generate_series(1, 160) s;
INSERT INTO tm_institution_system (id, institution_id, system_id) SELECT s, 1 + s % 80, s FROM generate_series(1, 160) s;
INSERT INTO tm_system_in_session (id, system_id, testing_session_id, accepted_to_session, table_label, dtype)
	SELECT s, s, 1, true, chr(65 + s / 20) || lpad((s % 20 + 1)::text, 2, '0'), 'tm_system_in_session' FROM generate_series(1, 160) s;
INSERT INTO tm_system_in_session_user (id, system_in_session_id, user_id) SELECT s, s, 1 + s % 200 FROM generate_series(1, 160) s;

-- what the tests that are ready ask for; each of these is registered by some systems
CREATE TEMP TABLE cover ON COMMIT DROP AS
	SELECT r.id AS role, r.test_id AS test, r.role_in_test_id AS role_in_test, p.actor_integration_profile_option_id AS aipo,
		row_number() OVER (PARTITION BY r.id ORDER BY p.actor_integration_profile_option_id) AS k,
		count(*) OVER (PARTITION BY r.id) AS of
	FROM tm_test_roles r JOIN tm_test t ON t.id = r.test_id JOIN tm_test_status st ON st.id = t.test_status_id AND st.keyword = 'ready'
	JOIN tm_role_in_test_test_participants l ON l.role_in_test_id = r.role_in_test_id
	JOIN tm_test_participants p ON p.id = l.test_participants_id AND p.is_tested IS NOT FALSE
	JOIN tf_actor_integration_profile_option o ON o.id = p.actor_integration_profile_option_id
	WHERE coalesce(r.card_min, 1) > 0;
INSERT INTO tm_system_actor_profiles (id, system_id, actor_integration_profile_option_id, testing_type_id)
	SELECT row_number() OVER (ORDER BY a.aipo, s.s), s.s, a.aipo, CASE WHEN pg_temp.pick(10, a.aipo, s.s) = 0 THEN 2 ELSE 1 END
	FROM (SELECT DISTINCT aipo FROM cover) a
	CROSS JOIN LATERAL (SELECT DISTINCT 1 + pg_temp.pick(160, a.aipo, g) AS s
		FROM generate_series(1, 1 + 1400 / (SELECT count(DISTINCT aipo)::int FROM cover)) g) s;

-- who is registered with an option is registered without it too
INSERT INTO tm_system_actor_profiles (id, system_id, actor_integration_profile_option_id, testing_type_id)
	SELECT (SELECT max(id) FROM tm_system_actor_profiles) + row_number() OVER (ORDER BY x.system_id, x.aipo), x.system_id, x.aipo, x.type
	FROM (SELECT p.system_id, b.id AS aipo, min(p.testing_type_id) AS type FROM tm_system_actor_profiles p
		JOIN tf_actor_integration_profile_option o ON o.id = p.actor_integration_profile_option_id
		JOIN tf_actor_integration_profile_option b ON b.actor_integration_profile_id = o.actor_integration_profile_id
		JOIN tf_integration_profile_option n ON n.id = b.integration_profile_option_id AND n.keyword = 'NONE'
		WHERE NOT EXISTS (SELECT FROM tm_system_actor_profiles q WHERE q.system_id = p.system_id
			AND q.actor_integration_profile_option_id = b.id) GROUP BY 1, 2) x;

INSERT INTO tm_monitor_in_session (id, user_id, testing_session_id, is_activated)
	SELECT m, 200 + m, 1, true FROM generate_series(1, 45) m;
INSERT INTO tm_monitor_test (monitor_id, test_id)
	SELECT DISTINCT m, t.id FROM generate_series(1, 45) m CROSS JOIN (SELECT DISTINCT test AS id FROM cover) t
	WHERE pg_temp.pick(5, m, t.id) = 0;

CREATE TEMP TABLE playable ON COMMIT DROP AS
	SELECT id, row_number() OVER (ORDER BY id) AS k FROM (SELECT DISTINCT test AS id FROM cover) t;
INSERT INTO tm_test_instance (id, last_changed, last_modifier_id, comments, description, last_status_id, monitor_id, test_id,
		test_version, proxy_used, testing_session_id)
	SELECT 80000 + i, timestamptz '2026-11-23 00:00+00' + i * interval '60 seconds' / greatest(:n / 4000, 1), 'vendor' || 1 + i % 200,
		CASE WHEN i % 40 = 0 THEN 'See <b>step 2</b> &amp; the log' END, CASE WHEN i % 9 = 0 THEN 'Run ' || i || ' of the day' END,
		(SELECT id FROM tm_status WHERE keyword = (ARRAY['started','paused','aborted','critical','partially verified','failed','verified',
			'verified','verified','verified','completed','completed'])[1 + pg_temp.pick(12, i, 7)]),
		CASE WHEN i % 3 = 0 THEN 1 + i % 45 END, t.id, 1, true, 1
	FROM generate_series(1, :n) i
	JOIN playable t ON t.k = 1 + pg_temp.pick((SELECT count(*)::int FROM playable), i);
INSERT INTO tm_test_instance_participants (id, role_in_test_id, system_in_session_user_id, test_instance_id,
		actor_integration_profile_option_id, status_id)
	SELECT row_number() OVER (ORDER BY i.id, c.role), c.role_in_test, x.s, i.id, c.aipo, 3
	FROM tm_test_instance i JOIN cover c ON c.test = i.test_id AND c.k = 1 + pg_temp.pick(c.of::int, i.id, c.role)
	CROSS JOIN LATERAL (SELECT 1 + pg_temp.pick(160, c.aipo, 1 + pg_temp.pick(1 + 1400 / (SELECT count(DISTINCT aipo)::int FROM cover), i.id, c.role, 3)) AS s) x;

CREATE TEMP TABLE played ON COMMIT DROP AS
	SELECT row_number() OVER (ORDER BY i.id, s.step_index, s.id)::int AS id, i.id AS ti, i.last_changed, s.id AS step,
		i.last_status_id IN (SELECT id FROM tm_status WHERE keyword IN ('started', 'paused')) AS open
	FROM tm_test_instance i JOIN tm_test_test_steps l ON l.test_id = i.test_id JOIN tm_test_steps s ON s.id = l.test_steps_id;
INSERT INTO tm_test_steps_instance (id, last_changed, last_modifier_id, system_in_session_initiator_id, system_in_session_reponder_id,
		test_steps_id, test_steps_instance_status_id, test_steps_version)
	SELECT p.id, p.last_changed, 'vendor1', 1 + p.ti % 160, 1 + (p.ti + 1) % 160, p.step,
		(SELECT id FROM tm_test_steps_instance_status WHERE keyword = CASE WHEN p.open AND p.id % 2 = 0 THEN 'activated'
			WHEN p.id % 23 = 0 THEN 'skipped' ELSE 'done' END), 1 FROM played p;
INSERT INTO tm_test_instance_test_steps_instance (test_instance_id, test_steps_instance_id) SELECT ti, id FROM played;
CREATE TEMP TABLE shown ON COMMIT DROP AS
	SELECT (SELECT coalesce(max(id), 0) FROM tm_test_steps_data) + row_number() OVER (ORDER BY id) AS id, id AS step_instance, ti,
		last_changed, pg_temp.pick(4, id) AS kind FROM played WHERE pg_temp.pick(5, id, 1) < 2;
INSERT INTO tm_test_steps_data (id, last_changed, last_modifier_id, comment, value, data_type_id, withoutfilename)
	SELECT d.id, d.last_changed, 'vendor' || 1 + d.ti % 200, CASE WHEN d.id % 7 = 0 THEN 'as agreed' END,
		CASE d.kind WHEN 0 THEN 'log-' || d.id || '.txt' WHEN 1 THEN d.id::text WHEN 2 THEN 'https://evs.example/detailedResult.seam?oid=1.2.' || d.id
			ELSE 'https://files.example/' || d.id END,
		(SELECT id FROM tm_data_type WHERE keyword = (ARRAY['file','proxy','EVSClient','url'])[1 + d.kind]), false FROM shown d;
INSERT INTO tm_test_steps_test_steps_data (test_steps_id, test_steps_data_id) SELECT step_instance, id FROM shown WHERE kind <> 3;
INSERT INTO tm_test_instance_tm_test_steps_data (tm_test_instance_id, teststepsdatalist_id) SELECT ti, id FROM shown WHERE kind = 3;

CREATE TEMP TABLE happened ON COMMIT DROP AS
	SELECT row_number() OVER (ORDER BY i.id, e)::int AS id, i.id AS ti, i.last_changed - interval '1 hour' + e * interval '10 minutes' AS at, e,
		i.last_status_id, i.monitor_id FROM tm_test_instance i CROSS JOIN generate_series(1, 5) e
	WHERE e <> 4 OR i.monitor_id IS NOT NULL;
INSERT INTO tm_test_instance_event (id, date_of_event, last_changed, status_id, comment, type, username)
	SELECT id, at, at, CASE e WHEN 1 THEN (SELECT id FROM tm_status WHERE keyword = 'started') WHEN 5 THEN last_status_id END,
		CASE e WHEN 2 THEN '확인 부탁드립니다 & <ready>' WHEN 3 THEN 'log attached' END, (ARRAY[0, 1, 4, 3, 0])[e],
		CASE WHEN e IN (4, 5) AND monitor_id IS NOT NULL THEN 'monitor' || 200 + monitor_id ELSE 'vendor' || 1 + ti % 200 END FROM happened;
INSERT INTO tm_test_instance_test_status (test_instance_id, status_id) SELECT ti, id FROM happened;
-- what Gazelle adds next gets the numbers behind these
SELECT setval(c.relname::regclass, greatest(m.max, 1)) FROM pg_class c JOIN (
	SELECT 'tm_test_instance_event_id_seq' AS seq, max(id) FROM tm_test_instance_event UNION ALL
	SELECT 'tm_test_steps_data_id_seq', max(id) FROM tm_test_steps_data) m ON m.seq = c.relname AND c.relkind = 'S'
	WHERE m.max IS NOT NULL;
COMMIT;
ANALYZE;
