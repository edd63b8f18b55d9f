-- SPDX-License-Identifier: Apache-2.0
-- A database in the shape of an older Gazelle, made for tests: fewer tables and columns, moments without a zone, no
-- constraints, two sessions, and rows that cannot be right. What is wrong says so in its name.
BEGIN;
CREATE TABLE cmn_application_preference (id int PRIMARY KEY, preference_name text, preference_value text);
INSERT INTO cmn_application_preference VALUES (1, 'application_url', 'https://tm.example'), (2, 'gazelle_proxy_url', 'https://proxy.example'),
	(3, 'gazelle_proxy_step', '/searchMessageStep.seam?id=');
CREATE TABLE tm_testing_session (id int PRIMARY KEY, description text, type text, zone text, year int, beginning_date timestamp, ending_date timestamp);
INSERT INTO tm_testing_session VALUES (1, 'Rehearsal', 'IHE', 'Asia', 2026, '2026-10-01 00:00', '2026-10-02 00:00'),
	(7, 'Connectathon <script>alert(1)</script> "서울"', 'IHE', 'Asia', 2026, '2026-11-23 00:00', '2026-11-27 00:00');

CREATE TABLE tf_domain (id int PRIMARY KEY, keyword text, name text);
INSERT INTO tf_domain VALUES (1, 'ITI', 'IT Infrastructure');
CREATE TABLE tf_domain_profile (domain_id int, integration_profile_id int);
INSERT INTO tf_domain_profile VALUES (1, 1);
CREATE TABLE tf_integration_profile (id int PRIMARY KEY, keyword text, name text);
INSERT INTO tf_integration_profile VALUES (1, 'MHD', 'Mobile Health Documents'), (2, '건강 정보', 'A keyword of another script');
CREATE TABLE tf_actor (id int PRIMARY KEY, keyword text, name text);
INSERT INTO tf_actor VALUES (1, 'DOC_SOURCE', 'Document Source'), (2, 'DOC_RECIPIENT', 'Document Recipient');
CREATE TABLE tf_transaction (id int PRIMARY KEY, keyword text, name text);
INSERT INTO tf_transaction VALUES (1, 'ITI-65', 'Provide Document Bundle');
CREATE TABLE tf_integration_profile_option (id int PRIMARY KEY, keyword text);
INSERT INTO tf_integration_profile_option VALUES (1, 'NONE'), (2, 'COMPREHENSIVE');
CREATE TABLE tf_actor_integration_profile (id int PRIMARY KEY, actor_id int, integration_profile_id int);
INSERT INTO tf_actor_integration_profile VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2);
CREATE TABLE tf_actor_integration_profile_option (id int PRIMARY KEY, actor_integration_profile_id int, integration_profile_option_id int);
INSERT INTO tf_actor_integration_profile_option VALUES (1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 3, 1), (5, 99, 1);

CREATE TABLE tm_role_in_test (id int PRIMARY KEY, keyword text);
INSERT INTO tm_role_in_test VALUES (1, 'source'), (2, 'RECIPIENT of it'), (3, 'monitor');
CREATE TABLE tm_test_participants (id int PRIMARY KEY, actor_integration_profile_option_id int, is_tested boolean);
INSERT INTO tm_test_participants VALUES (1, 1, true), (2, 2, true), (3, 3, true), (4, 4, false), (5, 5, true);
CREATE TABLE tm_role_in_test_test_participants (role_in_test_id int, test_participants_id int);
INSERT INTO tm_role_in_test_test_participants VALUES (1, 1), (1, 3), (1, 4), (2, 2), (3, 5);
CREATE TABLE tm_test_status (id int PRIMARY KEY, keyword text);
INSERT INTO tm_test_status VALUES (1, 'ready'), (2, 'deprecated');
CREATE TABLE tm_test (id int PRIMARY KEY, keyword text, name text, short_description text, test_status_id int, test_peer_type_id int);
CREATE TABLE tm_test_peer_type (id int PRIMARY KEY, keyword text);
INSERT INTO tm_test_peer_type VALUES (1, 'NO_PEER_TEST'), (2, 'P2P_TEST');
INSERT INTO tm_test VALUES (10, 'MHD_Publish', 'Publish a <summary>', 'Send &amp; receive', 1, 2),
	(11, 'Old test', 'Old', '', 2, 1), (12, 'Publish & find', 'Used although deprecated', '', 2, 2), (13, 'MHD_Publish', 'The same keyword', '', 1, 1);
