{{ published_nights(ref('stored_coverage_by_region')) }}
