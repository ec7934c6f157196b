{{ config(
    indexes=[{'columns': ['run_id', 'finding_key'], 'unique': true}],
) }}

{{ findings_of([
    'wrong_tariff', 'amount_not_due', 'paid_before_budget', 'paid_before_spm', 'decree_after_first_month',
    'months_never_paid', 'lapsed_after_funding', 'posted_without_order', 'not_posted_in_time', 'month_before_coverage',
    'active_not_on_decree', 'several_memberships', 'membership_changed_worker', 'age_out_of_range', 'ineligible_category',
    'wrong_account', 'wrong_sub_activity', 'number_contradicts', 'number_out_of_grammar', 'billing_code_malformed',
    'new_funding_source', 'total_disagrees',
]) }}
