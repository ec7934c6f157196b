-- 16,800 a month; halved by PP 50/2025 for some months of 2026 and 2027, never where APBD or DBHCHT pays.
with expected (funding_source_code, occupation_group, day, amount_idr) as (
    values
    ('DBHCHT', 'UMUM', date '2025-09-01', 16800),
    ('DBHCHT', 'UMUM', date '2026-04-01', 16800),
    ('DBHCHT', 'TRANSPORTASI', date '2026-06-01', 16800),
    ('APBD', 'UMUM', date '2026-12-01', 16800),
    ('MANDIRI', 'UMUM', date '2026-03-01', 16800),
    ('MANDIRI', 'UMUM', date '2026-04-01', 8400),
    ('MANDIRI', 'UMUM', date '2026-12-01', 8400),
    ('MANDIRI', 'UMUM', date '2027-01-01', 16800),
    ('MANDIRI', 'TRANSPORTASI', date '2025-12-01', 16800),
    ('MANDIRI', 'TRANSPORTASI', date '2026-01-01', 8400),
    ('MANDIRI', 'TRANSPORTASI', date '2027-03-01', 8400),
    ('MANDIRI', 'TRANSPORTASI', date '2027-04-01', 16800),
    ('CSR', 'UMUM', date '2026-05-01', 8400)
)

select
    expected.funding_source_code,
    expected.occupation_group,
    expected.day,
    expected.amount_idr,
    sum(tariff.amount_idr) as found_idr
from expected
left join {{ ref('bpu_tariff') }} as tariff
    on
        expected.funding_source_code = tariff.funding_source_code
        and expected.occupation_group = tariff.occupation_group
        and expected.day between tariff.valid_from and coalesce(tariff.valid_to, 'infinity')
group by 1, 2, 3, 4
having expected.amount_idr is distinct from sum(tariff.amount_idr)
