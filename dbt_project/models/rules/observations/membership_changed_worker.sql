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

-- Few, so that few deliveries of all are read.
named as materialized (
    select
        paid.membership_key,
        paid.amount_idr,
        owner.worker_key,
        owner.business_date
    from paid
    inner join {{ ref('int_membership_owner') }} as owner
        on
            paid.membership_key = owner.membership_key
            and owner.business_date <= {{ as_of_date() }}
            and owner.until_run_id is null
),

delivery as materialized (
    select accepted.*
    from ({{ every_accepted('bpjstk', 'kepesertaan') }}) as accepted
    where accepted.business_date in (select named.business_date from named)
)

select
    named.membership_key,
    named.amount_idr,
    'Satu KPJ dilaporkan atas ' || count(distinct named.worker_key) || ' NIK yang berbeda ('
    || {{ tanggal('min(named.business_date)') }} || ' s.d. ' || {{ tanggal('max(named.business_date)') }}
    || '); iuran DBHCHT ' || {{ rupiah('named.amount_idr') }} || ' dibukukan padanya.' as explanation,
    array_agg({{ address_word('membership') }} order by membership.business_date) as evidence
from named
inner join delivery on named.business_date = delivery.business_date
inner join {{ history('stored_fct_membership') }} as membership
    on
        delivery.validation_id = membership.validation_id
        and named.membership_key = membership.membership_key
group by named.membership_key, named.amount_idr
