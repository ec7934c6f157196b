{#- What stored relations and their columns are, in both languages, where the database does not say so yet: at the end of
    the last layer, when all are there. A standing view says it by itself. Rows of a mart are told of as the mart is. -#}
{% macro comment_on_stored() -%}
    {%- if execute and 'model.' ~ project_name ~ '.stored_audit_findings' in selected_resources -%}
        {%- set told = {} -%}
        {%- for node in graph.nodes.values()
            if node.schema in ('warehouse', 'reference') and node.config.materialized not in ('ephemeral', 'standing_view')
        -%}
            {%- set mart = graph.nodes.get('model.' ~ project_name ~ '.' ~ node.alias, {}) -%}
            {%- set columns = {} -%}
            {%- for column in (mart.get('columns', {}).values() | list) + (node.columns.values() | list) if column.description -%}
                {%- do columns.update({column.name: in_both_languages(column.description)}) -%}
            {%- endfor -%}
            {%- set says = in_both_languages(node.description) -%}
            {%- do told.update({node.schema ~ '.' ~ node.alias: [says, columns]}) -%}
            {%- if node.config.materialized == 'changes' -%}
                {%- do columns.update({'row_id': 'Nomor baris tersimpan.\nNumber of the stored row.'}) -%}
                {%- do told.update({node.schema ~ '.tonight_' ~ node.alias: [says, columns]}) -%}
                {%- do told.update({node.schema ~ '.history_' ~ node.alias: [says, columns]}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- call statement(auto_begin=true) -%}
            do $comments$
            declare
                told constant jsonb := {{ sql_text(tojson(told)) }};
                different record;
            begin
                for different in
                    select
                        case
                            when a.attname is not null then format('column %s.%I', c.oid::regclass, a.attname)
                            else 'table ' || c.oid::regclass
                        end as thing,
                        says.text
                    from pg_class as c
                    inner join jsonb_each(told) as relation on c.oid = to_regclass(relation.key)
                    cross join lateral (
                        select attname, attnum from pg_attribute
                        where attrelid = c.oid and attnum > 0 and not attisdropped
                        union all
                        select null, 0
                        where c.relkind <> 'v' -- said with the mark of what it was made from
                    ) as a
                    cross join lateral (
                        select coalesce(relation.value -> 1 ->> a.attname, relation.value ->> 0) as text
                        where a.attname is null or relation.value -> 1 ? a.attname
                    ) as says
                    where says.text is distinct from
                        case when a.attname is null then obj_description(c.oid, 'pg_class') else col_description(c.oid, a.attnum) end
                loop
                    execute format('comment on %s is %L', different.thing, different.text);
                end loop;
            end
            $comments$
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
