{{ config(
    indexes=[{'columns': ['run_id', 'finding_key'], 'unique': true}],
) }}

{{ findings_of([
    'over_budget', 'paid_before_decree', 'no_budget_line', 'sp2d_not_posted', 'amount_mismatch',
    'beneficiary_not_protected', 'not_on_decree', 'unresolved_participant', 'double_funding', 'deceased_beneficiary',
    'duplicate_beneficiary', 'out_of_region',
]) }}
