-- SPDX-License-Identifier: Apache-2.0
-- Schema 3 of the console's store: what is needed to count lines. Never edited after release.

ALTER TABLE track ADD COLUMN exploratory INTEGER NOT NULL DEFAULT 0;	-- 1: outcomes, no grades
ALTER TABLE test_role ADD COLUMN option TEXT NOT NULL DEFAULT '';	-- '': counts for lines without option
ALTER TABLE line ADD COLUMN grade INTEGER NOT NULL DEFAULT 0;	-- that managers gave elsewhere: enum grade
-- How lines are counted: struct results_rules.
ALTER TABLE event ADD COLUMN supportive INTEGER NOT NULL DEFAULT 1;
ALTER TABLE event ADD COLUMN partners INTEGER NOT NULL DEFAULT 0;	-- enum results_partners
ALTER TABLE event ADD COLUMN running_in_progress INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN published INTEGER NOT NULL DEFAULT 0;	-- wall ms, 0: not yet
ALTER TABLE event ADD COLUMN regrade_days INTEGER NOT NULL DEFAULT 14;
-- Grades (kind 8) and reissues (11), which may be of grades.
CREATE INDEX record_grade ON record (seq) WHERE ti IS NULL AND kind IN (8, 11);
