{{ published_nights(ref('stored_dbhcht_lineage')) }}
