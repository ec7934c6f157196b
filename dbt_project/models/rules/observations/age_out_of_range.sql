with recipient as (
    select distinct on (beneficiary.decree_no, beneficiary.worker_key)
        beneficiary.decree_no,
        beneficiary.worker_key,
        beneficiary.decree_date,
        {{ address_word('beneficiary') }} as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    order by beneficiary.decree_no, beneficiary.worker_key
),

aged as (
    select
        recipient.*,
        extract(year from age(recipient.decree_date, worker.born_on)) as years,
        lowest.value as lowest,
        highest.value as highest
    from recipient
    inner join {{ source('keyed', 'worker') }} as worker on recipient.worker_key = worker.worker_key
    -- The criteria of the decree's day, not of the night.
    inner join {{ ref('audit_threshold') }} as lowest
        on
            lowest.threshold_code = 'AGE_LOWEST'
            and recipient.decree_date between lowest.valid_from and coalesce(lowest.valid_to, 'infinity')
    inner join {{ ref('audit_threshold') }} as highest
        on
            highest.threshold_code = 'AGE_HIGHEST'
            and recipient.decree_date between highest.valid_from and coalesce(highest.valid_to, 'infinity')
)

select
    decree_no,
    worker_key,
    'Menurut NIK, usia pada tanggal SK '
    || case when years < lowest then 'di bawah ' || lowest::integer else 'di atas ' || highest::integer end
    || ' tahun.' as explanation,
    array[evidence] as evidence
from aged
where years not between lowest and highest
