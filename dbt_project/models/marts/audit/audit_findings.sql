{{ config(
    indexes=[{'columns': ['run_id', 'finding_key'], 'unique': true}],
) }}

{%- set rules = [
    'over_budget', 'paid_before_decree', 'no_budget_line', 'sp2d_not_posted', 'amount_mismatch',
    'beneficiary_not_protected', 'not_on_decree', 'unresolved_participant', 'double_funding', 'deceased_beneficiary',
    'duplicate_beneficiary', 'out_of_region',
] %}

with finding as (
    {%- for rule in rules %}
    select
        '{{ rule | upper }}' as finding_code,
        sp2d_no,
        decree_no,
        worker_key,
        membership_key,
        contribution_month,
        skpd_code,
        sub_activity_code,
        account_code,
        amount_idr,
        explanation,
        evidence
    from {{ ref(rule) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    finding.finding_code,
    rule.severity,
    finding.sp2d_no,
    finding.decree_no,
    finding.worker_key,
    finding.contribution_month,
    finding.amount_idr,
    finding.explanation,
    finding.membership_key,
    finding.skpd_code,
    finding.sub_activity_code,
    finding.account_code,
    -- The same finding has the same key every night.
    md5(concat_ws(
        '|',
        finding.finding_code,
        coalesce(
            finding.sp2d_no, finding.decree_no, finding.skpd_code || finding.sub_activity_code || finding.account_code, ''
        ),
        coalesce(finding.worker_key, finding.membership_key)::text,
        finding.contribution_month
    )) as finding_key,
    finding.evidence
from finding
inner join {{ ref('finding_rule') }} as rule
    on finding.finding_code = rule.finding_code and {{ valid_on_night('rule') }}
