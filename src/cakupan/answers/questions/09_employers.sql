-- The nearest to employers without a number: employers that BPJS knows, by sector, as of the newest published night.
select
    sector.sector_code as code,
    sector.sector_name as name,
    count(employer.npp) as employers_with_npp,
    sum(employer.active_workers) as active_workers,
    null::bigint as oss_or_wlkp_workers
from marts.dim_employer as employer
left join marts.dim_sector as sector
    on employer.sector_code = sector.sector_code and %(night)s between sector.valid_from and coalesce(sector.valid_to, 'infinity')
where employer.active_workers > 0
group by sector.sector_code, sector.sector_name
order by sector.sector_code
