-- Of every delivery that the night rests on all accepted contributions were added up, and of a new one to what stands in them.
with new_input as (
    {{ new_inputs_of_run() }}
),

line as (
    select
        validation_id,
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
    where validation_id in ({{ in_force('bpjstk', 'iuran') }})
    group by validation_id
)

select
    validation.validation_id,
    validation.accepted_rows,
    total.contribution_lines as lines_added_up,
    line.amount_idr as idr_stored,
    total.amount_idr as idr_added_up
from {{ source('ledger', 'validation') }} as validation
left join total on validation.validation_id = total.validation_id
left join line on validation.validation_id = line.validation_id
where
    validation.validation_id in ({{ in_force('bpjstk', 'iuran') }})
    and (
        validation.accepted_rows <> coalesce(total.contribution_lines, 0)
        or line.amount_idr <> total.amount_idr
    )
