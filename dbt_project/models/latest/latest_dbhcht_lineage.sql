{{ newest_night_of(ref('dbhcht_lineage')) }}
