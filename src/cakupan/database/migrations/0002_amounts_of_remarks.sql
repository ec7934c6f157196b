-- A total that disagrees: what the sheet states, and what the rows above it sum to, so that the audit rule can say both.
alter table quality.remark add column expected_idr bigint;
alter table quality.remark add column actual_idr bigint;
