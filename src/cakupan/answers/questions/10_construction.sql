-- Contracts by their owner: how many are registered at BPJS, how, and with how many heads.
with project as (
    select
        compliance.owner_agency,
        compliance.status,
        compliance.contribution_due_idr,
        compliance.contribution_paid_idr,
        fact.workers
    from marts.construction_compliance as compliance
    left join marts.fct_construction_project as fact on compliance.project_id = fact.project_id
    where compliance.as_of_date = %(night)s
)

select
    project.owner_agency as code,
    agency.agency_name as name,
    count(*) as contracts,
    count(*) filter (where project.status <> 'NOT_REGISTERED') as registered,
    count(*) filter (where project.status = 'COMPLIANT') as compliant,
    count(*) filter (where project.status = 'NO_LETTER') as without_letter,
    count(*) filter (where project.status = 'REGISTERED_BEFORE_LETTER') as registered_before_letter,
    count(*) filter (where project.status = 'UNDERPAID') as underpaid,
    sum(project.workers) as heads,
    sum(project.workers) filter (where project.status <> 'NOT_REGISTERED') as heads_registered,
    sum(project.contribution_due_idr)::bigint as contribution_due_idr,
    sum(project.contribution_paid_idr)::bigint as contribution_paid_idr
from project
left join marts.dim_agency as agency
    on
        project.owner_agency = agency.skpd_code
        and %(night)s between agency.valid_from and coalesce(agency.valid_to, 'infinity')
group by project.owner_agency, agency.agency_name, agency.agency_code
order by coalesce(agency.agency_code in ('pupr', 'perkim'), false) desc, project.owner_agency nulls last
