-- What was added up of a delivery's contributions is what stands in its lines.
with new_input as (
    {{ new_inputs_of_run() }}
),

line as (
    select
        validation_id,
        count(*) as contribution_lines,
        sum(amount_idr) as amount_idr
    from {{ ref('int_contribution') }}
    where validation_id in (select new_input.validation_id from new_input)
    group by validation_id
),

total as (
    select
        validation_id,
        sum(contribution_lines) as contribution_lines,
        sum(amount_idr) as amount_idr
    from {{ ref('int_contribution_total') }}
    where validation_id in (select new_input.validation_id from new_input)
    group by validation_id
)

select
    validation_id,
    line.contribution_lines as lines_stored,
    total.contribution_lines as lines_added_up,
    line.amount_idr as idr_stored,
    total.amount_idr as idr_added_up
from line
full join total using (validation_id)
where
    line.contribution_lines is distinct from total.contribution_lines
    or line.amount_idr is distinct from total.amount_idr
