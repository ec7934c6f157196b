-- Relations with rows of every night that say where each was received.
select relation.relname as name
from pg_class as relation
where
    relation.relnamespace = 'warehouse'::regnamespace
    and case
        when relation.relkind = 'v' then relation.relname like 'history\_%%'
        else
            relation.relkind = 'r'
            and relation.relname not like 'tonight\_%%'
            and to_regclass('warehouse.history_' || relation.relname) is null
    end
    and (
        select count(*)
        from pg_attribute as attribute
        where
            attribute.attrelid = relation.oid
            and not attribute.attisdropped
            and attribute.attname in ('delivery_id', 'sheet', 'row_number')
    ) = 3
order by relation.relname
