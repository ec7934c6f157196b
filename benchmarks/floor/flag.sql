-- One pass over a delivery in plain SQL: flag, find repeats and key conflicts, type what is let in, set the rest aside.
create table if not exists {typed} as select {night}::date as night, {careful_casts} from {raw} limit 0;

create temp table suspect as
select * from (select ctid as place, *, {night}::date as business_date from {raw}) as landed
where not coalesce({strict}, false);

create temp table judged as
with cleaned as materialized (
    select
        s.place, s.number_cells, s.error_cells, s.typed_cells, s.business_date, s.defect is null as readable, n.*
    from suspect as s
    cross join lateral (select {normalised} offset 0) as n
)
select place, readable, {cells}, {broken} as rules from cleaned;
analyze suspect;

create temp table earlier as {earlier};

create temp table repeated as
select {key} from (
    select {key} from {raw} as r where not exists (select from suspect as s where s.place = r.ctid)
    union all
    select {key} from judged where readable
) as keys
group by {key} having count(*) > 1
{union_earlier};

insert into judged
select ctid, true, {cells}, '{{}}' from {raw} as r
where ({key}) in (select {key} from repeated)
    and not exists (select from suspect as s where s.place = r.ctid);
analyze judged;

create temp table verdict as
with placed as (
    select *, {repeats_earlier} or row_number() over (
        partition by readable, {compared} order by cardinality(rules), place
    ) > 1 as duplicate
    from judged as j
),
passing as (
    select place, count(*) over (partition by {key}) > 1 or {shares_earlier} as conflict
    from placed as j where not duplicate and not rules && {blocking}
)
select placed.*, case
    when num_nonnulls({cells}) = 0 and readable then 'no row'
    when duplicate then 'duplicate'
    when rules && {blocking} or conflict then 'quarantined'
    else 'accepted'
end as verdict
from placed left join passing using (place);

insert into {typed}
select {night}::date, {plain_casts} from {raw} as r where not exists (select from judged as j where j.place = r.ctid);
insert into {typed} select {night}::date, {careful_casts} from verdict where verdict = 'accepted';
insert into floor.quarantine
select {feed}, {night}::date, place::text, rules, to_jsonb(verdict) from verdict where verdict = 'quarantined';
analyze {typed};

insert into floor.scorecard
select
    {feed}, {night}::date, (select count(*) from {raw}) - count(*) filter (where verdict = 'no row'),
    (select count(*) from {typed} where night = {night}::date),
    count(*) filter (where verdict = 'quarantined'), count(*) filter (where verdict = 'duplicate')
from verdict;
drop table suspect, judged, earlier, repeated, verdict
