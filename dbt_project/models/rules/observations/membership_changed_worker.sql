with changed as (
    select owner.membership_key
    from {{ ref('int_membership_owner') }} as owner
    where owner.business_date <= {{ as_of_date() }} and owner.until_run_id is null
    group by owner.membership_key
    having count(distinct owner.worker_key) > 1
),

paid as (
    select
        line.membership_key,
        sum(line.amount_idr)::bigint as amount_idr
    from {{ ref('int_dbhcht_contribution') }} as line
    inner join changed on line.membership_key = changed.membership_key
    where line.funding_source_code = 'DBHCHT'
    group by line.membership_key
),

delivery as (
    {{ every_accepted('bpjstk', 'kepesertaan') }}
)

select
    paid.membership_key,
    paid.amount_idr,
    'Satu KPJ dilaporkan atas ' || count(distinct owner.worker_key) || ' NIK yang berbeda ('
    || {{ tanggal('min(owner.business_date)') }} || ' s.d. ' || {{ tanggal('max(owner.business_date)') }}
    || '); iuran DBHCHT ' || {{ rupiah('paid.amount_idr') }} || ' dibukukan padanya.' as explanation,
    array_agg({{ address_word('membership') }} order by membership.business_date) as evidence
from paid
inner join {{ ref('int_membership_owner') }} as owner
    on
        paid.membership_key = owner.membership_key
        and owner.business_date <= {{ as_of_date() }}
        and owner.until_run_id is null
inner join delivery on owner.business_date = delivery.business_date
inner join {{ history('stored_fct_membership') }} as membership
    on
        delivery.validation_id = membership.validation_id
        and owner.membership_key = membership.membership_key
group by paid.membership_key, paid.amount_idr
