-- The worker table of a night and six marts, over typed rows alone. {night} is the night.
insert into floor.owner
select kpj, nik, md5('nik:' || nik)::uuid from floor.bpjstk_kepesertaan where night = {night}::date
on conflict (kpj) do update set nik = excluded.nik, worker = excluded.worker where owner.nik <> excluded.nik;

drop table if exists floor.coverage, floor.coverage_by_sector, floor.coverage_by_funding_source,
    floor.coverage_by_region, floor.lapse_calendar, floor.dbhcht_reconciliation, floor.dbhcht_lineage;

-- Every member with the primary membership, active or not.
create table floor.coverage as
with membership as (
    select
        *,
        status = 'AKTIF' and tgl_aktif <= {night}::date and coalesce(tgl_nonaktif > {night}::date, true) as active
    from floor.bpjstk_kepesertaan
    where night = (select max(night) from floor.bpjstk_kepesertaan)
)
select distinct on (nik)
    md5('nik:' || nik)::uuid as worker, active, active and kode_wilayah like '35.79.%' as in_city,
    kode_sektor, sumber_iuran, kode_wilayah
from membership
order by nik, active desc, array_position(array['PU', 'JAKON', 'BPU', 'PMI'], segmen), tgl_aktif, kpj collate "C";
analyze floor.coverage;

create table floor.coverage_by_sector as
select coalesce(s.workforce_sector_code, c.kode_sektor) as sector_code, count(*) as active_participants
from floor.coverage as c
left join reference.sector as s
    on c.kode_sektor = s.sector_code and {night}::date between s.valid_from and coalesce(s.valid_to, 'infinity')
where in_city
group by 1;

create table floor.coverage_by_funding_source as
with people as (
    select sumber_iuran, count(*) as active_participants from floor.coverage where in_city group by 1
),
posted as (
    select sumber_dana as sumber_iuran, sum(jumlah)::bigint as contributions_ytd_idr
    from floor.bpjstk_iuran
    where
        bulan_iuran >= date_trunc('year', {night}::date)
        and bulan_iuran < date_trunc('year', {night}::date) + interval '1 year'
        and tgl_bayar <= {night}::date
    group by 1
)
select
    sumber_iuran as funding_source_code, coalesce(active_participants, 0) as active_participants,
    coalesce(contributions_ytd_idr, 0) as contributions_ytd_idr
from people full join posted using (sumber_iuran);

create table floor.coverage_by_region as
select
    kode_wilayah as region_code, count(*) as active_participants,
    count(*) filter (where sumber_iuran = 'DBHCHT') as by_dbhcht
from floor.coverage where in_city group by 1;

create table floor.lapse_calendar as
with membership as (
    select kpj, nik, sumber_iuran
    from floor.bpjstk_kepesertaan
    where
        night = (select max(night) from floor.bpjstk_kepesertaan) and segmen = 'BPU'
        and status = 'AKTIF' and tgl_aktif <= {night}::date and coalesce(tgl_nonaktif > {night}::date, true)
),
last_paid as (
    select kpj, max(bulan_iuran) as month from floor.bpjstk_iuran where program = 'JKK' group by kpj
)
select
    to_char(month + interval '4 months', 'YYYYMM') as lapse_month, sumber_iuran as funding_source_code,
    count(distinct nik) as participants
from membership join last_paid using (kpj)
group by 1, 2;

create temp table budget as
select distinct on (year, kode_skpd, kode_sub_kegiatan, kode_rekening) *
from (
    select *, extract(year from tgl_dpa)::int as year from floor.sipd_anggaran
    where
        night = (select max(night) from floor.sipd_anggaran)
        and tgl_dpa <= {night}::date and sumber_dana = 'DBHCHT'
) as document
order by year, kode_skpd, kode_sub_kegiatan, kode_rekening, tgl_dpa desc, no_dpa desc;

create temp table payment as
select
    *, extract(year from tgl_sp2d)::int as year,
    coalesce(kode_billing, substring(uraian from '(?i)kode\s+iuran\D*(\d{{12}})(?!\d)')) as billing
from floor.sipd_sp2d
where night = (select max(night) from floor.sipd_sp2d) and sumber_dana = 'DBHCHT';
analyze payment;

create temp table posting as
select i.*, o.worker from floor.bpjstk_iuran as i
left join floor.owner as o using (kpj)
where kode_billing in (select billing from payment);
analyze posting;

create table floor.dbhcht_reconciliation as
with line as (
    select distinct year, kode_skpd, kode_sub_kegiatan, kode_rekening, billing from payment
),
posted as (
    select year, kode_skpd, kode_sub_kegiatan, kode_rekening, sum(jumlah) as posted_idr
    from line join posting on line.billing = posting.kode_billing
    group by 1, 2, 3, 4
),
disbursed as (
    select year, kode_skpd, kode_sub_kegiatan, kode_rekening, sum(nilai) as disbursed_idr
    from payment group by 1, 2, 3, 4
)
select
    year as fiscal_year, kode_skpd as skpd_code, kode_sub_kegiatan as sub_activity_code,
    kode_rekening as account_code, coalesce(pagu, 0) as budget_idr, coalesce(disbursed_idr, 0) as disbursed_idr,
    coalesce(posted_idr, 0) as posted_idr
from budget
full join disbursed using (year, kode_skpd, kode_sub_kegiatan, kode_rekening)
left join posted using (year, kode_skpd, kode_sub_kegiatan, kode_rekening);

create table floor.dbhcht_lineage as
with entitled as (
    select p.no_sp2d, md5('nik:' || b.nik)::uuid as worker, month::date as month
    from payment as p
    join floor.disnaker_penerima_dbhcht as b
        on p.no_sk = b.no_sk and b.night = (select max(night) from floor.disnaker_penerima_dbhcht)
    cross join generate_series(
        greatest(b.bulan_mulai, p.periode_awal), least(b.bulan_selesai, p.periode_akhir), interval '1 month'
    ) as month
),
posted as (
    select p.no_sp2d, i.worker, case when i.worker is null then i.kpj end as kpj, i.bulan_iuran as month,
        sum(i.jumlah) as posted
    from payment as p join posting as i on p.billing = i.kode_billing
    group by 1, 2, 3, 4
),
tariff as (
    select month, sum(amount_idr) as due
    from (select distinct month from entitled) as months
    join reference.bpu_tariff on funding_source_code = 'DBHCHT' and occupation_group = 'UMUM'
        and month between valid_from and coalesce(valid_to, 'infinity')
    group by month
)
select
    no_sp2d as sp2d_no, worker, to_char(month, 'YYYYMM') as contribution_month,
    case when e.no_sp2d is not null then coalesce(due, 0) else 0 end as due_idr,
    coalesce(posted, 0) as posted_amount_idr,
    case
        when e.no_sp2d is not null and p.no_sp2d is not null then 'PROTECTED'
        when e.no_sp2d is not null then 'NOT_POSTED'
        when worker is not null then 'NOT_ON_DECREE'
        else 'UNRESOLVED'
    end as protection_status
from entitled as e
full join posted as p using (no_sp2d, worker, month)
left join tariff using (month);
drop table budget, payment, posting