CREATE TABLE tm_test_roles (id int PRIMARY KEY, test_id int, role_in_test_id int, card_min int, card_max int, number_of_tests_to_realize int);
INSERT INTO tm_test_roles VALUES (1, 10, 1, 1, 1, 3), (2, 10, 2, 0, 0, 3), (3, 12, 1, 1, 1, 1), (4, 12, 77, 1, 1, 1), (5, 13, 3, 1, 1, 1), (6, 13, 1, 1, 200, 1);
CREATE TABLE tm_test_steps (id int PRIMARY KEY, step_index int, description text, test_roles_initiator_id int, test_roles_responder_id int, transaction_id int);
INSERT INTO tm_test_steps VALUES (100, 10, '<p>Provide</p>', 1, 2, 1), (101, 20, 'Show <b>it</b>', 2, 2, NULL), (102, 30, 'Nobody answers', 1, 66, NULL),
	(103, 5, 'first', 3, 3, 55), (104, 5, 'second of the same index', 3, 3, NULL);
CREATE TABLE tm_test_test_steps (test_id int, test_steps_id int);
INSERT INTO tm_test_test_steps VALUES (10, 100), (10, 101), (10, 102), (12, 103), (12, 104);
CREATE TABLE tm_test_description (id int PRIMARY KEY, description text, gazelle_language_id int);
INSERT INTO tm_test_description VALUES (1, '<h3>Evaluation</h3><ul><li>one &lt;tag&gt;<li>two</ul><script>no()</script>', 1), (2, 'une phrase', 2);
CREATE TABLE usr_gazelle_language (id int PRIMARY KEY, keyword text);
INSERT INTO usr_gazelle_language VALUES (1, 'English'), (2, 'French');
CREATE TABLE tm_test_test_description (test_id int, test_description_id int);
INSERT INTO tm_test_test_description VALUES (10, 2), (10, 1);

CREATE TABLE usr_address (id int PRIMARY KEY, country text);
INSERT INTO usr_address VALUES (1, 'KR'), (2, 'JP'), (3, '-');
CREATE TABLE usr_institution (id int PRIMARY KEY, keyword text, name text, mailing_address_id int);
INSERT INTO usr_institution VALUES (1, 'HAN', '한빛 <b>병원</b>', 1), (2, 'SAKURA', 'さくら', 2), (3, 'NOWHERE', 'Without a country', 3);
CREATE TABLE usr_users (id int PRIMARY KEY, username text, firstname text, lastname text, institution_id int);
INSERT INTO usr_users VALUES (1, 'kim', 'Minji', 'Kim', NULL), (2, 'sato', '健', '佐藤', 2), (3, 'vendor one', 'V', 'One', 1);
CREATE TABLE tm_monitor_in_session (id int PRIMARY KEY, user_id int, testing_session_id int);
INSERT INTO tm_monitor_in_session VALUES (1, 1, 7), (2, 2, 7), (3, 88, 7), (4, 1, 1);
CREATE TABLE tm_monitor_test (monitor_id int, test_id int);
INSERT INTO tm_monitor_test VALUES (1, 10), (1, 11), (2, 12);
CREATE TABLE tm_system (id int PRIMARY KEY, name text, keyword text, version text);
INSERT INTO tm_system VALUES (1, '한빛 EMR', 'EMR_HAN', '7'), (2, 'Sakura', 'Sakura', '1'), (3, 'No home', 'NOHOME', ''), (4, 'Far', 'FAR', '2');
CREATE TABLE tm_institution_system (id int PRIMARY KEY, institution_id int, system_id int);
INSERT INTO tm_institution_system VALUES (1, 1, 1), (2, 2, 2), (4, 3, 4);
CREATE TABLE tm_system_in_session (id int PRIMARY KEY, system_id int, testing_session_id int, accepted_to_session boolean, table_label text);
INSERT INTO tm_system_in_session VALUES (1, 1, 7, true, 'A01'), (2, 2, 7, true, 'A02'), (3, 3, 7, true, ''), (4, 4, 7, false, 'B01'), (5, 55, 7, true, 'B02'),
	(6, 1, 1, true, 'Z9');
