{{ config(
    indexes=[{'columns': ['run_id', 'finding_key'], 'unique': true}],
) }}

{%- set of_lines = ['over_budget'] %}
{%- set rules = [
    'over_budget', 'paid_before_decree', 'no_budget_line', 'sp2d_not_posted', 'amount_mismatch',
    'beneficiary_not_protected', 'not_on_decree', 'unresolved_participant', 'double_funding', 'deceased_beneficiary',
    'duplicate_beneficiary', 'out_of_region',
] %}

{{ findings_of(rules, of_lines) }}
