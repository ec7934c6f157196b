# ruff: noqa: S608 - queries are put together from the texts of this package; keys are always parameters
"""Which rows each published figure counts, said again without the models that count them.

A `Counted` figure has a query for its rows: `who`, `value` and the address each came from; `how` adds them up.
A `Derived` figure is reckoned from other figures of the same row. Keys are %(k0)s, %(k1)s, …
"""

from __future__ import annotations

from decimal import Decimal

from cakupan.trace.counting import (
    DISTINCT,
    GIVEN,
    MEMBERS,
    SUM,
    Counted,
    Derived,
    Mart,
    coverage,
    deliveries,
    given,
    newest,
    rate,
    stored,
)  # fmt: skip
from cakupan.trace.night import in_force


def _progress(actual: int | None, target: int) -> Decimal | None:
    return None if actual is None else rate(actual, target)


def _of_sector(code: str) -> str:
    return (
        f"coalesce((select workforce_sector_code from reference.sector where sector.sector_code = {code}"
        f" and %(as_of)s::date between valid_from and coalesce(valid_to, 'infinity') limit 1), {code}) = %(k0)s"
    )


def _less(whole: int | None, part: int | None) -> int | None:
    """A difference; of a figure that nobody gave there is none."""
    return None if whole is None or part is None else whole - part


def _gap(target: int | None, active: int | None) -> int | None:
    missing = _less(target, active)
    return None if missing is None else max(missing, 0)


_GAP = Derived(
    "max(target_participants - active_participants, 0)", ("target_participants", "active_participants"), _gap
)
_LINE = "skpd_code = %(k1)s and sub_activity_code = %(k2)s and account_code = %(k3)s"
_BUDGET = (
    "select null as who, budget_idr as value, delivery_id, sheet, row_number from warehouse.dim_budget_line"
    " where run_id = %(run)s and budget_source = 'DBHCHT'"
    f" and extract(year from document_date) = %(k0)s::integer and {_LINE}"
)
_ORDERS = f"select billing_code from warehouse.fct_disbursement where validation_id in {in_force('sipd.sp2d')}"
_OF_LINE = f"budget_source = 'DBHCHT' and extract(year from sp2d_date) = %(k0)s::integer and {_LINE}"
_ROSTER = (
    "select roster.worker_key::text as who, 1 as value, roster.delivery_id, roster.sheet, roster.row_number"
    " from warehouse.fct_roster as roster join warehouse.fct_coverage_daily as coverage"
    " on coverage.run_id = %(run)s and roster.worker_key = coverage.worker_key where roster.run_id = %(run)s and "
)
_BY_AGENCY = _ROSTER + "roster.agency_code = %(k0)s and worker_category = %(k1)s"
_ACTIVE = "status = 'AKTIF' and active_from <= %(as_of)s and (inactive_from is null or inactive_from > %(as_of)s)"
_LAPSING = (
    "with last_paid as (select membership_key, max(contribution_month) as month from warehouse.int_contribution"
    f" where validation_id in {in_force('bpjstk.iuran')} and program_code = 'JKK' group by membership_key)"
    " select worker_key::text as who, 1 as value, delivery_id, sheet, row_number"
    " from warehouse.fct_membership join last_paid using (membership_key)"
    f" where validation_id in {in_force('bpjstk.kepesertaan')} and segment_code = 'BPU' and {_ACTIVE}"
    " and to_char(to_date(month, 'YYYYMM') + interval '4 months', 'YYYYMM') = %(k0)s and funding_source_code = %(k1)s"
)
_ATTENDED = (
    "select attended.worker_key::text as who, 1 as value, attended.delivery_id, attended.sheet, attended.row_number"
    " from warehouse.fct_outreach_attendance as attended left join warehouse.fct_coverage_daily as coverage"
    " on coverage.run_id = %(run)s and attended.worker_key = coverage.worker_key"
    f" where validation_id in {in_force('diskumdag.sosialisasi')} and event_id = %(k0)s"
)
_CREDITED = (
    " and first_active_from between event_date and event_date + 90 and not exists ("
    "select from warehouse.fct_outreach_attendance as later"
    f" where later.validation_id in {in_force('diskumdag.sosialisasi')} and later.worker_key = attended.worker_key"
    " and later.event_date <= coverage.first_active_from"
    " and (later.event_date, later.event_id) > (attended.event_date, attended.event_id))"
)
_CONTRACT = (
    "contract_no = (select contract_no from warehouse.fct_construction_project"
    f" where validation_id in {in_force('pupr.proyek_konstruksi')} and project_id = %(k0)s)"
)
_REGISTERED = (
    "select registered_on::text as who, contribution_paid_idr as value, delivery_id, sheet, row_number"
    f" from warehouse.stg_bpjstk_jakon where delivery_id in {deliveries('bpjstk.jakon')} and {_CONTRACT}"
)
_CONTRACTED = (
    "select null as who, contract_value_idr as value, delivery_id, sheet, row_number from warehouse.stg_pbj_kontrak"
    f" where delivery_id in {deliveries('pbj.kontrak')} and {_CONTRACT} order by released_at desc, ocid desc limit 1"
)
_PLEDGE = "agency_code = %(k0)s and commitment = %(k1)s"
_PLEDGED = (
    "(select roster from warehouse.fct_commitment"
    f" where validation_id in {in_force('perekonomian.rencana_kerja')} and {_PLEDGE})"
)
_LANDED = (
    "select null as who, {} as value, v.delivery_id, null as sheet, null::bigint as row_number"
    " from ledger.delivery as d join ledger.validation as v using (delivery_id)"
    " left join ledger.landing using (delivery_id)"
    " where d.delivery_id = (select max(delivery_id) from ledger.delivery"
    " where agency = %(k0)s and feed = %(k1)s and business_date = %(as_of)s)"
    " order by validation_id desc limit 1"
)
_VERDICTS = ("accepted_rows", "quarantined_rows", "duplicate_rows")
_CITY = "is_city_participant"
_OUTSIDE = "is_active_participant and not is_city_participant"

