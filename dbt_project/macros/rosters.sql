{#- The feeds that are rosters: the workers an agency answers for. A new one is added here. -#}
{% macro rosters() -%}
    perkim.tenaga_lapangan
    distan.kelompok_tani
    disdik.ptk_non_asn
    diskumdag.pelaku_usaha
    dinsos.relawan_disabilitas
    dispar.pekerja_seni
{%- endmacro %}
