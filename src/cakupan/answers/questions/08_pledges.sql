-- One row for each pledge of the coordination meeting, with what it is measured on.
with measured_on as (
    select
        agency_code,
        commitment,
        min(roster) as roster
    from marts.fct_commitment
    group by agency_code, commitment
)

select
    progress.agency_code as code,
    agency.agency_name as name,
    progress.commitment,
    progress.indicator,
    measured_on.roster as measured_on,
    progress.target,
    case when progress.indicator = 'Jumlah peserta aktif' then progress.actual end as active_participants,
    case when progress.indicator <> 'Jumlah peserta aktif' then progress.actual end as documents,
    progress.progress as progress_rate,
    progress.due_date,
    case
        when progress.actual is null then 'TIDAK TERUKUR'
        when progress.actual >= progress.target then 'TERCAPAI'
        when progress.due_date < %(night)s then 'LEWAT WAKTU'
        else 'BERJALAN'
    end as state
from marts.commitment_progress as progress
left join measured_on on progress.agency_code = measured_on.agency_code and progress.commitment = measured_on.commitment
left join marts.dim_agency as agency
    on progress.agency_code = agency.agency_code and %(night)s between agency.valid_from and coalesce(agency.valid_to, 'infinity')
where progress.as_of_date = %(night)s
order by progress.agency_code, progress.commitment