MARTS: dict[str, Mart] = {
    "universal_coverage": Mart(
        ("denominator_code",),
        {
            "active_participants": Counted(DISTINCT, coverage(_CITY), MEMBERS),
            "outside_city_participants": Counted(DISTINCT, coverage(_OUTSIDE), MEMBERS),
            "denominator": Counted(
                GIVEN,
                f"select * from ({newest('bps.angkatan_kerja', 'employed')}) as a where %(k0)s = 'SAKERNAS' union all"
                f" select * from ({newest('bpjstk.semesta', 'eligible_workers')}) as b where %(k0)s = 'SEMESTA_BPJS'",
            ),
            "jakon_headcount": Counted(
                SUM,
                "select null as who, workers as value, delivery_id, sheet, row_number from warehouse.stg_bpjstk_jakon"
                f" where delivery_id in {deliveries('bpjstk.jakon')} and %(as_of)s between starts_on and ends_on",
                "bpjstk.jakon",
            ),
            "target_participants": Counted(GIVEN, newest("bpjstk.target", "target_participants")),
            "coverage_rate": Derived(
                "active_participants / denominator", ("active_participants", "denominator"), rate
            ),
            "gap_to_target": _GAP,
        },
    ),
    "coverage_by_sector": Mart(
        ("sector_code",),
        {
            "active_participants": Counted(
                DISTINCT, coverage(f"{_CITY} and {_of_sector('coverage.sector_code')}"), MEMBERS
            ),
            "workforce": Counted(GIVEN, newest("bps.angkatan_kerja", "employed", _of_sector("yearly.sector_code"))),
            "target_participants": Counted(
                GIVEN, newest("bpjstk.target", "target_participants", _of_sector("yearly.sector_code"))
            ),
            "coverage_rate": Derived("active_participants / workforce", ("active_participants", "workforce"), rate),
            "gap_to_target": _GAP,
        },
    ),
    "coverage_by_funding_source": Mart(
        ("funding_source_code",),
        {
            "active_participants": Counted(DISTINCT, coverage(f"{_CITY} and funding_source_code = %(k0)s"), MEMBERS),
            "share_of_active": Counted(
                "round(count(*) / nullif((select count(*) from warehouse.fct_coverage_daily"
                " where run_id = %(run)s and is_city_participant), 0)::numeric, 6)",
                coverage(f"{_CITY} and funding_source_code = %(k0)s"),
            ),
            "contributions_ytd_idr": Counted(
                SUM,
                stored(
                    "int_contribution", "bpjstk.iuran", "amount_idr",
                    "funding_source_code = %(k0)s and paid_on <= %(as_of)s"
                    " and left(contribution_month, 4) = to_char(%(as_of)s::date, 'YYYY')",
                ),
                "bpjstk.iuran",
            ),
        },
    ),
    "coverage_by_agency": Mart(
        ("agency_code", "worker_category"),
        {
            "registered_workers": Counted(DISTINCT, _BY_AGENCY),
            "active_participants": Counted(DISTINCT, _BY_AGENCY + " and coverage.is_active_participant", MEMBERS),
            "not_covered": Counted(DISTINCT, _BY_AGENCY + " and not coverage.is_active_participant", MEMBERS),
            "coverage_rate": Derived(
                "active_participants / registered_workers", ("active_participants", "registered_workers"), rate
            ),
        },
    ),
    "coverage_by_region": Mart(
        ("region_code",),
        {
            "active_participants": Counted(DISTINCT, coverage(f"{_CITY} and region_code = %(k0)s"), MEMBERS),
            "by_dbhcht": Counted(
                DISTINCT, coverage(f"{_CITY} and region_code = %(k0)s and funding_source_code = 'DBHCHT'"), MEMBERS
            ),
        },
    ),
    "lapse_calendar": Mart(("lapse_month", "funding_source_code"), {"participants": Counted(DISTINCT, _LAPSING)}),
    "aid_eligibility": Mart(
        ("application_no",),
        {
            "value_idr": Counted(
                "sum(value)::bigint",
                stored("fct_aid_application", "distan.permohonan_bantuan", "value_idr", "application_no = %(k0)s"),
            ),
            "status": Counted(
                "case when bool_or(value = 1) then 'ELIGIBLE' else 'NOT_ELIGIBLE' end",
                coverage(
                    "worker_key = (select worker_key from warehouse.fct_aid_application where validation_id in "
                    f"{in_force('distan.permohonan_bantuan')} and application_no = %(k0)s)"
                ).replace("1 as value", "is_active_participant::int as value"),
                MEMBERS,
            ),
        },
    ),
    "construction_compliance": Mart(
        ("project_id",),
        {
            "contract_value_idr": Counted("max(value)::bigint", _CONTRACTED),
            "contribution_due_idr": Counted(
                "case when max(value) is not null then (select round(sum("
                "greatest(least(max(value), up_to_idr) - above_idr, 0) * (jkk_rate + jkm_rate)))::bigint"
                " from reference.construction_tariff"
                " where %(as_of)s between valid_from and coalesce(valid_to, 'infinity')) end",
                _CONTRACTED,
            ),
            "contribution_paid_idr": Counted(SUM, _REGISTERED, "bpjstk.jakon"),
            "registered_on": Counted("min(who)::date", _REGISTERED),
        },
    ),
    "outreach_conversion": Mart(
        ("event_id",),
        {
            "attendees": Counted(DISTINCT, _ATTENDED),
            "already_participants": Counted(DISTINCT, _ATTENDED + " and first_active_from < event_date", MEMBERS),
            "converted": Counted(DISTINCT, _ATTENDED + _CREDITED, MEMBERS),
        },
    ),
    "commitment_progress": Mart(
        ("agency_code", "commitment"),
        {
            "target": Counted(
                "max(value)", stored("fct_commitment", "perekonomian.rencana_kerja", "target", _PLEDGE)
            ),
            "actual": Counted(
                f"case when %(k0)s = 'hukum' and {given('hukum.regulasi')} or %(k0)s <> 'hukum' and"
                f" {_PLEDGED} is not null and {given(MEMBERS)} and exists (select from ledger.run_input"
                f" where run_id = %(run)s and agency || '.' || feed = {_PLEDGED}) then count(distinct who) end",
                _ROSTER + f"roster.roster = {_PLEDGED} and coverage.is_active_participant and %(k0)s <> 'hukum'"
                " union all select regulation_id, 1, delivery_id, sheet, row_number from warehouse.stg_hukum_regulasi"
                f" where delivery_id in {deliveries('hukum.regulasi')} and %(k0)s = 'hukum' and status = 'Berlaku'"
                " and title like '%%Jaminan Sosial Ketenagakerjaan%%'",
            ),
            "progress": Derived("actual / target", ("actual", "target"), _progress),
        },
    ),
    "data_quality_scorecard": Mart(
        ("agency_code", "feed"),
        {"delivered_rows": Counted(SUM, _LANDED.format("landed_rows"))}
        | {name: Counted(SUM, _LANDED.format(name)) for name in _VERDICTS},
    ),
    "dbhcht_reconciliation": Mart(
        ("fiscal_year", "skpd_code", "sub_activity_code", "account_code"),
        {
            "budget_idr": Counted(SUM, _BUDGET, "sipd.anggaran"),
            "disbursed_idr": Counted(
                SUM, stored("fct_disbursement", "sipd.sp2d", "amount_idr", _OF_LINE), "sipd.sp2d"
            ),
            "posted_idr": Counted(
                SUM,
                stored("int_contribution", "bpjstk.iuran", "amount_idr", f"billing_code in ({_ORDERS} and {_OF_LINE})"),
                "sipd.sp2d bpjstk.iuran",
            ),
            "unposted_idr": Derived("disbursed_idr - posted_idr", ("disbursed_idr", "posted_idr"), _less),
            "remaining_idr": Derived("budget_idr - disbursed_idr", ("budget_idr", "disbursed_idr"), _less),
            "absorption_rate": Derived("disbursed_idr / budget_idr", ("disbursed_idr", "budget_idr"), rate),
        },
    ),
    "dbhcht_lineage": Mart(
        ("sp2d_no",),
        {
            "posted_amount_idr": Counted(
                SUM,
                stored(
                    "int_contribution", "bpjstk.iuran", "amount_idr",
                    f"billing_code in ({_ORDERS} and budget_source = 'DBHCHT' and sp2d_no = %(k0)s)",
                ),
                "bpjstk.iuran",
            ),
        },
    ),
}  # fmt: skip
