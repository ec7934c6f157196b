-- Workers of an agency in a category: all who are registered, those who are covered, or those who are not.
select
    roster.worker_key::text as who,
    1 as value,
    roster.delivery_id,
    roster.sheet,
    roster.row_number
from warehouse.history_fct_roster as roster
inner join warehouse.history_fct_coverage_daily as coverage
    on coverage.run_id = %(run)s and roster.worker_key = coverage.worker_key
where
    roster.run_id = %(run)s
    and roster.agency_code = %(agency_code)s
    and roster.worker_category = %(worker_category)s
    and (
        %(figure)s = 'registered_workers'
        or coverage.is_active_participant = (%(figure)s = 'active_participants')
    )
