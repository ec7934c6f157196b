-- The city's own rates, and what was published of others, each with the definition it rests on.
with own as (
    select
        'GUDANG' as part,
        'Kota Batu' as name,
        'COVERAGE_RATE' as code,
        coverage_rate as value,
        %(night)s::date::text as published_for,
        denominator_source as basis,
        'universal_coverage' as source
    from marts.universal_coverage
    where as_of_date = %(night)s
),

published as (
    select
        'TERBIT' as part,
        place as name,
        figure_code as code,
        value,
        stated_for as published_for,
        basis,
        source_address as source
    from reference.published_figure
    where figure_code in ('COVERAGE_RATE', 'DBHCHT_RECIPIENTS')
)

select * from own
union all
select * from published
order by part, code, name, published_for