CREATE TABLE tm_system_in_session_user (id int PRIMARY KEY, system_in_session_id int, user_id int);
INSERT INTO tm_system_in_session_user VALUES (1, 1, 3), (2, 2, 3), (3, 3, 3), (6, 6, 3);
CREATE TABLE tm_testing_type (id int PRIMARY KEY, keyword text);
INSERT INTO tm_testing_type VALUES (1, 'T'), (2, 'S');
CREATE TABLE tm_system_actor_profiles (id int PRIMARY KEY, system_id int, actor_integration_profile_option_id int, testing_type_id int);
INSERT INTO tm_system_actor_profiles VALUES (1, 1, 1, 1), (2, 2, 2, 2), (3, 1, 3, 1), (4, 1, 1, 1), (5, 2, 5, 1), (6, 3, 4, 1);
CREATE TABLE tm_status_results (id int PRIMARY KEY, keyword text);
INSERT INTO tm_status_results VALUES (1, 'passed'), (2, 'failed'), (9, 'splendid');
CREATE TABLE tm_system_aipo_result_for_a_testing_session (id int PRIMARY KEY, last_changed timestamp, last_modifier_id text, comment text, status_id int,
	system_actor_profile_id int, testing_session_id int);
INSERT INTO tm_system_aipo_result_for_a_testing_session VALUES (1, '2026-11-25 18:00', 'sato', 'as <seen>', 1, 1, 7), (2, NULL, NULL, '', 2, 3, 7),
	(3, NULL, NULL, '', 9, 6, 7), (4, NULL, NULL, '', 1, 2, 1), (5, NULL, NULL, '', NULL, 2, 7);
CREATE TABLE tf_rule (id int PRIMARY KEY, cause_id int, consequence_id int);
CREATE TABLE tf_rule_criterion (id int PRIMARY KEY, list_or boolean, single_actor_id int, single_integration_profile_id int, single_option_id int);
CREATE TABLE tf_rule_list_criterion (tf_rule_criterion_id int, aipocriterions_id int);
-- who is a Document Source of MHD: a Recipient of it, and a source of the other one or its recipient; and what cannot be told
INSERT INTO tf_rule VALUES (1, 1, 4), (2, 7, 2), (3, 1, 8), (4, 99, 1), (5, 1, 9), (6, 10, 2), (7, 1, 12);
INSERT INTO tf_rule_criterion VALUES (1, NULL, 1, 1, NULL), (2, NULL, 2, 1, NULL), (3, NULL, 1, 2, 1), (4, false, NULL, NULL, NULL), (5, true, NULL, NULL, NULL),
	(6, NULL, NULL, 2, NULL), (7, false, NULL, NULL, NULL), (8, NULL, 1, 77, NULL),
	(9, false, NULL, NULL, NULL), (10, true, NULL, NULL, NULL), (11, true, NULL, NULL, NULL);
INSERT INTO tf_rule_criterion SELECT n, false FROM generate_series(12, 20) n;
INSERT INTO tf_rule_list_criterion VALUES (9, 9), (10, 11), (11, 10);
INSERT INTO tf_rule_list_criterion SELECT n, n + 1 FROM generate_series(12, 19) n;
INSERT INTO tf_rule_list_criterion VALUES (4, 2), (4, 5), (5, 3), (5, 6), (7, 1), (7, 2);

CREATE TABLE tm_status (id int PRIMARY KEY, keyword text);
INSERT INTO tm_status VALUES (1, 'started'), (2, 'completed'), (4, 'verified'), (6, 'partially verified'), (7, 'failed'), (9, 'self verified');
CREATE TABLE tm_test_instance (id int PRIMARY KEY, last_changed timestamp, last_modifier_id text, test_id int, last_status_id int, monitor_id int, testing_session_id int,
	description text, comments text);
