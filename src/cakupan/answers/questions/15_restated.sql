-- Figures of the night's month, or published in it, that a later publication changed, and the deliveries that did it.
select
    as_of_date as of_night,
    relation,
    row_key as code,
    figure,
    value_before,
    value_after,
    published_at,
    array_to_string(deliveries, ', ') as source
from marts.restated_figures
where
    relation not in ('aid_eligibility', 'dbhcht_lineage', 'audit_findings', 'audit_observations')
    and (
        date_trunc('month', as_of_date) = date_trunc('month', %(night)s::date)
        or date_trunc('month', published_at) = date_trunc('month', %(night)s::date)
    )
order by as_of_date, relation, row_key, figure
