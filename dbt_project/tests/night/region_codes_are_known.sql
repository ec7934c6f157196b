-- The city has 24 villages in 3 districts; the codes of Kemendagri and BPS name the same district by its name.
select
    count(*) filter (where region_level = 'VILLAGE') as villages,
    count(*) filter (where region_level = 'DISTRICT') as districts,
    count(*) filter (where region_level = 'OUTSIDE') as outside
from {{ ref('region') }}
having
    count(*) filter (where region_level = 'VILLAGE') <> 24
    or count(*) filter (where region_level = 'DISTRICT') <> 3
    or count(*) filter (where region_level = 'OUTSIDE') <> 1
    or bool_or(
        left(bps_code, 7) <> case district_name
            when 'Batu' then '3579010' when 'Junrejo' then '3579020' when 'Bumiaji' then '3579030'
        end
    )
