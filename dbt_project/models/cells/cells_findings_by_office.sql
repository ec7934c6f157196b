with every_finding as (
    {%- for relation in [ref('audit_findings'), ref('audit_observations')] %}
    select
        as_of_date,
        fiscal_year,
        finding_code,
        severity,
        coalesce(skpd_code, '') as skpd_code,
        amount_idr,
        worker_key is not null or membership_key is not null as is_about_person
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- One rule speaks of persons or of documents, whatever single findings of it name.
found as (
    select
        as_of_date,
        fiscal_year,
        finding_code,
        severity,
        skpd_code,
        amount_idr,
        bool_or(is_about_person) over (partition by as_of_date, finding_code) as is_about_person
    from every_finding
)

select
    as_of_date,
    fiscal_year,
    finding_code,
    severity,
    skpd_code,
    false as is_total,
    bool_or(is_about_person) as is_about_persons,
    count(*) as findings,
    sum(amount_idr)::bigint as amount_idr
from found
group by as_of_date, fiscal_year, finding_code, severity, skpd_code
union all
select
    as_of_date,
    fiscal_year,
    finding_code,
    severity,
    'SEMUA' as skpd_code,
    true as is_total,
    bool_or(is_about_person) as is_about_persons,
    count(*) as findings,
    sum(amount_idr)::bigint as amount_idr
from found
group by as_of_date, fiscal_year, finding_code, severity
