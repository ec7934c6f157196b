{{ newest_night_of(ref('restated_figures')) }}
