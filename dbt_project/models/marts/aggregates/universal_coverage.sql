{{ published_nights(ref('stored_universal_coverage')) }}
