{{ config(
    materialized='changes',
    keyed_by=['application_no'],
    meta={'distributed_by': 'worker_key'},
    indexes=[{'columns': ['run_id', 'application_no'], 'unique': true}],
) }}
-- depends_on: {{ ref('int_record') }}

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    application.application_no,
    application.worker_key,
    application.farmer_group,
    application.aid_kind,
    application.value_idr,
    {{ known(
        "case when coverage.is_active_participant then 'ELIGIBLE' else 'NOT_ELIGIBLE' end", 'bpjstk.kepesertaan'
    ) }} as status
from {{ tonight('stored_fct_aid_application') }} as application
left join {{ tonight('stored_fct_coverage_daily') }} as coverage
    on
        application.worker_key = coverage.worker_key
        and coverage.run_id = {{ run_id() }}
where application.validation_id in ({{ in_force('distan', 'permohonan_bantuan') }})
