{#- Written from feeds/ before dbt is called, where it differs; do not edit.
    The feeds that are rosters, the workers an agency answers for: those whose declaration says so. -#}
{% macro rosters() -%}
    dinsos.relawan_disabilitas
    disdik.ptk_non_asn
    diskumdag.pelaku_usaha
    dispar.pekerja_seni
    distan.kelompok_tani
    perkim.tenaga_lapangan
{%- endmacro %}
