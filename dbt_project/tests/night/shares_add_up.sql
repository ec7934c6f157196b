-- Shares of the funding sources add up to 1, but for the rounding of each.
select sum(share_of_active) as total
from {{ ref('stored_coverage_by_funding_source') }}
where run_id = {{ run_id() }}
having abs(sum(share_of_active) - 1) > 0.0000005 * count(*)
