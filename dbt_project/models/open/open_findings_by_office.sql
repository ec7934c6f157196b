with found as (
    select
        as_of_date,
        fiscal_year,
        finding_code,
        severity,
        coalesce(skpd_code, '') as skpd_code,
        amount_idr,
        worker_key is not null or membership_key is not null as is_about_person
    from {{ ref('audit_findings') }}
    union all
    select
        as_of_date,
        fiscal_year,
        finding_code,
        severity,
        coalesce(skpd_code, '') as skpd_code,
        amount_idr,
        worker_key is not null or membership_key is not null as is_about_person
    from {{ ref('audit_observations') }}
),

cells as (
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
),

-- Findings about documents and money are no persons.
{{ small_cells_hidden(
    'cells',
    ['as_of_date', 'fiscal_year', 'finding_code', 'severity', 'skpd_code', 'is_total', 'is_about_persons'],
    [{'small': ['findings'], 'hides': ['findings', 'amount_idr'],
      'margin': ['as_of_date', 'fiscal_year', 'finding_code', 'is_total'],
      'least': 'case when is_about_persons then ' ~ smallest_shown() ~ ' else 0 end'}],
) }}
