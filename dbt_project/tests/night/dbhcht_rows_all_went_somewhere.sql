-- Every accepted row about DBHCHT in force has its place in dbhcht_forward, once.
with went as (
    select
        feed,
        count(*) as found_rows
    from {{ tonight('stored_dbhcht_forward') }}
    where run_id = {{ run_id() }}
    group by feed
),

stored as (
    select
        'sipd.anggaran' as feed,
        count(*) as due_rows
    from {{ ref('stored_fct_budget') }}
    where
        validation_id in ({{ in_force('sipd', 'anggaran') }})
        and budget_source = 'DBHCHT'
    union all
    select
        'sipd.sp2d' as feed,
        count(*) as due_rows
    from {{ ref('int_dbhcht_order') }}
    union all
    select
        'disnaker.penerima_dbhcht' as feed,
        coalesce(sum(validation.accepted_rows), 0) as due_rows
    from {{ source('ledger', 'validation') }} as validation
    where validation.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    union all
    select
        'bpjstk.iuran' as feed,
        count(*) as due_rows
    from {{ ref('int_dbhcht_contribution') }}
)

select
    stored.feed,
    stored.due_rows,
    coalesce(went.found_rows, 0) as found_rows
from stored
left join went using (feed)
where stored.due_rows <> coalesce(went.found_rows, 0)
