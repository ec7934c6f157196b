-- What two counted apart: the rows of a delivery that break a rule, repeated ones included, by the pass and by Great
-- Expectations. NULL of rules on whole deliveries, and of validations made before both were kept.
alter table quality.rule_result add column if not exists unexpected_rows bigint;
alter table quality.rule_result add column if not exists recounted_rows bigint;
