-- The membership deliveries that int_membership_owner was made from; what differs from it next time says from which date
-- on the log is written anew. Built after the log, so that a build that broke off is simply done again.
-- depends_on: {{ ref('int_membership_owner') }}
select
    validation_id,
    business_date
from (
    {{ every_accepted('bpjstk', 'kepesertaan') }}
) as delivery
