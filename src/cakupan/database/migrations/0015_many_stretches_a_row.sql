-- Where the records of a snapshot stand in it was a row for each stretch of rows that follow one another. Each night writes
-- all of them, and each record that comes or goes leaves one more. A row holds many now, by their steps from the first; rows
-- that were sealed stay as they are, without steps.
alter table warehouse.record_place
add column if not exists record_steps integer[],
add column if not exists shifts integer[],
add column if not exists counts integer[];
