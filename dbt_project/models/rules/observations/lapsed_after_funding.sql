with membership as (
    select
        delivered.membership_key,
        delivered.worker_key,
        {{ address_word('delivered') }} as evidence
    from {{ tonight('stored_fct_membership') }} as delivered
    where
        delivered.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and delivered.segment_code = 'BPU'
        and delivered.funding_source_code = 'DBHCHT'
        and {{ is_active_membership('delivered') }}
),

last_funded as (
    select
        line.worker_key,
        max(line.contribution_month) as contribution_month
    from {{ ref('int_dbhcht_contribution') }} as line
    where
        line.funding_source_code = 'DBHCHT'
        and line.program_code = 'JKK'
    group by line.worker_key
),

ended as (
    select
        membership.worker_key,
        last_funded.contribution_month,
        array_agg(membership.evidence order by membership.evidence) as evidence
    from membership
    inner join last_funded on membership.worker_key = last_funded.worker_key
    where
        last_funded.contribution_month < {{ newest_lost_month() }}
        and not exists (
            select 1
            from {{ tonight('stored_fct_beneficiary') }} as beneficiary
            where
                beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
                and beneficiary.worker_key = membership.worker_key
                and beneficiary.contribution_month > last_funded.contribution_month
        )
    group by membership.worker_key, last_funded.contribution_month
),

-- All memberships of these workers: whoever paid, under whichever number, kept them protected.
every_membership as (
    select
        owner.membership_key,
        owner.worker_key
    from ({{ owner_as_of() }}) as owner
    where owner.worker_key in (select ended.worker_key from ended)
),

last_paid as (
    select
        every_membership.worker_key,
        max(line.contribution_month) as contribution_month
    from {{ ref('int_contribution') }} as line
    inner join every_membership on line.membership_key = every_membership.membership_key
    where
        line.validation_id in ({{ in_force('bpjstk', 'iuran') }})
        and line.program_code = 'JKK'
    group by every_membership.worker_key
),

last_line as (
    select
        line.worker_key,
        line.contribution_month,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from {{ ref('int_dbhcht_contribution') }} as line
    inner join ended
        on
            line.worker_key = ended.worker_key
            and line.contribution_month = ended.contribution_month
    where
        line.funding_source_code = 'DBHCHT'
        and line.program_code = 'JKK'
    group by line.worker_key, line.contribution_month
)

select
    ended.worker_key,
    ended.contribution_month,
    'Bulan terakhir yang dibayar DBHCHT ' || ended.contribution_month || '; sesudahnya tidak tercantum dalam SK mana pun dan '
    || 'tidak ada iuran JKK dari siapa pun lebih dari ' || {{ threshold('UNPAID_MONTHS') }}::integer
    || ' bulan, sehingga perlindungan berakhir.' as explanation,
    ended.evidence || last_line.evidence as evidence
from ended
inner join last_paid on ended.worker_key = last_paid.worker_key
inner join last_line
    on
        ended.worker_key = last_line.worker_key
        and ended.contribution_month = last_line.contribution_month
where last_paid.contribution_month <= ended.contribution_month
