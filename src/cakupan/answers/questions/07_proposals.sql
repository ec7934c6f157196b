-- Names that each office proposed, of the decrees of the night's year, and how many of them no rule asks about.
with named as (
    select distinct
        proposing_skpd_code,
        decree_no,
        decree_date,
        worker_key
    from marts.fct_beneficiary
    where
        business_date <= %(night)s
        and decree_date >= date_trunc('year', %(night)s::date)
        and decree_date < date_trunc('year', %(night)s::date) + interval '1 year'
),

asked_about as (
    select distinct worker_key
    from marts.audit_findings
    where
        as_of_date = %(night)s
        and finding_code in ('OUT_OF_REGION', 'DUPLICATE_BENEFICIARY', 'DECEASED_BENEFICIARY', 'DOUBLE_FUNDING')
),

by_office as (
    select
        named.proposing_skpd_code,
        count(distinct named.worker_key) as proposed,
        count(distinct named.worker_key) filter (where asked_about.worker_key is null) as without_finding
    from named
    left join asked_about on named.worker_key = asked_about.worker_key
    group by named.proposing_skpd_code
),

decrees as (
    select distinct
        proposing_skpd_code,
        decree_no,
        decree_date
    from named
),

first_order as (
    select
        decree_no,
        min(sp2d_date) as paid_on
    from marts.fct_disbursement
    where business_date <= %(night)s
    group by decree_no
),

waits as (
    select
        decrees.proposing_skpd_code,
        count(*) as decrees,
        percentile_disc(0.5) within group (order by first_order.paid_on - decrees.decree_date) as days_from_decree_to_order
    from decrees
    left join first_order on decrees.decree_no = first_order.decree_no
    group by decrees.proposing_skpd_code
)

select
    by_office.proposing_skpd_code as code,
    agency.agency_name as name,
    waits.decrees,
    by_office.proposed,
    by_office.without_finding,
    by_office.proposed - by_office.without_finding as with_finding,
    waits.days_from_decree_to_order
from by_office
inner join waits on by_office.proposing_skpd_code = waits.proposing_skpd_code
left join marts.dim_agency as agency
    on
        by_office.proposing_skpd_code = agency.skpd_code
        and %(night)s between agency.valid_from and coalesce(agency.valid_to, 'infinity')
order by by_office.proposing_skpd_code
