-- What dbt may know of a worker and of a membership beside the key: no number. The views on the rows of each feed are made
-- from its declaration (quality/keyed.py).

-- For the age on a night and the sex of each worker.
create or replace view keyed.worker as
select worker_key, born_on, sex from identity.worker;

-- For the smallest membership number where memberships tie: which comes before which, not what they are.
create or replace view keyed.membership as
select membership_key, row_number() over (order by kpj) as place from identity.membership;
