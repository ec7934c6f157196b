{{ published_nights(history('stored_dbhcht_lineage')) }}
