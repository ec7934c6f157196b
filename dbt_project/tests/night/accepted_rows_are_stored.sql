-- Every accepted row of a delivery the night rests on is stored once: counts of facts and ledger agree. Deliveries that a
-- published night rests on were counted in that night.
{%- set stores = [
    (tonight('stored_fct_membership'), 'bpjstk', 'kepesertaan'),
    (ref('int_contribution'), 'bpjstk', 'iuran'),
    (ref('stored_fct_budget'), 'sipd', 'anggaran'),
    (ref('stored_fct_disbursement'), 'sipd', 'sp2d'),
    (tonight('stored_fct_aid_application'), 'distan', 'permohonan_bantuan'),
    (tonight('stored_fct_outreach_attendance'), 'diskumdag', 'sosialisasi'),
    (ref('stored_fct_construction_project'), 'pupr', 'proyek_konstruksi'),
    (ref('stored_fct_commitment'), 'perekonomian', 'rencana_kerja'),
] %}

with new_input as (
    {{ new_inputs_of_run() }}
),

stored as (
    {%- for relation, agency, feed in stores %}
    select
        validation_id,
        count(*) as stored_rows
    from {{ relation }}
    where validation_id in (select new_input.validation_id from new_input)
    group by validation_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    input.agency,
    input.feed,
    input.delivery_id,
    validation.accepted_rows,
    coalesce(stored.stored_rows, 0) as stored_rows
from new_input as input
inner join {{ source('ledger', 'validation') }} as validation using (validation_id)
left join stored using (validation_id)
where
    (input.agency, input.feed) in (
        {%- for _, agency, feed in stores %}
        ('{{ agency }}', '{{ feed }}'){{ ',' if not loop.last }}
        {%- endfor %}
    )
    and coalesce(stored.stored_rows, 0) <> validation.accepted_rows
