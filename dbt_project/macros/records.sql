{#- A row of a snapshot is the same record as the row of its key in the delivery before, wherever it stands. A stored row
    names records instead of addresses of snapshots: the number of a record's series, negative, where an address has the
    delivery, and the record's own where it has the row. So it stays the same from night to night; history_<name> looks up
    where its records stood on each night. Addresses in any other delivery are stored as they are. -#}

{#- Pre-hook of int_record: gives the rows of snapshots that the night rests on their records. A row keeps the record of
    the row of its key in the delivery of the published night before. -#}
{% macro place_records() -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set forgotten = run_query(
        'select distinct run_id from warehouse.snapshot_of_run where run_id not in (select run_id from ledger.publication)'
    ).columns[0].values() | map('int') | join(', ') -%}
    {%- if forgotten %}
    delete from warehouse.snapshot_of_run where run_id in ({{ forgotten }});
    {%- endif %}
    insert into warehouse.snapshot_of_run (run_id, series, validation_id, delivery_id)
    {{ snapshots_of_run() }}
    on conflict do nothing;
    {%- for snapshot in run_query(snapshots_without_records()).rows %}
    {{ place_records_of(snapshot) }};
    {%- endfor -%}
{%- endmacro %}

{% macro snapshots_of_run() -%}
    select
        input.run_id,
        (
            select min(delivery.delivery_id)
            from ledger.delivery as delivery
            where delivery.agency = input.agency and delivery.feed = input.feed
        ) as series,
        input.validation_id,
        input.delivery_id
    from ledger.run_input as input
    inner join ledger.feed as feed on input.agency = feed.agency and input.feed = feed.feed
    where input.run_id = {{ run_id() }} and feed.cadence <> 'increment'
{%- endmacro %}

{#- Snapshots that the run rests on and that have no records yet, each with the one of the published night before. -#}
{% macro snapshots_without_records() -%}
    select
        snapshot.validation_id,
        snapshot.delivery_id,
        snapshot.series,
        delivery.agency || '_' || delivery.feed as accepted,
        coalesce(before.validation_id, 0) as validation_before,
        coalesce(before.delivery_id, 0) as delivery_before
    from ({{ snapshots_of_run() }}) as snapshot
    inner join ledger.delivery as delivery on snapshot.delivery_id = delivery.delivery_id
    left join warehouse.snapshot_of_run as before
        on
            snapshot.series = before.series
            and before.run_id = ({{ published_run_before() }})
    where not exists (
        select 1 from warehouse.record_place as place where place.validation_id = snapshot.validation_id
    )
{%- endmacro %}

{% macro place_records_of(snapshot) -%}
    insert into warehouse.record_place (
        validation_id, delivery_id, series, first_record, last_record, sheet, first_row, record_steps, shifts, counts
    )
    with own as (
        {{ keys_of(snapshot.accepted, snapshot.delivery_id) }}
    ),

    before as (
        {{ keys_of(snapshot.accepted, snapshot.delivery_before) }}
    ),

    known as (
        select
            place.sheet,
            stretch.first_row + step as row_number,
            stretch.first_record + step as record
        from warehouse.record_place as place
        {{ records_of('place') }}
        where place.validation_id = {{ snapshot.validation_before }}
    ),

    matched as (
        select
            own.sheet,
            own.row_number,
            known.record
        from own
        left join before using (key, occurrence)
        left join known on before.sheet = known.sheet and before.row_number = known.row_number
    ),

    recorded as (
        select
            sheet,
            row_number,
            coalesce(
                record,
                row_number() over (partition by record is null order by sheet, row_number)
                + (
                    select coalesce(max(place.last_record), 0)
                    from warehouse.record_place as place
                    where place.series = {{ snapshot.series }}
                )
            ) as record
        from matched
    ),

    -- Rows that follow one another, and whose records do: one stretch.
    marked as (
        select
            sheet,
            row_number,
            record,
            row_number
            - row_number() over (partition by sheet, record - row_number order by row_number) as stretch
        from recorded
    ),

    stretch as (
        select
            sheet,
            min(record) as first_record,
            max(record) as last_record,
            min(row_number) as first_row
        from marked
        group by sheet, record - row_number, stretch
    ),

    -- Of the records of all sheets, in order, those that follow one another in one sheet.
    within_sheet as (
        select
            stretch.*,
            row_number() over (order by first_record)
            - row_number() over (partition by sheet order by first_record) as others_before
        from stretch
    ),

    numbered as (
        select
            within_sheet.*,
            (row_number() over (partition by sheet, others_before order by first_record) - 1)
            / {{ stretches_a_place() }} as place
        from within_sheet
    ),

    placed as (
        select
            numbered.*,
            first_value(first_record) over stretches_of_place as place_record,
            first_value(first_row) over stretches_of_place as place_row
        from numbered
        window stretches_of_place as (partition by sheet, others_before, place order by first_record)
    )

    select
        {{ snapshot.validation_id }},
        {{ snapshot.delivery_id }},
        {{ snapshot.series }},
        place_record,
        max(last_record),
        sheet,
        place_row,
        array_agg((first_record - place_record)::integer order by first_record),
        array_agg((first_row - first_record - place_row + place_record)::integer order by first_record),
        array_agg((last_record - first_record + 1)::integer order by first_record)
    from placed
    group by sheet, place_record, place_row
{%- endmacro %}

{#- Stretches that a place holds: few enough to be stored in line, and to be searched for each address. -#}
{% macro stretches_a_place() -%}
    64
{%- endmacro %}

{#- The row of a record that lies in the place. Places of earlier versions have one stretch, and no steps. -#}
{% macro row_of_record(place, record) -%}
    {{ place }}.first_row + {{ record }} - {{ place }}.first_record
    + coalesce({{ place }}.shifts[width_bucket(({{ record }} - {{ place }}.first_record)::integer, {{ place }}.record_steps)], 0)
{%- endmacro %}

{#- Every record of places: joins `step`, and `stretch`, from whose first record and row it is counted. -#}
{% macro records_of(place) -%}
    cross join lateral (
        select
            {{ place }}.first_record + stretch.record_step as first_record,
            {{ place }}.first_row + stretch.record_step + stretch.shift as first_row,
            stretch.records
        from unnest(
            coalesce({{ place }}.record_steps, '{0}'),
            coalesce({{ place }}.shifts, '{0}'),
            coalesce({{ place }}.counts, array[({{ place }}.last_record - {{ place }}.first_record + 1)::integer])
        ) as stretch (record_step, shift, records)
    ) as stretch
    cross join lateral generate_series(0, stretch.records - 1) as step
{%- endmacro %}

{#- The accepted rows of a delivery, each by the hash of its key as the feed is declared, persons by theirs; should rows have
    one hash, by their order: a row that is given the record of another is stored anew, no more. -#}
{% macro keys_of(name, delivery_id) -%}
    {%- set accepted = graph.sources['source.' ~ project_name ~ '.keyed.' ~ name] -%}
    select
        sheet,
        row_number,
        key,
        row_number() over (partition by key order by sheet, row_number) as occurrence
    from (
        select
            sheet,
            row_number,
            hash_record_extended(row({{ accepted.config.meta.key | join(', ') }}), 0) as key
        from {{ as_asked(accepted.relation_name) }}
        where delivery_id = {{ delivery_id }}
    ) as keyed
{%- endmacro %}

{#- Tonight's rows with records in place of the addresses of snapshots. -#}
{% macro with_records(tonight, columns) -%}
    select
        {%- for column in columns %}
        {%- if column == 'delivery_id' %}
        coalesce(-record.series, built.delivery_id) as delivery_id
        {%- elif column == 'sheet' %}
        case when record.series is null then built.sheet else '' end as sheet
        {%- elif column == 'row_number' %}
        coalesce(record.record, built.row_number) as row_number
        {%- elif column == 'evidence' %}
        case
            when cardinality(built.evidence) > 0 then (
                select array_agg(coalesce(part.word, address) order by place)
                from unnest(built.evidence) with ordinality as evidence (address, place)
                left join {{ ref('int_record') }} as part using (address)
            )
            else built.evidence
        end as evidence
        {%- else %}
        built.{{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ gathered(tonight) }} as built
    {%- if 'delivery_id' in columns %}
    left join {{ ref('int_record') }} as record
        on
            built.delivery_id = record.delivery_id
            and built.sheet = record.sheet
            and built.row_number = record.row_number
    {%- endif %}
{%- endmacro %}

{#- One column of the address at which a stored row's record stood on the listed night. -#}
{% macro address_of_night(column, by) -%}
    {%- if by == 'validation' and column == 'delivery_id' -%}
        {{ return('listed.delivery_id') }}
    {%- endif -%}
    case
        when stored.delivery_id > 0 then stored.{{ column }}
        {%- if column == 'delivery_id' %}
        else (
            select snapshot.delivery_id
            from warehouse.snapshot_of_run as snapshot
            where snapshot.run_id = listed.run_id and snapshot.series = -stored.delivery_id
        )
        {%- else %}
        else (
            select {{ 'place.sheet' if column == 'sheet' else row_of_record('place', 'stored.row_number') }}
            from warehouse.record_place as place
            where
                {%- if by == 'validation' %}
                place.validation_id = listed.validation_id
                {%- else %}
                place.validation_id = (
                    select snapshot.validation_id
                    from warehouse.snapshot_of_run as snapshot
                    where snapshot.run_id = listed.run_id and snapshot.series = -stored.delivery_id
                )
                {%- endif %}
                and place.first_record <= stored.row_number
            order by place.first_record desc
            limit 1
        )
        {%- endif %}
    end
{%- endmacro %}

{% macro evidence_of_night() -%}
    case
        when array_to_string(stored.evidence, ' ') !~ '(^| )-' then stored.evidence
        else (
            select array_agg(
                case
                    when part.word like '-%' then (
                        select place.delivery_id || ':' || place.sheet || ':' || {{ row_of_record('place', 'part.record') }}
                        from warehouse.record_place as place
                        where
                            place.validation_id = (
                                select snapshot.validation_id
                                from warehouse.snapshot_of_run as snapshot
                                where snapshot.run_id = listed.run_id and snapshot.series = part.series
                            )
                            and place.first_record <= part.record
                        order by place.first_record desc
                        limit 1
                    )
                    else part.word
                end
                order by part.place
            )
            from (
                select
                    word,
                    place,
                    case when word like '-%' then -split_part(word, ':', 1)::bigint end as series,
                    case when word like '-%' then split_part(word, ':', 3)::bigint end as record
                from unnest(stored.evidence) with ordinality as evidence (word, place)
            ) as part
        )
    end
{%- endmacro %}
