-- Every accepted row of a delivery the night rests on is stored once: counts of facts and ledger agree.
{%- set stores = [
    ('fct_membership', 'bpjstk', 'kepesertaan'),
    ('int_contribution', 'bpjstk', 'iuran'),
    ('fct_budget', 'sipd', 'anggaran'),
    ('fct_disbursement', 'sipd', 'sp2d'),
    ('fct_aid_application', 'distan', 'permohonan_bantuan'),
    ('fct_outreach_attendance', 'diskumdag', 'sosialisasi'),
    ('fct_construction_project', 'pupr', 'proyek_konstruksi'),
    ('fct_commitment', 'perekonomian', 'rencana_kerja'),
] %}

with stored as (
    {%- for model, agency, feed in stores %}
    select
        validation_id,
        count(*) as stored_rows
    from {{ ref(model) }}
    where validation_id in ({{ in_force(agency, feed) }})
    group by validation_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    input.agency,
    input.feed,
    input.delivery_id,
    validation.accepted_rows,
    coalesce(stored.stored_rows, 0) as stored_rows
from {{ source('ledger', 'run_input') }} as input
inner join {{ source('ledger', 'validation') }} as validation using (validation_id)
left join stored using (validation_id)
where
    input.run_id = {{ run_id() }}
    and (input.agency, input.feed) in (
        {%- for _, agency, feed in stores %}
        ('{{ agency }}', '{{ feed }}'){{ ',' if not loop.last }}
        {%- endfor %}
    )
    and coalesce(stored.stored_rows, 0) <> validation.accepted_rows