INSERT INTO tm_test_instance VALUES
	(500, '2026-11-24 14:00', 'kim', 10, 2, 1, 7, 'A <i>run</i>', NULL), (501, '2026-11-24 15:00', 'kim', 12, 7, 2, 7, NULL, 'see &lt;log&gt;'),
	(502, '2026-11-24 15:00', 'kim', 10, 9, NULL, 7, NULL, NULL), (503, '2026-11-24 15:00', 'kim', 10, 2, NULL, 7, NULL, NULL),
	(504, '2026-11-24 15:00', 'kim', 77, 2, NULL, 7, NULL, NULL), (505, NULL, 'kim', 10, 2, NULL, 7, NULL, NULL),
	(506, '2026-11-24 16:00', 'kim', 10, 2, 99, 7, NULL, NULL), (600, '2026-10-01 10:00', 'kim', 10, 4, 4, 1, NULL, NULL);
CREATE TABLE tm_test_instance_participants (id int PRIMARY KEY, test_instance_id int, role_in_test_id int, system_in_session_user_id int);
INSERT INTO tm_test_instance_participants VALUES (1, 500, 1, 1), (2, 500, 2, 2), (3, 500, 3, 2), (4, 501, 1, 1), (5, 501, 77, 2), (6, 502, 1, 1), (7, 505, 1, 1),
	(8, 506, 1, 1), (9, 506, 2, 6), (10, 600, 1, 6), (11, 999, 1, 1), (12, 506, 2, 3);
CREATE TABLE tm_test_steps_instance_status (id int PRIMARY KEY, keyword text);
INSERT INTO tm_test_steps_instance_status VALUES (1, 'done'), (3, 'activated'), (6, 'verified');
CREATE TABLE tm_test_steps_instance (id int PRIMARY KEY, test_steps_id int, test_steps_instance_status_id int, status_id int);
INSERT INTO tm_test_steps_instance VALUES (1, 100, 1, NULL), (2, 101, 6, NULL), (3, 103, 3, NULL), (4, 100, 3, NULL), (5, 100, 1, NULL);
CREATE TABLE tm_test_instance_test_steps_instance (test_instance_id int, test_steps_instance_id int);
INSERT INTO tm_test_instance_test_steps_instance VALUES (500, 1), (500, 2), (501, 3), (501, 4), (506, 5), (506, 400);
CREATE TABLE tm_data_type (id int PRIMARY KEY, keyword text);
INSERT INTO tm_data_type VALUES (2, 'proxy'), (4, 'file'), (5, 'url'), (7, 'EVSClient');
CREATE TABLE tm_test_steps_data (id int PRIMARY KEY, data_type_id int, value text, comment text);
INSERT INTO tm_test_steps_data VALUES (1, 4, 'bundle.json', 'the bundle'), (2, 2, '', NULL), (3, 7, 'https://evs.example/?oid=1.2', 'valid'), (4, 5, 'javascript:alert(1)', E'a tab\t, a line\n, \\N and \\tmp\\'),
	(5, 4, '../../etc/passwd', NULL);
CREATE TABLE tm_test_steps_test_steps_data (test_steps_id int, test_steps_data_id int);
INSERT INTO tm_test_steps_test_steps_data VALUES (1, 1), (1, 2), (2, 3), (2, 77), (5, 5);
CREATE TABLE tm_test_instance_tm_test_steps_data (tm_test_instance_id int, teststepsdatalist_id int);
INSERT INTO tm_test_instance_tm_test_steps_data VALUES (500, 4);
CREATE TABLE tm_test_instance_event (id int PRIMARY KEY, date_of_event timestamp, type int, username text, comment text, status_id int);
INSERT INTO tm_test_instance_event VALUES (1, '2026-11-24 13:00', 0, 'vendor one', NULL, 1), (2, '2026-11-24 13:30', 1, 'kim', 'Is <this> it? <b>yes</b>', NULL),
	(3, '2026-11-24 13:40', 0, 'vendor one', NULL, 2), (4, '2026-11-24 13:50', 3, 'kim', NULL, NULL), (5, NULL, 1, 'kim', 'no moment', NULL), (6, '2026-11-24 15:00', 0, 'sato', 'wrong code', 7);
CREATE TABLE tm_test_instance_test_status (test_instance_id int, status_id int);
INSERT INTO tm_test_instance_test_status VALUES (500, 1), (500, 2), (500, 3), (500, 4), (500, 5), (501, 6), (501, 60);
COMMIT;
