-- The record is asked for entries of one kind, and for the validations of one delivery; without these it is read whole for
-- each, every night.
create index if not exists entry_of_kind on ledger.entry (kind, entry_no);
create index if not exists validation_of_delivery
on ledger.entry (substring(body from '"delivery_id":([0-9]+),'), entry_no)
where kind = 'validation';
