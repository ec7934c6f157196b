-- A total that disagrees: what the sheet states, and what the rows above it sum to, so that the audit rule can say both.
alter table quality.remark add column if not exists expected_idr bigint;
alter table quality.remark add column if not exists actual_idr bigint;
