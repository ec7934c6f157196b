-- A delivery that was made of an earlier one and of rows that its office mended in a fix workbook.
create table if not exists ledger.correction (
    delivery_id bigint primary key references ledger.delivery,
    corrects bigint not null references ledger.delivery,
    workbook_sha256 text not null,
    mended_rows bigint not null,
    withdrawn_rows bigint not null,
    by_whom text not null,
    corrected_at timestamptz not null default clock_timestamp()
);
