select
    day.date::date as date,
    extract(year from day.date)::integer as year,
    extract(quarter from day.date)::integer as quarter,
    to_char(day.date, 'YYYYMM') as month,
    extract(month from day.date)::integer as month_of_year,
    (array[
        'Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November',
        'Desember'
    ])[extract(month from day.date)::integer] as month_name,
    extract(isodow from day.date)::integer as day_of_week,
    day.date::date = (date_trunc('month', day.date) + interval '1 month - 1 day')::date as is_month_end
from generate_series('2010-01-01'::timestamp, '2045-12-31'::timestamp, interval '1 day') as day (date)
