{{ published_nights(ref('stored_fct_roster')) }}
