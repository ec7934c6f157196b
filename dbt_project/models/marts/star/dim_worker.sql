with newest_comparison as (
    select
        comparison.as_of_date,
        max(comparison.run_id) as run_id
    from {{ ref('int_worker_comparison') }} as comparison
    where comparison.run_id in (select published.run_id from {{ source('ledger', 'published') }} as published)
    group by comparison.as_of_date
),

in_sequence as (
    select
        change.worker_key,
        change.sex,
        change.age_band,
        change.region_code,
        change.sector_code,
        change.as_of_date as valid_from,
        lag(change.as_of_date) over worker_nights as previous_from,
        lag(array[change.sex, change.age_band, change.region_code, change.sector_code]) over worker_nights as previous
    from {{ ref('int_worker_change') }} as change
    inner join newest_comparison using (run_id, as_of_date)
    window worker_nights as (partition by change.worker_key order by change.as_of_date)
),

-- A worker who was named nowhere for some nights and comes back unchanged is the same version still.
version as (
    select
        worker_key,
        sex,
        age_band,
        region_code,
        sector_code,
        valid_from,
        lead(valid_from) over (partition by worker_key order by valid_from) - 1 as valid_to
    from in_sequence
    where
        previous_from is null
        or array[sex, age_band, region_code, sector_code] is distinct from previous
)

select
    version.worker_key,
    version.sex,
    version.age_band,
    version.region_code,
    case
        when {{ in_city('version.region_code') }} then coalesce(village.region_code, district.region_code, 'LUAR')
        when version.region_code is not null then 'LUAR'
    end as known_region_code,
    version.sector_code,
    version.valid_from,
    version.valid_to,
    version.valid_to is null as is_current
from version
left join {{ ref('dim_region') }} as village on version.region_code = village.region_code
left join {{ ref('dim_region') }} as district on left(version.region_code, 8) = district.region_code
